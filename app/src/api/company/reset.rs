//! Reset MFA of a member: the way back for somebody who has lost everything (S42, S43).

use domain::{ResetRequestId, SessionId, Timestamp, UserId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::api::session::SessionView;

/// What became of a reset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reset {
    /// The methods are gone.
    Done {
        /// The code to hand over in person; it is shown this once.
        code: String,
        /// For how many minutes it works.
        minutes: u32,
    },
    /// The member belongs to another company too: they, or one of its administrators, have to confirm it.
    Requested {
        /// How many hours it waits.
        hours: u32,
    },
}

/// A reset that another company's administrator has asked for, and that waits to be confirmed here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetRequest {
    /// Which.
    pub id: ResetRequestId,
    /// Whose.
    pub member: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Which company asks.
    pub company: String,
    /// Who asks there.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
}

/// Resets a member's MFA, or asks for it.
#[server(prefix = "/api", endpoint = "reset_member", input = Json, output = Json)]
pub async fn reset_member(
    record: SessionId,
    company: String,
    member: UserId,
    reason: String,
) -> Result<Reset, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let (vestibule, client, caller) = (&request.vestibule, &request.client, &request.caller);
    let outcome = vestibule.reset_member(client, caller, record, &company, member, &reason).await?;
    Ok(request.reset(outcome))
}

/// Resets that wait to be confirmed by this company.
#[server(prefix = "/api", endpoint = "reset_requests", input = Json, output = Json)]
pub async fn reset_requests(company: String) -> Result<Vec<ResetRequest>, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let waiting = request.vestibule.reset_requests(&request.caller, &company).await?;
    Ok(waiting.into_iter().map(Into::into).collect())
}

/// Confirms what another company has asked for. Gives what still waits.
#[server(prefix = "/api", endpoint = "confirm_reset", input = Json, output = Json)]
pub async fn confirm_reset(
    record: SessionId,
    company: String,
    request_id: ResetRequestId,
) -> Result<Vec<ResetRequest>, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let (vestibule, client, caller) = (&request.vestibule, &request.client, &request.caller);
    vestibule.confirm_reset(client, caller, record, &company, request_id).await?;
    let waiting = vestibule.reset_requests(caller, &company).await?;
    Ok(waiting.into_iter().map(Into::into).collect())
}

/// Confirms one's own reset, with the link that was mailed.
#[server(prefix = "/api", endpoint = "confirm_own_reset", input = Json, output = Json)]
pub async fn confirm_own_reset(token: String) -> Result<(), ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let token = crate::api::request::parse_token(&token)?;
    Ok(request.vestibule.confirm_own_reset(&request.client, &token).await?)
}

/// Gives the mailed link in the place of the code that is handed over in person.
#[server(prefix = "/api", endpoint = "confirm_identity_by_link", input = Json, output = Json)]
pub async fn confirm_identity_by_link(record: SessionId, token: String) -> Result<SessionView, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let token = crate::api::request::parse_token(&token)?;
    let entered =
        request.vestibule.confirm_identity_by_link(&request.client, &request.caller, record, &token);
    Ok(request.enter(entered.await?))
}
