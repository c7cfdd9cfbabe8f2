//! Setting up a phone number, at sign-in and from the profile, and changing it.

use domain::{FlowId, SessionId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;
use super::session::SessionView;
use super::text::{ProofWays, Texted};

/// A set-up under way.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneSetUp {
    /// The flow that the forms belong to.
    pub flow: FlowId,
    /// Whether there is a number already, which goes on working until the new one is confirmed.
    pub changing: bool,
    /// What comes next.
    pub step: PhoneStep,
}

/// The steps that a set-up waits at.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneStep {
    /// One of these is proved first.
    Prove(ProofWays),
    /// The new number is asked.
    Enter,
    /// A code that was sent to it is asked.
    Confirm {
        /// The whole number (E.164), for its owner to check; afterwards its ending only (S8).
        number: String,
        /// The code that was sent last, if it still works.
        texted: Option<Texted>,
    },
    /// The number works; the new recovery code is to be saved.
    SaveCode,
}

/// Begins the set-up that the sign-in or the recovery asks for, or goes on with the one that is open.
#[server(prefix = "/api", endpoint = "start_phone_set_up", input = Json, output = Json)]
pub async fn start_phone_set_up(record: SessionId) -> Result<PhoneSetUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let set_up = request.vestibule.start_phone_set_up(&request.client, &request.caller, record).await?;
    Ok(request.phone_set_up(set_up))
}

/// Begins a set-up or change from the profile, with the password. Who changes a number is sent a code to the present one
/// at once.
#[server(prefix = "/api", endpoint = "open_phone_set_up", input = Json, output = Json)]
pub async fn open_phone_set_up(record: SessionId, password: String) -> Result<PhoneSetUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let password = super::request::parse_password(password)?;
    let opened =
        request.vestibule.open_phone_set_up(&request.client, &request.caller, record, password).await;
    let (set_up, entered) = opened.map_err(|error| ApiError::of(error, super::Asked::Password))?;
    request.enter(entered);
    Ok(request.phone_set_up(set_up))
}

/// The set-up that is open in this session, if any: a reload and a second tab go on with it.
#[server(name = ReadPhoneSetUp, prefix = "/api", endpoint = "phone_set_up", input = Json, output = Json)]
pub async fn phone_set_up() -> Result<Option<PhoneSetUp>, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let set_up = request.vestibule.phone_set_up(&request.caller).await?;
    Ok(set_up.map(|set_up| request.phone_set_up(set_up)))
}

/// Takes the new number, as it is written in the selected country or with its `+`, and sends a code to it.
#[server(prefix = "/api", endpoint = "enter_number", input = Json, output = Json)]
pub async fn enter_number(flow: FlowId, country: String, number: String) -> Result<PhoneSetUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let sent =
        request.vestibule.enter_number(&request.client, &request.caller, flow, &country, &number).await;
    Ok(request.phone_set_up(sent.map_err(|error| ApiError::of(error, super::Asked::Message))?))
}

/// Sends another code to the new number. Earlier ones go on working.
#[server(prefix = "/api", endpoint = "send_number_code", input = Json, output = Json)]
pub async fn send_number_code(flow: FlowId) -> Result<PhoneSetUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let sent = request.vestibule.send_number_code(&request.client, &request.caller, flow).await;
    Ok(request.phone_set_up(sent.map_err(|error| ApiError::of(error, super::Asked::Message))?))
}

/// Goes back to where the number is entered: the one that was entered is wrong.
#[server(prefix = "/api", endpoint = "correct_number", input = Json, output = Json)]
pub async fn correct_number(flow: FlowId) -> Result<PhoneSetUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    Ok(request.phone_set_up(request.vestibule.correct_number(&request.caller, flow).await?))
}

/// Confirms the new number with a code that was sent to it.
#[server(prefix = "/api", endpoint = "confirm_phone", input = Json, output = Json)]
pub async fn confirm_phone(flow: FlowId, code: String) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_code(&code)?;
    let confirmed = request.vestibule.confirm_phone(&request.client, &request.caller, flow, code).await;
    let entered = confirmed.map_err(|error| ApiError::of(error, super::Asked::Text))?;
    Ok(request.enter(entered))
}
