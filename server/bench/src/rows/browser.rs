//! d: what a browser downloads, and how long somebody waits for it on a slow phone.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::{Figure, Row, Target};
use crate::plan::Bench;
use crate::seed::{PASSWORD, email};

/// Who is in the database for this.
pub const GROUP: (&str, usize) = ("d2", 1);

/// Bytes of the first load at most, as `frontend/size.mjs` allows, and what is aimed at.
const BUDGET: (f64, f64) = (200_000.0, 154_000.0);
/// Slow 4G: bytes per second, and there and back. Also in `end2end/bench/first-load.mjs`.
const NETWORK: (f64, Duration) = (1_600_000.0 / 8.0, Duration::from_millis(150));
/// Round trips that no first load does without: the connection, the page, its files, the first call.
const ROUND_TRIPS: u32 = 4;
/// The largest thing on the page has to be there by then.
const LARGEST_WITHIN: Duration = Duration::from_millis(2_500);
/// What a change of the page may take besides a round trip.
const ROUTE_CHANGE: Duration = Duration::from_millis(100);

/// Medians in milliseconds, as the script prints them.
#[derive(Debug, Deserialize)]
struct Visit {
    usable_ms: f64,
    largest_ms: f64,
    reload_ms: f64,
    route_ms: f64,
}

/// The size of the first load, and the visits of a browser.
///
/// # Errors
/// The files are not there, or the browser fails.
pub async fn rows(bench: &Bench) -> Result<Vec<Row>> {
    let bytes = first_load(Path::new("."))?;
    let empty = first_load(Path::new("server/bench/empty-page"))?;
    let visit = visit(&bench.server.site.url).await?;
    let time = |milliseconds: f64| Figure::Time(Duration::from_secs_f64(milliseconds / 1e3));
    let (rate, round_trip) = NETWORK;
    let ceiling = Duration::from_secs_f64(bytes / rate) + round_trip * ROUND_TRIPS;
    let aim = format!("first load, brotli; aimed at {}", Figure::Bytes(BUDGET.1));
    let (empty, ceiling) =
        (("C4", Figure::Bytes(empty)), ("bytes ÷ bandwidth + 4 round trips", Figure::Time(ceiling)));
    let usable = time(visit.usable_ms);
    Ok(vec![
        Row::within("d1", aim, Figure::Bytes(bytes), Figure::Bytes(BUDGET.0)),
        Row::beside("d1", "first load, brotli", Figure::Bytes(bytes), empty, Target::Reported),
        Row::beside("d2", "password field, CPU 4× slower, slow 4G", usable, ceiling, Target::AtMost(1.25)),
        Row::within("d2", "largest contentful paint", time(visit.largest_ms), Figure::Time(LARGEST_WITHIN)),
        Row::beside(
            "d3",
            "reload from cache",
            time(visit.reload_ms),
            ("first load", usable),
            Target::AtMost(0.25),
        ),
        Row::within(
            "d3",
            "change of the page",
            time(visit.route_ms),
            Figure::Time(ROUTE_CHANGE + round_trip),
        ),
    ])
}

/// The bytes that the first page of `dist/` in this folder loads, as the application's own budget counts them.
fn first_load(folder: &Path) -> Result<f64> {
    let script = std::fs::canonicalize("frontend/size.mjs")?;
    // It ends badly where the budget is exceeded; that is for `make test` to say.
    let output = Command::new("node").arg(script).current_dir(folder).stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8(output.stdout)?;
    let total = text.lines().find(|line| line.starts_with("together"));
    let total = total.and_then(|line| line.split_whitespace().next_back());
    let total = total.with_context(|| format!("the first load in {} was not counted", folder.display()))?;
    Ok(total.replace(',', "").parse()?)
}

async fn visit(url: &str) -> Result<Visit> {
    let mut command = Command::new("node");
    command
        .args(["end2end/bench/first-load.mjs", url, &email(GROUP.0, 0), PASSWORD])
        .stderr(Stdio::inherit());
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    ensure!(output.status.success(), "the browser's visit failed");
    Ok(serde_json::from_slice(&output.stdout)?)
}
