//! Recent activity: what happened to the person's account.

use domain::{AuditId, Timestamp};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
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

/// The newest entries, or the ones before `before`.
#[server(name = ReadActivity, prefix = "/api", endpoint = "activity", input = Json, output = Json)]
pub async fn activity(before: Option<AuditId>) -> Result<Activity, ApiError> {
    let request = super::request::ApiRequest::current()?;
    let (entries, more) = request.vestibule.activity(&request.caller, before).await?;
    let shown = |entry: vestibule_core::ActivityEntry| ActivityEntry {
        id: entry.id,
        at: entry.at,
        what: entry.what.to_owned(),
        failed: entry.failed,
        device: entry.device,
        address: entry.address,
    };
    Ok(Activity { entries: entries.into_iter().map(shown).collect(), more })
}
