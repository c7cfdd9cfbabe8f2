//! The one shape of every failure: `{"code","message","field","retry_after_s"}`.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// What a call answers when it fails, whoever refuses it: a function, the server's middleware or the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// Which case, for the program.
    pub code: Code,
    /// What happened and what to do next, for the person.
    pub message: String,
    /// The field of the request that it is about.
    pub field: Option<String>,
    /// Seconds after which trying again makes sense.
    pub retry_after_s: Option<u32>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal),+ $(,)?) => {
        /// The cases of [`ApiError`], stable names on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $name),+ }

        impl Code {
            /// The HTTP status that goes with it.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }
        }
    };
}

codes! {
    /// The request is not one that this function understands.
    BadRequest = 400,
    /// The e-mail address or the password is not right.
    WrongCredentials = 401,
    /// No live record: sign in.
    SignedOut = 401,
    /// The request does not come from this application's own pages (S35).
    ForeignOrigin = 403,
    /// The record is in a state that may not do this.
    WrongState = 403,
    /// The password or a proof of the last five minutes is missing: the step-up dialog asks for it.
    StepUpNeeded = 403,
    /// Nobody signs in to the account until an administrator's reset (S28a).
    Suspended = 403,
    /// Nothing here, or not yours.
    NotFound = 404,
    /// Only POST is answered.
    MethodNotAllowed = 405,
    /// Only JSON is answered.
    NotAcceptable = 406,
    /// Not sent in time.
    Timeout = 408,
    /// The form belongs to a record, flow or code that has been replaced.
    Stale = 409,
    /// It is the last acceptable method, and MFA is required (S29).
    LastMethod = 409,
    /// Another administrator has changed the policy meanwhile.
    PolicyChanged = 409,
    /// It is the company's last administrator.
    LastAdministrator = 409,
    /// An administrator has to have an acceptable method first.
    OwnMethodFirst = 409,
    /// The mailed link was used or is too old.
    LinkGone = 410,
    /// The request is too large.
    TooLarge = 413,
    /// The request is not JSON.
    UnsupportedMediaType = 415,
    /// A field does not hold what it should.
    Invalid = 422,
    /// The code is not right.
    WrongCode = 422,
    /// The code has been used.
    UsedCode = 422,
    /// The code was right, but is too old.
    ExpiredCode = 422,
    /// The code would be right at another time: the device's clock is off.
    ClockOff = 422,
    /// Too many wrong attempts: wait.
    Paused = 429,
    /// Too many wrong attempts from browsers that have never signed in.
    Refused = 429,
    /// Something broke; it is in the log.
    Internal = 500,
    /// Too much at once, or the database cannot be reached: try again.
    Unavailable = 503,
    /// No text messages can be sent at this moment, or none at all.
    NoTexts = 503,
    /// The server could not be reached. Only the browser says this.
    Offline = 504,
}

impl ApiError {
    /// An error of this case with this sentence.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, retry_after_s: None }
    }

    /// Something broke that the person can do nothing about; the cause is in the log.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(Code::Internal, "Something went wrong here. Try again in a moment.")
    }

    /// The record is in a state that may not do this.
    #[must_use]
    pub fn wrong_state() -> Self {
        Self::new(Code::WrongState, "That is not possible at this point of the sign-in.")
    }

    /// Nothing here, or not yours: the two read the same.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "This page isn't here, or isn't yours.")
    }

    /// The body is not what the function reads.
    fn unreadable() -> Self {
        Self::new(Code::BadRequest, "The request could not be read. Reload the page and try again.")
    }

    /// The same, about this field of the request.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// The same, to be tried again after so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => {
                Self::new(Code::Offline, "No connection. What you typed is still here.")
            }
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::unreadable(),
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => Self::unreadable(),
            _ => Self::internal(),
        }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}
