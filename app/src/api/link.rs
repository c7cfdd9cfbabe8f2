//! Mailed links. Opening one shows a page; only its button acts. The token stands after the `#` of the address, which
//! browsers keep to themselves: it is in no log and no referrer.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// Setting a new password (S5).
    ResetPassword,
    /// This Wasn't Me (S28a).
    NotMe,
}

/// A link that works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkView {
    /// The address of the account that it belongs to, to which it was mailed.
    pub email: String,
    /// Who can help its owner: "your company's administrator", or the support contact.
    pub helper: Option<String>,
}

/// Whether a link works; it is not spent.
#[server(name = ReadLink, prefix = "/api", endpoint = "link", input = Json, output = Json)]
pub async fn link(kind: LinkKind, token: String) -> Result<LinkView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let token = super::request::parse_token(&token)?;
    let (email, helper) = request.vestibule.link(kind.into(), &token).await?;
    Ok(LinkView { email, helper })
}

/// This Wasn't Me: every session ends, and nobody signs in to the account until an administrator has reset its
/// two-factor authentication. No method is removed. The link is spent.
#[server(prefix = "/api", endpoint = "not_me", input = Json, output = Json)]
pub async fn not_me(token: String) -> Result<(), ApiError> {
    let request = super::request::ApiRequest::current()?;
    let token = super::request::parse_token(&token)?;
    Ok(request.vestibule.not_me(&request.client, &token).await?)
}
