//! Which session states may call which server function (S9). What is not here is not served.

use domain::SessionState::{self, Challenge, EnrolOnly, Full, IdentityDue, Recovering, SaveCode};

/// One server function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its path, as the browser calls it.
    pub path: &'static str,
    /// The states that may call it.
    pub states: &'static [SessionState],
}

const EVERY: &[SessionState] = &SessionState::ALL;

/// Every server function.
pub const FUNCTIONS: &[Function] = &[
    Function { path: "/api/session", states: EVERY },
    Function { path: "/api/sign_in", states: EVERY },
    Function { path: "/api/sign_out", states: EVERY },
    Function { path: "/api/stay_signed_in", states: &[IdentityDue, EnrolOnly, SaveCode, Full] },
    Function { path: "/api/challenge", states: &[Challenge] },
    Function { path: "/api/challenge_app", states: &[Challenge] },
    Function { path: "/api/send_challenge_text", states: &[Challenge] },
    Function { path: "/api/challenge_phone", states: &[Challenge] },
    Function { path: "/api/use_recovery_code", states: &[Challenge] },
    Function { path: "/api/who_can_help", states: &[Challenge, IdentityDue, Recovering] },
    Function { path: "/api/mailed_code", states: &[IdentityDue] },
    Function { path: "/api/send_mailed_code", states: &[IdentityDue] },
    Function { path: "/api/confirm_identity", states: &[IdentityDue] },
    Function { path: "/api/link", states: EVERY },
    Function { path: "/api/request_password_reset", states: EVERY },
    Function { path: "/api/reset_password", states: EVERY },
    Function { path: "/api/not_me", states: EVERY },
    Function { path: "/api/password_strength", states: EVERY },
    Function { path: "/api/start_app_set_up", states: &[EnrolOnly, Recovering] },
    Function { path: "/api/open_app_set_up", states: &[Full] },
    Function { path: "/api/app_set_up", states: &[EnrolOnly, Recovering, Full] },
    Function { path: "/api/confirm_app", states: &[EnrolOnly, Recovering, Full] },
    Function { path: "/api/start_phone_set_up", states: &[EnrolOnly, Recovering] },
    Function { path: "/api/open_phone_set_up", states: &[Full] },
    Function { path: "/api/phone_set_up", states: &[EnrolOnly, Recovering, Full] },
    Function { path: "/api/countries", states: &[EnrolOnly, Recovering, Full] },
    Function { path: "/api/enter_number", states: &[EnrolOnly, Recovering, Full] },
    Function { path: "/api/send_number_code", states: &[EnrolOnly, Recovering, Full] },
    Function { path: "/api/correct_number", states: &[EnrolOnly, Recovering, Full] },
    Function { path: "/api/confirm_phone", states: &[EnrolOnly, Recovering, Full] },
    Function { path: "/api/prove_app", states: &[EnrolOnly, Full] },
    Function { path: "/api/send_proof_text", states: &[EnrolOnly, Full] },
    Function { path: "/api/prove_phone", states: &[EnrolOnly, Full] },
    Function { path: "/api/prove_with_recovery_code", states: &[EnrolOnly, Full] },
    Function { path: "/api/cancel_set_up", states: &[EnrolOnly, Recovering, Full] },
    Function { path: "/api/recovery", states: &[Recovering] },
    Function { path: "/api/keep_app", states: &[Recovering] },
    Function { path: "/api/send_keep_text", states: &[Recovering] },
    Function { path: "/api/keep_phone", states: &[Recovering] },
    Function { path: "/api/finish_recovery", states: &[Recovering] },
    Function { path: "/api/request_recovery_code", states: &[Full] },
    Function { path: "/api/stage_recovery_code", states: &[SaveCode, Full] },
    Function { path: "/api/acknowledge_recovery_code", states: &[SaveCode, Full] },
    Function { path: "/api/step_up", states: &[Full] },
    Function { path: "/api/step_up_password", states: &[Full] },
    Function { path: "/api/step_up_app", states: &[Full] },
    Function { path: "/api/send_step_up_text", states: &[Full] },
    Function { path: "/api/step_up_phone", states: &[Full] },
    Function { path: "/api/security", states: &[Full] },
    Function { path: "/api/change_password", states: &[Full] },
    Function { path: "/api/remove_method", states: &[Full] },
    Function { path: "/api/devices", states: &[Full] },
    Function { path: "/api/end_device", states: &[Full] },
    Function { path: "/api/end_other_devices", states: &[Full] },
    Function { path: "/api/activity", states: &[Full] },
    Function { path: "/api/activity_csv", states: &[Full] },
    Function { path: "/api/profile", states: &[Full] },
    Function { path: "/api/save_profile", states: &[Full] },
    Function { path: "/api/company_security", states: &[Full] },
    Function { path: "/api/preview_policy", states: &[Full] },
    Function { path: "/api/save_policy", states: &[Full] },
    Function { path: "/api/adoption", states: &[Full] },
    Function { path: "/api/reminders", states: &[Full] },
    Function { path: "/api/remind", states: &[Full] },
    Function { path: "/api/company_activity", states: &[Full] },
    Function { path: "/api/company_activity_csv", states: &[Full] },
    Function { path: "/api/members", states: &[Full] },
    Function { path: "/api/member_counts", states: &[Full] },
    Function { path: "/api/change_member", states: &[Full] },
    Function { path: "/api/remove_member", states: &[Full] },
    Function { path: "/api/members_csv", states: &[Full] },
    Function { path: "/api/check_invitations", states: &[Full] },
    Function { path: "/api/invite", states: &[Full] },
    Function { path: "/api/invite_again", states: &[Full] },
    Function { path: "/api/invite_undelivered_again", states: &[Full] },
    Function { path: "/api/invitation", states: EVERY },
    Function { path: "/api/accept_as_new", states: EVERY },
    Function { path: "/api/accept_invitation", states: &[Full] },
    Function { path: "/api/reset_member", states: &[Full] },
    Function { path: "/api/reset_requests", states: &[Full] },
    Function { path: "/api/confirm_reset", states: &[Full] },
    Function { path: "/api/confirm_own_reset", states: EVERY },
    Function { path: "/api/confirm_identity_by_link", states: &[IdentityDue] },
];

impl Function {
    /// The function at this path.
    #[must_use]
    pub fn at(path: &str) -> Option<&'static Self> {
        FUNCTIONS.iter().find(|function| function.path == path)
    }

    /// Its name: the path without `/api/`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.path.trim_start_matches("/api/")
    }

    /// Whether a pasted list is sent with it, which may be long.
    #[must_use]
    pub fn takes_a_list(&self) -> bool {
        matches!(self.path, "/api/check_invitations" | "/api/invite")
    }

    /// Whether a call ends the caller's record, whatever it is worth.
    #[must_use]
    pub fn replaces_record(&self) -> bool {
        matches!(self.path, "/api/sign_in" | "/api/sign_out")
    }

    /// Whether a call counts as use of the session, and so puts its idle end off. What pages ask by themselves does not: how
    /// things stand, and what has become of a text message. An open page must not keep a forgotten tablet signed in (S31).
    #[must_use]
    pub fn is_use(&self) -> bool {
        !matches!(
            self.path,
            "/api/session"
                | "/api/challenge"
                | "/api/app_set_up"
                | "/api/phone_set_up"
                | "/api/recovery"
                | "/api/step_up"
        )
    }
}
