//! Codes by text message, as every page shows them that asks for one.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

/// A code that was sent and still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texted {
    /// When.
    pub sent_at: Timestamp,
    /// Seconds until another can be sent.
    pub again_in_s: u32,
    /// How many more can be sent before the long pauses.
    pub before_long_pause: u32,
    /// What has become of the message.
    pub delivery: Delivery,
}

/// What has become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// On its way.
    Waiting,
    /// The gateway has taken it.
    Sent,
    /// It has arrived.
    Delivered,
    /// It was given up: the gateway could not be had in time.
    GivenUp,
    /// It will not arrive.
    Failed {
        /// Why.
        reason: Undeliverable,
    },
}

/// Why a message does not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undeliverable {
    /// There is no such number.
    Invalid,
    /// The phone could not be reached.
    Unreachable,
    /// Its carrier, or its owner, refuses these messages.
    Blocked,
    /// It is no phone that gets text messages.
    Landline,
    /// Too many messages at once.
    Throttled,
}

/// A phone number that a code can be sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneWay {
    /// Its last two digits: more of it is shown to nobody (S8).
    pub ending: String,
    /// The code that was sent last, if it still works.
    pub texted: Option<Texted>,
}

/// What can be proved in a set-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofWays {
    /// The authenticator app.
    pub app: bool,
    /// The phone number.
    pub phone: Option<PhoneWay>,
}
