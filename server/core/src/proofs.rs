//! Showing that a method works: a code of the app or one that was sent by text message, at the second door and wherever it
//! is asked once more (S13, S26). The recovery code is in `recovery`.

use domain::{DAY, FlowId, MethodKind, OneTimeCode, SessionState};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::attempts::{AttemptKind, Subject};
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SignedIn, User};
use crate::keys::Sealed;
use crate::methods::{active_app, associated};
use crate::notices::Notice;
use crate::records::Proof;
use crate::store::entities::{method, user};
use crate::text_codes::{TextFor, TextPurpose, Texted};
use crate::totp::{Match, TotpSecret};
use crate::{Error, Vestibule};

/// What somebody can prove in a set-up.
#[derive(Clone, Debug)]
pub struct ProofWays {
    /// The authenticator app.
    pub app: bool,
    /// The phone number.
    pub phone: Option<PhoneWay>,
}

/// A phone number that a code can be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneWay {
    /// Its last two digits.
    pub ending: String,
    /// The code that was sent last, if it still works.
    pub texted: Option<Texted>,
}

/// A code that somebody gives to show that a method works.
#[derive(Debug)]
pub struct Given {
    /// Of which method.
    pub kind: MethodKind,
    /// The code.
    pub code: OneTimeCode,
}

/// A code that was given, for what, and whose guesses count. A code by text that was sent for something else does not do.
pub(crate) struct Guess {
    given: Given,
    purpose: TextPurpose,
    flow: Option<FlowId>,
    subject: Subject,
}

/// Wrong second factors in a row after which the person is told (S54).
const TOLD_AFTER: i64 = 3;

impl Vestibule {
    /// What can be proved in a flow that waits for it.
    pub(crate) async fn proof_ways(&self, signed_in: &SignedIn, flow: FlowId) -> Result<ProofWays, Error> {
        let app = active_app(self.inner.store.reader(), signed_in.user.id).await?.is_some();
        Ok(ProofWays { app, phone: self.phone_way(signed_in, TextPurpose::Proof, Some(flow)).await? })
    }

    /// The person's number, as the pages show it.
    pub(crate) async fn phone_way(
        &self,
        signed_in: &SignedIn,
        purpose: TextPurpose,
        flow: Option<FlowId>,
    ) -> Result<Option<PhoneWay>, Error> {
        let reader = self.inner.store.reader();
        let Some(number) = self.active_number(reader, signed_in.user.id).await? else { return Ok(None) };
        let texted = self.texted(reader, signed_in, TextFor { purpose, flow, number: &number }).await?;
        Ok(Some(PhoneWay { ending: number.ending().to_owned(), texted }))
    }

    /// Proves a method that the person has, in a flow that waits for it.
    ///
    /// # Errors
    /// As [`Vestibule::answer_challenge`]; [`Error::Stale`] where the flow is another or does not wait for a proof.
    pub async fn prove_method(
        &self,
        client: &Client,
        caller: &Caller,
        id: FlowId,
        given: Given,
    ) -> Result<Entered, Error> {
        let signed_in = caller.signed_in()?;
        let kind = given.kind;
        let guess = self.guess(client, signed_in, given, TextPurpose::Proof, Some(id)).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        let (row, proving) = self.proving_flow(&transaction, signed_in, id).await?;
        let transaction = self.answer(transaction, client, signed_in, &guess).await?;
        let next = proving.proved(|| TotpSecret::new(&*self.inner.random));
        self.move_flow(&transaction, row, next, Some(Proof::Method(kind))).await?;
        let token = self.advance(&transaction, signed_in, signed_in.stored_state).await?;
        let name = match kind {
            MethodKind::App => "prove_app",
            MethodKind::Phone => "prove_phone",
        };
        self.commit(transaction, name).await?;
        self.entered(signed_in.id(), token).await
    }

    /// Sends a code to the present number, in a flow that waits for a proof.
    ///
    /// # Errors
    /// [`Error::Paused`], [`Error::NoTexts`]; [`Error::Stale`] where the flow is another or does not wait for a proof.
    pub async fn send_proof_text(
        &self,
        client: &Client,
        caller: &Caller,
        id: FlowId,
    ) -> Result<Option<PhoneWay>, Error> {
        let signed_in = caller.signed_in()?;
        self.send_text(client, signed_in, TextPurpose::Proof, Some(id)).await?;
        self.phone_way(signed_in, TextPurpose::Proof, Some(id)).await
    }

    /// Sends a code to the caller's number: in a set-up that waits for a proof, or for something that is no set-up.
    pub(crate) async fn send_text(
        &self,
        client: &Client,
        signed_in: &SignedIn,
        purpose: TextPurpose,
        flow: Option<FlowId>,
    ) -> Result<(), Error> {
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        if let Some(id) = flow {
            self.proving_flow(&transaction, signed_in, id).await?;
        }
        self.text_current(&transaction, client, signed_in, purpose, flow).await?;
        self.commit(transaction, "send_text").await?;
        self.outbox_has_mail();
        Ok(())
    }

    /// Sends a code to the number that the person has.
    ///
    /// # Errors
    /// As [`Vestibule::send_text_code`]; [`Error::WrongState`] for who has none.
    pub(crate) async fn text_current(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        purpose: TextPurpose,
        flow: Option<FlowId>,
    ) -> Result<(), Error> {
        let Some(number) = self.active_number(transaction, signed_in.user.id).await? else {
            return Err(Error::WrongState);
        };
        self.send_text_code(transaction, client, signed_in, TextFor { purpose, flow, number: &number }).await
    }

    /// Makes a guess of what was given, before any transaction: whose budget it counts to.
    pub(crate) async fn guess(
        &self,
        client: &Client,
        signed_in: &SignedIn,
        given: Given,
        purpose: TextPurpose,
        flow: Option<FlowId>,
    ) -> Result<Guess, Error> {
        let kind = AttemptKind::of_method(given.kind);
        let subject = self.factor_subject(client, kind, signed_in.user.id).await?;
        Ok(Guess { given, purpose, flow, subject })
    }

    /// Takes a code of a method in the caller's record: the attempt is reserved, the code consumed, the proof written
    /// down. Gives the transaction back to go on with; after a wrong code it is committed, so that the failure stays,
    /// with its place in the log.
    ///
    /// # Errors
    /// As [`Vestibule::answer_challenge`].
    pub(crate) async fn answer(
        &self,
        transaction: DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        guess: &Guess,
    ) -> Result<DatabaseTransaction, Error> {
        let Guess { given: Given { kind, code }, subject, .. } = guess;
        let failures = self.reserve(&transaction, subject).await?;
        let (event, used) = match kind {
            MethodKind::App => {
                (Event::ChallengeAnswered, self.use_app_code(&transaction, &signed_in.user, code).await)
            }
            MethodKind::Phone => {
                (Event::TextEntered, self.use_text_code(&transaction, signed_in, guess, failures).await)
            }
        };
        let entry = Entry::own(event, signed_in.user.id, client).method(*kind);
        if let Err(error) = used {
            self.audit(&transaction, entry.failed()).await?;
            self.warn_of_wrong_factors(&transaction, client, signed_in, subject).await?;
            transaction.commit().await?;
            return Err(error);
        }
        self.clear_attempts(&transaction, subject).await?;
        self.proved(&transaction, signed_in.id(), Proof::Method(*kind)).await?;
        self.audit(&transaction, entry).await?;
        Ok(transaction)
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

    /// Consumes a code that was sent to the person's number.
    async fn use_text_code(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        guess: &Guess,
        failures: u32,
    ) -> Result<(), Error> {
        let user = signed_in.user.id;
        let Some(number) = self.active_number(transaction, user).await? else { return Err(Error::WrongCode) };
        let about = TextFor { purpose: guess.purpose, flow: guess.flow, number: &number };
        self.consume_text_code(transaction, signed_in, about, &guess.given.code, failures).await?;
        method::Entity::update_many()
            .col_expr(method::Column::LastUsedAt, Expr::value(self.now().0))
            .filter(method::Column::UserId.eq(user.0))
            .filter(method::Column::Kind.eq(MethodKind::Phone.as_str()))
            .exec(transaction)
            .await?;
        Ok(())
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
}
