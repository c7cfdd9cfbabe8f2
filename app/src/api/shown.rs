//! What the use cases answer, as it is shown on the pages. On the server only.
//!
//! Instants become durations where a countdown needs them: the browser's clock may be off.

use domain::TextRule;
use vestibule_core::{AppFlowStep, Error, EventGroup, PhoneFlowStep, outbox};

use super::ApiError;
use super::activity::{ActivityEntry, ActivityFilter};
use super::challenge::Challenge;
use super::countries::Country;
use super::devices::Device;
use super::identity::MailedCode;
use super::link::LinkKind;
use super::recovery::{Fate, Recovery, RecoveryMethod};
use super::request::ApiRequest;
use super::security::{MethodFacts, PhoneFacts, Security};
use super::set_up_app::{AppSetUp, AppStep, QrCode};
use super::set_up_phone::{PhoneSetUp, PhoneStep};
use super::step_up::StepUp;
use super::text::{Delivery, PhoneWay, ProofWays, Texted, Undeliverable};

impl From<vestibule_core::ActivityEntry> for ActivityEntry {
    fn from(entry: vestibule_core::ActivityEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            what: entry.what.to_owned(),
            failed: entry.failed,
            device: entry.device,
            address: entry.address,
        }
    }
}

impl From<ActivityFilter> for vestibule_core::ActivityFilter {
    fn from(filter: ActivityFilter) -> Self {
        match filter {
            ActivityFilter::Everything => Self::Everything,
            ActivityFilter::SignIn => Self::Group(EventGroup::SignIn),
            ActivityFilter::Methods => Self::Group(EventGroup::Methods),
            ActivityFilter::Recovery => Self::Group(EventGroup::Recovery),
            ActivityFilter::Account => Self::Group(EventGroup::Account),
            ActivityFilter::Resets => Self::Group(EventGroup::Resets),
            ActivityFilter::Policy => Self::Group(EventGroup::Policy),
            ActivityFilter::Members => Self::Group(EventGroup::Members),
            ActivityFilter::Failures => Self::Failures,
        }
    }
}

impl ApiRequest {
    /// A code that was sent by text message.
    pub(super) fn texted(&self, texted: vestibule_core::Texted) -> Texted {
        Texted {
            sent_at: texted.sent_at,
            again_in_s: texted.again_at.seconds_from(self.vestibule.now()),
            before_long_pause: texted.before_long_pause,
            delivery: texted.delivery.into(),
        }
    }

    /// A number that codes are sent to.
    pub(super) fn phone_way(&self, way: vestibule_core::PhoneWay) -> PhoneWay {
        PhoneWay { ending: way.ending, texted: way.texted.map(|texted| self.texted(texted)) }
    }

    /// The second door.
    pub(super) fn challenge(&self, challenge: vestibule_core::Challenge) -> Challenge {
        Challenge {
            methods: challenge.methods,
            last_used: challenge.last_used,
            phone: challenge.phone.map(|way| self.phone_way(way)),
            texts_failing: challenge.texts_failing,
        }
    }

    /// What is missing of a step-up.
    pub(super) fn step_up(&self, missing: vestibule_core::StepUp) -> StepUp {
        StepUp {
            password: missing.password,
            proof: missing.proof,
            phone: missing.phone.map(|way| self.phone_way(way)),
        }
    }

    /// A code that was mailed.
    pub(super) fn mailed(&self, mailed: vestibule_core::MailedCode) -> MailedCode {
        let again_in_s = mailed.again_at.seconds_from(self.vestibule.now());
        MailedCode { sent_at: mailed.sent_at, again_in_s }
    }
}

impl ApiRequest {
    /// The set-up of an app.
    ///
    /// # Errors
    /// [`super::Code::Internal`] where the link is too long for a QR code.
    pub(super) fn app_set_up(&self, set_up: vestibule_core::AppSetUp) -> Result<AppSetUp, ApiError> {
        let step = match set_up.step {
            AppFlowStep::Prove(ways) => AppStep::Prove(self.proof_ways(ways)),
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

    /// The set-up of a number.
    pub(super) fn phone_set_up(&self, set_up: vestibule_core::PhoneSetUp) -> PhoneSetUp {
        let step = match set_up.step {
            PhoneFlowStep::Prove(ways) => PhoneStep::Prove(self.proof_ways(ways)),
            PhoneFlowStep::Enter => PhoneStep::Enter,
            PhoneFlowStep::Confirm { number, texted } => PhoneStep::Confirm {
                number: number.as_str().to_owned(),
                texted: texted.map(|texted| self.texted(texted)),
            },
            PhoneFlowStep::SaveCode => PhoneStep::SaveCode,
        };
        PhoneSetUp { flow: set_up.flow, changing: set_up.changing, step }
    }

    fn proof_ways(&self, ways: vestibule_core::ProofWays) -> ProofWays {
        ProofWays { app: ways.app, phone: ways.phone.map(|way| self.phone_way(way)) }
    }

    /// The countries whose numbers the caller can set up, by name.
    pub(super) fn countries(&self) -> Vec<Country> {
        let settings = self.vestibule.settings();
        let mut codes = settings.text_countries.clone();
        if self.text_rule() == Some(&TextRule::PaymentsCountries) {
            codes.retain(|code| settings.payments_countries.contains(code));
        }
        let shown = |country: vestibule_core::Country| Country {
            code: country.code,
            name: country.name,
            dial_code: country.dial_code,
        };
        vestibule_core::countries(&codes).into_iter().map(shown).collect()
    }

    /// Why text messages are no method for the caller, if they are none.
    pub(super) fn texts_refused(&self) -> Option<String> {
        if !self.vestibule.settings().text_available {
            return Some("Text messages are not available here.".to_owned());
        }
        match self.text_rule() {
            Some(TextRule::Off { company }) => Some(format!("{company} does not accept text messages.")),
            _ => None,
        }
    }

    fn text_rule(&self) -> Option<&TextRule> {
        self.caller.assessment().map(|assessment| &assessment.text_messages)
    }
}

impl ApiRequest {
    /// A recovery.
    pub(super) fn recovery(&self, recovery: vestibule_core::Recovery) -> Recovery {
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
            phone: recovery.phone.map(|way| self.phone_way(way)),
        }
    }

    /// Where the caller is signed in.
    ///
    /// # Errors
    /// What the store says.
    pub(super) async fn devices(&self) -> Result<Vec<Device>, ApiError> {
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

impl From<outbox::Delivery> for Delivery {
    fn from(delivery: outbox::Delivery) -> Self {
        match delivery {
            outbox::Delivery::Waiting => Self::Waiting,
            outbox::Delivery::Sent => Self::Sent,
            outbox::Delivery::Delivered => Self::Delivered,
            outbox::Delivery::GivenUp => Self::GivenUp,
            outbox::Delivery::Failed(reason) => Self::Failed { reason: reason.into() },
        }
    }
}

impl From<outbox::Undeliverable> for Undeliverable {
    fn from(reason: outbox::Undeliverable) -> Self {
        match reason {
            outbox::Undeliverable::Invalid => Self::Invalid,
            outbox::Undeliverable::Unreachable => Self::Unreachable,
            outbox::Undeliverable::Blocked => Self::Blocked,
            outbox::Undeliverable::Landline => Self::Landline,
            outbox::Undeliverable::Throttled => Self::Throttled,
        }
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
            phone: security.phone.map(|phone| PhoneFacts {
                added_at: phone.facts.added_at,
                last_used_at: phone.facts.last_used_at,
                required_by: phone.facts.required_by,
                ending: phone.ending,
            }),
            texts_offered: security.texts_offered,
            recovery_code_since: security.recovery_code_since,
            in_company: security.in_company,
            support: security.support,
        }
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
