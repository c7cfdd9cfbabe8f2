//! Phone numbers that codes are sent to: parsed with libphonenumber's data, of an allowed country, and of a kind that gets
//! text messages (S19). A number is personal: it does not print itself, and is shown masked (S8).

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, Type, country};
use zeroize::Zeroizing;

/// A number that can be texted.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    e164: Zeroizing<String>,
    country: String,
}

/// A country that numbers can be of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    /// Its name, in English.
    pub name: String,
    /// What international numbers of it begin with, after the `+`.
    pub dial_code: u16,
}

/// Why a text is not a number that can be texted: sentences for the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Nothing was entered.
    #[error("Enter your phone number.")]
    Empty,
    /// No number of that country, or too short, or too long.
    #[error("That is not a whole phone number. Enter it with its area code.")]
    NotANumber,
    /// Fixed-line.
    #[error("That looks like a landline. Enter a mobile number.")]
    Landline,
    /// A kind that nobody carries.
    #[error("That is a {0} number. Enter a mobile number.")]
    Kind(&'static str),
    /// Not one of the allowed countries.
    #[error("We can't text numbers in {0}. Use an authenticator app.")]
    Country(String),
}

impl NumberError {
    /// Numbers of this country are not texted.
    pub(crate) fn of_country(code: &str) -> Self {
        Self::Country(in_a_sentence(code))
    }
}

impl PhoneNumber {
    /// Parses what was entered: national of `country` (ISO 3166-1 alpha-2), or international with a `+`, which says the
    /// country itself.
    ///
    /// # Errors
    /// [`NumberError`], whose text can be shown beside the field.
    pub fn parse(country: &str, text: &str, allowed: &[String]) -> Result<Self, NumberError> {
        if text.trim().is_empty() {
            return Err(NumberError::Empty);
        }
        // Longer than any number; what follows is written for short texts.
        if text.chars().count() > 40 {
            return Err(NumberError::NotANumber);
        }
        // A number with its plus says the country itself.
        let home = country.parse::<country::Id>().ok().filter(|_| !text.trim_start().starts_with('+'));
        let number = phonenumber::parse(home, text).map_err(|_| NumberError::NotANumber)?;
        let country = number.country().id().map(|id| format!("{id:?}")).ok_or(NumberError::NotANumber)?;
        if !allowed.contains(&country) {
            return Err(NumberError::of_country(&country));
        }
        check_kind(number.number_type(&DATABASE))?;
        if !number.is_valid() || number.extension().is_some() {
            return Err(NumberError::NotANumber);
        }
        Ok(Self { e164: Zeroizing::new(number.format().mode(Mode::E164).to_string()), country })
    }

    /// A number as the store keeps it.
    pub(crate) fn stored(e164: Zeroizing<String>, country: String) -> Self {
        Self { e164, country }
    }

    /// The number with its `+` (E.164).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.e164
    }

    /// Its country, ISO 3166-1 alpha-2.
    #[must_use]
    pub fn country(&self) -> &str {
        &self.country
    }

    /// What it begins with, after the `+`.
    #[must_use]
    pub fn dial_code(&self) -> u16 {
        dial_code(&self.country).unwrap_or_default()
    }

    /// Its last two digits, all that is shown of it.
    #[must_use]
    pub fn ending(&self) -> &str {
        self.e164.get(self.e164.len().saturating_sub(2)..).unwrap_or_default()
    }
}

impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "PhoneNumber(…{})", self.ending())
    }
}

/// Refuses what is no phone that somebody carries. Where a country's plan does not tell mobile from fixed-line, as in
/// North America, both are taken.
fn check_kind(kind: Type) -> Result<(), NumberError> {
    match kind {
        Type::Mobile | Type::FixedLineOrMobile | Type::PersonalNumber => Ok(()),
        Type::FixedLine => Err(NumberError::Landline),
        Type::TollFree => Err(NumberError::Kind("toll-free")),
        Type::PremiumRate => Err(NumberError::Kind("premium-rate")),
        Type::SharedCost => Err(NumberError::Kind("shared-cost")),
        Type::Voip => Err(NumberError::Kind("internet phone")),
        Type::Pager => Err(NumberError::Kind("pager")),
        Type::Uan => Err(NumberError::Kind("company")),
        Type::Voicemail => Err(NumberError::Kind("voicemail")),
        Type::Emergency | Type::ShortCode => Err(NumberError::Kind("service")),
        _ => Err(NumberError::NotANumber),
    }
}

/// The countries of these codes, by name.
#[must_use]
pub fn countries(codes: &[String]) -> Vec<Country> {
    let mut countries: Vec<Country> = codes
        .iter()
        .filter_map(|code| {
            Some(Country { code: code.clone(), name: country_name(code), dial_code: dial_code(code)? })
        })
        .collect();
    countries.sort_by(|one, other| one.name.cmp(&other.name));
    countries
}

/// Whether libphonenumber knows the country.
#[must_use]
pub fn is_country(code: &str) -> bool {
    dial_code(code).is_some()
}

fn dial_code(country: &str) -> Option<u16> {
    DATABASE.by_id(country).map(phonenumber::metadata::Metadata::country_code)
}

fn country_name(code: &str) -> String {
    match code {
        // As people say them.
        "GB" => "United Kingdom".to_owned(),
        "US" => "United States".to_owned(),
        "NL" => "Netherlands".to_owned(),
        _ => {
            rust_iso3166::from_alpha2(code).map_or_else(|| code.to_owned(), |country| country.name.to_owned())
        }
    }
}

/// Its name within a sentence.
fn in_a_sentence(code: &str) -> String {
    let article = if matches!(code, "GB" | "US" | "NL") { "the " } else { "" };
    format!("{article}{}", country_name(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(country: &str, text: &str) -> Result<String, NumberError> {
        let allowed = ["DE", "US", "GB", "FR"].map(str::to_owned);
        PhoneNumber::parse(country, text, &allowed).map(|number| number.as_str().to_owned())
    }

    // S19. Numbers are those that regulators keep for fiction, or examples of libphonenumber.
    #[test]
    fn a_mobile_number_is_taken_as_people_write_it() {
        for (country, text, expected) in [
            ("DE", "0151 23456789", "+4915123456789"),
            ("DE", "+49 151 23456789", "+4915123456789"),
            ("US", "(201) 555-0123", "+12015550123"),
            ("GB", "07400 123456", "+447400123456"),
            // The prefix says the country, whatever was selected.
            ("US", "+44 7400 123456", "+447400123456"),
        ] {
            assert_eq!(parse(country, text), Ok(expected.to_owned()), "{text}");
        }
    }

    // S19
    #[test]
    fn a_number_of_another_kind_is_refused_with_its_reason() {
        assert_eq!(parse("DE", "030 123456"), Err(NumberError::Landline));
        assert_eq!(parse("US", "+1 800 234 5678"), Err(NumberError::Kind("toll-free")));
        assert_eq!(parse("DE", "0900 1234567"), Err(NumberError::Kind("premium-rate")));
        assert!(matches!(parse("GB", "+47 406 12 345"), Err(NumberError::Country(_))));
        for text in ["12", "words", "+", "0151 234567890123456", "7".repeat(200).as_str()] {
            assert_eq!(parse("DE", text), Err(NumberError::NotANumber), "{text}");
        }
        assert_eq!(parse("DE", " "), Err(NumberError::Empty));
    }

    // S8
    #[test]
    fn a_number_shows_its_last_two_digits_only() {
        let number = PhoneNumber::parse("DE", "0151 23456789", &["DE".to_owned()]).unwrap();
        assert_eq!((number.ending(), format!("{number:?}")), ("89", "PhoneNumber(…89)".to_owned()));
        assert_eq!((number.country(), number.dial_code()), ("DE", 49));
    }

    #[test]
    fn countries_have_names_and_dial_codes() {
        let named = countries(&["US".to_owned(), "DE".to_owned()]);
        assert_eq!(named[0].name, "Germany");
        assert_eq!(named.iter().map(|country| country.dial_code).collect::<Vec<_>>(), [49, 1]);
    }
}
