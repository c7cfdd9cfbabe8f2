//! Recent activity: what happened to the person's account.

use domain::{AuditId, Timestamp};
use leptos::prelude::*;
use leptos::server_fn::codec::{ByteStream, Json, Streaming};
use serde::{Deserialize, Serialize};

use super::ApiError;

/// A part of the log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// What happened.
    pub entries: Vec<ActivityEntry>,
    /// Whether there is more before it.
    pub more: bool,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityEntry {
    /// Which entry.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// What, in words.
    pub what: String,
    /// Whether it was tried and did not work.
    pub failed: bool,
    /// Browser and system, or who did it where that was no browser of the person's.
    pub device: String,
    /// The network address; empty on the operator's command line.
    pub address: String,
}

/// Which entries of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityFilter {
    /// All.
    #[default]
    Everything,
    /// Signing in and out, and the codes for it.
    SignIn,
    /// Authentication methods.
    Methods,
    /// Recovery codes and recoveries.
    Recovery,
    /// Password, address, name.
    Account,
    /// Resets of MFA, and This Wasn't Me.
    Resets,
    /// A company's policy, and what its members are mailed about it.
    Policy,
    /// Who belongs to a company, and as what.
    Members,
    /// What was tried and did not work.
    Failures,
}

/// The newest entries, or the ones before `before`.
#[server(name = ReadActivity, prefix = "/api", endpoint = "activity", input = Json, output = Json)]
pub async fn activity(
    #[server(default)] filter: ActivityFilter,
    before: Option<AuditId>,
) -> Result<Activity, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let (entries, more) = request.vestibule.activity(&request.caller, filter.into(), before).await?;
    Ok(Activity { entries: entries.into_iter().map(Into::into).collect(), more })
}

/// All of those entries as CSV (RFC 4180) in UTF-8, for a spreadsheet.
#[server(prefix = "/api", endpoint = "activity_csv", input = Json, output = Streaming)]
pub async fn activity_csv(filter: ActivityFilter) -> Result<ByteStream<ApiError>, ApiError> {
    use futures_util::TryStreamExt;
    let request = super::request::ApiRequest::current()?;
    let lines = request.vestibule.activity_csv(&request.caller, filter.into())?;
    Ok(ByteStream::new(lines.map_err(ApiError::from)))
}
