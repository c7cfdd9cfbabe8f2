//! The states of a sign-in, from the right password to the end of the session, and how long each lasts.

use serde::{Deserialize, Serialize};

use crate::requirement::{Assessment, Requirement};
use crate::time::{DAY, HOUR, MINUTE, Timestamp};

/// What a browser has shown so far, and so what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Nothing: no record, or one that has ended.
    Anonymous,
    /// Signed in, but a requirement has come into force since: the password is asked again, then the set-up.
    PasswordDue,
    /// The password was right; a method is still to be proved.
    Challenge,
    /// The password was right, but a set-up with it alone might be somebody else's: a code that was mailed, or handed
    /// over in person, is to be given first.
    IdentityDue,
    /// The password (and the method that there was) is right; an acceptable method must be set up first.
    EnrolOnly,
    /// Everything is right but there is no recovery code: one must be saved first.
    SaveCode,
    /// A recovery code was spent; a method must be set up or proved first.
    Recovering,
    /// Signed in.
    Full,
}

impl SessionState {
    /// Every state, in order of privilege.
    pub const ALL: [Self; 8] = [
        Self::Anonymous,
        Self::PasswordDue,
        Self::Challenge,
        Self::IdentityDue,
        Self::EnrolOnly,
        Self::SaveCode,
        Self::Recovering,
        Self::Full,
    ];

    /// The name used in the store and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::PasswordDue => "password_due",
            Self::Challenge => "challenge",
            Self::IdentityDue => "identity_due",
            Self::EnrolOnly => "enrol_only",
            Self::SaveCode => "save_code",
            Self::Recovering => "recovering",
            Self::Full => "full",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// What makes a password alone too little for a set-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// An administrator has taken the methods away, and none was set up since (S43).
    pub mfa_reset: bool,
    /// The account was not used for [`DORMANT_AFTER`] (S28).
    pub dormant: bool,
}

/// How long an account is not used until a set-up that is forced at sign-in asks for more than the password, in
/// milliseconds: 90 days (S28).
pub const DORMANT_AFTER: i64 = 90 * DAY;

/// The state after a right password. After a reset a set-up follows whatever is required, and not on the password alone
/// (S43); nor does one that is required of an account which was not used for long (S28).
#[must_use]
pub fn after_password(assessment: &Assessment, doubts: Doubts) -> SessionState {
    if assessment.has_method {
        SessionState::Challenge
    } else if doubts.mfa_reset || (doubts.dormant && assessment.must_set_up()) {
        SessionState::IdentityDue
    } else if assessment.must_set_up() {
        SessionState::EnrolOnly
    } else {
        SessionState::Full
    }
}

/// The state after a passed challenge. `recovery_code` says whether a code is acknowledged, not consumed, not void.
#[must_use]
pub fn after_challenge(assessment: &Assessment, recovery_code: bool) -> SessionState {
    if assessment.must_set_up() {
        SessionState::EnrolOnly
    } else if recovery_code {
        SessionState::Full
    } else {
        SessionState::SaveCode
    }
}

impl Assessment {
    /// Whether MFA is required now of a user who has no acceptable method.
    #[must_use]
    pub const fn must_set_up(&self) -> bool {
        matches!(self.requirement, Requirement::Required { .. }) && !self.has_acceptable_method
    }
}

/// Why a record no longer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Not used for as long as the limit allows.
    Idle,
    /// Reached the longest time that any record lives.
    Absolute,
    /// Signed out here.
    SignedOut,
    /// Ended by a change of password, method or recovery code elsewhere (S32).
    Changed,
    /// Replaced by a newer record of the same browser.
    Replaced,
    /// Signed out from another device of the person (S34).
    SignedOutElsewhere,
    /// Ended by This Wasn't Me (S28a).
    Suspended,
}

impl Ended {
    const ALL: [Self; 7] = [
        Self::Idle,
        Self::Absolute,
        Self::SignedOut,
        Self::Changed,
        Self::Replaced,
        Self::SignedOutElsewhere,
        Self::Suspended,
    ];

    /// The name used in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Absolute => "absolute",
            Self::SignedOut => "signed_out",
            Self::Changed => "changed",
            Self::Replaced => "replaced",
            Self::SignedOutElsewhere => "signed_out_elsewhere",
            Self::Suspended => "suspended",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ended| ended.as_str() == name)
    }
}

/// How long a record lives: `idle` after its last step, `absolute` after its creation, both in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Milliseconds without use.
    pub idle: i64,
    /// Milliseconds in all.
    pub absolute: i64,
}

/// How long sessions live that are signed in (S31).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Of everybody.
    pub everybody: Lifetime,
    /// Of administrators of a company.
    pub administrators: Lifetime,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            everybody: Lifetime { idle: HOUR, absolute: 24 * HOUR },
            administrators: Lifetime { idle: 30 * MINUTE, absolute: 12 * HOUR },
        }
    }
}

impl Lifetime {
    /// The lifetime of a record in `state` (S7, S31).
    #[must_use]
    pub const fn of(state: SessionState, administrator: bool, limits: &SessionLimits) -> Self {
        match state {
            // Idle counts from the last text message (S7).
            SessionState::Challenge => Self { idle: 5 * MINUTE, absolute: 15 * MINUTE },
            SessionState::IdentityDue | SessionState::EnrolOnly | SessionState::SaveCode => {
                Self { idle: 10 * MINUTE, absolute: HOUR }
            }
            SessionState::Recovering => Self { idle: 30 * MINUTE, absolute: 30 * MINUTE },
            SessionState::Anonymous | SessionState::PasswordDue | SessionState::Full if administrator => {
                limits.administrators
            }
            SessionState::Anonymous | SessionState::PasswordDue | SessionState::Full => limits.everybody,
        }
    }

    /// When a record ends that was created at `created` and last used at `used`, if it is not used again.
    #[must_use]
    pub fn ends(self, created: Timestamp, used: Timestamp) -> Timestamp {
        created.plus(self.absolute).min(used.plus(self.idle))
    }

    /// Whether it has ended at `now`, and why.
    #[must_use]
    pub fn ended(self, created: Timestamp, used: Timestamp, now: Timestamp) -> Option<Ended> {
        if now >= created.plus(self.absolute) {
            Some(Ended::Absolute)
        } else if now >= used.plus(self.idle) {
            Some(Ended::Idle)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement::TextRule;

    fn assessment(required: bool, has_method: bool, has_acceptable_method: bool) -> Assessment {
        let requirement =
            if required { Requirement::Required { demands: Vec::new() } } else { Requirement::Optional };
        Assessment { requirement, text_messages: TextRule::Allowed, has_method, has_acceptable_method }
    }

    #[test]
    fn a_right_password_leads_to_the_state_that_the_requirement_asks_for() {
        let after = |required, has_method, acceptable| {
            after_password(&assessment(required, has_method, acceptable), Doubts::default())
        };
        assert_eq!(after(false, false, false), SessionState::Full);
        assert_eq!(after(true, false, false), SessionState::EnrolOnly);
        assert_eq!(after(true, true, true), SessionState::Challenge);
        // Who has an unacceptable method only proves it first.
        assert_eq!(after(true, true, false), SessionState::Challenge);
        // A method that nobody requires is asked for all the same.
        assert_eq!(after(false, true, true), SessionState::Challenge);
    }

    // S43
    #[test]
    fn after_a_reset_the_password_alone_leads_to_no_set_up() {
        let reset = Doubts { mfa_reset: true, dormant: false };
        assert_eq!(after_password(&assessment(true, false, false), reset), SessionState::IdentityDue);
        assert_eq!(after_password(&assessment(false, false, false), reset), SessionState::IdentityDue);
    }

    // S28
    #[test]
    fn of_an_account_that_was_not_used_for_long_a_forced_set_up_asks_for_more() {
        let dormant = Doubts { mfa_reset: false, dormant: true };
        assert_eq!(after_password(&assessment(true, false, false), dormant), SessionState::IdentityDue);
        assert_eq!(after_password(&assessment(false, false, false), dormant), SessionState::Full);
        assert_eq!(after_password(&assessment(true, true, true), dormant), SessionState::Challenge);
    }

    #[test]
    fn a_passed_challenge_leads_to_set_up_to_the_recovery_code_or_in() {
        assert_eq!(after_challenge(&assessment(true, true, false), true), SessionState::EnrolOnly);
        assert_eq!(after_challenge(&assessment(true, true, true), false), SessionState::SaveCode);
        assert_eq!(after_challenge(&assessment(true, true, true), true), SessionState::Full);
        assert_eq!(after_challenge(&assessment(false, true, false), true), SessionState::Full);
    }

    // S7, S31
    #[test]
    fn each_state_has_its_lifetime() {
        let minutes = |state, administrator| {
            let lifetime = Lifetime::of(state, administrator, &SessionLimits::default());
            (lifetime.idle / MINUTE, lifetime.absolute / MINUTE)
        };
        assert_eq!(minutes(SessionState::Challenge, false), (5, 15));
        assert_eq!(minutes(SessionState::IdentityDue, false), (10, 60));
        assert_eq!(minutes(SessionState::EnrolOnly, false), (10, 60));
        assert_eq!(minutes(SessionState::SaveCode, false), (10, 60));
        assert_eq!(minutes(SessionState::Recovering, false), (30, 30));
        assert_eq!(minutes(SessionState::Full, false), (60, 24 * 60));
        assert_eq!(minutes(SessionState::Full, true), (30, 12 * 60));
    }

    #[test]
    fn the_name_of_each_state_is_the_one_on_the_wire() {
        for state in SessionState::ALL {
            assert_eq!(SessionState::parse(state.as_str()), Some(state));
            assert_eq!(serde_json::to_string(&state).unwrap(), format!("\"{}\"", state.as_str()));
        }
        assert_eq!(SessionState::parse("root"), None);
    }

    #[test]
    fn a_record_ends_at_the_earlier_of_its_limits() {
        let lifetime = Lifetime { idle: 10, absolute: 60 };
        let created = Timestamp(100);
        assert_eq!(lifetime.ended(created, Timestamp(100), Timestamp(109)), None);
        assert_eq!(lifetime.ended(created, Timestamp(100), Timestamp(110)), Some(Ended::Idle));
        assert_eq!(lifetime.ended(created, Timestamp(155), Timestamp(160)), Some(Ended::Absolute));
        assert_eq!(lifetime.ends(created, Timestamp(155)), Timestamp(160));
    }
}
