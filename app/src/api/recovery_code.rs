//! Save Your Recovery Code: a code is staged and shown once, and is valid from its acknowledgement on.

use domain::{RecoveryCodeId, SessionId, Timestamp};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;
use super::session::SessionView;

/// A recovery code, the only time that it is shown (S22).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedRecoveryCode {
    /// Which code the page's Continue acknowledges.
    pub id: RecoveryCodeId,
    /// The code in groups of four.
    pub code: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether the person was shown another before and did not acknowledge it: that one will not work.
    pub shown_before: bool,
    /// Whether this is the last step of a set-up, and not of a sign-in that lacked a code only.
    pub ends_set_up: bool,
    /// Whether the person is in any company, whose administrator can help.
    pub in_company: bool,
    /// The operator's support contact, for who is in none.
    pub support: Option<String>,
}

/// Request New Code, from the profile: from here on this session has a code to save. Needs a step-up; the code that
/// works stays valid until the new one is acknowledged.
#[server(prefix = "/api", endpoint = "request_recovery_code", input = Json, output = Json)]
pub async fn request_recovery_code(record: SessionId) -> Result<(), ApiError> {
    let request = super::request::ApiRequest::current()?;
    Ok(request.vestibule.request_recovery_code(&request.client, &request.caller, record).await?)
}

/// Makes a new code and shows it. The valid one, if any, stays valid until this one is acknowledged (S24).
#[server(prefix = "/api", endpoint = "stage_recovery_code", input = Json, output = Json)]
pub async fn stage_recovery_code() -> Result<StagedRecoveryCode, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let staged = request.vestibule.stage_recovery_code(&request.caller).await?;
    Ok(StagedRecoveryCode {
        id: staged.id,
        code: staged.code.grouped().to_string(),
        created_at: staged.created_at,
        shown_before: staged.shown_before,
        ends_set_up: staged.ends_set_up,
        in_company: staged.in_company,
        support: request.vestibule.settings().support.clone(),
    })
}

/// The person has saved the code that the page showed: it replaces the old one, and the sign-in or the set-up
/// is complete.
#[server(prefix = "/api", endpoint = "acknowledge_recovery_code", input = Json, output = Json)]
pub async fn acknowledge_recovery_code(id: RecoveryCodeId) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let entered = request.vestibule.acknowledge_recovery_code(&request.client, &request.caller, id).await?;
    Ok(request.enter(entered))
}
