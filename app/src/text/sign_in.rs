//! Why somebody is asked to sign in, and what is asked of them.

use domain::{Demand, Ended, Reason};

use super::list;
use super::time::span;
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
        (Ended::SignedOutElsewhere, _) => "You were signed out from another device.".into(),
        (Ended::Suspended, _) => {
            "You were signed out, and sign-in is blocked, because This Wasn't Me was pressed in a mail about this \
             account."
                .into()
        }
        (Ended::SignedOut, false) | (Ended::Replaced, _) => return None,
    })
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
    fn who_was_signed_out_by_somebody_is_told_so() {
        for was_full in [true, false] {
            let said = |reason| ended(&EndedView { reason, limit_min: 0, was_full }).unwrap();
            assert_eq!(said(Ended::SignedOutElsewhere), "You were signed out from another device.");
            assert!(said(Ended::Suspended).contains("sign-in is blocked"));
        }
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
    }
}
