//! What the use cases of companies answer, as it is shown on the pages. On the server only.

use super::company::activity::{CompanyActivity, CompanyActivityQuery, CompanyEntry};
use super::company::adoption::{Adoption, AdoptionDay, Campaign, CampaignKind, Reminders};
use super::company::invitations::{Invitation, InvitationCheck, LineProblem};
use super::company::members::{Member, MemberCounts, MemberFilter, Members, MembersQuery};
use super::company::policy::{CompanySecurity, Figures, Policy, Preview};
use super::company::reset::{Reset, ResetRequest};
use super::request::ApiRequest;

/// A count as it is shown.
fn count(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(0)
}

impl From<Policy> for vestibule_core::Policy {
    fn from(policy: Policy) -> Self {
        let Policy { required_from, text_messages, voluntary_set_up } = policy;
        Self { required_from, text_messages, voluntary_set_up }
    }
}

impl From<vestibule_core::Figures> for Figures {
    fn from(figures: vestibule_core::Figures) -> Self {
        Self {
            members: count(figures.members),
            ready: count(figures.ready),
            not_set_up: count(figures.not_set_up),
            never_signed_in: count(figures.never_signed_in),
            unacceptable_only: count(figures.unacceptable_only),
            earlier_elsewhere: count(figures.earlier_elsewhere),
        }
    }
}

impl From<vestibule_core::CompanySecurity> for CompanySecurity {
    fn from(security: vestibule_core::CompanySecurity) -> Self {
        let vestibule_core::Policy { required_from, text_messages, voluntary_set_up } = security.policy;
        Self {
            name: security.name,
            time_zone: security.time_zone,
            version: security.version,
            policy: Policy { required_from, text_messages, voluntary_set_up },
            required_from: security.required_from,
            figures: security.figures.into(),
            own_method: security.own_method,
            shared_numbers: count(security.shared_numbers),
            texts_capped: security.texts_capped,
        }
    }
}

impl From<vestibule_core::Preview> for Preview {
    fn from(preview: vestibule_core::Preview) -> Self {
        Self {
            required_from: preview.required_from,
            past: preview.past,
            soon: preview.soon,
            moves: preview.moves,
            figures: preview.figures.into(),
        }
    }
}

impl From<MembersQuery> for vestibule_core::MembersQuery {
    fn from(query: MembersQuery) -> Self {
        let filter = match query.filter {
            MemberFilter::Everybody => vestibule_core::MemberFilter::Everybody,
            MemberFilter::NoMfa => vestibule_core::MemberFilter::NoMfa,
            MemberFilter::UnacceptableOnly => vestibule_core::MemberFilter::UnacceptableOnly,
            MemberFilter::TextOnly => vestibule_core::MemberFilter::TextOnly,
            MemberFilter::NoRecoveryCode => vestibule_core::MemberFilter::NoRecoveryCode,
            MemberFilter::NeverSignedIn => vestibule_core::MemberFilter::NeverSignedIn,
            MemberFilter::Invited => vestibule_core::MemberFilter::Invited,
            MemberFilter::NotDelivered => vestibule_core::MemberFilter::NotDelivered,
        };
        Self { search: query.search, filter, after: query.after }
    }
}

impl From<vestibule_core::MemberCounts> for MemberCounts {
    fn from(counts: vestibule_core::MemberCounts) -> Self {
        Self {
            everybody: count(counts.everybody),
            no_mfa: count(counts.no_mfa),
            unacceptable_only: count(counts.unacceptable_only),
            text_only: count(counts.text_only),
            no_recovery_code: count(counts.no_recovery_code),
            never_signed_in: count(counts.never_signed_in),
            invited: count(counts.invited),
            not_delivered: count(counts.not_delivered),
        }
    }
}

impl From<vestibule_core::Member> for Member {
    fn from(member: vestibule_core::Member) -> Self {
        Self {
            id: member.id,
            name: member.name,
            email: member.email,
            you: member.you,
            accepted: member.accepted,
            role: member.role,
            payments: member.payments,
            methods: member.methods,
            shared_number: member.shared_number,
            recovery_code: member.recovery_code,
            last_sign_in: member.last_sign_in,
            requirement: member.requirement,
            acceptable: member.acceptable,
            suspended: member.suspended,
            not_delivered: member.not_delivered,
        }
    }
}

impl From<vestibule_core::Members> for Members {
    fn from(members: vestibule_core::Members) -> Self {
        Self {
            company: members.company,
            rows: members.rows.into_iter().map(Into::into).collect(),
            next: members.next,
        }
    }
}

impl From<vestibule_core::InvitationCheck> for InvitationCheck {
    fn from(check: vestibule_core::InvitationCheck) -> Self {
        let problem = |problem: vestibule_core::LineProblem| LineProblem {
            line: problem.line,
            text: problem.text,
            why: problem.why,
        };
        Self {
            invitations: check.invitations,
            members: check.members,
            problems: check.problems.into_iter().map(problem).collect(),
        }
    }
}

impl From<vestibule_core::Invitation> for Invitation {
    fn from(invitation: vestibule_core::Invitation) -> Self {
        let vestibule_core::Invitation { company, email, name, has_account } = invitation;
        Self { company, email, name, has_account }
    }
}

impl From<vestibule_core::ResetRequest> for ResetRequest {
    fn from(request: vestibule_core::ResetRequest) -> Self {
        Self {
            id: request.id,
            member: request.member,
            name: request.name,
            email: request.email,
            company: request.company,
            asked_by: request.asked_by,
            asked_at: request.asked_at,
        }
    }
}

impl From<vestibule_core::AdoptionDay> for AdoptionDay {
    fn from(day: vestibule_core::AdoptionDay) -> Self {
        Self { day: day.day, members: count(day.members), set_up: count(day.set_up) }
    }
}

impl From<vestibule_core::Adoption> for Adoption {
    fn from(adoption: vestibule_core::Adoption) -> Self {
        Self {
            required_from: adoption.required_from,
            today: adoption.today.into(),
            gained_in_a_week: adoption.gained_in_a_week,
            days: adoption.days.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<vestibule_core::Campaign> for Campaign {
    fn from(campaign: vestibule_core::Campaign) -> Self {
        Self {
            kind: match campaign.kind {
                vestibule_core::CampaignKind::Announcement => CampaignKind::Announcement,
                vestibule_core::CampaignKind::FourteenDays => CampaignKind::FourteenDays,
                vestibule_core::CampaignKind::SevenDays => CampaignKind::SevenDays,
                vestibule_core::CampaignKind::OneDay => CampaignKind::OneDay,
                vestibule_core::CampaignKind::ByHand => CampaignKind::ByHand,
            },
            at: campaign.at,
            required_from: campaign.required_from,
            mails: count(campaign.mails),
            sent: count(campaign.sent),
            skipped: count(campaign.skipped),
            failed: count(campaign.failed),
            complete: campaign.complete,
        }
    }
}

impl From<CompanyActivityQuery> for vestibule_core::CompanyActivityQuery {
    fn from(query: CompanyActivityQuery) -> Self {
        Self { filter: query.filter.into(), person: query.person, before: query.before }
    }
}

impl From<(Vec<vestibule_core::CompanyEntry>, bool)> for CompanyActivity {
    fn from((entries, more): (Vec<vestibule_core::CompanyEntry>, bool)) -> Self {
        let shown = |entry: vestibule_core::CompanyEntry| CompanyEntry {
            entry: entry.entry.into(),
            by: entry.by,
            about: entry.about,
            reason: entry.reason,
        };
        Self { entries: entries.into_iter().map(shown).collect(), more }
    }
}

impl ApiRequest {
    /// What was mailed, and what will be.
    pub(in crate::api) fn reminders(&self, reminders: vestibule_core::Reminders) -> Reminders {
        Reminders {
            required_from: reminders.required_from,
            waiting: count(reminders.waiting),
            campaigns: reminders.campaigns.into_iter().map(Into::into).collect(),
            next: reminders.next,
            by_hand_in: reminders.by_hand_from.seconds_from(self.vestibule.now()),
        }
    }

    /// What became of a reset.
    pub(in crate::api) fn reset(&self, outcome: vestibule_core::Reset) -> Reset {
        let now = self.vestibule.now();
        match outcome {
            vestibule_core::Reset::Done(code) => {
                Reset::Done { code: code.code.grouped().to_string(), minutes: code.minutes(now) }
            }
            vestibule_core::Reset::Requested { until } => {
                Reset::Requested { hours: until.seconds_from(now).div_ceil(3_600) }
            }
        }
    }
}
