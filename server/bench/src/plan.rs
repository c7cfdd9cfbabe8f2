//! What is measured, in which order.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use domain::Timestamp;

use crate::process::{Installation, Server};
use crate::report;
use crate::rows::scale::Scale;
use crate::rows::{Row, browser, requests, second_factor, sign_in, start};
use crate::seed::Seeder;

/// What the figures are measured with.
pub struct Bench {
    /// The server.
    pub server: Server,
    /// Its database and keys.
    pub installation: Installation,
    /// When everybody's password was set.
    pub password_changed_at: Timestamp,
    /// A folder for files, on the disk that the database is on.
    pub folder: PathBuf,
}

/// Measures everything, and writes the report.
///
/// # Errors
/// A wrong answer, or something that is missing. Not a target that was missed.
pub async fn run() -> Result<()> {
    // Beside the build, which is on a disk; /tmp may be memory.
    let scratch = tempfile::Builder::new().prefix("bench-").tempdir_in("target")?;
    let folder = std::fs::canonicalize(scratch.path())?;
    say("preparing the database");
    let bench = prepare(&folder).await?;
    let mut rows = measure(&bench).await?;
    bench.server.stop().await?;
    rows.sort_by_key(|row| row.id);
    report::write(&rows)
}

/// Measures what grows with the people, and prints it.
///
/// # Errors
/// As [`run`].
pub async fn scale() -> Result<()> {
    let scratch = tempfile::Builder::new().prefix("bench-").tempdir_in("target")?;
    let folder = std::fs::canonicalize(scratch.path())?;
    let scale = Scale::sqlite(&folder).await?;
    report::print(&many_people(&scale, &folder).await?)?;
    Ok(())
}

/// The figures of c.
async fn many_people(sqlite: &Scale, folder: &Path) -> Result<Vec<Row>> {
    say("c: many people, on SQLite");
    let mut rows = sqlite.rows().await?;
    if let Ok(url) = std::env::var("TEST_POSTGRES") {
        say("c: many people, on PostgreSQL");
        rows.extend(Scale::postgres(folder, &url).await?.rows().await?);
    }
    Ok(rows)
}

async fn prepare(folder: &Path) -> Result<Bench> {
    let installation = Installation::named(folder, "vestibule");
    installation.make_keys()?;
    let seeder = Seeder::open(&installation).await?;
    let password_changed_at = seeder.password_changed_at();
    let mut members = sign_in::GROUPS.to_vec();
    members.extend([requests::GROUP, browser::GROUP]);
    seeder.company("harbour", false, &members).await?;
    seeder.company("strict", true, &[second_factor::GROUP]).await?;
    seeder.close().await?;
    let (server, _) = Server::start(&installation).await?;
    Ok(Bench { server, installation, password_changed_at, folder: folder.to_owned() })
}

async fn measure(bench: &Bench) -> Result<Vec<Row>> {
    // The memory is looked at while nothing else has been asked of the server.
    say("a1, e: sign-ins, and the memory that they take");
    let mut rows = sign_in::full_sign_ins(bench).await?;
    say("a2: an unknown address");
    rows.push(sign_in::unknown_address(bench).await?);
    say("a3: many at once");
    rows.extend(sign_in::rush(bench).await?);
    say("a4: session checks under load");
    rows.push(sign_in::check_under_load(bench).await?);
    say("b1: session checks, security calls, pages");
    rows.extend(requests::rows(bench).await?);
    say("b2: set-ups and challenges");
    rows.extend(second_factor::rows(bench).await?);
    say("d: the browser");
    rows.extend(browser::rows(bench).await?);
    let scale = Scale::sqlite(&bench.folder).await?;
    say("f: starts");
    rows.extend(start::rows(&scale).await?);
    rows.extend(many_people(&scale, &bench.folder).await?);
    Ok(rows)
}

/// Says on standard error what goes on. Nobody needs to hear it.
pub fn say(what: &str) {
    drop(writeln!(std::io::stderr(), "bench: {what}"));
}
