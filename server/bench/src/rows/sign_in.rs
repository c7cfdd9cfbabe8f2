//! a: the first door, beside the bare password hash; and e, the memory that it takes.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use hyper::StatusCode;

use super::{Figure, Row, Target};
use crate::ceilings::hashes;
use crate::load::http::Cookies;
use crate::load::samples::{Samples, median};
use crate::load::visitors::{Asks, SignsIn, credentials, signed_in};
use crate::load::{Outcome, Visitor, for_a_while, once_each};
use crate::plan::Bench;
use crate::seed::email;

/// Who is in the database for this, and how many of each.
pub const GROUPS: [(&str, usize); 4] = [("a1", AT_ONCE), ("a2", PAIRS), ("a3", RUSH), ("a4", LOAD + 1)];

/// Sign-ins at once, where they are counted.
const AT_ONCE: usize = 32;
/// How often the ceiling and the application are measured, one after the other.
const ROUNDS: usize = 3;
/// How long, each time.
const PHASE: Duration = Duration::from_secs(4);
/// Wrong sign-ins of either kind.
const PAIRS: usize = 150;
/// Sign-ins that come all at once.
const RUSH: usize = 500;
/// How often they do.
const RUSHES: usize = 5;
/// How long the ceiling is measured before each.
const BEFORE_A_RUSH: Duration = Duration::from_secs(2);
/// How soon somebody has to be told to try again later.
const TOLD_WITHIN: Duration = Duration::from_secs(1);
/// Sign-ins at once, while a session is checked.
const LOAD: usize = 48;
/// How long the session is checked: with nothing else to do, and under load.
const CHECKS: (Duration, Duration) = (Duration::from_secs(4), Duration::from_secs(8));
/// Between two checks, so that they are not a load themselves.
const PAUSE: Duration = Duration::from_millis(2);
/// How long a server that has just started is left alone before its memory is looked at.
const SETTLE: Duration = Duration::from_secs(2);
/// Memory of one hash.
const HASH_MEMORY: u64 = 19 * 1024 * 1024;

/// Sign-ins per second, and the memory before and meanwhile. The first thing that the server does.
///
/// # Errors
/// A wrong answer.
pub async fn full_sign_ins(bench: &Bench) -> Result<Vec<Row>> {
    tokio::time::sleep(SETTLE).await;
    let idle = bench.server.memory()?.now;
    let mut visitors = SignsIn::group(&bench.server.site, "a1", 0..AT_ONCE).await?;
    once_each(&mut visitors).await?;
    let (mut ceiling, mut measured) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ceiling.push(hashes::per_second(PHASE).await?);
        measured.push(for_a_while(&mut visitors, PHASE).await?.per_second());
    }
    let peak = bench.server.memory()?.peak;
    let cores = std::thread::available_parallelism()?.get() as u64;
    let most = idle + cores * HASH_MEMORY + 30_000_000;
    let bytes = |bytes: u64| Figure::Bytes(bytes as f64);
    Ok(vec![
        Row::beside(
            "a1",
            format!("full sign-ins, {AT_ONCE} at once"),
            Figure::PerSecond(median(&measured)),
            ("C1", Figure::PerSecond(median(&ceiling))),
            Target::AtLeast(0.90),
        ),
        Row::within("e", "memory after the start", bytes(idle), bytes(35_000_000)),
        Row::within("e", "memory under a1, at most", bytes(peak), bytes(most)),
    ])
}

/// Whether an address that nobody has is told from a wrong password by the time that the answer takes.
///
/// # Errors
/// A wrong answer.
pub async fn unknown_address(bench: &Bench) -> Result<Row> {
    let mut connection = bench.server.site.connect().await?;
    let stranger = Cookies::default();
    let (mut unknown, mut wrong) = (Samples::default(), Samples::default());
    for number in 0..PAIRS {
        let mut pair = [("nobody", &mut unknown), ("a2", &mut wrong)];
        if number % 2 == 1 {
            // What happens every so often, such as a checkpoint, is to meet either kind.
            pair.reverse();
        }
        for (group, samples) in pair {
            let body = credentials(&email(group, number), "not-the-password");
            let asked = Instant::now();
            let reply = connection.post("/api/sign_in", &stranger, body).await?;
            samples.add(asked.elapsed());
            reply.check(StatusCode::UNAUTHORIZED, "\"code\":\"wrong_credentials\"")?;
        }
    }
    Ok(Row::beside(
        "a2",
        "unknown address, median",
        Figure::Time(unknown.median()),
        ("wrong password", Figure::Time(wrong.median())),
        Target::Equal(0.05),
    ))
}

/// More sign-ins at once than can wait: as many as can be are answered, and the others are told at once.
///
/// # Errors
/// A wrong answer.
pub async fn rush(bench: &Bench) -> Result<Vec<Row>> {
    let mut visitors = SignsIn::group(&bench.server.site, "a3", 0..RUSH).await?;
    let (mut ceiling, mut total) = (Vec::new(), Outcome::default());
    for _ in 0..RUSHES {
        ceiling.push(hashes::per_second(BEFORE_A_RUSH).await?);
        total.add(once_each(&mut visitors).await?);
    }
    ensure!(
        total.done.count() + total.turned_away.count() == RUSH * RUSHES,
        "not everybody was answered who came at once"
    );
    let told = total.turned_away.quantile(1.0);
    Ok(vec![
        Row::beside(
            "a3",
            format!("{RUSH} at once, {RUSHES} times: the {} that were let in", total.done.count()),
            Figure::PerSecond(total.per_second()),
            ("C1", Figure::PerSecond(median(&ceiling))),
            Target::AtLeast(0.85),
        ),
        Row::within(
            "a3",
            format!("the slowest of {} answers 503", total.turned_away.count()),
            Figure::Time(told),
            Figure::Time(TOLD_WITHIN),
        ),
    ])
}

/// Whether the pages still know who is signed in while every core hashes passwords.
///
/// # Errors
/// A wrong answer.
pub async fn check_under_load(bench: &Bench) -> Result<Row> {
    let site = &bench.server.site;
    let mut browsers = signed_in(site, "a4", LOAD + 1).await?;
    let browser = browsers.pop().context("nobody is signed in")?;
    let mut checker = Asks::who_it_is(site, &browser).await?;
    let idle = check(&mut checker, CHECKS.0).await?;

    let mut visitors = Vec::with_capacity(LOAD);
    for browser in browsers {
        visitors.push(SignsIn::again(site, browser).await?);
    }
    let margin = Duration::from_secs(1);
    let load = tokio::spawn(async move { for_a_while(&mut visitors, CHECKS.1 + 2 * margin).await });
    tokio::time::sleep(margin).await;
    let busy = check(&mut checker, CHECKS.1).await?;
    load.await??;
    Ok(Row::beside(
        "a4",
        format!("session check while {LOAD} sign in, p99"),
        Figure::Time(busy.quantile(0.99)),
        ("idle", Figure::Time(idle.quantile(0.99))),
        Target::AtMost(5.0),
    ))
}

async fn check(checker: &mut Asks, length: Duration) -> Result<Samples> {
    let mut samples = Samples::default();
    let begun = Instant::now();
    while begun.elapsed() < length {
        let asked = Instant::now();
        checker.once().await?;
        samples.add(asked.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    Ok(samples)
}
