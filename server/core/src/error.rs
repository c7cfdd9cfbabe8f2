//! What a use case answers when it cannot do what was asked.

use domain::Timestamp;

use crate::keys::OpenError;
use crate::password::HashError;

/// The cases that a caller can act on, and the ones that only the operator can.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The e-mail address or the password is not right; which one is not said (S6).
    #[error("the email address or password is not right")]
    WrongCredentials,
    /// The password of the person who is signed in is not right.
    #[error("the password is not right")]
    WrongPassword,
    /// The code is not right.
    #[error("the code is not right")]
    WrongCode,
    /// The code, or a later one, has been used (S13).
    #[error("the code has been used")]
    UsedCode,
    /// The code was right, but is too old.
    #[error("the code is too old")]
    ExpiredCode,
    /// The mailed link was used, is too old, or is none.
    #[error("the link was used or is too old")]
    LinkGone,
    /// This Wasn't Me was pressed (S28a): nobody signs in until an administrator's reset.
    #[error("sign-in is suspended")]
    Suspended {
        /// Who can help: "your administrator", or the support contact.
        helper: Option<String>,
    },
    /// It is the last acceptable method, and MFA is required (S29).
    #[error("the last method cannot be removed while MFA is required")]
    LastMethod {
        /// The companies that require it.
        companies: Vec<String>,
    },
    /// There is no such thing, or it is not the caller's: the two read the same (S41).
    #[error("there is no such thing, or it is another's")]
    NotFound,
    /// Another administrator has changed the policy meanwhile.
    #[error("the policy was changed meanwhile")]
    PolicyChanged,
    /// A company keeps one administrator.
    #[error("it is the last administrator")]
    LastAdministrator,
    /// Nobody resets themselves (S42).
    #[error("nobody resets themselves")]
    OwnReset,
    /// Whoever requires a second factor of others, or acts for a company, has one of their own first (S42).
    #[error("an own method is needed first")]
    OwnMethodFirst,
    /// No text messages can be sent: none today any more, or none at all.
    #[error("no text messages can be sent")]
    NoTexts,
    /// A field does not hold what it should.
    #[error("{why}")]
    Invalid {
        /// The field's name on the wire.
        field: &'static str,
        /// What to enter instead.
        why: String,
    },
    /// The code would be right at another time: the device's clock is ahead by so many seconds (negative: behind).
    #[error("the device's clock is off by {seconds} seconds")]
    ClockOff {
        /// Seconds that the device is ahead.
        seconds: i64,
    },
    /// Too many wrong attempts: nothing was evaluated.
    #[error("paused until {until:?}")]
    Paused {
        /// When the next one is.
        until: Timestamp,
        /// The present instant.
        now: Timestamp,
    },
    /// Too many wrong attempts in a row from browsers that never signed in: nothing was evaluated.
    #[error("refused after too many wrong codes")]
    Refused,
    /// The password or a proof of the last five minutes is missing.
    #[error("a step-up is needed")]
    StepUpNeeded,
    /// The form belongs to a record, flow or code that is no longer the present one.
    #[error("the form is not the present one")]
    Stale,
    /// The record is in a state that may not do this.
    #[error("this state may not do that")]
    WrongState,
    /// MFA cannot be set up: no company of the person offers it.
    #[error("no company of this person offers it")]
    NotOffered {
        /// Whether the person is in a company at all.
        in_company: bool,
    },
    /// The key file is another database's.
    #[error("the key file does not belong to this database: use the one that the database was begun with")]
    OtherKeys,
    /// More passwords at once than can be hashed in a second or two (S4).
    #[error("too busy")]
    Busy,
    /// A sentence for whoever typed a command: it says what is wrong and what to do.
    #[error("{0}")]
    Refusal(String),
    /// The database failed; nothing was changed.
    #[error("the database failed: {0}")]
    Store(#[from] sea_orm::DbErr),
    /// A sealed value could not be opened: wrong keys, or the database was changed by hand.
    #[error("{0}")]
    Sealed(#[from] OpenError),
    /// A stored value is not one that this program writes.
    #[error("a stored value cannot be used: {0}")]
    Corrupt(&'static str),
}

impl From<HashError> for Error {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::Busy,
            HashError::Broken(why) => Self::Corrupt(why),
        }
    }
}
