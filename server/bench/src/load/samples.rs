//! Times, and what is said about them.

use std::time::Duration;

/// How long each of several requests took.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<Duration>);

impl Samples {
    /// One more.
    pub fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// All of another's.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What this share of them did not exceed (nearest rank); nothing, where there are none.
    pub fn quantile(&self, share: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }

    /// What half of them did not exceed.
    pub fn median(&self) -> Duration {
        self.quantile(0.5)
    }
}

/// The middle one of several figures, which one odd round does not move.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_sample_that_the_share_does_not_exceed() {
        let mut samples = Samples::default();
        for milliseconds in (1..=200).rev() {
            samples.add(Duration::from_millis(milliseconds));
        }
        assert_eq!(samples.median(), Duration::from_millis(100));
        assert_eq!(samples.quantile(0.99), Duration::from_millis(198));
        assert_eq!(samples.quantile(1.0), Duration::from_millis(200));
        assert_eq!(Samples::default().quantile(0.99), Duration::ZERO);
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_two_in_the_middle() {
        assert_eq!(median(&[9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), 3.0);
    }
}
