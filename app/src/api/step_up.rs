//! Step-up: before an act that needs it, the password, and then a proof, unless each was given in the last five
//! minutes. Acts that lack it answer `step_up_needed`; the dialog gives what is missing, and the act runs again.

use domain::{MethodKind, SessionId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;
use super::text::PhoneWay;

/// What is missing of a step-up. Nothing: the act can run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUp {
    /// The password is to be given.
    pub password: bool,
    /// Then one of these is to be proved; none: no proof is missing.
    pub proof: Vec<MethodKind>,
    /// The phone number, where it is one of these.
    pub phone: Option<PhoneWay>,
}

/// What is missing now.
#[server(name = ReadStepUp, prefix = "/api", endpoint = "step_up", input = Json, output = Json)]
pub async fn step_up() -> Result<StepUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    Ok(request.step_up(request.vestibule.step_up(&request.caller).await?))
}

/// Gives the password.
#[server(prefix = "/api", endpoint = "step_up_password", input = Json, output = Json)]
pub async fn step_up_password(record: SessionId, password: String) -> Result<StepUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let password = super::request::parse_password(password)?;
    let given = request.vestibule.step_up_password(&request.client, &request.caller, record, password).await;
    let (missing, entered) = given.map_err(|error| ApiError::of(error, super::Asked::Password))?;
    request.enter(entered);
    Ok(request.step_up(missing))
}

/// Proves the authenticator app. Only after the password.
#[server(prefix = "/api", endpoint = "step_up_app", input = Json, output = Json)]
pub async fn step_up_app(record: SessionId, code: String) -> Result<StepUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_given(MethodKind::App, &code)?;
    let given = request.vestibule.step_up_method(&request.client, &request.caller, record, code).await;
    let (missing, entered) = given.map_err(|error| ApiError::of(error, super::Asked::Code))?;
    request.enter(entered);
    Ok(request.step_up(missing))
}

/// Sends a code to the phone number. Only after the password.
#[server(prefix = "/api", endpoint = "send_step_up_text", input = Json, output = Json)]
pub async fn send_step_up_text(record: SessionId) -> Result<StepUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let sent = request.vestibule.send_step_up_text(&request.client, &request.caller, record).await;
    Ok(request.step_up(sent.map_err(|error| ApiError::of(error, super::Asked::Message))?))
}

/// Proves the phone number. Only after the password.
#[server(prefix = "/api", endpoint = "step_up_phone", input = Json, output = Json)]
pub async fn step_up_phone(record: SessionId, code: String) -> Result<StepUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_given(MethodKind::Phone, &code)?;
    let given = request.vestibule.step_up_method(&request.client, &request.caller, record, code).await;
    let (missing, entered) = given.map_err(|error| ApiError::of(error, super::Asked::Text))?;
    request.enter(entered);
    Ok(request.step_up(missing))
}
