//! A company's MFA policy.

use domain::{SessionId, Timestamp};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;

/// The policy, and how far the members are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanySecurity {
    /// The company's name, as people know it.
    pub name: String,
    /// IANA name of its zone: dates are entered in it.
    pub time_zone: String,
    /// Which version of the policy this is: a form that changes it names it.
    pub version: i64,
    /// What the policy is.
    pub policy: Policy,
    /// From when MFA is required; `None`: off.
    pub required_from: Option<Timestamp>,
    /// How far the members are.
    pub figures: Figures,
    /// Whether the caller has a method that the policy accepts: without one, MFA is not required of others.
    pub own_method: bool,
    /// How many members have a phone number that serves other accounts too.
    pub shared_numbers: u32,
    /// Text messages are held back today: a daily cap is reached.
    pub texts_capped: bool,
}

/// What can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// From when MFA is required, in the company's zone: `2026-03-03T09:00`; `None`: off.
    pub required_from: Option<String>,
    /// Whether text messages are accepted.
    pub text_messages: bool,
    /// Whether members may set up MFA though it is not required.
    pub voluntary_set_up: bool,
}

/// How many members there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// All who have accepted.
    pub members: u32,
    /// With a method that the policy accepts.
    pub ready: u32,
    /// Without any method.
    pub not_set_up: u32,
    /// Never signed in.
    pub never_signed_in: u32,
    /// With methods, none of which the policy accepts.
    pub unacceptable_only: u32,
    /// Of whom another company requires it earlier.
    pub earlier_elsewhere: u32,
}

/// What a change would mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// From when it would be required; `None`: off.
    pub required_from: Option<Timestamp>,
    /// Whether that has passed, and so means from now on.
    pub past: bool,
    /// Whether it is fewer than seven days away.
    pub soon: bool,
    /// Whether it was on or off, or on from another instant, before.
    pub moves: bool,
    /// How far the members are, by the changed policy.
    pub figures: Figures,
}

/// The company's policy.
#[server(name = ReadCompanySecurity, prefix = "/api", endpoint = "company_security", input = Json, output = Json)]
pub async fn company_security(company: String) -> Result<CompanySecurity, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    Ok(request.vestibule.company_security(&request.caller, &company).await?.into())
}

/// What a change would mean. Nothing is changed.
#[server(prefix = "/api", endpoint = "preview_policy", input = Json, output = Json)]
pub async fn preview_policy(company: String, policy: Policy) -> Result<Preview, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    Ok(request.vestibule.preview_policy(&request.caller, &company, &policy.into()).await?.into())
}

/// Changes the policy, if nobody else has changed it since `version`.
#[server(prefix = "/api", endpoint = "save_policy", input = Json, output = Json)]
pub async fn save_policy(
    record: SessionId,
    company: String,
    version: i64,
    policy: Policy,
) -> Result<CompanySecurity, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let (vestibule, client, caller) = (&request.vestibule, &request.client, &request.caller);
    Ok(vestibule.save_policy(client, caller, record, &company, version, &policy.into()).await?.into())
}
