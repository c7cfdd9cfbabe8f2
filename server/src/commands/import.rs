//! `vestibule company import`: everybody in a file is invited.

use std::fmt::Write;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use vestibule_core::{ImportList, Imported, LineOfImport, Vestibule, read_import};

use super::{CommandError, failed, print};

/// People in one transaction.
const BATCH: usize = 100;

/// Reads the file, invites whom it names, and reports line by line what names nobody.
///
/// # Errors
/// Where the file cannot be read; where there is no such company; and, after all others were invited, where lines name nobody.
pub(super) async fn import(
    vestibule: &Vestibule,
    slug: &str,
    file: &Path,
    dry_run: bool,
) -> Result<(), CommandError> {
    let name = file.display();
    let bytes =
        tokio::fs::read(file).await.map_err(|error| failed(format!("{name} cannot be read: {error}")))?;
    let list = read_import(&bytes).map_err(|why| failed(format!("{name}: {why}")))?;
    // An unknown company is told before the report of a long file.
    vestibule.check_import(slug, &[]).await?;
    print(&report(&list))?;
    let bar = ProgressBar::new(list.people.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos} of {len}, {eta} left") {
        bar.set_style(style);
    }
    let mut done = Imported::default();
    for people in list.people.chunks(BATCH) {
        done += match dry_run {
            true => vestibule.check_import(slug, people).await?,
            false => vestibule.import(slug, people).await?,
        };
        bar.inc(people.len() as u64);
    }
    bar.finish_and_clear();
    print(&summary(done, dry_run))?;
    match list.problems.len() {
        0 => Ok(()),
        lines => Err(failed(format!("{} left out, see above", count(lines, "line was", "lines were")))),
    }
}

/// What is wrong with which line.
fn report(list: &ImportList) -> String {
    let mut lines: Vec<&LineOfImport> = list.problems.iter().chain(&list.duplicates).collect();
    lines.sort_by_key(|line| line.line);
    lines.into_iter().fold(String::new(), |mut text, LineOfImport { line, why }| {
        // A text takes everything.
        let _ = writeln!(text, "line {line}: {why}");
        text
    })
}

fn summary(done: Imported, dry_run: bool) -> String {
    let Imported { invited, before, members } = done;
    let invited = match dry_run {
        true => format!("{invited} would be invited"),
        false => format!("{invited} invited"),
    };
    format!("{invited}, {before} invited before, {members} members already.\n")
}

fn count(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
