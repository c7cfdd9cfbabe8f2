//! Secrets in memory: none of these types can be serialised, and none prints itself (S51).

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::random::{self, Randomness};

/// Fewest code points of a password that is being set (S1).
pub(crate) const SHORTEST_PASSWORD: usize = 8;

/// A password as it is hashed: NFC, at most 256 code points (S1).
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a text cannot be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Nothing was entered.
    #[error("Enter your password.")]
    Empty,
    /// Fewer than 8 code points; only for a password that is being set.
    #[error("Use at least 8 characters.")]
    TooShort,
    /// More than 256 code points.
    #[error("Use at most 256 characters.")]
    TooLong,
}

impl Password {
    /// What a person entered to sign in.
    ///
    /// # Errors
    /// [`PasswordError::Empty`] or [`PasswordError::TooLong`].
    pub fn entered(text: String) -> Result<Self, PasswordError> {
        let text = Zeroizing::new(text);
        let normalised = Zeroizing::new(text.nfc().collect::<String>());
        match normalised.chars().count() {
            0 => Err(PasswordError::Empty),
            1..=256 => Ok(Self(normalised)),
            _ => Err(PasswordError::TooLong),
        }
    }

    /// A password that is being set: at least 8 code points besides (S1).
    ///
    /// # Errors
    /// [`PasswordError`].
    pub fn chosen(text: String) -> Result<Self, PasswordError> {
        let password = Self::entered(text)?;
        match password.0.chars().count() {
            ..SHORTEST_PASSWORD => Err(PasswordError::TooShort),
            _ => Ok(password),
        }
    }

    /// The bytes to hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The text, for the rules of `password_policy`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Password(…)")
    }
}

/// The token of a session, a known browser or a mailed link: 256 random bits (S30), in a cookie or after the `#` of an
/// address; the store has its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Zeroizing<[u8; 32]>);

impl Token {
    /// A new token.
    #[must_use]
    pub fn new(random: &dyn Randomness) -> Self {
        Self(Zeroizing::new(random::bytes(random)))
    }

    /// The token that a cookie carries, if it is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// The token as a cookie's value.
    #[must_use]
    pub fn cookie_value(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64URL_NOPAD.encode(&*self.0))
    }

    /// What the store keeps: SHA-256. A fast hash is enough for 256 random bits.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(*self.0).to_vec()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S1
    #[test]
    fn a_password_is_counted_in_code_points_after_nfc_and_never_cut() {
        assert_eq!(Password::chosen("1234567".into()).unwrap_err(), PasswordError::TooShort);
        assert!(Password::chosen("12345678".into()).is_ok());
        // Eight letters with a combining accent each: 16 code points that compose to 8.
        assert!(Password::chosen("e\u{301}".repeat(8)).is_ok());
        assert_eq!(Password::chosen("e\u{301}".repeat(7)).unwrap_err(), PasswordError::TooShort);
        assert!(Password::entered("é".repeat(256)).is_ok());
        assert_eq!(Password::entered("é".repeat(257)).unwrap_err(), PasswordError::TooLong);
        assert_eq!(
            Password::entered("e\u{301}".into()).unwrap().as_bytes(),
            Password::entered("é".into()).unwrap().as_bytes()
        );
    }

    // S51
    #[test]
    fn secrets_do_not_print_themselves() {
        let password = Password::entered("correct horse".into()).unwrap();
        assert!(!format!("{password:?}").contains("horse"));
        let token = Token::new(&random::SystemRandomness);
        assert!(!format!("{token:?}").contains(token.cookie_value().as_str()));
    }

    #[test]
    fn a_token_survives_its_cookie() {
        let token = Token::new(&random::SystemRandomness);
        assert_eq!(Token::parse(&token.cookie_value()), Some(token));
        assert_eq!(Token::parse(""), None);
        assert_eq!(Token::parse("AAAA"), None);
    }
}
