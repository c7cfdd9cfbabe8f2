//! What every server function begins and ends with: who is calling, how input is parsed, how an answer changes
//! the browser's cookies. On the server only.

use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use domain::{Email, MINUTE, MethodKind, OneTimeCode, RecoveryCode, SessionState};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use vestibule_core::secret::{Password, Token};
use vestibule_core::{Caller, Client, Entered, Error, Given, Vestibule};

use super::cookies::{Cookie, Cookies};
use super::session::{Administered, EndedView, Person, SessionView};
use super::{ApiError, Code};

/// What the server's middleware found out about a request, and left in its extensions.
#[derive(Clone)]
pub struct RequestContext {
    /// The use cases.
    pub vestibule: Vestibule,
    /// Who is calling, in a state that may call this function.
    pub caller: Caller,
    /// From where.
    pub client: Client,
    /// How cookies are named and protected here.
    pub cookies: Cookies,
}

/// A call of a server function.
pub struct ApiRequest {
    /// The use cases.
    pub vestibule: Vestibule,
    /// Who is calling.
    pub caller: Caller,
    /// From where.
    pub client: Client,
    cookies: Cookies,
    response: ResponseOptions,
}

impl ApiRequest {
    /// The call that is being answered.
    ///
    /// # Errors
    /// [`Code::Internal`] outside the server's middleware.
    pub fn current() -> Result<Self, ApiError> {
        let context =
            use_context::<Parts>().and_then(|parts| parts.extensions.get::<RequestContext>().cloned());
        let (Some(context), Some(response)) = (context, use_context::<ResponseOptions>()) else {
            tracing::error!("a server function was called outside the server's middleware");
            return Err(Error::Corrupt("request context").into());
        };
        let RequestContext { vestibule, caller, client, cookies } = context;
        Ok(Self { vestibule, caller, client, cookies, response })
    }

    /// How things stand for `caller`.
    #[must_use]
    pub fn view(&self, caller: &Caller) -> SessionView {
        let now = self.vestibule.now();
        let asked = !matches!(caller.state, SessionState::Anonymous | SessionState::Challenge);
        SessionView {
            state: caller.state,
            product: self.vestibule.settings().product.clone(),
            record: caller.record_id(),
            person: caller.user().map(|user| Person {
                name: user.name.clone(),
                email: user.email.clone(),
                time_zone: user.time_zone.clone(),
            }),
            companies: caller
                .administered()
                .iter()
                .map(|company| Administered { slug: company.slug.clone(), name: company.name.clone() })
                .collect(),
            requirement: caller
                .assessment()
                .filter(|_| asked)
                .map(|assessment| assessment.requirement.clone()),
            mfa_reset: caller.mfa_reset(),
            continues_set_up: caller.continues_set_up,
            return_to: caller.return_to().map(str::to_owned),
            ends_in_s: caller.ends_at().map(|end| end.seconds_from(now)),
            ended: caller.ended.map(|ended| EndedView {
                reason: ended.reason,
                limit_min: u32::try_from(ended.limit / MINUTE).unwrap_or(0),
                was_full: ended.was_full,
            }),
        }
    }

    /// Answers a step that gave the record a new token: the browser gets it, and how things stand.
    pub fn enter(&self, entered: Entered) -> SessionView {
        for header in self.cookies.enter(&entered) {
            self.response.append_header(SET_COOKIE, header);
        }
        self.view(&entered.caller)
    }

    /// Answers a sign-out: the browser forgets its tokens.
    pub fn leave(&self) -> SessionView {
        for cookie in [Cookie::Session, Cookie::Pending] {
            self.response.append_header(SET_COOKIE, self.cookies.forget(cookie));
        }
        self.view(&Caller::anonymous(None))
    }
}

/// An address from a form.
///
/// # Errors
/// [`Code::Invalid`] with the sentence for the field.
pub fn parse_email(text: &str) -> Result<Email, ApiError> {
    Email::parse(text).map_err(|error| ApiError::new(Code::Invalid, error.to_string()).field("email"))
}

/// A password from a form.
///
/// # Errors
/// [`Code::Invalid`] with the sentence for the field.
pub fn parse_password(text: String) -> Result<Password, ApiError> {
    Password::entered(text).map_err(|error| ApiError::new(Code::Invalid, error.to_string()).field("password"))
}

/// A password that is being set.
///
/// # Errors
/// [`Code::Invalid`] with the sentence for the field.
pub fn parse_new_password(text: String) -> Result<Password, ApiError> {
    Password::chosen(text).map_err(|error| ApiError::new(Code::Invalid, error.to_string()).field("new"))
}

/// The token of a mailed link.
///
/// # Errors
/// [`Code::LinkGone`]: what is no token is no link.
pub fn parse_token(text: &str) -> Result<Token, ApiError> {
    Token::parse(text).ok_or_else(|| Error::LinkGone.into())
}

/// A six-digit code from a form (S11).
///
/// # Errors
/// [`Code::Invalid`] with the sentence for the field.
pub fn parse_code(text: &str) -> Result<OneTimeCode, ApiError> {
    OneTimeCode::parse(text).map_err(|error| ApiError::new(Code::Invalid, error.to_string()).field("code"))
}

/// A six-digit code of a method from a form.
///
/// # Errors
/// [`Code::Invalid`] with the sentence for the field.
pub fn parse_given(kind: MethodKind, text: &str) -> Result<Given, ApiError> {
    Ok(Given { kind, code: parse_code(text)? })
}

/// A recovery code from a form, in any spacing and case.
///
/// # Errors
/// [`Code::Invalid`] with the sentence for the field.
pub fn parse_recovery_code(text: &str) -> Result<RecoveryCode, ApiError> {
    RecoveryCode::parse(text).map_err(|error| ApiError::new(Code::Invalid, error.to_string()).field("code"))
}
