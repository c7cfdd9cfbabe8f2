//! What people are told by mail when their security changes, and what to do if it wasn't them (S53, S54).

use jiff::tz::TimeZone;
use sea_orm::DatabaseTransaction;

use crate::caller::{Client, User};
use crate::links::LinkKind;
use crate::local_time;
use crate::mail::Mail;
use crate::outbox::NOTICE_LASTS;
use crate::{Error, Vestibule, device};

/// What changed. To add one: a case here, its subject and its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The first method of the person: it carries This Wasn't Me (S28a).
    FirstAppAdded,
    AppAdded,
    AppChanged,
    AppRemoved,
    /// As [`Notice::FirstAppAdded`].
    FirstPhoneAdded,
    PhoneAdded,
    PhoneChanged,
    PhoneRemoved,
    RecoveryCodeSaved,
    RecoveryCodeUsed,
    MfaReset,
    PasswordChanged,
    PasswordReset,
    PasswordSet,
    EmailChanged,
    NewDevice,
    WrongFactors,
    Suspended,
}

impl Notice {
    const fn subject(self) -> &'static str {
        match self {
            Self::FirstAppAdded | Self::AppAdded => "Authenticator app added",
            Self::AppChanged => "Authenticator app changed",
            Self::AppRemoved => "Authenticator app removed",
            Self::FirstPhoneAdded | Self::PhoneAdded => "Phone number added",
            Self::PhoneChanged => "Phone number changed",
            Self::PhoneRemoved => "Phone number removed",
            Self::RecoveryCodeSaved => "New recovery code saved",
            Self::RecoveryCodeUsed => "Recovery code used",
            Self::MfaReset => "Two-factor authentication reset",
            Self::PasswordChanged | Self::PasswordReset | Self::PasswordSet => "Password changed",
            Self::EmailChanged => "Email address changed",
            Self::NewDevice => "Signed in on a new device",
            Self::WrongFactors => "Somebody entered your password, then wrong codes",
            Self::Suspended => "Sign-in blocked",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::FirstAppAdded | Self::AppAdded => {
                "An authenticator app was added to your account. From now on you confirm each sign-in with a code \
                 of that app."
            }
            Self::AppChanged => {
                "The authenticator app of your account was changed. Codes of the earlier app no longer work."
            }
            Self::AppRemoved => {
                "The authenticator app of your account was removed. Its codes no longer work."
            }
            Self::FirstPhoneAdded | Self::PhoneAdded => {
                "A phone number was added to your account. Codes by text message can confirm your sign-in from now on."
            }
            Self::PhoneChanged => {
                "The phone number of your account was changed. The earlier number gets no codes any more."
            }
            Self::PhoneRemoved => "The phone number of your account was removed. It gets no codes any more.",
            Self::RecoveryCodeUsed => {
                "Your recovery code was used to get into your account. It is spent, and every other device was \
                 signed out."
            }
            Self::MfaReset => {
                "The two-factor authentication of your account was reset: its methods and its recovery code were \
                 removed, and every device was signed out. At your next sign-in you set it up again, with the code \
                 that you are handed in person."
            }
            Self::PasswordChanged => {
                "The password of your account was changed, and every other device was signed out."
            }
            Self::PasswordReset => {
                "The password of your account was set anew with a link that was mailed to you, and every device was \
                 signed out."
            }
            Self::PasswordSet => {
                "The password of your account was set by whoever runs this service, and every device was signed out."
            }
            Self::EmailChanged => {
                "The email address of your account was changed. From now on only the new address signs in."
            }
            Self::RecoveryCodeSaved => {
                "A new recovery code was saved for your account. Any earlier code is void."
            }
            Self::NewDevice => "Your account was signed in to on a device that it was not used on before.",
            Self::WrongFactors => {
                "Somebody signed in to your account with the right password, and then entered wrong codes three \
                 times. They did not get in."
            }
            Self::Suspended => {
                "This Wasn't Me was pressed in the mail about your account's first authentication method. Every device \
                 was signed out, and nobody can sign in until the two-factor authentication of the account is reset. \
                 Nothing was removed."
            }
        }
    }

    /// What to do if it wasn't the person. `helpers` are whom to tell.
    fn advice(self, url: &str, helpers: Option<&str>) -> String {
        let tell = helpers.map(|helpers| format!("tell {helpers} at once"));
        match (self, tell) {
            // The new address gets the links now; a reset takes more than a password.
            (Self::EmailChanged | Self::MfaReset, Some(tell)) => format!("If it wasn't you, {tell}."),
            (Self::EmailChanged | Self::MfaReset, None) => {
                "If it wasn't you, tell the people from whom you have your account.".to_owned()
            }
            (Self::Suspended, Some(tell)) => format!("What to do next: {tell}, who can reset it."),
            (Self::Suspended, None) => {
                "What to do next: ask the people from whom you have your account to reset it.".to_owned()
            }
            (_, tell) => format!(
                "If it wasn't you, set a new password at {url}/forgot-password, which signs every device out{}: somebody \
                 else may know your password.",
                tell.map_or_else(String::new, |tell| format!(", and {tell}"))
            ),
        }
    }
}

impl Vestibule {
    /// Posts the notice to the person, in the transaction of the change. Who is in no company is not sent to an
    /// administrator. `client` did it; `None`: the operator.
    pub(crate) async fn notify(
        &self,
        transaction: &DatabaseTransaction,
        user: &User,
        in_company: bool,
        notice: Notice,
        client: Option<&Client>,
    ) -> Result<(), Error> {
        let settings = &self.inner.settings;
        let mut then = Vec::new();
        let mut action = None;
        if matches!(notice, Notice::FirstAppAdded | Notice::FirstPhoneAdded) {
            let link = self.new_link(transaction, LinkKind::NotMe, user).await?;
            action = Some(("This Wasn't Me", link));
            then.push(
                "If you did not do this, press This Wasn't Me within seven days. It signs every device out and blocks \
                 sign-in until somebody who can help has looked at it; nothing is removed."
                    .to_owned(),
            );
        }
        if notice != Notice::Suspended {
            then.push("If this was you, there is nothing to do.".to_owned());
        }
        then.push(notice.advice(&settings.public_url, self.helpers(in_company).as_deref()));
        let mail = Mail {
            subject: notice.subject().to_owned(),
            says: vec![notice.sentence().to_owned()],
            facts: self.facts(user, client),
            action,
            then,
            code: None,
        };
        self.post(transaction, mail.to(user, settings), NOTICE_LASTS).await?;
        Ok(())
    }

    /// Who can help somebody: "your company's administrator or help@example.com".
    pub(crate) fn helpers(&self, in_company: bool) -> Option<String> {
        let administrator = in_company.then(|| "your company's administrator".to_owned());
        let helpers: Vec<String> =
            administrator.into_iter().chain(self.inner.settings.support.clone()).collect();
        (!helpers.is_empty()).then(|| helpers.join(" or "))
    }

    /// When it was, in the person's own zone, and from where.
    pub(crate) fn facts(&self, user: &User, client: Option<&Client>) -> Vec<(&'static str, String)> {
        let zone = user.time_zone.as_deref().and_then(|name| local_time::zone(name).ok());
        let mut facts = vec![("When", local_time::spelt_out(self.now(), &zone.unwrap_or(TimeZone::UTC)))];
        match client {
            Some(client) => {
                facts.push(("Device", device::name(&client.browser)));
                facts.push(("Network address", client.address.clone()));
            }
            None => facts.push(("By", "the operator's command line".to_owned())),
        }
        facts
    }
}
