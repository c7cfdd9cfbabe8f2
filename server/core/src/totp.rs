//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, 160-bit secrets (S10).

use data_encoding::BASE32_NOPAD;
use domain::{OneTimeCode, Timestamp};
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use crate::Error;
use crate::random::{self, Randomness};

/// Seconds that a code is valid for.
pub const STEP_SECONDS: u64 = 30;
/// Steps on either side of the present one that are accepted (S12).
const SKEW: u16 = 1;
/// Steps on either side in which a code counts as one of a device whose clock is off: ten minutes.
const CLOCK_OFF_STEPS: u16 = 20;

/// The secret of an authenticator app. It does not print itself.
pub struct TotpSecret(Zeroizing<Vec<u8>>);

/// What a code is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// Right, at this step (the number of 30-second intervals since the epoch).
    Step(i64),
    /// It would be right on a device whose clock is ahead by so many seconds (negative: behind).
    ClockOff {
        /// Seconds that the device is ahead.
        seconds: i64,
    },
    /// Wrong.
    No,
}

impl TotpSecret {
    /// A new secret: 160 random bits.
    #[must_use]
    pub fn new(random: &dyn Randomness) -> Self {
        Self(Zeroizing::new(random::bytes::<20>(random).to_vec()))
    }

    /// The secret that was sealed.
    #[must_use]
    pub fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes, for sealing.
    #[must_use]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as people type it: base 32 in groups of four.
    #[must_use]
    pub fn grouped(&self) -> Zeroizing<String> {
        let symbols = Zeroizing::new(BASE32_NOPAD.encode(&self.0));
        let groups: Vec<&str> =
            symbols.as_bytes().chunks(4).filter_map(|group| str::from_utf8(group).ok()).collect();
        Zeroizing::new(groups.join(" "))
    }

    /// The `otpauth:` link of the secret, which a QR code carries.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when a name has a colon; configuration and addresses are checked before.
    pub fn link(&self, issuer: &str, account: &str) -> Result<Zeroizing<String>, Error> {
        let totp = self.builder().with_issuer(Some(issuer)).with_account_name(account).build();
        let link =
            totp.and_then(|totp| totp.to_url()).map_err(|_| Error::Corrupt("name in an otpauth link"))?;
        Ok(Zeroizing::new(link))
    }

    /// Compares a code at `now`, within one step either side (S12); the comparison takes constant time.
    #[must_use]
    pub fn check(&self, code: &OneTimeCode, now: Timestamp) -> Match {
        match self.totp(SKEW).check(code.as_str(), now.unix_seconds()) {
            Some(step) => Match::Step(i64::try_from(step).unwrap_or(i64::MAX)),
            None => Match::No,
        }
    }

    /// The same, and if it is wrong, whether the device's clock is the reason. For a set-up only: elsewhere it
    /// would help somebody who guesses.
    #[must_use]
    pub fn check_clock(&self, code: &OneTimeCode, now: Timestamp) -> Match {
        let present = i64::try_from(now.unix_seconds() / STEP_SECONDS).unwrap_or(i64::MAX);
        match self.check(code, now) {
            Match::No => match self.totp(CLOCK_OFF_STEPS).check(code.as_str(), now.unix_seconds()) {
                Some(step) => {
                    let steps = i64::try_from(step).unwrap_or(i64::MAX).saturating_sub(present);
                    Match::ClockOff { seconds: steps.saturating_mul(30) }
                }
                None => Match::No,
            },
            found => found,
        }
    }

    fn totp(&self, skew: u16) -> Totp {
        self.builder().with_skew(skew).build_noncompliant()
    }

    fn builder(&self) -> Builder {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_step_duration(STEP_SECONDS)
            .with_secret(self.0.to_vec())
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TotpSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandomness;
    use domain::SECOND;

    /// The secret of RFC 4226, appendix D, and of RFC 6238, appendix B, for SHA-1.
    fn rfc_secret() -> TotpSecret {
        TotpSecret::from_bytes(Zeroizing::new(b"12345678901234567890".to_vec()))
    }

    fn code(text: &str) -> OneTimeCode {
        OneTimeCode::parse(text).unwrap()
    }

    // S10: RFC 4226, appendix D. The counter of TOTP is the step.
    #[test]
    fn the_vectors_of_rfc_4226_match() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (counter, expected) in codes.into_iter().enumerate() {
            let now = Timestamp(i64::try_from(counter).unwrap() * 30 * SECOND);
            let counter = i64::try_from(counter).unwrap();
            assert_eq!(rfc_secret().check(&code(expected), now), Match::Step(counter), "{counter}");
        }
    }

    // S10: RFC 6238, appendix B, SHA-1, the last six of its eight digits.
    #[test]
    fn the_vectors_of_rfc_6238_match() {
        let vectors = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, expected) in vectors {
            let now = Timestamp(seconds * SECOND);
            assert_eq!(rfc_secret().check(&code(expected), now), Match::Step(seconds / 30), "{seconds}");
        }
    }

    // S12: the code of step 1 at the edges of the window.
    #[test]
    fn one_step_either_side_is_accepted_and_two_are_not() {
        let at = |seconds: i64| rfc_secret().check(&code("287082"), Timestamp(seconds * SECOND));
        assert_eq!(at(0), Match::Step(1));
        assert_eq!(at(89), Match::Step(1));
        assert_eq!(at(90), Match::No);
        let step_three = |seconds: i64| rfc_secret().check(&code("969429"), Timestamp(seconds * SECOND));
        assert_eq!(step_three(59), Match::No);
        assert_eq!(step_three(60), Match::Step(3));
    }

    #[test]
    fn a_code_of_another_time_says_by_how_much_the_clock_is_off() {
        let now = Timestamp(1_111_111_109 * SECOND);
        // Eight minutes are sixteen steps.
        let late = Timestamp(now.0 + 480 * SECOND);
        assert_eq!(rfc_secret().check_clock(&code("081804"), late), Match::ClockOff { seconds: -480 });
        let early = Timestamp(now.0 - 480 * SECOND);
        assert_eq!(rfc_secret().check_clock(&code("081804"), early), Match::ClockOff { seconds: 480 });
        let far = Timestamp(now.0 + 660 * SECOND);
        assert_eq!(rfc_secret().check_clock(&code("081804"), far), Match::No);
    }

    #[test]
    fn a_new_secret_has_160_bits_in_groups_of_four() {
        let secret = TotpSecret::new(&SystemRandomness);
        assert_eq!(secret.as_bytes().len(), 20);
        assert_eq!(secret.grouped().split(' ').map(str::len).collect::<Vec<_>>(), [4; 8]);
    }

    #[test]
    fn the_link_names_product_account_and_secret() {
        let link = rfc_secret().link("Vestibule", "anna@example.com").unwrap();
        assert!(link.starts_with("otpauth://totp/Vestibule:anna%40example.com?"), "{}", *link);
        assert!(link.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{}", *link);
        assert!(link.contains("issuer=Vestibule"), "{}", *link);
    }
}
