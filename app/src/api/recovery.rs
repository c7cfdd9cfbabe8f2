//! Recovering: a recovery code was spent, and every method is set up anew, shown to work, or let go. And who can help
//! when nothing is left.

use domain::{MethodKind, SessionId, Timestamp};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;
use super::session::SessionView;
use super::text::PhoneWay;

/// How a recovery stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// Every method of the person.
    pub methods: Vec<RecoveryMethod>,
    /// Seconds until the recovery ends, whatever is done meanwhile.
    pub ends_in_s: u32,
    /// The phone number, where it is one of them.
    pub phone: Option<PhoneWay>,
}

/// A method, and what has become of it in this recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryMethod {
    /// Which.
    pub kind: MethodKind,
    /// When it was set up.
    pub added_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// What has become of it.
    pub fate: Fate,
}

/// What becomes of a method in a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Nothing yet: it is removed at the end (S23).
    Open,
    /// It was shown to work.
    Proved,
    /// It was set up in this recovery.
    New,
}

/// Who can help somebody who has nothing left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Help {
    /// The administrators of the person's companies, never the person.
    pub administrators: Vec<Administrator>,
    /// The operator's support contact: an address or an https link.
    pub support: Option<String>,
}

/// An administrator of one of the person's companies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Administrator {
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// The company's name.
    pub company: String,
}

/// How the recovery stands.
#[server(name = ReadRecovery, prefix = "/api", endpoint = "recovery", input = Json, output = Json)]
pub async fn recovery() -> Result<Recovery, ApiError> {
    let request = super::request::ApiRequest::current()?;
    Ok(request.recovery(request.vestibule.recovery(&request.caller).await?))
}

/// Shows with a code that the old authenticator app still works: it stays.
#[server(prefix = "/api", endpoint = "keep_app", input = Json, output = Json)]
pub async fn keep_app(record: SessionId, code: String) -> Result<Recovery, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_given(MethodKind::App, &code)?;
    let kept = request.vestibule.keep_method(&request.client, &request.caller, record, code).await;
    Ok(request.recovery(kept.map_err(|error| ApiError::of(error, super::Asked::Code))?))
}

/// Sends a code to the old number. Earlier ones go on working.
#[server(prefix = "/api", endpoint = "send_keep_text", input = Json, output = Json)]
pub async fn send_keep_text(record: SessionId) -> Result<Recovery, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let sent = request.vestibule.send_keep_text(&request.client, &request.caller, record).await;
    Ok(request.recovery(sent.map_err(|error| ApiError::of(error, super::Asked::Message))?))
}

/// Shows with a code that the old number still works: it stays.
#[server(prefix = "/api", endpoint = "keep_phone", input = Json, output = Json)]
pub async fn keep_phone(record: SessionId, code: String) -> Result<Recovery, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let code = super::request::parse_given(MethodKind::Phone, &code)?;
    let kept = request.vestibule.keep_method(&request.client, &request.caller, record, code).await;
    Ok(request.recovery(kept.map_err(|error| ApiError::of(error, super::Asked::Text))?))
}

/// Ends the recovery: the methods that were neither set up nor proved are removed, and a new recovery code is to be
/// saved. `removing` are the ones that the page named; where it has changed meanwhile, nothing is done.
#[server(prefix = "/api", endpoint = "finish_recovery", input = Json, output = Json)]
pub async fn finish_recovery(record: SessionId, removing: Vec<MethodKind>) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let entered =
        request.vestibule.finish_recovery(&request.client, &request.caller, record, &removing).await?;
    Ok(request.enter(entered))
}

/// Who can help: named only after the right password.
#[server(prefix = "/api", endpoint = "who_can_help", input = Json, output = Json)]
pub async fn who_can_help() -> Result<Help, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let administrators = request.vestibule.administrators(&request.caller).await?;
    Ok(Help {
        administrators: administrators
            .into_iter()
            .map(|one| Administrator { name: one.name, email: one.email, company: one.company })
            .collect(),
        support: request.vestibule.settings().support.clone(),
    })
}
