//! What is said of logs.

use super::company::{at_least, counted};
use crate::api::activity::ActivityFilter;

/// What a person can choose to see of their own log.
pub const OWN_ENTRIES: &[(ActivityFilter, &str)] = &[
    (ActivityFilter::Everything, "Everything"),
    (ActivityFilter::SignIn, "Sign-in"),
    (ActivityFilter::Methods, "Methods"),
    (ActivityFilter::Recovery, "Recovery"),
    (ActivityFilter::Account, "Account"),
    (ActivityFilter::Resets, "Resets"),
    (ActivityFilter::Failures, "Failures"),
];

/// What an administrator can choose to see of a company's log.
pub const COMPANY_ENTRIES: &[(ActivityFilter, &str)] = &[
    (ActivityFilter::Everything, "Everything"),
    (ActivityFilter::Policy, "Policy"),
    (ActivityFilter::Members, "Members"),
    (ActivityFilter::Resets, "Resets"),
    (ActivityFilter::Failures, "Failures"),
];

/// How many entries were found, as far as that is known.
#[must_use]
pub fn entries(shown: usize, more: bool) -> String {
    at_least(&counted(u32::try_from(shown).unwrap_or(u32::MAX), "entry", "entries"), more)
}

/// Who did something, and to whom, where that is somebody else.
#[must_use]
pub fn by_and_about(by: Option<&str>, about: Option<&str>) -> String {
    match (by, about.filter(|about| by != Some(*about))) {
        (Some(by), Some(about)) => ["By ", by, ", about ", about].concat(),
        (Some(by), None) => ["By ", by].concat(),
        (None, Some(about)) => ["About ", about].concat(),
        (None, None) => String::new(),
    }
}

/// What a log is called as a file; `whose`: the company's slug, or nothing; `day`: in ISO 8601.
#[must_use]
pub fn activity_file_name(whose: &str, day: &str) -> String {
    let between = if whose.is_empty() { "" } else { "-" };
    ["activity", between, whose, "-", day, ".csv"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_did_it_and_to_whom() {
        assert_eq!(by_and_about(Some("Ada"), Some("Anna")), "By Ada, about Anna");
        assert_eq!(by_and_about(Some("Ada"), Some("Ada")), "By Ada");
        assert_eq!(by_and_about(Some("Ada"), None), "By Ada");
        assert_eq!(by_and_about(None, Some("Anna")), "About Anna");
        assert_eq!(by_and_about(None, None), "");
    }

    #[test]
    fn what_was_found_is_counted() {
        assert_eq!(entries(1, false), "1 entry");
        assert_eq!(entries(50, true), "More than 50 entries");
    }

    #[test]
    fn a_file_says_whose_and_of_when() {
        assert_eq!(activity_file_name("pier", "2026-11-24"), "activity-pier-2026-11-24.csv");
        assert_eq!(activity_file_name("", "2026-11-24"), "activity-2026-11-24.csv");
    }
}
