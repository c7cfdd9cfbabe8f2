//! Instants. The domain never reads a clock: whoever calls it says what time it is.

use serde::{Deserialize, Serialize};

/// Milliseconds of one second.
pub const SECOND: i64 = 1_000;
/// Milliseconds of one minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Milliseconds of one hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Milliseconds of 24 hours.
pub const DAY: i64 = 24 * HOUR;

/// An instant: milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This instant moved by `milliseconds` (negative: earlier), held at the ends of the range.
    #[must_use]
    pub const fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to this instant; negative if it is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whole seconds from `now` until this instant, rounded up; 0 once it has passed.
    #[must_use]
    pub fn seconds_from(self, now: Self) -> u32 {
        let milliseconds = self.since(now).max(0);
        u32::try_from(milliseconds.saturating_add(SECOND - 1) / SECOND).unwrap_or(u32::MAX)
    }

    /// Whole seconds since the Unix epoch, as RFC 6238 counts them; 0 before 1970.
    #[must_use]
    pub fn unix_seconds(self) -> u64 {
        u64::try_from(self.0 / SECOND).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_started_second_counts_as_a_whole_one() {
        assert_eq!(Timestamp(10_001).seconds_from(Timestamp(9_000)), 2);
        assert_eq!(Timestamp(10_000).seconds_from(Timestamp(9_000)), 1);
    }

    #[test]
    fn a_passed_instant_is_zero_seconds_away() {
        assert_eq!(Timestamp(1_000).seconds_from(Timestamp(5_000)), 0);
    }
}
