//! The rules and types of Vestibule that need nothing but their arguments: no IO, no clock, no randomness.
//!
//! What belongs here: a value that is parsed once at the edge ([`Email`], [`OneTimeCode`], [`RecoveryCode`]),
//! a decision that can be read as a table ([`requirement()`], [`Budget`]), and the states that records move
//! through ([`SessionState`], [`AppFlow`]). It compiles for the server and for the browser.
//! What asks a database, a clock or a key belongs in `vestibule-core`.

pub mod app_flow;
mod attempts;
mod email;
mod ids;
mod one_time_code;
pub mod phone_flow;
mod recovery_code;
mod requirement;
mod return_path;
mod session;
mod time;

pub use app_flow::AppFlow;
pub use attempts::{Attempts, Budget, Reservation};
pub use email::{Email, EmailError};
pub use ids::{
    AuditId, BrowserId, CampaignId, CompanyId, FlowId, OutboxId, RecoveryCodeId, ResetRequestId, SessionId,
    UserId,
};
pub use one_time_code::{OneTimeCode, OneTimeCodeError};
pub use phone_flow::PhoneFlow;
pub use recovery_code::{RecoveryCode, RecoveryCodeError};
pub use requirement::{
    Assessment, Company, Demand, Membership, MethodKind, OwnedMethod, Reason, Requirement, Role, TextRule,
    requirement,
};
pub use return_path::ReturnPath;
pub use session::{
    DORMANT_AFTER, Doubts, Ended, Lifetime, SessionLimits, SessionState, after_challenge, after_password,
};
pub use time::{DAY, HOUR, MINUTE, SECOND, Timestamp};
