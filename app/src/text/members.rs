//! A company's members: what is shown of each, and what is said around inviting, removing and resetting them.

use domain::{MethodKind, Requirement, Role, Timestamp};

use super::company::{at_least, counted};
use crate::api::company::invitations::InvitationCheck;
use crate::api::company::members::{Member, MemberCounts, MemberFilter};

/// The filters in the order in which they stand, what they are called, and how many each lets through.
#[must_use]
pub const fn filters(counts: &MemberCounts) -> [(MemberFilter, &'static str, u32); 8] {
    [
        (MemberFilter::Everybody, "Everybody", counts.everybody),
        (MemberFilter::NoMfa, "No MFA", counts.no_mfa),
        (MemberFilter::UnacceptableOnly, "Method not accepted", counts.unacceptable_only),
        (MemberFilter::TextOnly, "Text message only", counts.text_only),
        (MemberFilter::NoRecoveryCode, "No recovery code", counts.no_recovery_code),
        (MemberFilter::NeverSignedIn, "Never signed in", counts.never_signed_in),
        (MemberFilter::Invited, "Invited", counts.invited),
        (MemberFilter::NotDelivered, "Invitation not delivered", counts.not_delivered),
    ]
}

/// What a member is called: somebody who was invited may have no name yet.
#[must_use]
pub fn called(member: &Member) -> &str {
    if member.name.is_empty() { &member.email } else { &member.name }
}

/// How many members were found, as far as that is known.
#[must_use]
pub fn found(shown: u32, more: bool) -> String {
    at_least(&counted(shown, "member", "members"), more)
}

/// What is said when invitations that were not delivered are on their way again.
#[must_use]
pub fn sent_again(mailed: u32) -> String {
    match mailed {
        0 => "Nobody was mailed: three mails a day is the limit.".to_owned(),
        _ => [counted(mailed, "invitation", "invitations"), " sent again.".to_owned()].concat(),
    }
}

/// A member's methods in words, with whether each is a reason to do something.
#[must_use]
pub fn methods(member: &Member) -> Vec<(&'static str, Need)> {
    if !member.accepted {
        return match member.not_delivered {
            true => vec![("Invitation not delivered", Need::Something)],
            false => vec![("Invited", Need::Nothing)],
        };
    }
    let asked = demanded(&member.requirement).is_some();
    let one = |kind: &MethodKind| match kind {
        MethodKind::App => ("App", Need::Fulfilled),
        // With the app the person is ready whatever becomes of the number.
        MethodKind::Phone if member.acceptable => ("Text message", Need::Fulfilled),
        MethodKind::Phone => ("Text message, not accepted", Need::Something),
    };
    match &member.methods[..] {
        [] => vec![("None", if asked { Need::Something } else { Need::Nothing })],
        methods => methods.iter().map(one).collect(),
    }
}

/// Whether something has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// No, and nothing has been.
    Nothing,
    /// No: it is as it should be.
    Fulfilled,
    /// Yes.
    Something,
}

/// A member's role in words.
#[must_use]
pub const fn role(role: Role, payments: bool) -> &'static str {
    match (role, payments) {
        (Role::Member, false) => "Member",
        (Role::Member, true) => "Member, payments",
        (Role::Administrator, false) => "Administrator",
        (Role::Administrator, true) => "Administrator, payments",
    }
}

/// From when MFA is asked of somebody, if it is.
#[must_use]
pub fn demanded(requirement: &Requirement) -> Option<Timestamp> {
    match requirement {
        Requirement::Upcoming { demands } | Requirement::Required { demands } => {
            demands.first().map(|demand| demand.from)
        }
        Requirement::Unavailable | Requirement::Optional => None,
    }
}

/// What is asked of somebody; `day` is when that began, or begins.
#[must_use]
pub fn asked(requirement: &Requirement, day: &str) -> String {
    match requirement {
        Requirement::Unavailable => "Not offered".into(),
        Requirement::Optional => "MFA is optional".into(),
        Requirement::Upcoming { .. } => ["MFA from ", day].concat(),
        Requirement::Required { .. } => ["MFA since ", day].concat(),
    }
}

/// What somebody is called among people who know each other. Of a name of one word, all of it.
#[must_use]
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// Who has to confirm a reset that was asked for.
#[must_use]
pub fn reset_requested(name: &str, hours: u32) -> String {
    let first = first_name(name);
    let hours = counted(hours, "hour", "hours");
    [first, ", or an administrator of ", first, "'s other company, must confirm. It waits for ", &hours, "."]
        .concat()
}

/// What to do with the code that is handed over.
#[must_use]
pub fn hand_over(minutes: u32) -> String {
    ["Hand it over in person. It works for ", &counted(minutes, "minute", "minutes"), ", once."].concat()
}

/// What a list of addresses would do.
#[must_use]
pub fn invitations(check: &InvitationCheck) -> String {
    let count = u32::try_from(check.problems.len()).unwrap_or(u32::MAX);
    let mut parts = vec![counted(check.invitations, "invitation", "invitations")];
    if check.members > 0 {
        parts.push(counted(check.members, "is already a member", "are already members"));
    }
    if count > 0 {
        parts.push(counted(count, "line to correct", "lines to correct"));
    }
    [&parts.join(", "), "."].concat()
}

/// What has been done with a list of addresses.
#[must_use]
pub fn invited(check: &InvitationCheck) -> String {
    [&counted(check.invitations, "invitation", "invitations"), " sent."].concat()
}

/// The words on the button that invites everybody on a list.
#[must_use]
pub fn send_invitations(check: &InvitationCheck) -> String {
    ["Send ", &counted(check.invitations, "Invitation", "Invitations")].concat()
}

/// The name of the file with all members.
#[must_use]
pub fn members_file_name(slug: &str, day: &str) -> String {
    ["members-", slug, "-", day, ".csv"].concat()
}

#[cfg(test)]
#[path = "members_tests.rs"]
mod tests;
