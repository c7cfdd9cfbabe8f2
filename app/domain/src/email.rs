//! E-mail addresses, in the one form in which they are stored and compared.

use serde::Serialize;

/// A normalised address: trimmed, lower-cased, its domain in ASCII (IDNA, UTS 46).
///
/// Two spellings of one address give equal values. The local part is lower-cased too: what RFC 5321 allows to
/// differ by case no mail provider tells apart, and two accounts that differ by case would be an attack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Email(String);

/// Why a text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing was entered.
    #[error("Enter an email address.")]
    Empty,
    /// There is no single `@` between two parts, or a part has a character that addresses cannot have.
    #[error("That is not an email address. It should look like name@example.com.")]
    Malformed,
    /// More than 254 bytes (RFC 5321, section 4.5.3.1.3).
    #[error("That email address is too long.")]
    TooLong,
}

impl Email {
    /// Parses what a person typed or an operator wrote.
    ///
    /// # Errors
    /// [`EmailError`], whose text can be shown beside the field.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        let (local, host) = text.rsplit_once('@').ok_or(EmailError::Malformed)?;
        let forbidden = |c: char| c.is_whitespace() || c.is_control() || "@<>()[]\\,;:\"".contains(c);
        if local.is_empty() || local.chars().any(forbidden) || local.split('.').any(str::is_empty) {
            return Err(EmailError::Malformed);
        }
        let host = idna::domain_to_ascii_strict(host).map_err(|_| EmailError::Malformed)?;
        if host.is_empty() || host.split('.').any(str::is_empty) {
            return Err(EmailError::Malformed);
        }
        let address = format!("{}@{host}", local.to_lowercase());
        if address.len() > 254 {
            return Err(EmailError::TooLong);
        }
        Ok(Self(address))
    }

    /// The address, normalised.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_equal() {
        for spelling in [" Anna@Example.com", "anna@EXAMPLE.COM\n", "ANNA@example.com"] {
            assert_eq!(Email::parse(spelling).unwrap().as_str(), "anna@example.com");
        }
    }

    #[test]
    fn an_international_domain_becomes_ascii() {
        assert_eq!(Email::parse("anna@Bücher.example").unwrap().as_str(), "anna@xn--bcher-kva.example");
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for text in [
            "anna",
            "@example.com",
            "anna@",
            "an na@example.com",
            "anna@exa mple.com",
            "a@b@c.example",
            "Anna <a@b.example>",
            ".a@b.example",
            "a@b..example",
        ] {
            assert_eq!(Email::parse(text), Err(EmailError::Malformed), "{text}");
        }
        assert_eq!(Email::parse("  "), Err(EmailError::Empty));
        assert_eq!(Email::parse(&format!("{}@example.com", "a".repeat(250))), Err(EmailError::TooLong));
    }
}
