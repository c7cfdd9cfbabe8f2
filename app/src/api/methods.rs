//! Removing an authentication method.

use domain::{MethodKind, SessionId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use super::ApiError;
use super::session::SessionView;

/// Removes a method of the person. Needs a step-up. Not the last acceptable one while MFA is required (S29); with the
/// last one the recovery code is void. Every other session ends.
#[server(prefix = "/api", endpoint = "remove_method", input = Json, output = Json)]
pub async fn remove_method(record: SessionId, kind: MethodKind) -> Result<SessionView, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let entered = request.vestibule.remove_method(&request.client, &request.caller, record, kind).await?;
    Ok(request.enter(entered))
}
