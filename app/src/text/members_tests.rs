//! Tests of what is said of members.

use domain::{Demand, Reason, UserId};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};

use super::*;
use crate::api::company::invitations::LineProblem;

fn required() -> Requirement {
    let demand = Demand { company: "Harbour Build".into(), from: Timestamp(1), reason: Reason::Policy };
    Requirement::Required { demands: vec![demand] }
}

fn somebody() -> UserId {
    let id: StrDeserializer<'_, Error> = "0195a000-0000-7000-8000-000000000001".into_deserializer();
    UserId::deserialize(id).unwrap()
}

fn member(methods: &[MethodKind], acceptable: bool) -> Member {
    Member {
        id: somebody(),
        name: "Anna Berg".into(),
        email: "anna@example.com".into(),
        you: false,
        accepted: true,
        role: Role::Member,
        payments: false,
        methods: methods.to_vec(),
        shared_number: false,
        recovery_code: false,
        last_sign_in: None,
        requirement: required(),
        acceptable,
        suspended: false,
        not_delivered: false,
    }
}

#[test]
fn methods_are_said_in_words() {
    use MethodKind::{App, Phone};
    assert_eq!(methods(&member(&[App], true)), [("App", Need::Fulfilled)]);
    assert_eq!(methods(&member(&[Phone], true)), [("Text message", Need::Fulfilled)]);
    assert_eq!(methods(&member(&[Phone], false)), [("Text message, not accepted", Need::Something)]);
    assert_eq!(methods(&member(&[App, Phone], true)).len(), 2);
}

#[test]
fn no_method_matters_only_where_one_is_asked_for() {
    let mut without = member(&[], false);
    assert_eq!(methods(&without), [("None", Need::Something)]);
    without.requirement = Requirement::Optional;
    assert_eq!(methods(&without), [("None", Need::Nothing)]);
}

// S43
#[test]
fn of_somebody_who_has_not_accepted_nothing_is_said() {
    let invited = Member { accepted: false, ..member(&[MethodKind::App], true) };
    assert_eq!(methods(&invited), [("Invited", Need::Nothing)]);
    let unreached = Member { not_delivered: true, ..invited };
    assert_eq!(methods(&unreached), [("Invitation not delivered", Need::Something)]);
}

#[test]
fn who_has_no_name_yet_is_called_by_the_address() {
    let invited = Member { name: String::new(), ..member(&[], false) };
    assert_eq!(called(&invited), "anna@example.com");
    assert_eq!(called(&member(&[], false)), "Anna Berg");
}

#[test]
fn what_is_asked_is_said_with_its_day() {
    assert_eq!(asked(&Requirement::Unavailable, ""), "Not offered");
    assert_eq!(asked(&Requirement::Optional, ""), "MFA is optional");
    assert_eq!(asked(&required(), "3 March 2026"), "MFA since 3 March 2026");
    let Requirement::Required { demands } = required() else { unreachable!() };
    assert_eq!(asked(&Requirement::Upcoming { demands }, "3 March 2026"), "MFA from 3 March 2026");
    assert_eq!(demanded(&required()), Some(Timestamp(1)));
    assert_eq!(demanded(&Requirement::Optional), None);
    assert_eq!(role(Role::Administrator, true), "Administrator, payments");
}

#[test]
fn what_was_found_is_counted_as_far_as_it_is_known() {
    assert_eq!(found(7, false), "7 members");
    assert_eq!(found(1, false), "1 member");
    assert_eq!(found(50, true), "More than 50 members");
}

#[test]
fn who_confirms_a_reset_is_called_by_the_first_name() {
    assert_eq!(
        reset_requested("Anna Maria Berg", 24),
        "Anna, or an administrator of Anna's other company, must confirm. It waits for 24 hours."
    );
    assert_eq!(first_name("Pelé"), "Pelé");
    assert_eq!(hand_over(60), "Hand it over in person. It works for 60 minutes, once.");
}

#[test]
fn a_list_says_what_it_would_do() {
    let bad = LineProblem { line: 7, text: "anna".into(), why: "This is not an address.".into() };
    let check = InvitationCheck { invitations: 12, members: 2, problems: vec![bad] };
    assert_eq!(invitations(&check), "12 invitations, 2 are already members, 1 line to correct.");
    let check = InvitationCheck { invitations: 1, members: 0, problems: Vec::new() };
    assert_eq!(invitations(&check), "1 invitation.");
    assert_eq!(send_invitations(&check), "Send 1 Invitation");
    assert_eq!(invited(&check), "1 invitation sent.");
}

#[test]
fn the_file_says_whose_members_and_of_which_day() {
    assert_eq!(members_file_name("harbour-build", "2026-11-24"), "members-harbour-build-2026-11-24.csv");
}
