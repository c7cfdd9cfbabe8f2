//! The table, and `docs/performance.md` around it.

use std::io::Write;
use std::process::Command;

use anyhow::{Context, Result};
use vestibule_core::clock::{Clock, SystemClock};

use crate::plan::say;
use crate::rows::Row;

/// Where the report goes.
const FILE: &str = "docs/performance.md";

/// What comes before the table.
const BEFORE: &str = "\
# Speed, size and memory

Written by `make bench`. Times alone mean little on a machine that others use too, so a figure stands beside a ceiling
or a peer that the same run measures a moment before or after it; what counts is the ratio. A target that is missed
stays in the table; an answer that is wrong fails the run, and is in no rate.
";

/// What comes after it.
const AFTER: &str = "\
- C1: argon2id with the application's parameters (19 MiB, two passes, one lane), on every core, with memory that is
  there already.
- C2: axum that answers the bytes of the same page.
- C3: axum that makes the same statements in plain sqlx on a pool of the same size, on the same database, in a process
  of its own.
- C4: a Leptos page with a router, one server function and nothing to see, built with the same profile and compressed
  in the same way.
- C5: one-row transactions, each on the disk before the next begins, with SQLite's one writer and `synchronous=FULL`.

The measured server is the release binary in a process of its own, over loopback, with SQLite on the disk of the build.
Visitors share the machine with it: each keeps one connection, asks, waits for the answer, checks it, and asks again.
Rates are medians of rounds in which ceiling and application take turns; those of b2 are of one pass, with the ceiling
before, between and after. Memory is `VmRSS`, and `VmHWM` for the most that it was. The browser is Chromium on a phone's
screen, with its CPU slowed down four times and a network of 1.6 Mbit/s down, 750 kbit/s up and 150 ms there and back;
medians of five visits with an empty cache.
";

/// Where the part begins that people write: what the profiles show. A new report keeps it.
const NOTES: &str = "## What the profiles show";

/// Writes the report, and the table to standard output.
///
/// # Errors
/// What the system says.
pub fn write(rows: &[Row]) -> Result<()> {
    let table = print(rows)?;
    let before = std::fs::read_to_string(FILE).unwrap_or_default();
    let notes = before.find(NOTES).map_or(NOTES, |begins| before[begins..].trim_end());
    std::fs::write(FILE, format!("{BEFORE}\n{}\n{table}\n{AFTER}\n{notes}\n", facts()?))?;
    let missed = rows.iter().filter(|row| row.met == Some(false)).count();
    say(&format!("wrote {FILE}; targets missed: {missed}"));
    Ok(())
}

/// Writes the table to standard output, and gives it.
///
/// # Errors
/// What the system says.
pub fn print(rows: &[Row]) -> Result<String> {
    let table = table(rows);
    writeln!(std::io::stdout(), "{table}")?;
    Ok(table)
}

fn table(rows: &[Row]) -> String {
    let mut lines = vec![["", "what", "measured", "ceiling", "ratio", "target", ""].map(str::to_owned)];
    for row in rows {
        let ratio = row.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        let texts = [row.id, &row.what, &row.measured, &row.ceiling, &ratio, &row.target, row.verdict()];
        lines.push(texts.map(str::to_owned));
    }
    aligned(&lines)
}

/// A Markdown table whose columns stand below each other, so that a terminal shows it too.
fn aligned<const N: usize>(lines: &[[String; N]]) -> String {
    let mut widths = [3; N];
    for (column, width) in widths.iter_mut().enumerate() {
        let longest = lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
        *width = longest.max(*width);
    }
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        for (cell, width) in line.iter().zip(widths) {
            text.push_str(&format!("| {cell:<width$} "));
        }
        text.push_str("|\n");
        if number == 0 {
            text.extend(widths.map(|width| format!("|{}", "-".repeat(width + 2))));
            text.push_str("|\n");
        }
    }
    text
}

/// On what, when and of which state of the sources.
fn facts() -> Result<String> {
    let cpu = first_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned());
    let memory = first_of("/proc/meminfo", "MemTotal").context("no MemTotal in /proc/meminfo")?;
    let kibibytes: f64 = memory.trim_end_matches(" kB").parse()?;
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease")?;
    // The version; what follows the dash names somebody's build.
    let kernel = kernel.split('-').next().unwrap_or_default();
    let cores = std::thread::available_parallelism()?;
    let date = jiff::Timestamp::from_millisecond(SystemClock.now().0)?;
    Ok(aligned(&[
        ["machine", cpu.as_str()].map(str::to_owned),
        ["cores", &cores.to_string()].map(str::to_owned),
        ["memory", &format!("{:.1} GiB", kibibytes / 1024.0 / 1024.0)].map(str::to_owned),
        ["kernel", kernel.trim()].map(str::to_owned),
        ["date", &date.strftime("%Y-%m-%d").to_string()].map(str::to_owned),
        ["commit", &commit()].map(str::to_owned),
    ]))
}

/// The value of the first line `NAME: VALUE` of a file.
fn first_of(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn commit() -> String {
    let described = Command::new("git").args(["describe", "--always", "--dirty", "--abbrev=12"]).output();
    let described = described.ok().filter(|output| output.status.success());
    let text = described.and_then(|output| String::from_utf8(output.stdout).ok());
    text.map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}
