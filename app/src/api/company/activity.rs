//! A company's log: who did what, about whom, and why.

use domain::{AuditId, SessionId};
use leptos::prelude::*;
use leptos::server_fn::codec::{ByteStream, Json, Streaming};
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::api::activity::{ActivityEntry, ActivityFilter};

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyActivityQuery {
    /// Of which kind.
    pub filter: ActivityFilter,
    /// By or about the person with this address; empty: anybody.
    pub person: String,
    /// Before this one; `None`: the newest.
    pub before: Option<AuditId>,
}

/// A part of the log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyActivity {
    /// What happened.
    pub entries: Vec<CompanyEntry>,
    /// Whether there is more before it.
    pub more: bool,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyEntry {
    /// What, when, and from where.
    pub entry: ActivityEntry,
    /// Who did it, by name and address; `None`: nobody known.
    pub by: Option<String>,
    /// To whom.
    pub about: Option<String>,
    /// Why, in the words of who did it.
    pub reason: Option<String>,
}

/// A page of the company's log.
#[server(name = ReadCompanyActivity, prefix = "/api", endpoint = "company_activity", input = Json, output = Json)]
pub async fn company_activity(
    company: String,
    query: CompanyActivityQuery,
) -> Result<CompanyActivity, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    Ok(request.vestibule.company_activity(&request.caller, &company, &query.into()).await?.into())
}

/// All of those entries as CSV (RFC 4180) in UTF-8, for a spreadsheet; `before` does not count.
#[server(prefix = "/api", endpoint = "company_activity_csv", input = Json, output = Streaming)]
pub async fn company_activity_csv(
    record: SessionId,
    company: String,
    query: CompanyActivityQuery,
) -> Result<ByteStream<ApiError>, ApiError> {
    use futures_util::TryStreamExt;
    let request = crate::api::request::ApiRequest::current()?;
    let (vestibule, client, caller) = (&request.vestibule, &request.client, &request.caller);
    let lines = vestibule.company_activity_csv(client, caller, record, &company, &query.into()).await?;
    Ok(ByteStream::new(lines.map_err(ApiError::from)))
}
