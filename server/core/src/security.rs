//! What the Password & Security tab shows.

use domain::{MethodKind, Requirement, TextRule, Timestamp, requirement};

use crate::caller::{Caller, SignedIn};
use crate::methods::methods_of;
use crate::recovery_code::valid_recovery_code;
use crate::standing::owned;
use crate::store::entities::method;
use crate::{Error, Vestibule};

/// How a person's account is secured.
#[derive(Clone, Debug)]
pub struct Security {
    /// When the password was last set.
    pub password_changed_at: Timestamp,
    /// What the person's companies ask.
    pub requirement: Requirement,
    /// The authenticator app.
    pub app: Option<MethodFacts>,
    /// The phone number.
    pub phone: Option<PhoneFacts>,
    /// Whether a phone number can be added: text messages are sent, and accepted by who asks.
    pub texts_offered: bool,
    /// Since when the recovery code that works is valid.
    pub recovery_code_since: Option<Timestamp>,
    /// Whether the person is in any company.
    pub in_company: bool,
    /// The operator's support contact.
    pub support: Option<String>,
}

/// What is shown of a method; never its secret (S15).
#[derive(Clone, Debug)]
pub struct MethodFacts {
    /// When it was set up.
    pub added_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// The companies because of which it cannot be removed (S29); none: it can be.
    pub required_by: Vec<String>,
}

/// What is shown of a phone number.
#[derive(Clone, Debug)]
pub struct PhoneFacts {
    /// As of any method.
    pub facts: MethodFacts,
    /// Its last two digits.
    pub ending: String,
}

impl Vestibule {
    /// How the caller's account is secured.
    ///
    /// # Errors
    /// What the store says.
    pub async fn security(&self, caller: &Caller) -> Result<Security, Error> {
        let signed_in = caller.signed_in()?;
        let reader = self.inner.store.reader();
        let methods = methods_of(reader, signed_in.user.id).await?;
        let app = methods.iter().find(|method| method.kind == MethodKind::App.as_str());
        let app = app.map(|app| self.facts_of(signed_in, &methods, app)).transpose()?;
        let phone = methods.iter().find(|method| method.kind == MethodKind::Phone.as_str());
        let phone = phone
            .map(|phone| {
                let ending = self.number_of(phone)?.ending().to_owned();
                Ok::<_, Error>(PhoneFacts { facts: self.facts_of(signed_in, &methods, phone)?, ending })
            })
            .transpose()?;
        let code = valid_recovery_code(reader, signed_in.user.id).await?;
        Ok(Security {
            password_changed_at: signed_in.password_changed_at,
            requirement: signed_in.assessment.requirement.clone(),
            app,
            phone,
            texts_offered: self.inner.settings.text_available
                && !matches!(signed_in.assessment.text_messages, TextRule::Off { .. }),
            recovery_code_since: code.and_then(|code| code.acknowledged_at).map(Timestamp),
            in_company: signed_in.in_company,
            support: self.inner.settings.support.clone(),
        })
    }

    fn facts_of(
        &self,
        signed_in: &SignedIn,
        methods: &[method::Model],
        method: &method::Model,
    ) -> Result<MethodFacts, Error> {
        let others = methods.iter().filter(|other| other.id != method.id).cloned().collect();
        let countries = &self.inner.settings.payments_countries;
        let without = requirement(&signed_in.memberships, &owned(others)?, countries, self.now());
        Ok(MethodFacts {
            added_at: Timestamp(method.added_at),
            last_used_at: method.last_used_at.map(Timestamp),
            required_by: if without.must_set_up() { without.requirement.demanding() } else { Vec::new() },
        })
    }
}
