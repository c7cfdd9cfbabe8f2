//! Where text messages are available.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// Where text messages are available to the person who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Countries {
    /// The countries, by name.
    pub countries: Vec<Country>,
    /// The code of the one that the person is likely in.
    pub likely: Option<String>,
    /// Why text messages are no method for this person, if they are none.
    pub refused: Option<String>,
}

/// A country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What international numbers of it begin with, after the `+`.
    pub dial_code: u16,
}

/// The countries whose numbers can be set up. `language` is the browser's first (BCP 47).
#[server(name = ReadCountries, prefix = "/api", endpoint = "countries", input = Json, output = Json)]
pub async fn countries(language: String) -> Result<Countries, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let countries = request.countries();
    let likely = likely(&language, &countries);
    Ok(Countries { countries, likely, refused: request.texts_refused() })
}

/// The only country that there is, or the one that a language is spoken in: the one that its tag names, or else the one that
/// is called as it is.
#[cfg(feature = "ssr")]
fn likely(language: &str, countries: &[Country]) -> Option<String> {
    if let [only] = countries {
        return Some(only.code.clone());
    }
    let mut parts = language.split('-');
    let first = parts.next();
    let code = parts.find(|part| part.len() == 2).or(first)?.to_ascii_uppercase();
    countries.iter().any(|country| country.code == code).then_some(code)
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_language_says_where_somebody_is_likely() {
        let country = |code: &str| Country { code: code.into(), name: code.into(), dial_code: 0 };
        let known = ["DE", "GB", "TW"].map(country);
        let likely = |language| likely(language, &known);
        assert_eq!(likely("en-GB"), Some("GB".into()));
        assert_eq!(likely("zh-Hant-tw"), Some("TW".into()));
        assert_eq!(likely("de"), Some("DE".into()));
        // Not allowed, not a country, and nothing at all.
        for language in ["en-US", "en", "de-AT", "", "-", "x"] {
            assert_eq!(likely(language), None, "{language}");
        }
    }

    #[test]
    fn of_one_country_it_is_that_one() {
        let only = [Country { code: "US".into(), name: "United States".into(), dial_code: 1 }];
        assert_eq!(likely("de-DE", &only), Some("US".into()));
    }
}
