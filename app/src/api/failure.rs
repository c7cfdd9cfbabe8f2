//! From what a use case says to what the browser is told. On the server only.

use vestibule_core::Error;

use super::{ApiError, Code};

/// What was asked for when it failed: the same failure reads differently beside another field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Address and password, or the password alone.
    Password,
    /// A code of the app.
    Code,
    /// A code of the app that is being set up.
    NewCode,
    /// The recovery code.
    RecoveryCode,
    /// The code that was handed over in person.
    InPersonCode,
    /// A code that was mailed.
    MailedCode,
    /// A code of a text message.
    Text,
    /// A message: it is not sent too often.
    Message,
    /// A link for a forgotten password.
    Link,
    /// The password that is to be changed, and the one that comes in its place.
    CurrentPassword,
    /// None of these.
    Nothing,
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self::of(error, Asked::Nothing)
    }
}

impl ApiError {
    /// What the browser is told of a failure. Causes that only the operator can act on go to the log, once.
    #[must_use]
    pub fn of(error: Error, asked: Asked) -> Self {
        let in_field = |error: Self| match asked {
            Asked::Password | Asked::CurrentPassword => error.field("password"),
            Asked::Code
            | Asked::NewCode
            | Asked::RecoveryCode
            | Asked::InPersonCode
            | Asked::MailedCode
            | Asked::Text => error.field("code"),
            Asked::Message | Asked::Link | Asked::Nothing => error,
        };
        match error {
            Error::WrongCredentials => in_field(Self::new(
                Code::WrongCredentials,
                "The email address or password is not right. Try again, or reset your password.",
            )),
            Error::WrongPassword if asked == Asked::CurrentPassword => {
                in_field(Self::new(Code::WrongCredentials, "Your current password is not right. Try again."))
            }
            Error::WrongPassword => {
                in_field(Self::new(Code::WrongCredentials, "Your password is not right. Try again."))
            }
            Error::WrongCode => in_field(Self::new(Code::WrongCode, wrong_code(asked))),
            Error::ExpiredCode if asked == Asked::MailedCode => {
                in_field(Self::new(Code::ExpiredCode, "That code no longer works. Send a new one."))
            }
            Error::ExpiredCode if asked == Asked::Text => {
                in_field(Self::new(Code::ExpiredCode, "That code is too old. Send a new one."))
            }
            Error::ExpiredCode => {
                in_field(Self::new(Code::ExpiredCode, "That code is too old. Ask for a new one."))
            }
            Error::UsedCode if asked == Asked::Text => {
                in_field(Self::new(Code::UsedCode, "That code has been used. Send a new one."))
            }
            Error::UsedCode if asked == Asked::InPersonCode => {
                in_field(Self::new(Code::UsedCode, "That code has been used. Ask for a new one."))
            }
            Error::UsedCode => {
                in_field(Self::new(Code::UsedCode, "That code has been used. Wait for the next one."))
            }
            Error::ClockOff { seconds } => in_field(Self::new(Code::ClockOff, clock_sentence(seconds))),
            Error::Paused { until, now } => {
                let seconds = until.seconds_from(now);
                let message = format!("{} Try again in {}.", too_many(asked, seconds), duration(seconds));
                in_field(Self::new(Code::Paused, message)).retry_after(seconds)
            }
            Error::Refused => in_field(Self::new(
                Code::Refused,
                "Too many wrong codes in a row. Use a device that has signed in before, or ask your administrator.",
            )),
            Error::NoTexts => Self::new(
                Code::NoTexts,
                "Text messages can't be sent at this moment. Use your authenticator app or your recovery code.",
            ),
            Error::NotFound => Self::not_found(),
            Error::PolicyChanged => Self::new(
                Code::PolicyChanged,
                "Another administrator has changed these settings meanwhile. Look at them, then save again.",
            ),
            Error::LastAdministrator => Self::new(
                Code::LastAdministrator,
                "A company keeps one administrator. Make somebody else one first.",
            ),
            Error::OwnMethodFirst => Self::new(
                Code::OwnMethodFirst,
                "Set up your own authentication method first, in My Profile Settings.",
            ),
            Error::OwnReset => Self::new(
                Code::WrongState,
                "Nobody resets themselves. Ask another administrator, or whoever runs this service.",
            ),
            Error::StepUpNeeded => {
                Self::new(Code::StepUpNeeded, "Confirm that it is you, then go on with what you were doing.")
            }
            Error::LinkGone => Self::new(Code::LinkGone, "This link has been used or is too old."),
            Error::Suspended { helper } => Self::new(Code::Suspended, suspended(helper.as_deref())),
            Error::LastMethod { companies } => Self::new(Code::LastMethod, crate::text::kept_for(&companies)),
            Error::Invalid { field, why } => Self::new(Code::Invalid, why).field(field),
            Error::Stale => Self::new(Code::Stale, "This page is out of date. Go on with the newest one."),
            Error::WrongState => Self::wrong_state(),
            Error::NotOffered { in_company } => Self::new(
                Code::WrongState,
                if in_company {
                    "None of your companies uses two-factor authentication yet. Ask your administrator."
                } else {
                    "Two-factor authentication is not offered for your account."
                },
            ),
            trouble => Self::of_trouble(&trouble),
        }
    }

    /// What has nothing to do with what the person entered.
    fn of_trouble(error: &Error) -> Self {
        match error {
            Error::Busy => {
                let message = "Many people are signing in at this moment. Try again in a few seconds.";
                Self::new(Code::Unavailable, message).retry_after(1)
            }
            Error::Store(_) => {
                tracing::error!(%error, "the store failed");
                let message = "Your account cannot be reached at this moment. Try again in a few seconds.";
                Self::new(Code::Unavailable, message).retry_after(2)
            }
            _ => {
                tracing::error!(%error, "a call failed");
                Self::internal()
            }
        }
    }
}

/// What there was too much of, that there is so long a pause.
const fn too_many(asked: Asked, seconds: u32) -> &'static str {
    match asked {
        // Longer than the longest pause between two, and longer than a network has to wait.
        Asked::Message if seconds > 900 => "Ten codes a day are sent.",
        Asked::Message if seconds > 300 => "Too many codes were sent.",
        Asked::Password | Asked::CurrentPassword | Asked::Nothing => "Too many attempts.",
        Asked::Message => "A code was sent a moment ago.",
        Asked::Link => "Three links an hour are sent to one address.",
        Asked::Code
        | Asked::NewCode
        | Asked::RecoveryCode
        | Asked::InPersonCode
        | Asked::MailedCode
        | Asked::Text => "Too many wrong codes.",
    }
}

/// Why nobody signs in to the account, and who can change that.
fn suspended(helper: Option<&str>) -> String {
    let helper = helper.unwrap_or("the people from whom you have your account");
    format!(
        "Sign-in to this account is blocked, because its owner reported a set-up that was not theirs. Ask {helper} to reset its two-factor authentication."
    )
}

/// What to do about a code that is not right.
const fn wrong_code(asked: Asked) -> &'static str {
    match asked {
        Asked::NewCode => "That code didn't match. Wait for the next one and enter it.",
        Asked::RecoveryCode => {
            "That is not your current code. It may have been used or replaced. Look for the file with the latest date."
        }
        Asked::InPersonCode => {
            "That code is not right. Check it with whoever gave it to you, who can also make a new one."
        }
        Asked::MailedCode | Asked::Text => "That code is not right. Check the newest message.",
        _ => "That code is not right. Wait for the next one.",
    }
}

/// How far the device's clock is off, in words. `seconds` ahead; negative: behind.
fn clock_sentence(seconds: i64) -> String {
    let minutes = (seconds.unsigned_abs() + 30) / 60;
    let (unit, direction) =
        (if minutes == 1 { "minute" } else { "minutes" }, if seconds > 0 { "fast" } else { "slow" });
    format!(
        "The clock of the device with your app is {minutes} {unit} {direction}. Turn on automatic time there, then \
         try again."
    )
}

/// A wait, in words: whole minutes from one minute on, whole hours from two hours on, rounded up.
fn duration(seconds: u32) -> String {
    match seconds {
        0 | 1 => "a second".to_owned(),
        2..60 => format!("{seconds} seconds"),
        60 => "1 minute".to_owned(),
        61..=7_200 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    #[test]
    fn a_pause_says_how_long_it_is() {
        let told = |milliseconds, asked| {
            let error = Error::Paused { until: Timestamp(milliseconds), now: Timestamp(0) };
            let error = ApiError::of(error, asked);
            (error.message, error.retry_after_s)
        };
        assert_eq!(
            told(30_000, Asked::Code),
            ("Too many wrong codes. Try again in 30 seconds.".to_owned(), Some(30))
        );
        assert_eq!(
            told(60_000, Asked::Password),
            ("Too many attempts. Try again in 1 minute.".to_owned(), Some(60))
        );
        assert_eq!(told(61_000, Asked::Password).0, "Too many attempts. Try again in 2 minutes.");
    }

    // S18
    #[test]
    fn a_message_that_has_to_wait_says_why() {
        let told = |milliseconds| {
            let error = Error::Paused { until: Timestamp(milliseconds), now: Timestamp(0) };
            ApiError::of(error, Asked::Message).message
        };
        assert_eq!(told(300_000), "A code was sent a moment ago. Try again in 5 minutes.");
        assert_eq!(told(900_000), "Too many codes were sent. Try again in 15 minutes.");
        assert_eq!(told(36_000_000), "Ten codes a day are sent. Try again in 10 hours.");
    }

    #[test]
    fn what_is_wrong_with_a_texted_code_is_said_at_its_field() {
        let told = |error| {
            let error = ApiError::of(error, Asked::Text);
            assert_eq!(error.field.as_deref(), Some("code"));
            error.message
        };
        assert_eq!(told(Error::WrongCode), "That code is not right. Check the newest message.");
        assert_eq!(told(Error::ExpiredCode), "That code is too old. Send a new one.");
        assert_eq!(told(Error::UsedCode), "That code has been used. Send a new one.");
    }

    #[test]
    fn a_clock_that_is_off_is_said_in_minutes_and_direction() {
        assert!(clock_sentence(-240).contains("is 4 minutes slow"));
        assert!(clock_sentence(60).contains("is 1 minute fast"));
    }

    // S8
    #[test]
    fn what_only_the_operator_can_mend_is_not_told_to_the_browser() {
        let error = Error::Store(sea_orm_error());
        assert!(!ApiError::from(error).message.contains("canary"));
        assert!(!ApiError::from(Error::Refusal("canary".to_owned())).message.contains("canary"));
    }

    fn sea_orm_error() -> vestibule_core::StoreError {
        vestibule_core::StoreError::Custom("canary".to_owned())
    }
}
