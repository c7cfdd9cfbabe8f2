//! Before a set-up that the password alone must not lead to: a code that was mailed, or handed over in person.

use domain::{SessionId, Timestamp};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;
use super::session::SessionView;

/// A code that was mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailedCode {
    /// When.
    pub sent_at: Timestamp,
    /// Seconds until another can be sent.
    pub again_in_s: u32,
}

/// The code that was mailed last in this sign-in, if it still works.
#[server(name = ReadMailedCode, prefix = "/api", endpoint = "mailed_code", input = Json, output = Json)]
pub async fn mailed_code() -> Result<Option<MailedCode>, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let mailed = request.vestibule.mailed_code(&request.caller).await?;
    Ok(mailed.map(|mailed| request.mailed(mailed)))
}

/// Mails a code to the person's address, which works for fifteen minutes (S28). Earlier ones go on working.
#[server(prefix = "/api", endpoint = "send_mailed_code", input = Json, output = Json)]
pub async fn send_mailed_code(record: SessionId) -> Result<MailedCode, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let sent = request.vestibule.send_mailed_code(&request.client, &request.caller, record).await;
    Ok(request.mailed(sent.map_err(|error| ApiError::of(error, super::Asked::Message))?))
}

/// Takes the code: mailed, where the account was not used for long (S28); after an administrator's reset, only the one
/// that was handed over in person (S43).
#[server(prefix = "/api", endpoint = "confirm_identity", input = Json, output = Json)]
pub async fn confirm_identity(record: SessionId, code: String) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_code(&code)?;
    let asked =
        if request.caller.mfa_reset() { super::Asked::InPersonCode } else { super::Asked::MailedCode };
    let entered = request.vestibule.confirm_identity(&request.client, &request.caller, record, code).await;
    Ok(request.enter(entered.map_err(|error| ApiError::of(error, asked))?))
}
