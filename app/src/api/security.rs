//! The Password & Security tab.

use domain::{Requirement, Timestamp};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// What the tab shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Security {
    /// When the password was last set.
    pub password_changed_at: Timestamp,
    /// What the person's companies ask.
    pub requirement: Requirement,
    /// The authenticator app, if there is one.
    pub app: Option<MethodFacts>,
    /// The phone number, if there is one.
    pub phone: Option<PhoneFacts>,
    /// Whether a phone number can be added: text messages are sent, and accepted by who asks.
    pub texts_offered: bool,
    /// Since when there is a valid recovery code, if there is one.
    pub recovery_code_since: Option<Timestamp>,
    /// Whether the person is in any company: who is in none is pointed to the support contact.
    pub in_company: bool,
    /// The operator's support contact, if one is configured.
    pub support: Option<String>,
}

/// What is shown of a method; never its secret (S15).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodFacts {
    /// When it was set up.
    pub added_at: Timestamp,
    /// When it was last used to sign in or to confirm something.
    pub last_used_at: Option<Timestamp>,
    /// The companies because of which it cannot be removed (S29); none: it can be.
    pub required_by: Vec<String>,
}

/// What is shown of a phone number; never all of it (S8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneFacts {
    /// When it was set up.
    pub added_at: Timestamp,
    /// When it was last used to sign in or to confirm something.
    pub last_used_at: Option<Timestamp>,
    /// The companies because of which it cannot be removed (S29); none: it can be.
    pub required_by: Vec<String>,
    /// Its last two digits.
    pub ending: String,
}

/// How the person's account is secured.
#[server(name = ReadSecurity, prefix = "/api", endpoint = "security", input = Json, output = Json)]
pub async fn security() -> Result<Security, ApiError> {
    let request = super::request::ApiRequest::current()?;
    Ok(request.vestibule.security(&request.caller).await?.into())
}
