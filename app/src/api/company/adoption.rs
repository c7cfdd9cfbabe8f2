//! How far a company's members are, over time, and what they are mailed about the enforcement date.

use domain::{SessionId, Timestamp};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;

/// How far a company was at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdoptionDay {
    /// Days since 1970-01-01, UTC.
    pub day: i64,
    /// Members who have accepted.
    pub members: u32,
    /// Those of them who have a method.
    pub set_up: u32,
}

/// How far a company is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adoption {
    /// From when MFA is required; `None`: off.
    pub required_from: Option<Timestamp>,
    /// Now.
    pub today: AdoptionDay,
    /// How many more have set up than a week ago; negative: fewer.
    pub gained_in_a_week: i64,
    /// The days on which something changed, a year's at most, the earliest first; the last one is today.
    pub days: Vec<AdoptionDay>,
}

/// Why members are mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignKind {
    /// A date was saved or moved.
    Announcement,
    /// Fourteen days before.
    FourteenDays,
    /// Seven days before.
    SevenDays,
    /// The day before.
    OneDay,
    /// An administrator asked for it.
    ByHand,
}

/// Something that was mailed, or is being mailed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Why.
    pub kind: CampaignKind,
    /// When it began.
    pub at: Timestamp,
    /// About which date.
    pub required_from: Timestamp,
    /// How many mails it is so far.
    pub mails: u32,
    /// How many of these were handed over to the mail server.
    pub sent: u32,
    /// How many were not needed any more.
    pub skipped: u32,
    /// How many could not be sent.
    pub failed: u32,
    /// Whether all members were looked at: until then there may be more mails.
    pub complete: bool,
}

/// What was mailed, and what will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminders {
    /// From when MFA is required; `None`: off, and nothing is mailed.
    pub required_from: Option<Timestamp>,
    /// How many members have no method.
    pub waiting: u32,
    /// What was mailed, the newest first, twenty at most.
    pub campaigns: Vec<Campaign>,
    /// When reminders go by themselves, the next one first.
    pub next: Vec<Timestamp>,
    /// In how many seconds everybody can be reminded by hand; 0: now.
    pub by_hand_in: u32,
}

/// How far the company is.
#[server(name = ReadAdoption, prefix = "/api", endpoint = "adoption", input = Json, output = Json)]
pub async fn adoption(company: String) -> Result<Adoption, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    Ok(request.vestibule.adoption(&request.caller, &company).await?.into())
}

/// What its members were mailed, and what they will be.
#[server(name = ReadReminders, prefix = "/api", endpoint = "reminders", input = Json, output = Json)]
pub async fn reminders(company: String) -> Result<Reminders, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let reminders = request.vestibule.reminders(&request.caller, &company).await?;
    Ok(request.reminders(reminders))
}

/// Mails everybody who has not set up, a day after the last mail about the date at the earliest.
#[server(prefix = "/api", endpoint = "remind", input = Json, output = Json)]
pub async fn remind(record: SessionId, company: String) -> Result<Reminders, ApiError> {
    let request = crate::api::request::ApiRequest::current()?;
    let reminders = request.vestibule.remind(&request.client, &request.caller, record, &company).await?;
    Ok(request.reminders(reminders))
}
