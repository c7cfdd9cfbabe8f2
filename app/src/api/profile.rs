//! The Profile tab: name and time zone.

use domain::SessionId;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;
use super::session::SessionView;

/// What the tab shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Full name.
    pub name: String,
    /// E-mail address, the one that signs in.
    pub email: String,
    /// IANA name of the zone in which times are shown; `None`: the device's.
    pub time_zone: Option<String>,
    /// Every zone that there is, by name.
    pub zones: Vec<String>,
}

/// The person's profile.
#[server(name = ReadProfile, prefix = "/api", endpoint = "profile", input = Json, output = Json)]
pub async fn profile() -> Result<Profile, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let user = request.caller.user().ok_or_else(ApiError::wrong_state)?;
    Ok(Profile {
        name: user.name.clone(),
        email: user.email.clone(),
        time_zone: user.time_zone.clone(),
        zones: vestibule_core::local_time::zones(),
    })
}

/// Saves name and time zone.
#[server(prefix = "/api", endpoint = "save_profile", input = Json, output = Json)]
pub async fn save_profile(
    record: SessionId,
    name: String,
    time_zone: Option<String>,
) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let saved =
        request.vestibule.save_profile(&request.client, &request.caller, record, &name, time_zone.as_deref());
    Ok(request.view(&saved.await?))
}
