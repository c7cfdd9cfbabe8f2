//! What the policies of all of a user's companies ask of that user now: one pure function, evaluated at every
//! request and never stored, so that nothing has to run when a date passes (S27).

use serde::{Deserialize, Serialize};

use crate::ids::CompanyId;
use crate::time::Timestamp;

/// What a user may do in a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Belongs to it.
    Member,
    /// Runs it: policy, members, resets.
    Administrator,
}

impl Role {
    /// The name used in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Administrator => "administrator",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Member, Self::Administrator].into_iter().find(|role| role.as_str() == name)
    }
}

/// A company's MFA policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// Which company.
    pub id: CompanyId,
    /// Its name, as people know it.
    pub name: String,
    /// Require MFA: from this instant on; `None`: off.
    pub mfa_required_from: Option<Timestamp>,
    /// Whether members may set up MFA though it is not required.
    pub voluntary_set_up: bool,
    /// Whether text messages are accepted as a method.
    pub text_messages: bool,
}

/// A user's membership, with the policy of its company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The company and its policy.
    pub company: Company,
    /// What the user is there.
    pub role: Role,
    /// A payments user since then: MFA is mandatory whatever the policy.
    pub payments_since: Option<Timestamp>,
    /// Whether the invitation was accepted; without that a membership has no effect (S43).
    pub accepted: bool,
}

/// The kinds of method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MethodKind {
    /// An authenticator app (TOTP, RFC 6238).
    App,
    /// A phone number (text message).
    Phone,
}

impl MethodKind {
    /// The name used in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Phone => "phone",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::App, Self::Phone].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A method that a user has, as far as its acceptability depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnedMethod {
    /// An authenticator app.
    App,
    /// A phone number of this country (ISO 3166-1 alpha-2).
    Phone {
        /// The country of the number.
        country: String,
    },
}

/// Whether text messages are an acceptable method for a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextRule {
    /// With any number.
    Allowed,
    /// Only with numbers of the payments countries.
    PaymentsCountries,
    /// Not at all: this company has switched them off.
    Off {
        /// The company's name.
        company: String,
    },
}

/// Why a company asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It requires MFA of everybody.
    Policy,
    /// The user is a payments user there.
    Payments,
}

/// One company that asks for MFA, and from when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// The company's name.
    pub company: String,
    /// From this instant.
    pub from: Timestamp,
    /// Why.
    pub reason: Reason,
}

/// What is asked of a user now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// No company of the user offers MFA.
    Unavailable,
    /// It may be set up.
    Optional,
    /// It will be required: the early-enrolment period. Earliest first.
    Upcoming {
        /// Every company with a date ahead.
        demands: Vec<Demand>,
    },
    /// It is required. Earliest first.
    Required {
        /// Every company that requires it now.
        demands: Vec<Demand>,
    },
}

impl Requirement {
    /// The names of the companies that require MFA now.
    #[must_use]
    pub fn demanding(&self) -> Vec<String> {
        match self {
            Self::Required { demands } => demands.iter().map(|demand| demand.company.clone()).collect(),
            Self::Unavailable | Self::Optional | Self::Upcoming { .. } => Vec::new(),
        }
    }
}

/// The requirement, and how the user's methods meet it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// What is asked.
    pub requirement: Requirement,
    /// Whether text messages are acceptable; the authenticator app always is.
    pub text_messages: TextRule,
    /// Whether the user has any method.
    pub has_method: bool,
    /// Whether the user has a method that all asking companies accept.
    pub has_acceptable_method: bool,
}

/// What the companies of `memberships` ask at `now` of a user who has `methods`.
///
/// `payments_countries` are the countries (ISO 3166-1 alpha-2) whose numbers payments users may use.
#[must_use]
pub fn requirement(
    memberships: &[Membership],
    methods: &[OwnedMethod],
    payments_countries: &[String],
    now: Timestamp,
) -> Assessment {
    let accepted = || memberships.iter().filter(|membership| membership.accepted);
    let mut demands: Vec<Demand> = accepted().filter_map(Membership::demand).collect();
    demands.sort_by(|a, b| a.from.cmp(&b.from).then_with(|| a.company.cmp(&b.company)));
    let (in_force, ahead): (Vec<Demand>, Vec<Demand>) =
        demands.into_iter().partition(|demand| demand.from <= now);

    let requirement = if !in_force.is_empty() {
        Requirement::Required { demands: in_force }
    } else if !ahead.is_empty() {
        Requirement::Upcoming { demands: ahead }
    } else if accepted().any(Membership::offers) {
        Requirement::Optional
    } else {
        Requirement::Unavailable
    };
    let text_messages = text_rule(&accepted().collect::<Vec<_>>());
    let acceptable = |method: &OwnedMethod| match (method, &text_messages) {
        (OwnedMethod::App, _) | (OwnedMethod::Phone { .. }, TextRule::Allowed) => true,
        (OwnedMethod::Phone { country }, TextRule::PaymentsCountries) => payments_countries.contains(country),
        (OwnedMethod::Phone { .. }, TextRule::Off { .. }) => false,
    };
    let has_acceptable_method = methods.iter().any(acceptable);
    Assessment { requirement, text_messages, has_method: !methods.is_empty(), has_acceptable_method }
}

impl Membership {
    /// What this membership asks: the payments rule or the policy, whichever holds from the earlier instant.
    fn demand(&self) -> Option<Demand> {
        let policy = self.company.mfa_required_from.map(|from| (from, Reason::Policy));
        let payments = self.payments_since.map(|from| (from, Reason::Payments));
        let (from, reason) = match (policy, payments) {
            (Some(policy), Some(payments)) if payments.0 < policy.0 => payments,
            (Some(policy), _) => policy,
            (None, payments) => payments?,
        };
        Some(Demand { company: self.company.name.clone(), from, reason })
    }

    /// Whether MFA can be set up because of this membership.
    fn offers(&self) -> bool {
        self.company.voluntary_set_up || self.role == Role::Administrator || self.demand().is_some()
    }
}

/// The strictest rule of the companies that ask; where none does, the kindest of those that offer.
fn text_rule(memberships: &[&Membership]) -> TextRule {
    let off = |membership: &&&Membership| !membership.company.text_messages;
    let asking: Vec<&&Membership> =
        memberships.iter().filter(|membership| membership.demand().is_some()).collect();
    let offering: Vec<&&Membership> = memberships.iter().filter(|membership| membership.offers()).collect();
    let switched_off = if asking.is_empty() {
        // One that offers text messages is enough.
        offering.first().filter(|_| offering.iter().all(&off))
    } else {
        asking.iter().find(|membership| off(membership))
    };
    if let Some(membership) = switched_off {
        TextRule::Off { company: membership.company.name.clone() }
    } else if asking.iter().any(|membership| membership.payments_since.is_some()) {
        TextRule::PaymentsCountries
    } else {
        TextRule::Allowed
    }
}

#[cfg(test)]
#[path = "requirement_tests.rs"]
mod tests;
