//! Measures Vestibule beside what the same machine could do at best, in the same run: `make bench`.
//!
//! Times alone mean little on a machine that others use too. So every figure stands beside a ceiling or a peer that is
//! measured a moment before or after it, and what counts is their ratio. The measured server is the release binary, in
//! a process of its own, over loopback, with a database on the disk that also holds the build.
//!
//! - [`plan`]: what is measured, in which order
//! - [`process`]: the server that is measured; [`seed`]: who is in its database; [`crowd`]: many at once; [`writes`]: what
//!   is written there
//! - [`load`]: visitors who ask and check every answer; a wrong one fails the run
//! - [`ceilings`]: what the machine could do at best
//! - [`rows`]: the figures, a file for each group; [`report`]: the table, and `docs/performance.md`
//!
//! `bench scale` prints the figures of c only. `bench seed DATABASE KEYS PEOPLE MEMBERS` makes a database by itself, to look at the pages of a large company.
//!
//! To add a figure: a function in `rows` that gives a [`rows::Row`], and a line in [`plan`].

mod ceilings;
mod crowd;
mod database;
mod load;
mod plan;
mod process;
mod report;
mod rows;
mod seed;
mod writes;

use std::path::Path;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => plan::run().await,
        ["scale"] => plan::scale().await,
        [ceilings::web::COMMAND, database, page] => {
            ceilings::web::serve(Path::new(database), Path::new(page)).await
        }
        ["seed", database, keys, people, members] => {
            seed::demonstrate(database, keys, people.parse()?, members.parse()?).await
        }
        _ => anyhow::bail!("usage: bench, bench scale, or bench seed DATABASE_URL KEY_FILE PEOPLE MEMBERS"),
    }
}
