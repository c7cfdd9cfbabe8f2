//! Invitations to a company: single use, seven days, without effect until they are accepted (S43).

use domain::{SessionId, UserId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::api::session::SessionView;

/// What a pasted list would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationCheck {
    /// How many would be invited, those who are already invited too: they get a new link.
    pub invitations: u32,
    /// How many are members already.
    pub members: u32,
    /// Lines that name nobody.
    pub problems: Vec<LineProblem>,
}

/// A line that names nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineProblem {
    /// Which, from 1.
    pub line: u32,
    /// What it says.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

/// What an invitation says to whoever opens its link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The company's name.
    pub company: String,
    /// Whom it is for.
    pub email: String,
    /// The name that was given with the invitation, if one was.
    pub name: String,
    /// Whether that person has an account with a password: then it is accepted once signed in.
    pub has_account: bool,
}

/// What a list of addresses would do. Nothing is changed.
#[server(prefix = "/api", endpoint = "check_invitations", input = Json, output = Json)]
pub async fn check_invitations(company: String, list: String) -> Result<InvitationCheck, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    Ok(request.vestibule.check_invitations(&request.caller, &company, &list).await?.into())
}

/// Invites everybody on a list without problems. Gives what was done.
#[server(prefix = "/api", endpoint = "invite", input = Json, output = Json)]
pub async fn invite(record: SessionId, company: String, list: String) -> Result<InvitationCheck, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let invited = request.vestibule.invite(&request.client, &request.caller, record, &company, &list);
    Ok(invited.await?.into())
}

/// Mails somebody who was invited a new link.
#[server(prefix = "/api", endpoint = "invite_again", input = Json, output = Json)]
pub async fn invite_again(record: SessionId, company: String, member: UserId) -> Result<(), ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    Ok(request.vestibule.invite_again(&request.client, &request.caller, record, &company, member).await?)
}

/// Mails those again whose invitation does not get through. Gives how many were mailed.
#[server(prefix = "/api", endpoint = "invite_undelivered_again", input = Json, output = Json)]
pub async fn invite_undelivered_again(record: SessionId, company: String) -> Result<u32, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let (vestibule, client, caller) = (&request.vestibule, &request.client, &request.caller);
    Ok(vestibule.invite_undelivered_again(client, caller, record, &company).await?)
}

/// What a mailed link invites to. It is not spent.
#[server(name = ReadInvitation, prefix = "/api", endpoint = "invitation", input = Json, output = Json)]
pub async fn invitation(token: String) -> Result<Invitation, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let token = crate::api::request::parse_token(&token)?;
    Ok(request.vestibule.invitation(&token).await?.into())
}

/// Accepts as somebody new, with a name and a first password. Nobody is signed in by it.
#[server(prefix = "/api", endpoint = "accept_as_new", input = Json, output = Json)]
pub async fn accept_as_new(token: String, name: String, password: String) -> Result<(), ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let token = crate::api::request::parse_token(&token)?;
    let password = crate::api::request::parse_new_password(password)?;
    Ok(request.vestibule.accept_as_new(&request.client, &token, &name, password).await?)
}

/// Accepts as the person who is signed in, if the invitation is theirs.
#[server(prefix = "/api", endpoint = "accept_invitation", input = Json, output = Json)]
pub async fn accept_invitation(record: SessionId, token: String) -> Result<SessionView, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let token = crate::api::request::parse_token(&token)?;
    let accepted = request.vestibule.accept_invitation(&request.client, &request.caller, record, &token);
    Ok(request.view(&accepted.await?))
}
