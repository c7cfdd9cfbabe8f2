//! Sentences that depend on something: pure, so that they can be tested anywhere. Dates and times come in as
//! they are to be shown.

use domain::{Demand, Ended, MethodKind, Reason};

use crate::api::session::EndedView;

/// Why this browser's last record has ended, for the sign-in page; `None`: nothing worth saying.
#[must_use]
pub fn ended(ended: &EndedView) -> Option<String> {
    let span = span(ended.limit_min);
    Some(match (ended.reason, ended.was_full) {
        (Ended::Idle, true) => ["You were signed out after ", &span, " without use."].concat(),
        (Ended::Absolute, true) => ["You were signed out: a session lasts ", &span, " at most."].concat(),
        (Ended::Idle | Ended::Absolute, false) => {
            ["That sign-in was not finished within ", &span, ". Start again."].concat()
        }
        (Ended::Changed, _) => {
            "You were signed out because your password or an authentication method was changed elsewhere."
                .into()
        }
        (Ended::SignedOut, true) => "You are signed out.".into(),
        (Ended::SignedOut, false) | (Ended::Replaced, _) => return None,
    })
}

/// So many minutes in words: "an hour", "30 minutes".
fn span(minutes: u32) -> String {
    match minutes {
        1 => "a minute".into(),
        60 => "an hour".into(),
        _ if minutes > 0 && minutes.is_multiple_of(60) => [&(minutes / 60).to_string(), " hours"].concat(),
        _ => [&minutes.to_string(), " minutes"].concat(),
    }
}

/// How long to wait: "in 45 seconds", "in 2 minutes". Never less than it takes.
#[must_use]
pub fn wait(seconds: u32) -> String {
    let (count, unit) = if seconds < 60 { (seconds, "second") } else { (seconds.div_ceil(60), "minute") };
    ["in ", &count.to_string(), " ", unit, if count == 1 { "" } else { "s" }].concat()
}

/// Minutes and seconds as a countdown shows them: "1:05".
#[must_use]
pub fn countdown(seconds: u32) -> String {
    let rest = seconds % 60;
    [&*(seconds / 60).to_string(), if rest < 10 { ":0" } else { ":" }, &rest.to_string()].concat()
}

/// Minutes and seconds as they are spoken: "1 minute 30 seconds".
#[must_use]
pub fn remaining(seconds: u32) -> String {
    let part = |count: u32, unit: &str| match count {
        0 => String::new(),
        1 => ["1 ", unit].concat(),
        _ => [&count.to_string(), " ", unit, "s"].concat(),
    };
    let (minutes, rest) = (part(seconds / 60, "minute"), part(seconds % 60, "second"));
    [&*minutes, if minutes.is_empty() || rest.is_empty() { "" } else { " " }, &*rest].concat()
}

/// Why one company asks, and since when.
#[must_use]
pub fn required(demand: &Demand, day: &str) -> String {
    match demand.reason {
        Reason::Policy => [&demand.company, " has required this since ", day, "."].concat(),
        Reason::Payments => {
            [&demand.company, " requires this of everybody who handles payments. You have since ", day, "."]
                .concat()
        }
    }
}

/// Why a session asks for its password again: these companies have begun to ask for more.
#[must_use]
pub fn password_due(companies: &[&str]) -> String {
    let verb = if companies.len() == 1 { " now requires" } else { " now require" };
    [&list(companies), verb, " two-factor authentication. Enter your password to go on."].concat()
}

/// The early-enrolment banner: every company, and the earliest date.
#[must_use]
pub fn upcoming(demands: &[Demand], earliest: &str) -> String {
    let names: Vec<&str> = demands.iter().map(|demand| &*demand.company).collect();
    let verb = if names.len() == 1 { " requires" } else { " require" };
    let same = demands.windows(2).all(|pair| pair[0].from == pair[1].from);
    let from =
        if same { " two-factor authentication from " } else { " two-factor authentication, the first from " };
    [&list(&names), verb, from, earliest, " (your time)."].concat()
}

/// Names as a list: "A", "A and B", "A, B and C".
#[must_use]
pub fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => [&most.join(", "), " and ", last].concat(),
    }
}

/// The first letters of a person's first and last name; the style sheet shows capitals.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|part| part.chars().next());
    letters.next().into_iter().chain(letters.next_back()).collect()
}

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

/// How long a recovery still lasts: `time` is when it ends. Never said longer than it is.
#[must_use]
pub fn recovery_ends(seconds: u32, time: &str) -> String {
    let left = match seconds / 60 {
        0 => "less than a minute".to_owned(),
        1 => "1 minute".to_owned(),
        minutes => [&minutes.to_string(), " minutes"].concat(),
    };
    ["You have ", &left, ", until ", time, "."].concat()
}

/// What is taken away at the end of a recovery.
#[must_use]
pub fn removing(kinds: &[MethodKind]) -> String {
    let names: Vec<String> = kinds.iter().map(|kind| ["your ", method(*kind)].concat()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let they = if names.len() == 1 { ". It" } else { ". They" };
    ["Continue removes ", &list(&names), they, " will not sign you in any more."].concat()
}

/// What somebody writes to an administrator. `reset`: the methods are gone already, and the code that was handed over
/// does not work.
#[must_use]
pub fn call_for_help(product: &str, email: &str, reset: bool) -> String {
    let (problem, wish) = if reset {
        ("the code that I was handed does not work. Can you make a new one", "hand it to me in person?")
    } else {
        (
            "I have lost my authenticator app and my recovery code. Can you reset two-factor authentication",
            "hand me the code in person?",
        )
    };
    ["I can't sign in to ", product, ": ", problem, " for my account, ", email, ", and ", wish].concat()
}

/// How the names of files begin that recovery codes are saved in.
#[must_use]
pub fn recovery_file_start(product: &str) -> String {
    [&slug(product), "-recovery-code"].concat()
}

/// The name of the file that a recovery code is saved in; people search for it later. `day` is an ISO date.
#[must_use]
pub fn recovery_file_name(product: &str, email: &str, day: &str) -> String {
    // An address may have characters that file systems do not.
    let email: String = email.chars().map(|c| if "/\\:*?\"<>|".contains(c) { '-' } else { c }).collect();
    [&recovery_file_start(product), "-", &email, "-", day, ".txt"].concat()
}

/// What that file says.
#[must_use]
pub fn recovery_file(product: &str, email: &str, day: &str, code: &str) -> String {
    [
        product,
        " recovery code\r\n\r\nAccount: ",
        email,
        "\r\nCreated: ",
        day,
        "\r\n\r\n",
        code,
        "\r\n\r\nIf your device is lost or broken, this code lets you set up a new one. It works once.\r\n",
    ]
    .concat()
}

/// Knows ASCII only: the tables of every other alphabet would be a sixth of what the browser loads.
fn slug(name: &str) -> String {
    let words =
        name.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    fn demand(company: &str, from: i64, reason: Reason) -> Demand {
        Demand { company: company.into(), from: Timestamp(from), reason }
    }

    #[test]
    fn the_sign_in_page_says_why_and_after_how_long_a_record_ended() {
        let said = |reason, limit_min, was_full| ended(&EndedView { reason, limit_min, was_full });
        assert_eq!(said(Ended::Idle, 60, true).unwrap(), "You were signed out after an hour without use.");
        assert_eq!(said(Ended::Idle, 30, true).unwrap(), "You were signed out after 30 minutes without use.");
        assert_eq!(
            said(Ended::Absolute, 1_440, true).unwrap(),
            "You were signed out: a session lasts 24 hours at most."
        );
        assert_eq!(
            said(Ended::Absolute, 5, false).unwrap(),
            "That sign-in was not finished within 5 minutes. Start again."
        );
        assert_eq!(said(Ended::SignedOut, 0, true).unwrap(), "You are signed out.");
        assert_eq!(said(Ended::SignedOut, 0, false), None);
        assert_eq!(said(Ended::Replaced, 0, true), None);
    }

    #[test]
    fn a_wait_is_never_said_shorter_than_it_is() {
        assert_eq!(wait(1), "in 1 second");
        assert_eq!(wait(45), "in 45 seconds");
        assert_eq!(wait(60), "in 1 minute");
        assert_eq!(wait(61), "in 2 minutes");
    }

    #[test]
    fn what_is_left_is_shown_and_spoken() {
        assert_eq!((countdown(65), remaining(65)), ("1:05".into(), "1 minute 5 seconds".into()));
        assert_eq!((countdown(120), remaining(120)), ("2:00".into(), "2 minutes".into()));
        assert_eq!((countdown(30), remaining(30)), ("0:30".into(), "30 seconds".into()));
    }

    #[test]
    fn a_company_that_asks_is_named_with_its_reason() {
        let day = "Tuesday 3 March 2026";
        assert_eq!(
            required(&demand("Harbour Build", 0, Reason::Policy), day),
            "Harbour Build has required this since Tuesday 3 March 2026."
        );
        assert_eq!(
            required(&demand("Harbour Pay", 0, Reason::Payments), day),
            "Harbour Pay requires this of everybody who handles payments. You have since Tuesday 3 March 2026."
        );
    }

    #[test]
    fn the_banner_combines_the_companies() {
        let from = "Tuesday 3 March 2026, 09:00";
        let harbour = demand("Harbour Build", 1, Reason::Policy);
        assert_eq!(
            upcoming(std::slice::from_ref(&harbour), from),
            "Harbour Build requires two-factor authentication from Tuesday 3 March 2026, 09:00 (your time)."
        );
        assert_eq!(
            upcoming(&[harbour.clone(), demand("Pier", 1, Reason::Policy)], from),
            "Harbour Build and Pier require two-factor authentication from Tuesday 3 March 2026, 09:00 (your time)."
        );
        assert_eq!(
            upcoming(&[harbour, demand("Pier", 2, Reason::Policy)], from),
            "Harbour Build and Pier require two-factor authentication, the first from Tuesday 3 March 2026, 09:00 (your time)."
        );
        assert_eq!(list(&["A", "B", "C"]), "A, B and C");
    }

    #[test]
    fn initials_are_of_the_first_and_last_name() {
        assert_eq!(initials("Anna Maria Berg"), "AB");
        assert_eq!(initials("émile"), "é");
        assert_eq!(initials(" "), "");
    }

    #[test]
    fn a_method_says_since_when_it_is_there_and_whether_it_was_used() {
        assert_eq!(method_facts("3 March 2026", Some("today")), "Added 3 March 2026, last used today");
        assert_eq!(method_facts("today", None), "Added today");
    }

    #[test]
    fn a_recovery_is_never_said_to_last_longer_than_it_does() {
        assert_eq!(recovery_ends(1_800, "14:32"), "You have 30 minutes, until 14:32.");
        assert_eq!(recovery_ends(1_799, "14:32"), "You have 29 minutes, until 14:32.");
        assert_eq!(recovery_ends(119, "14:32"), "You have 1 minute, until 14:32.");
        assert_eq!(recovery_ends(59, "14:32"), "You have less than a minute, until 14:32.");
    }

    #[test]
    fn what_a_recovery_removes_is_named() {
        assert_eq!(
            removing(&[MethodKind::Phone]),
            "Continue removes your phone number. It will not sign you in any more."
        );
        assert_eq!(
            removing(&[MethodKind::App, MethodKind::Phone]),
            "Continue removes your authenticator app and your phone number. They will not sign you in any more."
        );
    }

    #[test]
    fn a_call_for_help_names_product_and_account_and_asks_to_meet() {
        for reset in [false, true] {
            let message = call_for_help("Vestibule", "anna@example.com", reset);
            for part in ["Vestibule", "anna@example.com", "in person"] {
                assert!(message.contains(part), "{part} in {message}");
            }
        }
        assert!(call_for_help("Vestibule", "anna@example.com", true).contains("a new one"));
    }

    #[test]
    fn the_recovery_file_names_product_account_and_date() {
        assert_eq!(
            recovery_file_name("Vestibule", "anna@example.com", "2026-03-03"),
            "vestibule-recovery-code-anna@example.com-2026-03-03.txt"
        );
        assert_eq!(
            recovery_file_name("Harbour  ID!", "a/b@c.example", "2026-03-03"),
            "harbour-id-recovery-code-a-b@c.example-2026-03-03.txt"
        );
        assert_eq!(recovery_file_start("Harbour  ID!"), "harbour-id-recovery-code");
        let file = recovery_file("Vestibule", "anna@example.com", "3 March 2026", "K7QM 2XVD");
        for part in ["Vestibule", "anna@example.com", "3 March 2026", "K7QM 2XVD"] {
            assert!(file.contains(part), "{part}");
        }
    }
}
