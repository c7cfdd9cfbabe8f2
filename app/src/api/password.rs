//! Passwords: forgotten, set anew with a mailed link, changed, and how strong one is.

use domain::SessionId;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;
use super::session::SessionView;

/// How strong a password is that somebody thinks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strength {
    /// From 0, guessed at once, to 4.
    pub score: u8,
    /// The score in words, or why it would be refused.
    pub words: String,
}

/// Forgot your password?: mails a link to the address, if it has an account. The answer is the same for every address.
#[server(prefix = "/api", endpoint = "request_password_reset", input = Json, output = Json)]
pub async fn request_password_reset(email: String) -> Result<(), ApiError> {
    let request = super::request::ApiRequest::current()?;
    let email = super::request::parse_email(&email)?;
    let asked = request.vestibule.request_password_reset(&request.client, &email).await;
    asked.map_err(|error| ApiError::of(error, super::Asked::Link))
}

/// Sets a password with a mailed link, which is spent. Every session of the person ends; nobody is signed in, and the
/// second step of the next sign-in stays (S5).
#[server(prefix = "/api", endpoint = "reset_password", input = Json, output = Json)]
pub async fn reset_password(token: String, new: String) -> Result<(), ApiError> {
    let request = super::request::ApiRequest::current()?;
    let token = super::request::parse_token(&token)?;
    let new = super::request::parse_new_password(new)?;
    Ok(request.vestibule.reset_password(&request.client, &token, new).await?)
}

/// Changes the password of the person who is signed in. Every other session ends.
#[server(prefix = "/api", endpoint = "change_password", input = Json, output = Json)]
pub async fn change_password(
    record: SessionId,
    current: String,
    new: String,
) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let current = super::request::parse_password(current)?;
    let new = super::request::parse_new_password(new)?;
    let changed =
        request.vestibule.change_password(&request.client, &request.caller, record, current, new).await;
    Ok(request.enter(changed.map_err(|error| ApiError::of(error, super::Asked::CurrentPassword))?))
}

/// How strong a password is, for who is setting one: signed in, or with a mailed link. Nothing is kept of it.
#[server(prefix = "/api", endpoint = "password_strength", input = Json, output = Json)]
pub async fn password_strength(new: String, token: Option<String>) -> Result<Strength, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let token = token.as_deref().map(super::request::parse_token).transpose()?;
    let strength = request.vestibule.password_strength(&request.caller, token.as_ref(), new).await?;
    Ok(Strength { score: strength.score, words: strength.words })
}
