//! What the set-ups of both kinds have in common: a method that there is, proved before another is set up (S26), and the
//! way out.

use domain::FlowId;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use super::ApiError;
use super::session::SessionView;
use super::text::PhoneWay;

/// Proves the present app. The set-up then waits for what comes next.
#[server(prefix = "/api", endpoint = "prove_app", input = Json, output = Json)]
pub async fn prove_app(flow: FlowId, code: String) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_given(domain::MethodKind::App, &code)?;
    let proved = request.vestibule.prove_method(&request.client, &request.caller, flow, code).await;
    Ok(request.enter(proved.map_err(|error| ApiError::of(error, super::Asked::Code))?))
}

/// Sends a code to the present number. Earlier ones go on working.
#[server(prefix = "/api", endpoint = "send_proof_text", input = Json, output = Json)]
pub async fn send_proof_text(flow: FlowId) -> Result<PhoneWay, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let sent = request.vestibule.send_proof_text(&request.client, &request.caller, flow).await;
    let way = sent.map_err(|error| ApiError::of(error, super::Asked::Message))?;
    way.map(|way| request.phone_way(way)).ok_or_else(ApiError::wrong_state)
}

/// Proves the present number. The set-up then waits for what comes next.
#[server(prefix = "/api", endpoint = "prove_phone", input = Json, output = Json)]
pub async fn prove_phone(flow: FlowId, code: String) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_given(domain::MethodKind::Phone, &code)?;
    let proved = request.vestibule.prove_method(&request.client, &request.caller, flow, code).await;
    Ok(request.enter(proved.map_err(|error| ApiError::of(error, super::Asked::Text))?))
}

/// Proves with the recovery code instead. The code is spent, the session becomes `recovering`, and the set-up goes on in
/// it (S23).
#[server(prefix = "/api", endpoint = "prove_with_recovery_code", input = Json, output = Json)]
pub async fn prove_with_recovery_code(flow: FlowId, code: String) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_recovery_code(&code)?;
    let proved =
        request.vestibule.prove_with_recovery_code(&request.client, &request.caller, flow, code).await;
    let entered = proved.map_err(|error| ApiError::of(error, super::Asked::RecoveryCode))?;
    Ok(request.enter(entered))
}

/// Leaves a set-up that was opened in the profile or in a recovery; what works stays as it is.
#[server(prefix = "/api", endpoint = "cancel_set_up", input = Json, output = Json)]
pub async fn cancel_set_up(flow: FlowId) -> Result<(), ApiError> {
    let request = super::request::ApiRequest::current()?;
    Ok(request.vestibule.cancel_set_up(&request.client, &request.caller, flow).await?)
}
