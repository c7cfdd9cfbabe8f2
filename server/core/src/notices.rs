//! What people are told by mail when their security changes, and what to do if it wasn't them (S53).

use jiff::tz::TimeZone;
use sea_orm::DatabaseTransaction;

use crate::caller::{Client, User};
use crate::local_time;
use crate::outbox::{Channel, Message};
use crate::{Error, Vestibule};

/// What changed. To add one: a case here, its subject and its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    AppAdded,
    AppChanged,
    AppRemoved,
    RecoveryCodeSaved,
    RecoveryCodeUsed,
    MfaReset,
    PasswordChanged,
    EmailChanged,
    NewDevice,
}

impl Notice {
    const fn subject(self) -> &'static str {
        match self {
            Self::AppAdded => "Authenticator app added",
            Self::AppChanged => "Authenticator app changed",
            Self::AppRemoved => "Authenticator app removed",
            Self::RecoveryCodeSaved => "New recovery code saved",
            Self::RecoveryCodeUsed => "Recovery code used",
            Self::MfaReset => "Two-factor authentication reset",
            Self::PasswordChanged => "Password changed",
            Self::EmailChanged => "Email address changed",
            Self::NewDevice => "Signed in on a new device",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::AppAdded => {
                "An authenticator app was added to your account. From now on you confirm each sign-in with a code \
                 of that app."
            }
            Self::AppChanged => {
                "The authenticator app of your account was changed. Codes of the earlier app no longer work."
            }
            Self::AppRemoved => {
                "The authenticator app of your account was removed. Its codes no longer work."
            }
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
                "The password of your account was changed, and every device was signed out."
            }
            Self::EmailChanged => {
                "The email address of your account was changed. From now on only the new address signs in."
            }
            Self::RecoveryCodeSaved => {
                "A new recovery code was saved for your account. Any earlier code is void."
            }
            Self::NewDevice => "Your account was signed in to on a device that it was not used on before.",
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
        let zone = user.time_zone.as_deref().and_then(|name| local_time::zone(name).ok());
        let administrator = in_company.then(|| "your company's administrator".to_owned());
        let helpers: Vec<String> = administrator.into_iter().chain(settings.support.clone()).collect();
        let advice = match helpers.as_slice() {
            [] => "somebody else may know your password.".to_owned(),
            helpers => {
                format!("tell {} at once: somebody else may know your password.", helpers.join(" or "))
            }
        };
        let body = format!(
            "Hello {name},\n\n{sentence}\n\nWhen: {when}\nFrom: {address}\n\n\
             If this was you, there is nothing to do.\n\n\
             If it wasn't you, {advice}\n\n\
             {product}, {url}\n",
            name = user.name,
            sentence = notice.sentence(),
            when = local_time::spelt_out(self.now(), &zone.unwrap_or(TimeZone::UTC)),
            address = client.map_or("the operator's command line", |client| &client.address),
            product = settings.product,
            url = settings.public_url,
        );
        let subject = format!("{}: {}", settings.product, notice.subject());
        let message = Message { channel: Channel::Mail, to: user.email.clone(), subject, body };
        self.post(transaction, &message).await
    }
}
