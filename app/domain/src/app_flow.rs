//! The set-up or change of an authenticator app, as states that carry their own data (S25).
//!
//! From the profile a flow begins with the password and, where there is a method, the proof of it; at sign-in
//! both have just been given. It ends when the app is confirmed, or, from the profile, when the new recovery
//! code is saved.

use crate::time::Timestamp;

/// Where a flow stands. `Secret` is the pending TOTP secret as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppFlow<Secret> {
    /// The password was right; a method that the user has is to be proved first (S26).
    Proving(Proving),
    /// The new app's secret is shown; a code of it is awaited.
    Confirming(Confirming<Secret>),
    /// The app works; from the profile, the new recovery code is to be saved.
    Saving,
}

/// See [`AppFlow::Proving`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proving;

/// See [`AppFlow::Confirming`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirming<Secret> {
    /// The pending secret.
    pub secret: Secret,
}

impl<Secret> AppFlow<Secret> {
    /// Begins a flow of a user for whom the password has just been right. `proved_at` is when a method was last
    /// proved in this session; a proof is good for five minutes.
    pub fn begin(has_method: bool, proved_at: Option<Timestamp>, now: Timestamp, secret: Secret) -> Self {
        let fresh = proved_at.is_some_and(|at| now.since(at) < PROOF_LASTS);
        if has_method && !fresh { Self::Proving(Proving) } else { Self::Confirming(Confirming { secret }) }
    }

    /// The name used in the store.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Proving(_) => PROVING,
            Self::Confirming(_) => CONFIRMING,
            Self::Saving => SAVING,
        }
    }
}

impl Proving {
    /// The method was proved: the new app's secret can be shown.
    pub fn proved<Secret>(self, secret: Secret) -> AppFlow<Secret> {
        AppFlow::Confirming(Confirming { secret })
    }
}

impl<Secret> Confirming<Secret> {
    /// The new app's code was right: gives the secret to keep, and the flow's next state.
    pub fn confirmed(self) -> (Secret, AppFlow<Secret>) {
        (self.secret, AppFlow::Saving)
    }
}

/// The name of [`AppFlow::Proving`] in the store.
pub const PROVING: &str = "proving";
/// The name of [`AppFlow::Confirming`] in the store.
pub const CONFIRMING: &str = "confirming";
/// The name of [`AppFlow::Saving`] in the store.
pub const SAVING: &str = "saving";
/// How long a proof stands for the next act, in milliseconds.
pub const PROOF_LASTS: i64 = 5 * crate::time::MINUTE;
/// How long a flow waits for its next step, in milliseconds.
pub const IDLE: i64 = 10 * crate::time::MINUTE;
/// How long a flow may take in all, in milliseconds.
pub const ABSOLUTE: i64 = 60 * crate::time::MINUTE;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MINUTE;

    const NOW: Timestamp = Timestamp(10 * MINUTE);

    // S26
    #[test]
    fn who_has_a_method_proves_it_before_a_secret_is_shown() {
        assert_eq!(AppFlow::begin(true, None, NOW, "new"), AppFlow::Proving(Proving));
        assert_eq!(AppFlow::begin(true, Some(NOW.plus(-5 * MINUTE)), NOW, "new"), AppFlow::Proving(Proving));
    }

    #[test]
    fn a_proof_of_the_last_five_minutes_is_not_asked_again() {
        let flow = AppFlow::begin(true, Some(NOW.plus(1 - 5 * MINUTE)), NOW, "new");
        assert_eq!(flow, AppFlow::Confirming(Confirming { secret: "new" }));
    }

    #[test]
    fn who_has_no_method_has_nothing_to_prove() {
        assert_eq!(
            AppFlow::begin(false, None, NOW, "new"),
            AppFlow::Confirming(Confirming { secret: "new" })
        );
    }

    #[test]
    fn a_confirmed_flow_gives_the_secret_it_showed() {
        let AppFlow::Confirming(confirming) = Proving.proved("new") else {
            panic!("a proof leads to the secret")
        };
        assert_eq!(confirming.confirmed(), ("new", AppFlow::Saving));
    }
}
