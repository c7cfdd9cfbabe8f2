//! Signed-in devices: which there are, and ending them (S34).

use domain::{SessionId, Timestamp};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// A device on which the person is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Its session.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub this: bool,
    /// Browser and system: "Chrome on Android".
    pub name: String,
    /// The network address that it signed in from.
    pub address: String,
    /// When the person signed in on it.
    pub since: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
}

/// This device first, then the others, the last used first.
#[server(name = ReadDevices, prefix = "/api", endpoint = "devices", input = Json, output = Json)]
pub async fn devices() -> Result<Vec<Device>, ApiError> {
    let request = super::request::ApiRequest::current()?;
    request.devices().await
}

/// Signs another device out. Gives those that are left.
#[server(prefix = "/api", endpoint = "end_device", input = Json, output = Json)]
pub async fn end_device(record: SessionId, id: SessionId) -> Result<Vec<Device>, ApiError> {
    let request = super::request::ApiRequest::current()?;
    request.vestibule.end_device(&request.client, &request.caller, record, id).await?;
    request.devices().await
}

/// Signs all other devices out. Gives the one that is left.
#[server(prefix = "/api", endpoint = "end_other_devices", input = Json, output = Json)]
pub async fn end_other_devices(record: SessionId) -> Result<Vec<Device>, ApiError> {
    let request = super::request::ApiRequest::current()?;
    request.vestibule.end_other_devices(&request.client, &request.caller, record).await?;
    request.devices().await
}
