//! Attempt budgets in the database (S44): keyed by account and kind of secret, shared by all instances, reserved
//! before anything is verified. What a budget allows is decided in [`domain::Budget`].

use std::net::IpAddr;

use domain::{Attempts, BrowserId, Budget, DAY, Email, MethodKind, Reservation, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
};
use uuid::Uuid;

use crate::caller::Client;
use crate::store::entities::{attempt, known_browser};
use crate::{Error, Vestibule};

/// How long a browser stays known without signing in, in milliseconds (S46).
const KNOWN_LASTS: i64 = 365 * DAY;

/// What a sign-in asks for after the password.
const AFTER_THE_PASSWORD: [AttemptKind; 5] = [
    AttemptKind::App,
    AttemptKind::Text,
    AttemptKind::RecoveryCode,
    AttemptKind::InPersonCode,
    AttemptKind::MailedCode,
];

/// What is being guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptKind {
    /// The password of an address, whether anybody has it or not.
    Password,
    /// A code of the authenticator app, wherever it is asked.
    App,
    /// A code of an app that is being set up.
    NewApp,
    /// A code that was sent to the phone number, wherever it is asked.
    Text,
    /// A code that was sent to a number that is being set up.
    NewNumber,
    /// The recovery code.
    RecoveryCode,
    /// The code that was handed over in person after a reset.
    InPersonCode,
    /// A code that was mailed (S28).
    MailedCode,
    /// Nothing is guessed: links that are mailed for a forgotten password (S5).
    PasswordReset,
    /// The same, as one network asks for them.
    PasswordResetOfNetwork,
    /// Nothing is guessed: mails about new devices.
    NewDevice,
}

/// An account and kind of secret, as seen from one class of browsers.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    hash: Vec<u8>,
    kind: AttemptKind,
    browser: Option<BrowserId>,
}

impl AttemptKind {
    /// Codes of a method that there is.
    pub(crate) const fn of_method(kind: MethodKind) -> Self {
        match kind {
            MethodKind::App => Self::App,
            MethodKind::Phone => Self::Text,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::App => "app",
            Self::NewApp => "new_app",
            Self::Text => "text",
            Self::NewNumber => "new_number",
            Self::RecoveryCode => "recovery_code",
            Self::InPersonCode => "in_person_code",
            Self::MailedCode => "mailed_code",
            Self::PasswordReset => "password_reset",
            Self::PasswordResetOfNetwork => "password_reset_of_network",
            Self::NewDevice => "new_device",
        }
    }

    const fn budget(self) -> Budget {
        match self {
            Self::Password => Budget::PASSWORD,
            Self::App
            | Self::NewApp
            | Self::Text
            | Self::NewNumber
            | Self::InPersonCode
            | Self::MailedCode => Budget::ONE_TIME_CODE,
            Self::RecoveryCode => Budget::RECOVERY_CODE,
            Self::PasswordReset => Budget::PASSWORD_RESET,
            Self::PasswordResetOfNetwork => Budget::PASSWORD_RESET_OF_NETWORK,
            Self::NewDevice => Budget::NEW_DEVICE,
        }
    }
}

impl Vestibule {
    /// The password of `email`, guessed by `client`; `user` is whose address it is, if anybody's.
    pub(crate) async fn password_subject(
        &self,
        client: &Client,
        email: &Email,
        user: Option<UserId>,
    ) -> Result<Subject, Error> {
        let hash = self.address_hash(email);
        // Nobody's address is looked up too, so that it costs the same.
        let reader = self.inner.store.reader();
        let browser = self.known_browser(reader, client, user.unwrap_or(UserId(Uuid::nil()))).await?;
        Ok(Subject { hash, kind: AttemptKind::Password, browser })
    }

    /// Links that are mailed to `email`, whoever asks for them.
    pub(crate) fn reset_subject(&self, email: &Email) -> Subject {
        Subject { hash: self.address_hash(email), kind: AttemptKind::PasswordReset, browser: None }
    }

    /// Links that `client`'s network asks for.
    pub(crate) fn network_subject(&self, client: &Client) -> Subject {
        let kind = AttemptKind::PasswordResetOfNetwork;
        Subject { hash: self.network_hash(&client.address), kind, browser: None }
    }

    /// Mails to `user` about new devices.
    pub(crate) fn new_device_subject(&self, user: UserId) -> Subject {
        Subject { hash: self.user_hash(user), kind: AttemptKind::NewDevice, browser: None }
    }

    /// The network of an address, without the address: /24 of IPv4, /64 of IPv6.
    pub(crate) fn network_hash(&self, address: &str) -> Vec<u8> {
        let network: Vec<u8> = match address.parse() {
            Ok(IpAddr::V4(address)) => address.octets()[..3].to_vec(),
            Ok(IpAddr::V6(address)) => address.octets()[..8].to_vec(),
            Err(_) => address.as_bytes().to_vec(),
        };
        self.inner.keys.keyed_hash("network", &[&network])
    }

    /// A second factor of `user`, guessed by `client`.
    pub(crate) async fn factor_subject(
        &self,
        client: &Client,
        kind: AttemptKind,
        user: UserId,
    ) -> Result<Subject, Error> {
        let hash = self.user_hash(user);
        let browser = self.known_browser(self.inner.store.reader(), client, user).await?;
        Ok(Subject { hash, kind, browser })
    }

    fn address_hash(&self, email: &Email) -> Vec<u8> {
        self.inner.keys.keyed_hash("attempts of address", &[email.as_str().as_bytes()])
    }

    fn user_hash(&self, user: UserId) -> Vec<u8> {
        self.inner.keys.keyed_hash("attempts of user", &[user.0.as_bytes()])
    }

    /// The browser, if it has signed in to the account in the last year (S46).
    pub(crate) async fn known_browser(
        &self,
        connection: &impl ConnectionTrait,
        client: &Client,
        user: UserId,
    ) -> Result<Option<BrowserId>, Error> {
        let Some(token) = &client.known else { return Ok(None) };
        let known = known_browser::Entity::find()
            .filter(known_browser::Column::UserId.eq(user.0))
            .filter(known_browser::Column::TokenHash.eq(token.hash()))
            .filter(known_browser::Column::UsedAt.gt(self.now().plus(-KNOWN_LASTS).0))
            .one(connection)
            .await?;
        Ok(known.map(|browser| BrowserId(browser.id)))
    }

    /// Reserves one guess. It counts as a failure as soon as the transaction is committed, until
    /// [`Vestibule::clear_attempts`] takes it back. Gives how many have failed in a row with it.
    ///
    /// # Errors
    /// [`Error::Paused`] or [`Error::Refused`]: nothing may be verified.
    pub(crate) async fn reserve(
        &self,
        transaction: &DatabaseTransaction,
        subject: &Subject,
    ) -> Result<u32, Error> {
        loop {
            let now = self.now();
            let row = attempt::Entity::find_by_id(subject.key()).one(transaction).await?;
            let stored = row.as_ref().map_or(Ok(Attempts::NONE), attempts_of)?;
            let granted = match subject.kind.budget().reserve(stored, subject.browser.is_some(), now) {
                Reservation::Granted(attempts) => attempts,
                Reservation::Paused { until } => {
                    subject.count_held_back("paused");
                    return Err(Error::Paused { until, now });
                }
                Reservation::Refused => {
                    subject.count_held_back("refused");
                    return Err(Error::Refused);
                }
            };
            let written = if row.is_none() {
                insert(transaction, subject, granted).await?
            } else {
                replace(transaction, subject, stored, granted).await?
            };
            if written {
                return Ok(granted.failures);
            }
            // Another guess was quicker: decide again with what it left.
        }
    }

    /// How many codes were wrong in a row after the right password, of every kind, from this class of browsers.
    pub(crate) async fn wrong_factors(
        &self,
        transaction: &DatabaseTransaction,
        subject: &Subject,
    ) -> Result<i64, Error> {
        let (hash, _, browser) = subject.key();
        let rows = attempt::Entity::find()
            .filter(attempt::Column::Subject.eq(hash))
            .filter(attempt::Column::Kind.is_in(AFTER_THE_PASSWORD.map(AttemptKind::name)))
            .filter(attempt::Column::Browser.eq(browser))
            .all(transaction)
            .await?;
        Ok(rows.iter().map(|row| row.failures).sum())
    }

    /// Reserves one guess in a transaction of its own: for what takes too long to verify to hold one open.
    ///
    /// # Errors
    /// As [`Vestibule::reserve`].
    pub(crate) async fn reserve_alone(&self, subject: &Subject) -> Result<(), Error> {
        let transaction = self.inner.store.begin().await?;
        self.reserve(&transaction, subject).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// A secret of this kind is another from now on, or gone: nothing was guessed of it yet, from any browser. Also
    /// the way back for who was refused.
    pub(crate) async fn forget_attempts(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        kind: AttemptKind,
    ) -> Result<(), Error> {
        attempt::Entity::delete_many()
            .filter(attempt::Column::Subject.eq(self.user_hash(user)))
            .filter(attempt::Column::Kind.eq(kind.name()))
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// As [`Vestibule::forget_attempts`], for the password of an address.
    pub(crate) async fn forget_password_attempts(
        &self,
        transaction: &DatabaseTransaction,
        email: &Email,
    ) -> Result<(), Error> {
        attempt::Entity::delete_many()
            .filter(attempt::Column::Subject.eq(self.address_hash(email)))
            .filter(attempt::Column::Kind.eq(AttemptKind::Password.name()))
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// As [`Vestibule::forget_attempts`], for every second factor of a person.
    pub(crate) async fn forget_factor_attempts(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
    ) -> Result<(), Error> {
        attempt::Entity::delete_many()
            .filter(attempt::Column::Subject.eq(self.user_hash(user)))
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// The guess was right: the count begins anew.
    pub(crate) async fn clear_attempts(
        &self,
        transaction: &DatabaseTransaction,
        subject: &Subject,
    ) -> Result<(), Error> {
        let (hash, kind, browser) = subject.key();
        attempt::Entity::delete_by_id((hash, kind, browser)).exec(transaction).await?;
        Ok(())
    }
}

impl Subject {
    fn count_held_back(&self, reason: &'static str) {
        let kind = self.kind.name();
        metrics::counter!("vestibule_attempts_held_back_total", "kind" => kind, "reason" => reason)
            .increment(1);
    }

    fn key(&self) -> (Vec<u8>, String, Uuid) {
        let browser = self.browser.map_or(Uuid::nil(), |browser| browser.0);
        (self.hash.clone(), self.kind.name().to_owned(), browser)
    }
}

fn attempts_of(row: &attempt::Model) -> Result<Attempts, Error> {
    let failures = u32::try_from(row.failures).map_err(|_| Error::Corrupt("failures"))?;
    Ok(Attempts { failures, paused_until: Timestamp(row.paused_until) })
}

async fn insert(
    transaction: &DatabaseTransaction,
    subject: &Subject,
    attempts: Attempts,
) -> Result<bool, Error> {
    let (hash, kind, browser) = subject.key();
    let row = attempt::ActiveModel {
        subject: Set(hash),
        kind: Set(kind),
        browser: Set(browser),
        failures: Set(i64::from(attempts.failures)),
        paused_until: Set(attempts.paused_until.0),
    };
    let columns = [attempt::Column::Subject, attempt::Column::Kind, attempt::Column::Browser];
    let inserted = attempt::Entity::insert(row)
        .on_conflict_do_nothing_on(columns)
        .exec_without_returning(transaction)
        .await?;
    Ok(matches!(inserted, sea_orm::TryInsertResult::Inserted(1)))
}

async fn replace(
    transaction: &DatabaseTransaction,
    subject: &Subject,
    stored: Attempts,
    attempts: Attempts,
) -> Result<bool, Error> {
    let (hash, kind, browser) = subject.key();
    let updated = attempt::Entity::update_many()
        .col_expr(attempt::Column::Failures, Expr::value(i64::from(attempts.failures)))
        .col_expr(attempt::Column::PausedUntil, Expr::value(attempts.paused_until.0))
        .filter(attempt::Column::Subject.eq(hash))
        .filter(attempt::Column::Kind.eq(kind))
        .filter(attempt::Column::Browser.eq(browser))
        .filter(attempt::Column::Failures.eq(i64::from(stored.failures)))
        .filter(attempt::Column::PausedUntil.eq(stored.paused_until.0))
        .exec(transaction)
        .await?;
    Ok(updated.rows_affected == 1)
}
