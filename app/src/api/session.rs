//! Signing in and out, and who is signed in.

use domain::{Ended, Requirement, SessionId, SessionState};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// How things stand for this browser: every page begins with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// What this browser has shown so far.
    pub state: SessionState,
    /// The product's configured name.
    pub product: String,
    /// The record that the forms of the sign-in belong to.
    pub record: Option<SessionId>,
    /// Whose record it is; `None` when anonymous.
    pub person: Option<Person>,
    /// The companies that the person administers, by name; none before the sign-in is complete.
    pub companies: Vec<Administered>,
    /// What the person's companies ask; `None` when anonymous or at the challenge.
    pub requirement: Option<Requirement>,
    /// An administrator has taken the person's methods away, and none was set up since.
    pub mfa_reset: bool,
    /// A set-up that was opened in the profile goes on, although the state is `enrol_only` since its opening.
    pub continues_set_up: bool,
    /// Where to go once signed in: a path of this origin.
    pub return_to: Option<String>,
    /// Seconds until the record ends if it is not used.
    pub ends_in_s: Option<u32>,
    /// Why this browser's last record has ended.
    pub ended: Option<EndedView>,
}

/// A person, as shown to themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// E-mail address, the one that signs in.
    pub email: String,
    /// IANA name of the zone in which times are shown; `None`: the device's.
    pub time_zone: Option<String>,
}

/// A company that the person administers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Administered {
    /// Its name in addresses.
    pub slug: String,
    /// Its name, as people know it.
    pub name: String,
}

/// Why and after how long a record ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedView {
    /// Why.
    pub reason: Ended,
    /// The limit that applied, in minutes (for [`Ended::Idle`] and [`Ended::Absolute`]).
    pub limit_min: u32,
    /// Whether it was a session that was signed in, and not a sign-in under way.
    pub was_full: bool,
}

/// Who is signed in, how far, and what is asked of them. Does not count as use of the session.
#[server(prefix = "/api", endpoint = "session", input = Json, output = Json)]
pub async fn session() -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    Ok(request.view(&request.caller))
}

/// The first door: e-mail address and password. `return_to` is where the person wanted to go; anything but a
/// path of this origin is dropped (S39).
#[server(prefix = "/api", endpoint = "sign_in", input = Json, output = Json)]
pub async fn sign_in(
    email: String,
    password: String,
    return_to: Option<String>,
) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let email = super::request::parse_email(&email)?;
    let password = super::request::parse_password(password)?;
    let return_to = return_to.and_then(|path| domain::ReturnPath::parse(&path));
    let entered =
        request.vestibule.sign_in(&request.client, &request.caller, &email, password, return_to).await;
    let entered = entered.map_err(|error| ApiError::of(error, super::Asked::Password))?;
    Ok(request.enter(entered))
}

/// Ends this browser's record, whatever its state.
#[server(prefix = "/api", endpoint = "sign_out", input = Json, output = Json)]
pub async fn sign_out() -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    request.vestibule.sign_out(&request.client, &request.caller).await?;
    Ok(request.leave())
}

/// Puts the idle end off: the answer says until when.
#[server(prefix = "/api", endpoint = "stay_signed_in", input = Json, output = Json)]
pub async fn stay_signed_in() -> Result<SessionView, ApiError> {
    // The call itself is the use that puts the end off; the caller was read after it was counted.
    let request = super::request::ApiRequest::current()?;
    Ok(request.view(&request.caller))
}
