//! Step-up: the person who is signed in shows once more that it is them, with the password and then a proof, each good
//! for five minutes. Acts that need it call [`Vestibule::require_step_up`] inside their transaction.

use domain::{Email, MethodKind, SessionId, SessionState, Timestamp, app_flow};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SignedIn};
use crate::methods::{kind_of, methods_of};
use crate::password::Verdict;
use crate::proofs::{Given, PhoneWay};
use crate::records::Proof;
use crate::secret::{Password, Token};
use crate::store::entities::{method, session, user};
use crate::text_codes::TextPurpose;
use crate::{Error, Vestibule};

/// What is missing of a step-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepUp {
    /// The password is to be given.
    pub password: bool,
    /// Then one of these is to be proved; none: no proof is missing.
    pub proof: Vec<MethodKind>,
    /// The phone number, where it is one of these, and the code that was sent to it.
    pub phone: Option<PhoneWay>,
}

impl Vestibule {
    /// What is missing now. The password of the sign-in itself does not count; its proof does.
    ///
    /// # Errors
    /// What the store says.
    pub async fn step_up(&self, caller: &Caller) -> Result<StepUp, Error> {
        let signed_in = caller.signed_in()?;
        let methods = methods_of(self.inner.store.reader(), signed_in.user.id).await?;
        let mut missing = self.missing(signed_in, &methods)?;
        if missing.proof.contains(&MethodKind::Phone) {
            missing.phone = self.phone_way(signed_in, TextPurpose::StepUp, None).await?;
        }
        Ok(missing)
    }

    /// Sends a code for the step-up, after the password.
    ///
    /// # Errors
    /// [`Error::StepUpNeeded`] where the password is still missing; as [`Vestibule::send_challenge_text`].
    pub async fn send_step_up_text(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
    ) -> Result<StepUp, Error> {
        let signed_in = caller.of_record(record)?;
        if !self.is_fresh(signed_in.record.password_at) {
            return Err(Error::StepUpNeeded);
        }
        self.send_text(client, signed_in, TextPurpose::StepUp, None).await?;
        self.step_up(caller).await
    }

    /// Gives the password. The record gets a new token (S30).
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::Paused`], [`Error::Busy`]; [`Error::Stale`] for another record than the
    /// caller's.
    pub async fn step_up_password(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        password: Password,
    ) -> Result<(StepUp, Entered), Error> {
        let signed_in = caller.of_record(record)?;
        let hash = self.confirm_password(client, signed_in, password).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, Some(&hash)).await?;
        let token = self.advance(&transaction, signed_in, SessionState::Full).await?;
        self.password_given(&transaction, record).await?;
        self.commit(transaction, "step_up_password").await?;
        self.stepped_up(record, token).await
    }

    /// Proves a method, after the password. The record gets a new token (S30).
    ///
    /// # Errors
    /// As [`Vestibule::answer_challenge`]; [`Error::StepUpNeeded`] where the password is still missing.
    pub async fn step_up_method(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        given: Given,
    ) -> Result<(StepUp, Entered), Error> {
        let signed_in = caller.of_record(record)?;
        if !self.is_fresh(signed_in.record.password_at) {
            return Err(Error::StepUpNeeded);
        }
        let name = match given.kind {
            MethodKind::App => "step_up_app",
            MethodKind::Phone => "step_up_phone",
        };
        let guess = self.guess(client, signed_in, given, TextPurpose::StepUp, None).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        let transaction = self.answer(transaction, client, signed_in, &guess).await?;
        let token = self.advance(&transaction, signed_in, SessionState::Full).await?;
        self.commit(transaction, name).await?;
        self.stepped_up(record, token).await
    }

    /// The record after a step of a step-up, and what is still missing of it.
    async fn stepped_up(&self, record: SessionId, token: Token) -> Result<(StepUp, Entered), Error> {
        let entered = self.entered(record, token).await?;
        Ok((self.step_up(&entered.caller).await?, entered))
    }

    /// Refuses an act that lacks a step-up. `methods` are the person's, read in the act's transaction.
    ///
    /// # Errors
    /// [`Error::StepUpNeeded`].
    pub(crate) fn require_step_up(
        &self,
        signed_in: &SignedIn,
        methods: &[method::Model],
    ) -> Result<(), Error> {
        let missing = self.missing(signed_in, methods)?;
        if missing.password || !missing.proof.is_empty() { Err(Error::StepUpNeeded) } else { Ok(()) }
    }

    /// Writes down that the password was given in this session, after its sign-in.
    pub(crate) async fn password_given(
        &self,
        transaction: &DatabaseTransaction,
        record: SessionId,
    ) -> Result<(), Error> {
        session::Entity::update_many()
            .col_expr(session::Column::PasswordAt, Expr::value(self.now().0))
            .filter(session::Column::Id.eq(record.0))
            .exec(transaction)
            .await?;
        Ok(())
    }

    fn missing(&self, signed_in: &SignedIn, methods: &[method::Model]) -> Result<StepUp, Error> {
        let record = &signed_in.record;
        // The recovery code is a proof in set-ups only.
        let proved = self.is_fresh(record.proved_at)
            && record.proved_by.as_deref() != Some(Proof::RecoveryCode.as_str());
        let kinds = methods.iter().map(kind_of).collect::<Result<Vec<_>, _>>()?;
        Ok(StepUp {
            password: !self.is_fresh(record.password_at),
            proof: if proved { Vec::new() } else { kinds },
            phone: None,
        })
    }

    /// Whether something was shown at an instant of the last five minutes.
    pub(crate) fn is_fresh(&self, at: Option<i64>) -> bool {
        at.is_some_and(|at| self.now().since(Timestamp(at)) < app_flow::PROOF_LASTS)
    }

    /// Checks the password of the person who is signed in, within its budget, and gives the hash that it matched.
    pub(crate) async fn confirm_password(
        &self,
        client: &Client,
        signed_in: &SignedIn,
        password: Password,
    ) -> Result<String, Error> {
        let slot = self.inner.passwords.admit()?;
        let user = signed_in.user.id;
        let email = Email::parse(&signed_in.user.email).map_err(|_| Error::Corrupt("email"))?;
        let subject = self.password_subject(client, &email, Some(user)).await?;
        self.reserve_alone(&subject).await?;
        let person = user::Entity::find_by_id(user.0).one(self.inner.store.reader()).await?;
        let hash = person.and_then(|person| person.password_hash);
        let verdict = self.inner.passwords.verify(slot, password, hash.as_deref()).await?;
        let transaction = self.inner.store.begin().await?;
        let entry = Entry::own(Event::PasswordEntered, user, client);
        let (Verdict::Right, Some(hash)) = (verdict, hash) else {
            self.audit(&transaction, entry.failed()).await?;
            transaction.commit().await?;
            return Err(Error::WrongPassword);
        };
        self.clear_attempts(&transaction, &subject).await?;
        self.audit(&transaction, entry).await?;
        transaction.commit().await?;
        Ok(hash)
    }
}
