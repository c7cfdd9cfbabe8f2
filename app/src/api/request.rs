//! What every server function begins and ends with: who is calling, how input is parsed, how an answer changes
//! the browser's cookies. On the server only.

use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use domain::{Email, MINUTE, OneTimeCode, RecoveryCode, SessionState};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use vestibule_core::secret::{Password, Token};
use vestibule_core::{AppFlowStep, Caller, Client, Entered, Error, Vestibule};

use super::cookies::{Cookie, Cookies};
use super::devices::Device;
use super::identity::MailedCode;
use super::link::LinkKind;
use super::recovery::{Fate, Recovery, RecoveryMethod};
use super::security::{MethodFacts, Security};
use super::session::{EndedView, Person, SessionView};
use super::set_up_app::{AppSetUp, AppStep, QrCode};
use super::step_up::StepUp;
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

    /// A set-up, as the page shows it.
    ///
    /// # Errors
    /// [`Code::Internal`] where the link is too long for a QR code.
    pub fn set_up(&self, set_up: vestibule_core::AppSetUp) -> Result<AppSetUp, ApiError> {
        let step = match set_up.step {
            AppFlowStep::Prove => AppStep::Prove,
            AppFlowStep::SaveCode => AppStep::SaveCode,
            AppFlowStep::Confirm { key, link } => AppStep::Confirm {
                qr: qr_code(&link)?,
                key: key.to_string(),
                uri: link.to_string(),
                account: format!(
                    "{} ({})",
                    self.vestibule.settings().product,
                    self.caller.user().map_or("", |user| user.email.as_str())
                ),
            },
        };
        Ok(AppSetUp { flow: set_up.flow, changing: set_up.changing, step })
    }
}

impl ApiRequest {
    /// A recovery, as the page shows it.
    #[must_use]
    pub fn recovery(&self, recovery: vestibule_core::Recovery) -> Recovery {
        let shown = |method: vestibule_core::RecoveryMethod| RecoveryMethod {
            kind: method.kind,
            added_at: method.added_at,
            last_used_at: method.last_used_at,
            fate: match method.fate {
                vestibule_core::Fate::Open => Fate::Open,
                vestibule_core::Fate::Proved => Fate::Proved,
                vestibule_core::Fate::New => Fate::New,
            },
        };
        Recovery {
            methods: recovery.methods.into_iter().map(shown).collect(),
            ends_in_s: recovery.ends_at.seconds_from(self.vestibule.now()),
        }
    }
}

impl ApiRequest {
    /// A code that was mailed, as the page shows it.
    #[must_use]
    pub fn mailed(&self, mailed: vestibule_core::MailedCode) -> MailedCode {
        let again_in_s = mailed.again_at.seconds_from(self.vestibule.now());
        MailedCode { sent_at: mailed.sent_at, again_in_s }
    }

    /// Where the caller is signed in.
    ///
    /// # Errors
    /// What the store says.
    pub async fn devices(&self) -> Result<Vec<Device>, ApiError> {
        let devices = self.vestibule.devices(&self.caller).await?;
        let shown = |device: vestibule_core::Device| Device {
            id: device.id,
            this: device.this,
            name: device.name,
            address: device.address,
            since: device.since,
            used_at: device.used_at,
        };
        Ok(devices.into_iter().map(shown).collect())
    }
}

impl From<LinkKind> for vestibule_core::LinkKind {
    fn from(kind: LinkKind) -> Self {
        match kind {
            LinkKind::ResetPassword => Self::ResetPassword,
            LinkKind::NotMe => Self::NotMe,
        }
    }
}

impl From<vestibule_core::StepUp> for StepUp {
    fn from(missing: vestibule_core::StepUp) -> Self {
        Self { password: missing.password, proof: missing.proof }
    }
}

/// The link as a QR code, error correction M, as one path of unit squares.
fn qr_code(link: &str) -> Result<QrCode, ApiError> {
    let code = qrcode::QrCode::new(link)
        .map_err(|_| ApiError::from(Error::Corrupt("link too long for a QR code")))?;
    let size = code.width();
    let mut path = String::new();
    for (index, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", index % size, index / size));
        }
    }
    Ok(QrCode { size: u32::try_from(size).unwrap_or(0), path })
}

impl From<vestibule_core::Security> for Security {
    fn from(security: vestibule_core::Security) -> Self {
        Self {
            password_changed_at: security.password_changed_at,
            requirement: security.requirement,
            app: security.app.map(|app| MethodFacts {
                added_at: app.added_at,
                last_used_at: app.last_used_at,
                required_by: app.required_by,
            }),
            recovery_code_since: security.recovery_code_since,
            in_company: security.in_company,
            support: security.support,
        }
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

/// A recovery code from a form, in any spacing and case.
///
/// # Errors
/// [`Code::Invalid`] with the sentence for the field.
pub fn parse_recovery_code(text: &str) -> Result<RecoveryCode, ApiError> {
    RecoveryCode::parse(text).map_err(|error| ApiError::new(Code::Invalid, error.to_string()).field("code"))
}
