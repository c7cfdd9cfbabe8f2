//! The six digits of an authenticator app or a text message.

use zeroize::Zeroizing;

/// Exactly six ASCII digits (S11).
#[derive(Clone)]
pub struct OneTimeCode(Zeroizing<String>);

/// The text is not six ASCII digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter the 6 digits of the code.")]
pub struct OneTimeCodeError;

impl OneTimeCode {
    /// Parses what arrived at the server. Spaces, full-width digits and other lengths are refused (S11).
    ///
    /// # Errors
    /// [`OneTimeCodeError`], whose text can be shown beside the field.
    pub fn parse(text: &str) -> Result<Self, OneTimeCodeError> {
        if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(OneTimeCodeError)
        }
    }

    /// The code of a number below one million.
    #[must_use]
    pub fn from_number(number: u32) -> Self {
        Self(Zeroizing::new(format!("{:06}", number % 1_000_000)))
    }

    /// The code as it is shown: two groups of three.
    #[must_use]
    pub fn grouped(&self) -> Zeroizing<String> {
        let (first, last) = self.0.split_at(3);
        Zeroizing::new([first, last].join(" "))
    }

    /// What a person typed or pasted, as it is sent: without spaces, dashes and the `#` that text messages put
    /// before the code. Anything else stays, for the server to refuse.
    #[must_use]
    pub fn typed(text: &str) -> String {
        text.chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '#'))
            .collect()
    }

    /// The six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for OneTimeCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("OneTimeCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S11
    #[test]
    fn only_six_ascii_digits_are_a_code() {
        assert_eq!(OneTimeCode::parse("012345").unwrap().as_str(), "012345");
        for text in [
            "",
            "12345",
            "1234567",
            "123 456",
            " 123456",
            "123456\n",
            "12345a",
            "１２３４５６",
            "-12345",
            "+12345",
            "12.456",
        ] {
            assert!(OneTimeCode::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn spaces_dashes_and_a_hash_are_left_out_of_what_is_sent() {
        for typed in ["123 456", "123-456", " 123456 ", "#123456", "123\u{a0}456", "123–456"] {
            assert_eq!(OneTimeCode::typed(typed), "123456", "{typed:?}");
        }
        assert_eq!(OneTimeCode::typed("12a 45"), "12a45");
    }

    #[test]
    fn a_code_does_not_print_itself() {
        assert_eq!(format!("{:?}", OneTimeCode::parse("123456").unwrap()), "OneTimeCode(…)");
    }
}
