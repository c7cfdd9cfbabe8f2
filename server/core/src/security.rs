//! What the Password & Security tab shows.

use domain::{Requirement, Timestamp};

use crate::caller::Caller;
use crate::methods::active_app;
use crate::recovery_code::valid_recovery_code;
use crate::{Error, Vestibule};

/// How a person's account is secured.
#[derive(Clone, Debug)]
pub struct Security {
    /// When the password was last set.
    pub password_changed_at: Timestamp,
    /// What the person's companies ask.
    pub requirement: Requirement,
    /// The authenticator app.
    pub app: Option<MethodFacts>,
    /// Since when the recovery code that works is valid.
    pub recovery_code_since: Option<Timestamp>,
    /// Whether the person is in any company.
    pub in_company: bool,
    /// The operator's support contact.
    pub support: Option<String>,
}

/// What is shown of a method; never its secret (S15).
#[derive(Clone, Copy, Debug)]
pub struct MethodFacts {
    /// When it was set up.
    pub added_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

impl Vestibule {
    /// How the caller's account is secured.
    ///
    /// # Errors
    /// What the store says.
    pub async fn security(&self, caller: &Caller) -> Result<Security, Error> {
        let signed_in = caller.signed_in()?;
        let reader = self.inner.store.reader();
        let app = active_app(reader, signed_in.user.id).await?.map(|app| MethodFacts {
            added_at: Timestamp(app.added_at),
            last_used_at: app.last_used_at.map(Timestamp),
        });
        let code = valid_recovery_code(reader, signed_in.user.id).await?;
        Ok(Security {
            password_changed_at: signed_in.password_changed_at,
            requirement: signed_in.assessment.requirement.clone(),
            app,
            recovery_code_since: code.and_then(|code| code.acknowledged_at).map(Timestamp),
            in_company: signed_in.in_company,
            support: self.inner.settings.support.clone(),
        })
    }
}
