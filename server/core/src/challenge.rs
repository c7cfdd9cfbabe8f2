//! The second door: a method is proved.

use domain::{DAY, MethodKind, OneTimeCode, SessionId, SessionState, after_challenge};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::attempts::{AttemptKind, Subject};
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SignedIn, User};
use crate::keys::Sealed;
use crate::methods::{active_app, associated, kind_of, methods_of};
use crate::notices::Notice;
use crate::proofs::{Asked, PhoneWay};
use crate::records::Proof;
use crate::recovery_code::valid_recovery_code;
use crate::store::entities::{method, user};
use crate::text_codes::TextPurpose;
use crate::totp::{Match, TotpSecret};
use crate::{Error, Vestibule};

/// Wrong second factors in a row after which the person is told (S54).
const TOLD_AFTER: i64 = 3;

/// How the second door stands for somebody.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// The methods that it takes.
    pub methods: Vec<MethodKind>,
    /// The one that was used last.
    pub last_used: Option<MethodKind>,
    /// The phone number, and the code that was sent to it.
    pub phone: Option<PhoneWay>,
    /// Text messages are failing at this moment.
    pub texts_failing: bool,
}

impl Vestibule {
    /// How the second door stands for the caller. Nothing is sent.
    ///
    /// # Errors
    /// What the store says.
    pub async fn challenge(&self, caller: &Caller) -> Result<Challenge, Error> {
        let signed_in = caller.signed_in()?;
        let methods = methods_of(self.inner.store.reader(), signed_in.user.id).await?;
        let last_used = methods.iter().max_by_key(|method| method.last_used_at);
        let last_used = last_used.filter(|method| method.last_used_at.is_some());
        Ok(Challenge {
            last_used: last_used.map(kind_of).transpose()?,
            methods: methods.iter().map(kind_of).collect::<Result<_, _>>()?,
            phone: self.phone_way(signed_in, TextPurpose::Challenge, None).await?,
            texts_failing: self.texts_are_failing().await?,
        })
    }

    /// Sends a code for the second door.
    ///
    /// # Errors
    /// [`Error::Paused`], [`Error::NoTexts`]; [`Error::WrongState`] for who has no number; [`Error::Stale`] for another
    /// record than the caller's.
    pub async fn send_challenge_text(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
    ) -> Result<Challenge, Error> {
        let signed_in = caller.of_record(record)?;
        self.send_text_in_session(client, signed_in, TextPurpose::Challenge).await?;
        self.challenge(&self.caller_by_id(record).await?).await
    }

    /// Takes a code of a text message at sign-in.
    ///
    /// # Errors
    /// As [`Vestibule::challenge_app`], and [`Error::ExpiredCode`].
    pub async fn challenge_phone(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        code: OneTimeCode,
    ) -> Result<Entered, Error> {
        let signed_in = caller.of_record(record)?;
        let user = signed_in.user.id;
        let subject = self.factor_subject(client, AttemptKind::Text, user).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        let asked = Asked { purpose: TextPurpose::Challenge, flow: None, subject: &subject };
        let transaction = self.answer_with_text(transaction, client, signed_in, asked, &code).await?;
        self.challenge_passed(transaction, client, signed_in).await
    }

    /// Takes a code of the authenticator app at sign-in. One transaction reserves the attempt, consumes the step
    /// and moves the record on: a code works once, whatever happens at the same time (S13).
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::UsedCode`], [`Error::Paused`], [`Error::Refused`]; [`Error::Stale`] for
    /// another record than the caller's.
    pub async fn challenge_app(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        code: OneTimeCode,
    ) -> Result<Entered, Error> {
        let signed_in = caller.of_record(record)?;
        let user = signed_in.user.id;
        let subject = self.factor_subject(client, AttemptKind::App, user).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        let transaction = self.answer_with_app(transaction, client, signed_in, &subject, &code).await?;
        self.challenge_passed(transaction, client, signed_in).await
    }

    /// A method was proved at the second door: what follows.
    async fn challenge_passed(
        &self,
        transaction: DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
    ) -> Result<Entered, Error> {
        let user = signed_in.user.id;
        if signed_in.password_reset {
            self.forget_password_reset(&transaction, user).await?;
        }
        let recovery_code = valid_recovery_code(&transaction, user).await?;
        // As it was when the request came. A method that has changed since has ended the record; a policy that has
        // changed since is seen at the next request, as always.
        let state = after_challenge(&signed_in.assessment, recovery_code.is_some());
        let token = self.advance(&transaction, signed_in, state).await?;
        self.commit_step(transaction, client, user, signed_in.id(), state, token).await
    }

    /// Takes a code of the app in the caller's record: the attempt is reserved, the step consumed, the proof
    /// written down. Gives the transaction back to go on with; after a wrong code it is committed, so that the
    /// failure stays, with its place in the log.
    ///
    /// # Errors
    /// As [`Vestibule::challenge_app`].
    pub(crate) async fn answer_with_app(
        &self,
        transaction: DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        subject: &Subject,
        code: &OneTimeCode,
    ) -> Result<DatabaseTransaction, Error> {
        let user = &signed_in.user;
        self.reserve(&transaction, subject).await?;
        let entry = Entry::own(Event::ChallengeAnswered, user.id, client).method(MethodKind::App);
        if let Err(error) = self.use_app_code(&transaction, user, code).await {
            self.audit(&transaction, entry.failed()).await?;
            self.warn_of_wrong_factors(&transaction, client, signed_in, subject).await?;
            transaction.commit().await?;
            return Err(error);
        }
        self.clear_attempts(&transaction, subject).await?;
        self.proved(&transaction, signed_in.id(), Proof::Method(MethodKind::App)).await?;
        self.audit(&transaction, entry).await?;
        Ok(transaction)
    }

    /// Tells the person, once a day at most, that somebody knows the password and guesses at the second factor (S54).
    pub(crate) async fn warn_of_wrong_factors(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        subject: &Subject,
    ) -> Result<(), Error> {
        if !matches!(signed_in.stored_state, SessionState::Challenge | SessionState::IdentityDue)
            || self.wrong_factors(transaction, subject).await? < TOLD_AFTER
        {
            return Ok(());
        }
        let now = self.now();
        let due = Condition::any()
            .add(user::Column::WarnedAt.is_null())
            .add(user::Column::WarnedAt.lte(now.plus(-DAY).0));
        let told = user::Entity::update_many()
            .col_expr(user::Column::WarnedAt, Expr::value(now.0))
            .filter(user::Column::Id.eq(signed_in.user.id.0))
            .filter(due)
            .exec(transaction)
            .await?;
        if told.rows_affected != 1 {
            return Ok(());
        }
        let notice = Notice::WrongFactors;
        self.notify(transaction, &signed_in.user, signed_in.in_company, notice, Some(client)).await
    }

    /// Compares a code with the active app and consumes its step.
    async fn use_app_code(
        &self,
        transaction: &DatabaseTransaction,
        user: &User,
        code: &OneTimeCode,
    ) -> Result<(), Error> {
        let Some(app) = active_app(transaction, user.id).await? else { return Err(Error::WrongCode) };
        let sealed = Sealed { key_id: app.key_id, bytes: app.sealed };
        let secret = TotpSecret::from_bytes(self.inner.keys.open(associated(app.id, user.id.0), &sealed)?);
        let Match::Step(step) = secret.check(code, self.now()) else { return Err(Error::WrongCode) };
        let unused =
            Condition::any().add(method::Column::LastStep.is_null()).add(method::Column::LastStep.lt(step));
        let consumed = method::Entity::update_many()
            .col_expr(method::Column::LastStep, Expr::value(step))
            .col_expr(method::Column::LastUsedAt, Expr::value(self.now().0))
            .filter(method::Column::Id.eq(app.id))
            .filter(unused)
            .exec(transaction)
            .await?;
        if consumed.rows_affected == 1 { Ok(()) } else { Err(Error::UsedCode) }
    }
}
