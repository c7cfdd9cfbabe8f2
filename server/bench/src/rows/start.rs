//! f: from the start to the first page, with few people in the database and with a million.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::{Figure, Row, Target};
use crate::load::samples::Samples;
use crate::plan::{Bench, say};
use crate::process::{Installation, Server};
use crate::seed::Seeder;

/// People in the two databases.
const PEOPLE: (usize, usize) = (1_000, 1_000_000);
/// Starts with each.
const STARTS: usize = 9;
/// How long a start may take.
const WITHIN: Duration = Duration::from_millis(150);
/// Names the large databases that are kept.
const KEPT: &str = "million-";

/// How long a start takes.
///
/// # Errors
/// A server that does not start, or does not stop.
pub async fn rows(bench: &Bench) -> Result<Vec<Row>> {
    let small = Installation::named(&bench.folder, "thousand");
    small.make_keys()?;
    let seeder = Seeder::open(&small).await?;
    seeder.people("f", PEOPLE.0).await?;
    let schema = seeder.schema().await?;
    seeder.close().await?;
    let large = large(&schema).await?;
    let (mut few, mut many) = (Samples::default(), Samples::default());
    for start in 0..=STARTS {
        for (installation, samples) in [(&small, &mut few), (&large, &mut many)] {
            let (server, took) = Server::start(installation).await?;
            server.stop().await?;
            // The first of each brings the file into memory, and the keys into the database.
            if start > 0 {
                samples.add(took);
            }
        }
    }
    let (few, many) = (Figure::Time(few.median()), Figure::Time(many.median()));
    let within = Figure::Time(WITHIN);
    Ok(vec![
        Row::within("f", "start to the first page, 1k users, median", few, within),
        Row::within("f", "start to the first page, 1M users, median", many, within),
        Row::beside("f", "start to the first page, 1M users", many, ("1k users", few), Target::AtMost(1.1)),
    ])
}

/// The database of a million people. It takes a while to make, so it is kept as long as the schema stays the same.
async fn large(schema: &str) -> Result<Installation> {
    let folder = PathBuf::from(std::env::var_os("BENCH_CACHE").context("BENCH_CACHE is not set")?);
    let kept = Installation::named(&folder, &format!("{KEPT}{schema}"));
    if kept.database.exists() {
        return Ok(kept);
    }
    say("f: writing a million people, once for each schema (a minute)");
    forget_others(&folder)?;
    let scratch = tempfile::Builder::new().prefix("making-").tempdir_in(&folder)?;
    let new = Installation::named(scratch.path(), "new");
    new.make_keys()?;
    let seeder = Seeder::open(&new).await?;
    seeder.people("f", PEOPLE.1).await?;
    seeder.close().await?;
    // The database last: where it is, its keys are.
    std::fs::rename(&new.keys, &kept.keys)?;
    std::fs::rename(&new.database, &kept.database)?;
    Ok(kept)
}

/// Deletes the databases of earlier schemas, and keys without one.
fn forget_others(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(KEPT) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
