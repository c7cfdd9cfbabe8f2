//! f: from the start to the first page, with few people in the database and with a million.

use std::time::Duration;

use anyhow::Result;

use super::scale::Scale;
use super::{Figure, Row, Target};
use crate::load::samples::Samples;
use crate::process::Server;

/// Starts with each.
const STARTS: usize = 9;
/// How long a start may take.
const WITHIN: Duration = Duration::from_millis(150);

/// How long a start takes.
///
/// # Errors
/// A server that does not start, or does not stop.
pub async fn rows(scale: &Scale) -> Result<Vec<Row>> {
    let (mut few, mut many) = (Samples::default(), Samples::default());
    for start in 0..=STARTS {
        for (installation, samples) in [(&scale.small, &mut few), (&scale.large, &mut many)] {
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
