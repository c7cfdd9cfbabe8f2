//! Phone numbers, and codes by text message.

use crate::api::countries::Country;
use crate::api::text::Undeliverable;

/// A country as it is selected: "Germany +49".
#[must_use]
pub fn country(country: &Country) -> String {
    [&*country.name, " +", &country.dial_code.to_string()].concat()
}

/// The country of a number that is written with its `+`: the selected one where several have the same beginning, or else the
/// first of them.
#[must_use]
pub fn country_of<'a>(number: &str, selected: &str, countries: &'a [Country]) -> Option<&'a str> {
    let digits: String =
        number.trim_start().strip_prefix('+')?.chars().filter(char::is_ascii_digit).collect();
    let fits = |country: &&Country| digits.starts_with(&country.dial_code.to_string());
    let of_selected = countries.iter().filter(fits).find(|country| country.code == selected);
    let country = of_selected.or_else(|| countries.iter().find(fits))?;
    Some(&country.code)
}

/// Why a message does not arrive.
#[must_use]
pub const fn undeliverable(reason: Undeliverable) -> &'static str {
    match reason {
        Undeliverable::Invalid => "There is no such number.",
        Undeliverable::Unreachable => "The phone may be off, or without signal.",
        Undeliverable::Blocked => "Its network or its owner blocks such messages.",
        Undeliverable::Landline => "It looks like a landline.",
        Undeliverable::Throttled => "Too many messages were sent to it.",
    }
}

/// How many messages more can be sent before each of them has to wait long.
#[must_use]
pub fn before_long_pause(more: u32) -> String {
    match more {
        0 => "There is a longer wait between messages now.".into(),
        more => ["You can send ", &more.to_string(), " more before a longer wait."].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> [Country; 3] {
        [("CA", "Canada", 1), ("DE", "Germany", 49), ("US", "United States", 1)]
            .map(|(code, name, dial_code)| Country { code: code.into(), name: name.into(), dial_code })
    }

    #[test]
    fn a_country_is_selected_by_name_and_beginning() {
        assert_eq!(country(&known()[1]), "Germany +49");
    }

    // S19
    #[test]
    fn a_number_with_its_plus_says_its_country() {
        let of = |number, selected| country_of(number, selected, &known()).map(str::to_owned);
        assert_eq!(of("+49 151", "US"), Some("DE".into()));
        assert_eq!(of(" +(1) 201", "US"), Some("US".into()));
        assert_eq!(of("+1", "DE"), Some("CA".into()));
        // In the selected country, not yet to be told, or of no country here.
        for number in ["0151", "+", "+4", "+47 40", ""] {
            assert_eq!(of(number, "DE"), None, "{number}");
        }
    }

    #[test]
    fn a_message_that_does_not_arrive_has_a_reason() {
        assert_eq!(undeliverable(Undeliverable::Landline), "It looks like a landline.");
    }

    // S18
    #[test]
    fn how_many_messages_remain_before_a_longer_wait_is_said() {
        assert_eq!(before_long_pause(2), "You can send 2 more before a longer wait.");
        assert_eq!(before_long_pause(0), "There is a longer wait between messages now.");
    }
}
