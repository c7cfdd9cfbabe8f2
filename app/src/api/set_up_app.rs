//! Setting up an authenticator app, at sign-in and from the profile, and changing it.

use domain::{FlowId, SessionId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;
use super::session::SessionView;
use super::text::ProofWays;

/// A set-up under way.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppSetUp {
    /// The flow that the forms belong to.
    pub flow: FlowId,
    /// Whether it replaces an app that works.
    pub changing: bool,
    /// What comes next.
    pub step: AppStep,
}

/// The steps that a set-up waits at.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppStep {
    /// One of these is proved first.
    Prove(ProofWays),
    /// The new app's code is asked.
    Confirm {
        /// The key, as a picture to scan.
        qr: QrCode,
        /// The key in groups of four, to type or copy.
        key: String,
        /// The key as an `otpauth:` link, for an app on the same device.
        uri: String,
        /// The name of the entry that appears in the app.
        account: String,
    },
    /// The app works; the new recovery code is to be saved.
    SaveCode,
}

/// A QR code as one SVG path of unit squares, without its quiet zone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrCode {
    /// Modules on each side.
    pub size: u32,
    /// The dark modules, as the `d` of a path.
    pub path: String,
}

/// Begins the set-up that the sign-in or the recovery asks for, or goes on with the one that is open.
#[server(prefix = "/api", endpoint = "start_app_set_up", input = Json, output = Json)]
pub async fn start_app_set_up(record: SessionId) -> Result<AppSetUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    request.app_set_up(request.vestibule.start_app_set_up(&request.client, &request.caller, record).await?)
}

/// Begins a set-up or change from the profile, with the password.
#[server(prefix = "/api", endpoint = "open_app_set_up", input = Json, output = Json)]
pub async fn open_app_set_up(record: SessionId, password: String) -> Result<AppSetUp, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let password = super::request::parse_password(password)?;
    let opened = request.vestibule.open_app_set_up(&request.client, &request.caller, record, password).await;
    let (flow, entered) = opened.map_err(|error| ApiError::of(error, super::Asked::Password))?;
    request.enter(entered);
    request.app_set_up(flow)
}

/// The set-up that is open in this session, if any: a reload and a second tab go on with it.
#[server(name = ReadAppSetUp, prefix = "/api", endpoint = "app_set_up", input = Json, output = Json)]
pub async fn app_set_up() -> Result<Option<AppSetUp>, ApiError> {
    let request = super::request::ApiRequest::current()?;
    request.vestibule.app_set_up(&request.caller).await?.map(|flow| request.app_set_up(flow)).transpose()
}

/// Confirms the new app with a code of it.
#[server(prefix = "/api", endpoint = "confirm_app", input = Json, output = Json)]
pub async fn confirm_app(flow: FlowId, code: String) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_code(&code)?;
    let confirmed = request.vestibule.confirm_app(&request.client, &request.caller, flow, code).await;
    let entered = confirmed.map_err(|error| ApiError::of(error, super::Asked::NewCode))?;
    Ok(request.enter(entered))
}
