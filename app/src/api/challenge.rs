//! The second door: what it takes, and taking it.

use domain::{MethodKind, SessionId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;
use super::session::SessionView;
use super::text::PhoneWay;

/// How the second door stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// The methods that it takes.
    pub methods: Vec<MethodKind>,
    /// The one that was used last.
    pub last_used: Option<MethodKind>,
    /// The phone number, where it is one of them.
    pub phone: Option<PhoneWay>,
    /// Text messages are failing at this moment.
    pub texts_failing: bool,
}

/// How the second door stands. Nothing is sent.
#[server(name = ReadChallenge, prefix = "/api", endpoint = "challenge", input = Json, output = Json)]
pub async fn challenge() -> Result<Challenge, ApiError> {
    let request = super::request::ApiRequest::current()?;
    Ok(request.challenge(request.vestibule.challenge(&request.caller).await?))
}

/// A code of the authenticator app. `record` is the one that the page was shown for.
#[server(prefix = "/api", endpoint = "challenge_app", input = Json, output = Json)]
pub async fn challenge_app(record: SessionId, code: String) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_given(MethodKind::App, &code)?;
    let entered = request.vestibule.answer_challenge(&request.client, &request.caller, record, code).await;
    let entered = entered.map_err(|error| ApiError::of(error, super::Asked::Code))?;
    Ok(request.enter(entered))
}

/// Sends a code to the phone number. Earlier ones go on working.
#[server(prefix = "/api", endpoint = "send_challenge_text", input = Json, output = Json)]
pub async fn send_challenge_text(record: SessionId) -> Result<Challenge, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let sent = request.vestibule.send_challenge_text(&request.client, &request.caller, record).await;
    Ok(request.challenge(sent.map_err(|error| ApiError::of(error, super::Asked::Message))?))
}

/// A code of a text message.
#[server(prefix = "/api", endpoint = "challenge_phone", input = Json, output = Json)]
pub async fn challenge_phone(record: SessionId, code: String) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_given(MethodKind::Phone, &code)?;
    let entered = request.vestibule.answer_challenge(&request.client, &request.caller, record, code).await;
    let entered = entered.map_err(|error| ApiError::of(error, super::Asked::Text))?;
    Ok(request.enter(entered))
}

/// The second door without a method: the recovery code, in any spacing and case. It is spent, every other session
/// ends, and what follows is `recovering` (S23).
#[server(prefix = "/api", endpoint = "use_recovery_code", input = Json, output = Json)]
pub async fn use_recovery_code(record: SessionId, code: String) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_recovery_code(&code)?;
    let entered = request.vestibule.use_recovery_code(&request.client, &request.caller, record, code).await;
    let entered = entered.map_err(|error| ApiError::of(error, super::Asked::RecoveryCode))?;
    Ok(request.enter(entered))
}
