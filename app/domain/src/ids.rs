//! Identifiers: UUIDv7, one type per kind of record, so that they cannot be mixed up.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }
    )+};
}

ids! {
    /// A person.
    UserId,
    /// A tenant.
    CompanyId,
    /// A sign-in record, from the right password to the end of the session.
    SessionId,
    /// A set-up, change or recovery under way.
    FlowId,
    /// A recovery code, staged or valid.
    RecoveryCodeId,
    /// A browser that has signed in before.
    BrowserId,
    /// A message on its way.
    OutboxId,
    /// An announcement or a reminder to many.
    CampaignId,
    /// A reset of MFA that has to be confirmed.
    ResetRequestId,
    /// A row of the audit log.
    AuditId,
}
