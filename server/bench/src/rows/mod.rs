//! The figures: what was measured, beside what, and whether that is enough.

pub mod browser;
pub mod requests;
pub mod scale;
pub mod second_factor;
pub mod sign_in;
pub mod start;

use std::fmt;
use std::time::Duration;

/// Something that was measured.
#[derive(Clone, Copy, Debug)]
pub enum Figure {
    /// So many a second.
    PerSecond(f64),
    /// So long.
    Time(Duration),
    /// So many bytes.
    Bytes(f64),
}

/// What the ratio of a figure to its ceiling should be.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
    /// This far from 1 at most.
    Equal(f64),
    /// Nothing in particular.
    Reported,
}

/// A row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which target it belongs to.
    pub id: &'static str,
    /// What was measured.
    pub what: String,
    /// What came of it.
    pub measured: String,
    /// What it is compared with.
    pub ceiling: String,
    /// The one divided by the other.
    pub ratio: Option<f64>,
    /// What was aimed at.
    pub target: String,
    /// Whether that was met; `None` where nothing was aimed at.
    pub met: Option<bool>,
}

impl Figure {
    fn value(self) -> f64 {
        match self {
            Self::PerSecond(value) | Self::Bytes(value) => value,
            Self::Time(time) => time.as_secs_f64(),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::PerSecond(rate) if rate >= 100.0 => write!(formatter, "{rate:.0}/s"),
            Self::PerSecond(rate) => write!(formatter, "{rate:.1}/s"),
            Self::Time(time) if time.as_secs_f64() >= 1.0 => write!(formatter, "{:.2} s", time.as_secs_f64()),
            Self::Time(time) => write!(formatter, "{:.1} ms", time.as_secs_f64() * 1e3),
            Self::Bytes(bytes) if bytes >= 1e6 => write!(formatter, "{:.1} MB", bytes / 1e6),
            Self::Bytes(bytes) => write!(formatter, "{:.1} kB", bytes / 1e3),
        }
    }
}

impl Target {
    fn met(self, ratio: f64) -> Option<bool> {
        match self {
            Self::AtLeast(least) => Some(ratio >= least),
            Self::AtMost(most) => Some(ratio <= most),
            Self::Equal(margin) => Some((ratio - 1.0).abs() <= margin),
            Self::Reported => None,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(formatter, "≥ {least:.2}"),
            Self::AtMost(most) => write!(formatter, "≤ {most:.2}"),
            Self::Equal(margin) => write!(formatter, "1 ± {margin:.2}"),
            Self::Reported => formatter.write_str("reported"),
        }
    }
}

impl Row {
    /// A figure beside another, where their ratio counts.
    pub fn beside(
        id: &'static str,
        what: impl Into<String>,
        measured: Figure,
        (name, ceiling): (&str, Figure),
        target: Target,
    ) -> Self {
        let ratio = measured.value() / ceiling.value();
        Self {
            id,
            what: what.into(),
            measured: measured.to_string(),
            ceiling: format!("{name}: {ceiling}"),
            ratio: Some(ratio),
            target: target.to_string(),
            met: target.met(ratio),
        }
    }

    /// A figure that has a limit of its own.
    pub fn within(id: &'static str, what: impl Into<String>, measured: Figure, limit: Figure) -> Self {
        Self {
            target: format!("≤ {limit}"),
            met: Some(measured.value() <= limit.value()),
            ..Self::reported(id, what, measured)
        }
    }

    /// A figure that has no limit.
    pub fn reported(id: &'static str, what: impl Into<String>, measured: Figure) -> Self {
        Self {
            id,
            what: what.into(),
            measured: measured.to_string(),
            ceiling: String::new(),
            ratio: None,
            target: Target::Reported.to_string(),
            met: None,
        }
    }

    /// Whether the target was met, in a word.
    pub fn verdict(&self) -> &'static str {
        match self.met {
            Some(true) => "met",
            Some(false) => "missed",
            None => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_decides_and_a_figure_without_a_target_is_neither_met_nor_missed() {
        let row = |target| {
            let ceiling = ("C1", Figure::PerSecond(80.0));
            Row::beside("a1", "sign-ins", Figure::PerSecond(72.0), ceiling, target)
        };
        assert_eq!(row(Target::AtLeast(0.9)).verdict(), "met");
        assert_eq!(row(Target::AtMost(0.89)).verdict(), "missed");
        assert_eq!(row(Target::Equal(0.05)).verdict(), "missed");
        assert_eq!(row(Target::Reported).verdict(), "");
        assert_eq!(row(Target::AtLeast(0.9)).ceiling, "C1: 80.0/s");
    }
}
