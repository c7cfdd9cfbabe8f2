//! How many wrong guesses a secret allows, and how long it pauses after them (S44, S45).
//!
//! A pure decision: the store keeps [`Attempts`] for each account and kind of secret and writes what
//! [`Budget::reserve`] says, before the guess is verified.

use crate::time::{HOUR, MINUTE, SECOND, Timestamp};

/// The rule for one kind of secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Failures that cost nothing but themselves.
    pub free: u32,
    /// The pause after the last free failure, in milliseconds; each further failure doubles it.
    pub first_pause: i64,
    /// The longest pause, in milliseconds.
    pub longest_pause: i64,
    /// Failures in a row after which browsers that are not known are refused; `None`: delays only.
    pub most: Option<u32>,
    /// Whether the count begins anew after a pause. Guesses count on: who waits has not become less suspicious.
    pub forgets: bool,
}

/// What is stored: failures in a row, and until when nothing is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// Guesses that were reserved and did not turn out right, in a row.
    pub failures: u32,
    /// Until then no guess is evaluated.
    pub paused_until: Timestamp,
}

/// What to do with a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// Store this, then verify; store [`Attempts::NONE`] if the guess is right.
    Granted(Attempts),
    /// Do not verify; try again then.
    Paused {
        /// When the pause ends.
        until: Timestamp,
    },
    /// Do not verify: too many in a row, from a browser that has never signed in to the account.
    Refused,
}

impl Attempts {
    /// Nothing has failed yet.
    pub const NONE: Self = Self { failures: 0, paused_until: Timestamp(0) };
}

impl Budget {
    /// Passwords: 10 free, then one minute doubling to 15 (S45).
    pub const PASSWORD: Self =
        Self { free: 10, first_pause: MINUTE, longest_pause: 15 * MINUTE, most: None, forgets: false };
    /// Codes of an authenticator app or a text message: 5 free, then 30 seconds doubling to an hour, and at 100
    /// in a row only known browsers (S45).
    pub const ONE_TIME_CODE: Self =
        Self { free: 5, first_pause: 30 * SECOND, longest_pause: HOUR, most: Some(100), forgets: false };
    /// Recovery codes: as one-time codes, but delays only (S45): the code is often the only way back.
    pub const RECOVERY_CODE: Self = Self { most: None, ..Self::ONE_TIME_CODE };
    /// Mailed links for a forgotten password: three an hour (S5). Nothing is guessed here; what is held back is mail.
    pub const PASSWORD_RESET: Self =
        Self { free: 3, first_pause: HOUR, longest_pause: HOUR, most: None, forgets: true };

    /// The same, of one network, whatever addresses it names: a site of people who come back from a holiday, and no flood.
    pub const PASSWORD_RESET_OF_NETWORK: Self = Self { free: 30, ..Self::PASSWORD_RESET };
    /// Mails about new devices: whoever has the password could otherwise bury the one mail that matters (S28a).
    pub const NEW_DEVICE: Self = Self { free: 5, ..Self::PASSWORD_RESET };

    /// Reserves one guess at `now`, counting it as a failure until it proves right.
    #[must_use]
    pub fn reserve(self, stored: Attempts, known_browser: bool, now: Timestamp) -> Reservation {
        if self.most.is_some_and(|most| stored.failures >= most) && !known_browser {
            return Reservation::Refused;
        }
        if now < stored.paused_until {
            return Reservation::Paused { until: stored.paused_until };
        }
        let rested = self.forgets && stored.failures >= self.free;
        let failures = if rested { 1 } else { stored.failures.saturating_add(1) };
        Reservation::Granted(Attempts { failures, paused_until: now.plus(self.pause_after(failures)) })
    }

    /// The pause after so many failures in a row, in milliseconds.
    fn pause_after(self, failures: u32) -> i64 {
        match failures.checked_sub(self.free) {
            None => 0,
            Some(doublings) => {
                self.first_pause.saturating_mul(1_i64 << doublings.min(30)).min(self.longest_pause)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    /// The pauses in seconds after each of the first `count` failures, each guess made as soon as it may be.
    fn pauses(budget: Budget, count: usize) -> Vec<i64> {
        let mut stored = Attempts::NONE;
        let mut now = NOW;
        (0..count)
            .map(|_| {
                let Reservation::Granted(next) = budget.reserve(stored, false, now) else {
                    panic!("paused too long")
                };
                let pause = next.paused_until.since(now);
                stored = next;
                now = next.paused_until;
                pause / SECOND
            })
            .collect()
    }

    // S45
    #[test]
    fn a_one_time_code_has_five_free_failures_then_doubling_pauses_up_to_an_hour() {
        assert_eq!(
            pauses(Budget::ONE_TIME_CODE, 14),
            [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]
        );
    }

    // S45
    #[test]
    fn a_password_has_ten_free_failures_then_doubling_pauses_up_to_a_quarter_of_an_hour() {
        assert_eq!(pauses(Budget::PASSWORD, 15), [0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 120, 240, 480, 900, 900]);
    }

    // S5
    #[test]
    fn three_links_an_hour_are_mailed_however_often_they_are_asked_for() {
        let mut stored = Attempts::NONE;
        let mut mailed = Vec::new();
        for minute in (0..300).step_by(5) {
            let now = NOW.plus(minute * MINUTE);
            if let Reservation::Granted(next) = Budget::PASSWORD_RESET.reserve(stored, false, now) {
                stored = next;
                mailed.push(minute);
            }
        }
        assert_eq!(mailed, [0, 5, 10, 70, 75, 80, 140, 145, 150, 210, 215, 220, 280, 285, 290]);
    }

    #[test]
    fn during_a_pause_nothing_is_granted_or_counted() {
        let stored = Attempts { failures: 5, paused_until: NOW.plus(1) };
        assert_eq!(
            Budget::ONE_TIME_CODE.reserve(stored, true, NOW),
            Reservation::Paused { until: NOW.plus(1) }
        );
    }

    // S45, S46
    #[test]
    fn after_a_hundred_in_a_row_only_a_known_browser_goes_on() {
        let stored = Attempts { failures: 100, paused_until: NOW };
        assert_eq!(Budget::ONE_TIME_CODE.reserve(stored, false, NOW), Reservation::Refused);
        assert!(matches!(Budget::ONE_TIME_CODE.reserve(stored, true, NOW), Reservation::Granted(_)));
        assert!(matches!(Budget::PASSWORD.reserve(stored, false, NOW), Reservation::Granted(_)));
        assert!(matches!(Budget::RECOVERY_CODE.reserve(stored, false, NOW), Reservation::Granted(_)));
    }
}
