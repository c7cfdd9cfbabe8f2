//! Step-up: before an act that needs it, the password, and then a proof, unless each was given in the last five
//! minutes. Acts that lack it answer `step_up_needed`; the dialog gives what is missing, and the act runs again.

use domain::{MethodKind, SessionId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// What is missing of a step-up. Nothing: the act can run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUp {
    /// The password is to be given.
    pub password: bool,
    /// Then one of these is to be proved; none: no proof is missing.
    pub proof: Vec<MethodKind>,
}

/// What is missing now.
#[server(name = ReadStepUp, prefix = "/api", endpoint = "step_up", input = Json, output = Json)]
pub async fn step_up() -> Result<StepUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    Ok(request.vestibule.step_up(&request.caller).await?.into())
}

/// Gives the password.
#[server(prefix = "/api", endpoint = "step_up_password", input = Json, output = Json)]
pub async fn step_up_password(record: SessionId, password: String) -> Result<StepUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let password = super::request::parse_password(password)?;
    let given = request.vestibule.step_up_password(&request.client, &request.caller, record, password).await;
    let (missing, entered) = given.map_err(|error| ApiError::of(error, super::Asked::Password))?;
    request.enter(entered);
    Ok(missing.into())
}

/// Proves the authenticator app. Only after the password.
#[server(prefix = "/api", endpoint = "step_up_app", input = Json, output = Json)]
pub async fn step_up_app(record: SessionId, code: String) -> Result<StepUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_code(&code)?;
    let given = request.vestibule.step_up_app(&request.client, &request.caller, record, code).await;
    let (missing, entered) = given.map_err(|error| ApiError::of(error, super::Asked::Code))?;
    request.enter(entered);
    Ok(missing.into())
}
