//! More than the password, before a set-up that is forced at sign-in: a code that was mailed, of an account that was not
//! used for long (S28); after a reset, the one that was handed over in person (S43).

use domain::{DAY, Email, MINUTE, OneTimeCode, SessionId, SessionState, Timestamp, UserId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};

use crate::attempts::AttemptKind;
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SignedIn, User};
use crate::codes::{self, SentCode};
use crate::mail::Mail;
use crate::store::entities::code;
use crate::{Error, Vestibule, random};

/// The purpose of a code that is mailed.
const MAILED: &str = "mailed";
/// The channel of a code that is mailed.
const MAIL: &str = "mail";
/// How long such a code works, in milliseconds (S28).
const MAILED_LASTS: i64 = 15 * MINUTE;
/// How many a person is mailed in a day.
const A_DAY: u64 = 10;

/// A code that was mailed.
#[derive(Clone, Copy, Debug)]
pub struct MailedCode {
    /// When.
    pub sent_at: Timestamp,
    /// From when another can be sent.
    pub again_at: Timestamp,
}

impl Vestibule {
    /// The code that was mailed last in the caller's sign-in, if it still works.
    ///
    /// # Errors
    /// What the store says.
    pub async fn mailed_code(&self, caller: &Caller) -> Result<Option<MailedCode>, Error> {
        let signed_in = caller.signed_in()?;
        let mailed = self.mailed_today(self.inner.store.reader(), signed_in.user.id).await?;
        let works = mailed.first().is_some_and(|last| {
            last.session_id == Some(signed_in.record.id)
                && last.consumed_at.is_none()
                && last.expires_at > self.now().0
        });
        Ok(latest(&mailed).filter(|_| works))
    }

    /// Mails a code to the caller's address. Earlier ones of the sign-in go on working (S17).
    ///
    /// # Errors
    /// [`Error::Paused`] too soon after the last one; [`Error::WrongState`] after a reset, where mail is not enough;
    /// [`Error::Stale`] for another record than the caller's.
    pub async fn send_mailed_code(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
    ) -> Result<MailedCode, Error> {
        let signed_in = caller.of_record(record)?;
        if signed_in.mfa_reset {
            return Err(Error::WrongState);
        }
        let user = &signed_in.user;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user.id, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        // Counted in the lock: of two at once, one is sent.
        let mailed = self.mailed_today(&transaction, user.id).await?;
        let now = self.now();
        if let Some(MailedCode { again_at, .. }) = latest(&mailed).filter(|latest| latest.again_at > now) {
            return Err(Error::Paused { until: again_at, now });
        }
        let code = OneTimeCode::from_number(random::below(&*self.inner.random, 1_000_000));
        let row = self.insert_mailed_code(&transaction, signed_in, &code).await?;
        self.post(&transaction, self.mail_of(user, client, &code), MAILED_LASTS).await?;
        self.audit(&transaction, Entry::own(Event::CodeMailed, user.id, client)).await?;
        self.commit(transaction, "send_mailed_code").await?;
        self.outbox_has_mail();
        let all: Vec<code::Model> = std::iter::once(row).chain(mailed).collect();
        latest(&all).ok_or(Error::Corrupt("mailed code"))
    }

    /// Takes the code that the sign-in waits for: only then can anything be set up.
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::UsedCode`], [`Error::ExpiredCode`], [`Error::Paused`], [`Error::Refused`];
    /// [`Error::Stale`] for another record than the caller's.
    pub async fn confirm_identity(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        code: OneTimeCode,
    ) -> Result<Entered, Error> {
        let signed_in = caller.of_record(record)?;
        let user = signed_in.user.id;
        let kind = if signed_in.mfa_reset { AttemptKind::InPersonCode } else { AttemptKind::MailedCode };
        let subject = self.factor_subject(client, kind, user).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        let failures = self.reserve(&transaction, &subject).await?;
        let entry = Entry::own(Event::IdentityConfirmed, user, client);
        let consumed = match kind {
            AttemptKind::InPersonCode => self.consume_in_person_code(&transaction, client, user, &code).await,
            _ => self.consume_mailed_code(&transaction, signed_in, &code, failures).await,
        };
        if let Err(error) = consumed {
            self.audit(&transaction, entry.failed()).await?;
            self.warn_of_wrong_factors(&transaction, client, signed_in, &subject).await?;
            transaction.commit().await?;
            return Err(error);
        }
        self.clear_attempts(&transaction, &subject).await?;
        let token = self.advance(&transaction, signed_in, SessionState::EnrolOnly).await?;
        self.audit(&transaction, entry).await?;
        self.commit_step(transaction, client, user, record, SessionState::EnrolOnly, token).await
    }

    /// What a person was mailed in the last day, the newest first.
    async fn mailed_today(
        &self,
        connection: &impl ConnectionTrait,
        user: UserId,
    ) -> Result<Vec<code::Model>, Error> {
        Ok(code::Entity::find()
            .filter(code::Column::UserId.eq(user.0))
            .filter(code::Column::Purpose.eq(MAILED))
            .filter(code::Column::CreatedAt.gt(self.now().plus(-DAY).0))
            .order_by_desc(code::Column::CreatedAt)
            .order_by_desc(code::Column::Id)
            .all(connection)
            .await?)
    }

    async fn insert_mailed_code(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        code: &OneTimeCode,
    ) -> Result<code::Model, Error> {
        let email = Email::parse(&signed_in.user.email).map_err(|_| Error::Corrupt("email"))?;
        let now = self.now();
        let row = code::Model {
            id: self.id(),
            user_id: signed_in.user.id.0,
            session_id: Some(signed_in.record.id),
            flow_id: None,
            purpose: MAILED.to_owned(),
            channel: MAIL.to_owned(),
            target_index: self.inner.keys.keyed_hash("mail address", &[email.as_str().as_bytes()]),
            code_hash: self.mailed_code_hash(signed_in, code),
            network: None,
            browser: None,
            outbox_id: None,
            created_at: now.0,
            expires_at: now.plus(MAILED_LASTS).0,
            consumed_at: None,
        };
        code::Entity::insert(code::ActiveModel::from(row.clone()))
            .exec_without_returning(transaction)
            .await?;
        Ok(row)
    }

    fn mail_of(&self, user: &User, client: &Client, code: &OneTimeCode) -> crate::outbox::Message {
        let mail = Mail {
            subject: "Your code".to_owned(),
            says: vec![
                "Enter this code to go on with your sign-in. It works for 15 minutes, in the browser that asked for it."
                    .to_owned(),
            ],
            code: Some(code.grouped().to_string()),
            facts: self.facts(user, Some(client)),
            action: None,
            then: vec![
                format!(
                    "If this isn't you, somebody knows your password: set a new one at {}/forgot-password. Never tell \
                     anybody the code.",
                    self.inner.settings.public_url
                ),
            ],
        };
        mail.to(user, &self.inner.settings)
    }

    /// As [`Vestibule::consume_code`]; one that was used does not work any more.
    async fn consume_mailed_code(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        given: &OneTimeCode,
        failures: u32,
    ) -> Result<(), Error> {
        let of_sign_in = Condition::all()
            .add(code::Column::SessionId.eq(signed_in.record.id))
            .add(code::Column::Purpose.eq(MAILED));
        let hash = self.mailed_code_hash(signed_in, given);
        let code = SentCode { channel: MAIL, about: of_sign_in, hash };
        match self.consume_code(transaction, signed_in.user.id, code, failures).await {
            Err(Error::UsedCode) => Err(Error::ExpiredCode),
            consumed => consumed,
        }
    }

    /// Bound to the person, the sign-in and the address (S16).
    fn mailed_code_hash(&self, signed_in: &SignedIn, code: &OneTimeCode) -> Vec<u8> {
        let User { id, email, .. } = &signed_in.user;
        let parts =
            [id.0.as_bytes(), signed_in.record.id.as_bytes(), email.as_bytes(), code.as_str().as_bytes()];
        self.inner.keys.keyed_hash("mailed code", &parts)
    }
}

/// The last of these codes, newest first, and when another may follow.
fn latest(mailed: &[code::Model]) -> Option<MailedCode> {
    let again_at = codes::again_at(mailed.iter())?;
    let tomorrow = codes::nth_newest(mailed, A_DAY).map(|tenth| tenth.plus(DAY));
    let sent_at = Timestamp(mailed.first()?.created_at);
    Some(MailedCode { sent_at, again_at: tomorrow.map_or(again_at, |tomorrow| tomorrow.max(again_at)) })
}
