//! A company's members: finding who needs help, roles, payments, removal.

use domain::{MethodKind, Requirement, Role, SessionId, Timestamp, UserId};
use leptos::prelude::*;
use leptos::server_fn::codec::{ByteStream, Json, Streaming};
use serde::{Deserialize, Serialize};

use crate::api::ApiError;

/// Which members are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberFilter {
    /// All, the invited too.
    #[default]
    Everybody,
    /// Without any method.
    NoMfa,
    /// With methods, none of which the company's policy accepts.
    UnacceptableOnly,
    /// With a phone number and no app.
    TextOnly,
    /// Without a saved recovery code, though there is a method.
    NoRecoveryCode,
    /// Never signed in.
    NeverSignedIn,
    /// Invited, and not accepted yet.
    Invited,
    /// Invited, and the mail does not get through.
    NotDelivered,
}

/// Which page of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersQuery {
    /// Part of a name or an address; empty: all.
    pub search: String,
    /// Which.
    pub filter: MemberFilter,
    /// After this row; `None`: the first page.
    pub after: Option<String>,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    /// The company's name, as people know it.
    pub company: String,
    /// By address.
    pub rows: Vec<Member>,
    /// What to ask for the next page with; `None`: this is the last one.
    pub next: Option<String>,
}

/// How many members there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberCounts {
    /// All, the invited too.
    pub everybody: u32,
    /// As [`MemberFilter::NoMfa`].
    pub no_mfa: u32,
    /// As [`MemberFilter::UnacceptableOnly`].
    pub unacceptable_only: u32,
    /// As [`MemberFilter::TextOnly`].
    pub text_only: u32,
    /// As [`MemberFilter::NoRecoveryCode`].
    pub no_recovery_code: u32,
    /// As [`MemberFilter::NeverSignedIn`].
    pub never_signed_in: u32,
    /// As [`MemberFilter::Invited`].
    pub invited: u32,
    /// As [`MemberFilter::NotDelivered`].
    pub not_delivered: u32,
}

/// A member; never a phone number (S8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub id: UserId,
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Whether it is the caller.
    pub you: bool,
    /// Whether the invitation was accepted.
    pub accepted: bool,
    /// What they are in the company.
    pub role: Role,
    /// Whether they handle payments.
    pub payments: bool,
    /// Their kinds of method.
    pub methods: Vec<MethodKind>,
    /// Whether their phone number serves other accounts too.
    pub shared_number: bool,
    /// Whether a recovery code is saved.
    pub recovery_code: bool,
    /// When they last came through both doors.
    pub last_sign_in: Option<Timestamp>,
    /// What is asked of them by all of their companies.
    pub requirement: Requirement,
    /// Whether all of those accept one of their methods.
    pub acceptable: bool,
    /// Whether sign-in is blocked, because This Wasn't Me was pressed.
    pub suspended: bool,
    /// Whether the mail with their invitation does not get through.
    pub not_delivered: bool,
}

/// A page of the company's members.
#[server(name = ReadMembers, prefix = "/api", endpoint = "members", input = Json, output = Json)]
pub async fn members(company: String, query: MembersQuery) -> Result<Members, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    Ok(request.vestibule.members(&request.caller, &company, &query.into()).await?.into())
}

/// How many members there are of each kind, whatever is searched for.
#[server(name = CountMembers, prefix = "/api", endpoint = "member_counts", input = Json, output = Json)]
pub async fn member_counts(company: String) -> Result<MemberCounts, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    Ok(request.vestibule.member_counts(&request.caller, &company).await?.into())
}

/// Changes a member's role, or whether they handle payments; what is `None` stays as it is. Gives the member as they are then.
#[server(prefix = "/api", endpoint = "change_member", input = Json, output = Json)]
pub async fn change_member(
    record: SessionId,
    company: String,
    member: UserId,
    role: Option<Role>,
    payments: Option<bool>,
) -> Result<Member, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let change = vestibule_core::MemberChange { member, role, payments };
    let changed = request.vestibule.change_member(&request.client, &request.caller, record, &company, change);
    Ok(changed.await?.into())
}

/// Removes a member from the company, or takes an invitation back. The account stays.
#[server(prefix = "/api", endpoint = "remove_member", input = Json, output = Json)]
pub async fn remove_member(record: SessionId, company: String, member: UserId) -> Result<(), ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    Ok(request.vestibule.remove_member(&request.client, &request.caller, record, &company, member).await?)
}

/// Every member as CSV (RFC 4180) in UTF-8, for a spreadsheet: no formula of anybody's is one there.
#[server(prefix = "/api", endpoint = "members_csv", input = Json, output = Streaming)]
pub async fn members_csv(record: SessionId, company: String) -> Result<ByteStream<ApiError>, ApiError> {
    use futures_util::TryStreamExt;
    let request = crate::api::request::ApiRequest::current()?;
    let lines = request.vestibule.members_csv(&request.client, &request.caller, record, &company).await?;
    Ok(ByteStream::new(lines.map_err(ApiError::from)))
}
