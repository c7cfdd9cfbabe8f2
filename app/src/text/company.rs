//! A company's policy: what it is, what a change means, and how far the members are.

use crate::api::company::policy::Preview;

/// A number as it is read: "100,002".
#[must_use]
pub fn number(count: u32) -> String {
    let digits = count.to_string();
    let mut read = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            read.push(',');
        }
        read.push(digit);
    }
    read
}

/// So many of something: "1 member", "7 members".
#[must_use]
pub fn counted(count: u32, one: &str, many: &str) -> String {
    [&*number(count), " ", if count == 1 { one } else { many }].concat()
}

/// So many of something, where there may be more.
#[must_use]
pub fn at_least(counted: &str, more: bool) -> String {
    [if more { "More than " } else { "" }, counted].concat()
}

/// The policy in a word or two; `from` is the day from which MFA is required, `past` whether that has come.
#[must_use]
pub fn policy_state(from: Option<&str>, past: bool) -> String {
    match from {
        None => "Off".into(),
        Some(day) if past => ["On since ", day].concat(),
        Some(day) => ["From ", day].concat(),
    }
}

/// How many of the members have what the policy asks.
#[must_use]
pub fn ready(ready: u32, members: u32) -> String {
    let (people, verb) =
        (if members == 1 { " person" } else { " people" }, if ready == 1 { " is" } else { " are" });
    [&*number(ready), " of ", &number(members), people, verb, " ready."].concat()
}

/// An instant in the company's zone, and where that differs, in the reader's own: each a day and a time.
#[must_use]
pub fn reads_as(there: (&str, &str), zone: &str, here: (&str, &str)) -> String {
    let begin = [there.0, ", ", there.1, " ", &super::zone(zone)].concat();
    if there == here {
        [&begin, "."].concat()
    } else if there.0 == here.0 {
        [&begin, "; ", here.1, " for you."].concat()
    } else {
        [&begin, "; ", here.0, ", ", here.1, " for you."].concat()
    }
}

/// The words on the button that makes a change; `day` is the one from which MFA would be required.
#[must_use]
pub fn save_button(preview: &Preview, day: Option<&str>) -> String {
    match day {
        _ if !preview.moves => "Save Changes".into(),
        None => "Turn Require MFA Off".into(),
        Some(_) if preview.past => "Require MFA Now".into(),
        Some(day) => ["Require MFA from ", day].concat(),
    }
}

/// What follows from a change for the people.
#[must_use]
pub const fn effect(preview: &Preview) -> &'static str {
    match (preview.required_from, preview.past || !preview.moves) {
        (None, _) => "Nobody has to set up MFA for this company. Whoever has it keeps it.",
        (Some(_), true) => "Nobody is removed. People without MFA set it up at their next click.",
        (Some(_), false) => {
            "Nobody is removed. From then on, people without MFA set it up at their next click."
        }
    }
}

/// What to think of before a change, if there is something.
#[must_use]
pub const fn warning(preview: &Preview) -> Option<&'static str> {
    match (preview.required_from, preview.past, preview.soon) {
        _ if !preview.moves => None,
        (None, ..) | (Some(_), false, false) => None,
        (Some(_), true, _) => Some("That has passed: it holds from now on."),
        (Some(_), false, true) => {
            Some("That is fewer than seven days away. Tell people now, so that nobody is held up at work.")
        }
    }
}

/// Phone numbers that serve several accounts; `None`: there are none.
#[must_use]
pub fn shared_numbers(members: u32) -> Option<String> {
    let verb = if members == 1 { " has" } else { " have" };
    (members > 0).then(|| {
        [&counted(members, "member", "members"), verb, " a phone number that serves other accounts too."]
            .concat()
    })
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use super::*;
    use crate::api::company::policy::Figures;

    fn preview(from: Option<i64>, past: bool, soon: bool, moves: bool) -> Preview {
        let required_from = from.map(Timestamp);
        Preview { required_from, past, soon, moves, figures: Figures::default() }
    }

    #[test]
    fn a_large_number_is_read_in_groups() {
        let read = [0, 999, 1_000, 100_002, 4_294_967_295].map(number);
        assert_eq!(read, ["0", "999", "1,000", "100,002", "4,294,967,295"]);
    }

    #[test]
    fn one_is_not_several() {
        assert_eq!(counted(1, "member", "members"), "1 member");
        assert_eq!(counted(0, "member", "members"), "0 members");
        assert_eq!(ready(38, 52), "38 of 52 people are ready.");
        assert_eq!(ready(1, 52), "1 of 52 people is ready.");
        assert_eq!(ready(1, 1), "1 of 1 person is ready.");
        assert_eq!(shared_numbers(0), None);
        assert!(shared_numbers(1).unwrap().starts_with("1 member has a phone number"));
        assert!(shared_numbers(3).unwrap().starts_with("3 members have a phone number"));
    }

    #[test]
    fn the_policy_is_off_ahead_or_on() {
        assert_eq!(policy_state(None, false), "Off");
        assert_eq!(policy_state(Some("3 March 2026"), false), "From 3 March 2026");
        assert_eq!(policy_state(Some("3 March 2026"), true), "On since 3 March 2026");
    }

    #[test]
    fn an_instant_is_read_in_both_zones() {
        let there = ("Tuesday 3 March 2026", "09:00");
        assert_eq!(reads_as(there, "Europe/Berlin", there), "Tuesday 3 March 2026, 09:00 Europe/Berlin.");
        assert_eq!(
            reads_as(there, "Europe/Berlin", ("Tuesday 3 March 2026", "08:00")),
            "Tuesday 3 March 2026, 09:00 Europe/Berlin; 08:00 for you."
        );
        assert_eq!(
            reads_as(there, "America/New_York", ("Wednesday 4 March 2026", "00:00")),
            "Tuesday 3 March 2026, 09:00 America/New York; Wednesday 4 March 2026, 00:00 for you."
        );
    }

    #[test]
    fn the_button_says_what_it_does() {
        let day = Some("3 March 2026");
        assert_eq!(save_button(&preview(Some(1), false, false, true), day), "Require MFA from 3 March 2026");
        assert_eq!(save_button(&preview(Some(1), true, false, true), day), "Require MFA Now");
        assert_eq!(save_button(&preview(None, false, false, true), None), "Turn Require MFA Off");
        assert_eq!(save_button(&preview(Some(1), true, false, false), day), "Save Changes");
        assert_eq!(save_button(&preview(None, false, false, false), None), "Save Changes");
    }

    #[test]
    fn a_date_that_is_near_or_past_is_warned_of() {
        assert_eq!(warning(&preview(Some(1), false, false, true)), None);
        assert_eq!(warning(&preview(None, false, false, true)), None);
        assert_eq!(warning(&preview(Some(1), false, true, false)), None);
        assert!(warning(&preview(Some(1), false, true, true)).unwrap().contains("fewer than seven days"));
        assert!(warning(&preview(Some(1), true, true, true)).unwrap().contains("has passed"));
        assert!(
            effect(&preview(Some(1), true, false, true)).starts_with("Nobody is removed. People without")
        );
        assert!(effect(&preview(None, false, false, true)).starts_with("Nobody has to"));
    }
}
