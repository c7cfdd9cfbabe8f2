//! Authentication methods: how they are called, and what removing one means.

use domain::MethodKind;

use super::list;

/// How a method is called within a sentence.
#[must_use]
pub const fn method(kind: MethodKind) -> &'static str {
    match kind {
        MethodKind::App => "authenticator app",
        MethodKind::Phone => "phone number",
    }
}

/// When a method was set up, and when it was last used.
#[must_use]
pub fn method_facts(added: &str, used: Option<&str>) -> String {
    match used {
        Some(used) => ["Added ", added, ", last used ", used].concat(),
        None => ["Added ", added].concat(),
    }
}

/// What is shown of a phone number: its last two digits, and when it was set up and used.
#[must_use]
pub fn number_facts(ending: &str, facts: &str) -> String {
    ["Number ending ", ending, ". ", facts].concat()
}

/// What is said around the removal of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
    /// What is asked once more.
    pub question: &'static str,
    /// The words on the button that removes it.
    pub button: &'static str,
    /// How it goes on after "Confirm it's you to".
    pub act: &'static str,
    /// What is said afterwards.
    pub done: &'static str,
}

/// The words for the removal of a method of this kind.
#[must_use]
pub const fn removal(kind: MethodKind) -> Removal {
    match kind {
        MethodKind::App => Removal {
            question: "Remove your authenticator app?",
            button: "Remove Authenticator App",
            act: "remove your authenticator app",
            done: "Authenticator app removed. Other devices were signed out.",
        },
        MethodKind::Phone => Removal {
            question: "Remove your phone number?",
            button: "Remove Phone Number",
            act: "remove your phone number",
            done: "Phone number removed. Other devices were signed out.",
        },
    }
}

/// How somebody signs in afterwards, with the method that is left.
#[must_use]
pub const fn after_removal(left: Option<MethodKind>) -> &'static str {
    match left {
        Some(MethodKind::App) => "You will sign in with your authenticator app only.",
        Some(MethodKind::Phone) => "You will sign in with text messages only.",
        None => {
            "You will sign in with your password only. Your recovery code goes too: there is nothing left for it to \
             recover."
        }
    }
}

/// Why a method cannot be removed: these companies require one.
#[must_use]
pub fn kept_for(companies: &[String]) -> String {
    let names: Vec<&str> = companies.iter().map(String::as_str).collect();
    let verb = if names.len() == 1 { " requires" } else { " require" };
    [&list(&names), verb, " one method. Add another first."].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_says_since_when_it_is_there_and_whether_it_was_used() {
        assert_eq!(method_facts("3 March 2026", Some("today")), "Added 3 March 2026, last used today");
        assert_eq!(method_facts("today", None), "Added today");
        assert_eq!(number_facts("42", "Added today"), "Number ending 42. Added today");
    }

    #[test]
    fn a_removal_names_the_method_everywhere() {
        for kind in [MethodKind::App, MethodKind::Phone] {
            let Removal { question, button, act, done } = removal(kind);
            for sentence in [question, button, act, done] {
                assert!(sentence.to_ascii_lowercase().contains(method(kind)), "{sentence}");
            }
        }
    }

    #[test]
    fn what_is_left_after_a_removal_is_said() {
        assert!(after_removal(Some(MethodKind::App)).contains("authenticator app only"));
        assert!(after_removal(None).starts_with("You will sign in with your password only."));
    }

    // S29
    #[test]
    fn every_company_that_requires_a_method_is_named() {
        assert_eq!(
            kept_for(&["Harbour Build".into()]),
            "Harbour Build requires one method. Add another first."
        );
        assert_eq!(
            kept_for(&["Harbour Build".into(), "Pier".into()]),
            "Harbour Build and Pier require one method. Add another first."
        );
    }
}
