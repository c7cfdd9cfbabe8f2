//! The requirement as a table of cases. Dates in local time, and clock changes, are tested where zones are known:
//! in `vestibule-core`.

use super::*;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_772_500_000_000);
const BEFORE: Timestamp = NOW.plus(-1_000);
const LONG_BEFORE: Timestamp = NOW.plus(-1_000_000);
const AFTER: Timestamp = NOW.plus(1_000);
const LONG_AFTER: Timestamp = NOW.plus(1_000_000);

/// A member of a company that asks and offers nothing.
fn member(name: &str) -> Membership {
    let company = Company {
        id: CompanyId(Uuid::nil()),
        name: name.to_owned(),
        mfa_required_from: None,
        voluntary_set_up: false,
        text_messages: true,
    };
    Membership { company, role: Role::Member, payments_since: None, accepted: true }
}

impl Membership {
    fn requiring(mut self, from: Timestamp) -> Self {
        self.company.mfa_required_from = Some(from);
        self
    }
    fn voluntary(mut self) -> Self {
        self.company.voluntary_set_up = true;
        self
    }
    fn without_texts(mut self) -> Self {
        self.company.text_messages = false;
        self
    }
    fn administrator(mut self) -> Self {
        self.role = Role::Administrator;
        self
    }
    fn payments(mut self, since: Timestamp) -> Self {
        self.payments_since = Some(since);
        self
    }
    fn invited(mut self) -> Self {
        self.accepted = false;
        self
    }
}

fn assess(memberships: &[Membership], methods: &[OwnedMethod]) -> Assessment {
    requirement(memberships, methods, &["US".to_owned()], NOW)
}

fn phone(country: &str) -> OwnedMethod {
    OwnedMethod::Phone { country: country.to_owned() }
}

fn demand(company: &str, from: Timestamp, reason: Reason) -> Demand {
    Demand { company: company.to_owned(), from, reason }
}

#[test]
fn the_requirement_follows_from_the_memberships() {
    use Requirement::{Optional, Required, Unavailable, Upcoming};
    let policy = |company, from| demand(company, from, Reason::Policy);
    let cases: Vec<(&str, Vec<Membership>, Requirement)> = vec![
        ("in no company", vec![], Unavailable),
        ("a company that offers nothing", vec![member("A")], Unavailable),
        ("a company that offers it", vec![member("A"), member("B").voluntary()], Optional),
        ("an administrator is never below optional", vec![member("A").administrator()], Optional),
        ("a date ahead", vec![member("A").requiring(AFTER)], Upcoming { demands: vec![policy("A", AFTER)] }),
        (
            "two dates ahead, the earliest first",
            vec![member("A").requiring(LONG_AFTER), member("B").requiring(AFTER), member("C")],
            Upcoming { demands: vec![policy("B", AFTER), policy("A", LONG_AFTER)] },
        ),
        ("the date is now", vec![member("A").requiring(NOW)], Required { demands: vec![policy("A", NOW)] }),
        (
            "a millisecond before the date",
            vec![member("A").requiring(NOW.plus(1))],
            Upcoming { demands: vec![policy("A", NOW.plus(1))] },
        ),
        (
            "one date passed, one ahead",
            vec![member("A").requiring(AFTER), member("B").requiring(BEFORE)],
            Required { demands: vec![policy("B", BEFORE)] },
        ),
        (
            "two dates passed",
            vec![member("A").requiring(BEFORE), member("B").requiring(LONG_BEFORE)],
            Required { demands: vec![policy("B", LONG_BEFORE), policy("A", BEFORE)] },
        ),
        (
            "a payments user of a company that requires nothing",
            vec![member("A").payments(BEFORE)],
            Required { demands: vec![demand("A", BEFORE, Reason::Payments)] },
        ),
        (
            "a payments user of a company with a date ahead",
            vec![member("A").payments(BEFORE).requiring(AFTER)],
            Required { demands: vec![demand("A", BEFORE, Reason::Payments)] },
        ),
        (
            "a payments user of a company whose date came first",
            vec![member("A").payments(BEFORE).requiring(LONG_BEFORE)],
            Required { demands: vec![policy("A", LONG_BEFORE)] },
        ),
        ("an invitation that is not accepted", vec![member("A").requiring(BEFORE).invited()], Unavailable),
        (
            "an administrator's date ahead",
            vec![member("A").administrator().requiring(AFTER)],
            Upcoming { demands: vec![policy("A", AFTER)] },
        ),
    ];
    for (case, memberships, expected) in cases {
        assert_eq!(assess(&memberships, &[]).requirement, expected, "{case}");
    }
}

#[test]
fn text_messages_are_acceptable_where_every_asking_company_allows_them() {
    let off = |company: &str| TextRule::Off { company: company.to_owned() };
    let cases = [
        ("one asks and allows", vec![member("A").requiring(BEFORE)], TextRule::Allowed),
        ("one asks and does not", vec![member("A").requiring(BEFORE).without_texts()], off("A")),
        (
            "one of two that ask does not, though only from a later date",
            vec![member("A").requiring(BEFORE), member("B").requiring(AFTER).without_texts()],
            off("B"),
        ),
        (
            "one that does not ask has no say",
            vec![member("A").requiring(BEFORE), member("B").voluntary().without_texts()],
            TextRule::Allowed,
        ),
        (
            "where none asks, any that offers is enough",
            vec![member("A").voluntary().without_texts(), member("B").voluntary()],
            TextRule::Allowed,
        ),
        (
            "where none asks and none that offers allows",
            vec![member("A").voluntary().without_texts(), member("B")],
            off("A"),
        ),
        ("a payments user", vec![member("A").payments(BEFORE)], TextRule::PaymentsCountries),
        (
            "a payments user in one, switched off in another that asks",
            vec![member("A").payments(BEFORE), member("B").requiring(AFTER).without_texts()],
            off("B"),
        ),
    ];
    for (case, memberships, expected) in cases {
        assert_eq!(assess(&memberships, &[]).text_messages, expected, "{case}");
    }
}

#[test]
fn a_method_counts_only_where_it_is_acceptable() {
    let no_texts = [member("A").requiring(BEFORE).without_texts()];
    let payments = [member("A").payments(BEFORE)];
    let plain = [member("A").requiring(BEFORE)];
    type Case<'a> = (&'a str, &'a [Membership], &'a [OwnedMethod], bool, bool);
    let cases: [Case<'_>; 8] = [
        ("nothing", &plain, &[], false, false),
        ("an app", &no_texts, &[OwnedMethod::App], true, true),
        ("a phone where texts are off", &no_texts, &[phone("DE")], true, false),
        ("a phone and an app where texts are off", &no_texts, &[phone("DE"), OwnedMethod::App], true, true),
        ("any phone where texts are on", &plain, &[phone("DE")], true, true),
        ("a payments user with a phone of a payments country", &payments, &[phone("US")], true, true),
        ("a payments user with another phone", &payments, &[phone("DE")], true, false),
        ("a payments user with an app", &payments, &[OwnedMethod::App], true, true),
    ];
    for (case, memberships, methods, has_method, has_acceptable_method) in cases {
        let assessment = assess(memberships, methods);
        assert_eq!(
            (assessment.has_method, assessment.has_acceptable_method, assessment.must_set_up()),
            (has_method, has_acceptable_method, !has_acceptable_method),
            "{case}"
        );
    }
}
