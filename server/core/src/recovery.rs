//! The way back of somebody who has lost a method (S23): the recovery code is spent, every method is set up anew,
//! shown to work or let go, and a new code is saved.

use domain::{
    Ended, FlowId, MethodKind, RecoveryCode, SessionId, SessionState, Timestamp, UserId, after_challenge,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, Value,
};

use crate::attempts::{AttemptKind, Subject};
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SignedIn};
use crate::methods::{kind_of, methods_of};
use crate::notices::Notice;
use crate::proofs::{Given, PhoneWay};
use crate::records::Proof;
use crate::recovery_code::is_valid;
use crate::secret::Token;
use crate::store::entities::{method, recovery_code, session};
use crate::text_codes::TextPurpose;
use crate::totp::TotpSecret;
use crate::{Error, Vestibule};

/// How a recovery stands.
#[derive(Debug)]
pub struct Recovery {
    /// Every method of the person.
    pub methods: Vec<RecoveryMethod>,
    /// When it ends, whatever is done meanwhile.
    pub ends_at: Timestamp,
    /// The phone number, and the code that was sent to it.
    pub phone: Option<PhoneWay>,
}

/// A method, and what has become of it in this recovery.
#[derive(Clone, Copy, Debug)]
pub struct RecoveryMethod {
    /// Which.
    pub kind: MethodKind,
    /// When it was set up.
    pub added_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// What has become of it.
    pub fate: Fate,
}

/// What becomes of a method in a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing yet: it is removed at the end.
    Open,
    /// It was shown to work.
    Proved,
    /// It was set up in this recovery.
    New,
}

impl Vestibule {
    /// Takes the recovery code at sign-in, in the place of a method. It is spent, whatever happens next, and every
    /// other session ends. Where this browser has spent the same code already and not finished, that recovery is
    /// opened again: a spent code must not be a lock-out.
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::Paused`]; [`Error::Stale`] for another record than the caller's.
    pub async fn use_recovery_code(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        code: RecoveryCode,
    ) -> Result<Entered, Error> {
        let signed_in = caller.of_record(record)?;
        let user = signed_in.user.id;
        let subject = self.factor_subject(client, AttemptKind::RecoveryCode, user).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        // Before any attempt is counted: the browser's token and the code are not guessed, and somebody who guesses at the
        // code must not hold up who is on the way back.
        if let Some(interrupted) = self.interrupted(&transaction, client, user, &code).await? {
            return self.reopen(transaction, client, signed_in, interrupted).await;
        }
        self.reserve(&transaction, &subject).await?;
        let transaction = self.spend(transaction, client, signed_in, &subject, &code).await?;
        let token = self.advance(&transaction, signed_in, SessionState::Recovering).await?;
        self.commit(transaction, "use_recovery_code").await?;
        self.outbox_has_mail();
        self.entered(record, token).await
    }

    /// Proves with the recovery code in a set-up that waits for a proof: the session becomes `recovering`, and the
    /// set-up goes on in it.
    ///
    /// # Errors
    /// As [`Vestibule::use_recovery_code`]; [`Error::Stale`] where the flow is another or waits for no proof.
    pub async fn prove_with_recovery_code(
        &self,
        client: &Client,
        caller: &Caller,
        id: FlowId,
        code: RecoveryCode,
    ) -> Result<Entered, Error> {
        let signed_in = caller.signed_in()?;
        let user = signed_in.user.id;
        let subject = self.factor_subject(client, AttemptKind::RecoveryCode, user).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        let (row, proving) = self.proving_flow(&transaction, signed_in, id).await?;
        self.reserve(&transaction, &subject).await?;
        let transaction = self.spend(transaction, client, signed_in, &subject, &code).await?;
        let next = proving.proved(|| TotpSecret::new(&*self.inner.random));
        self.move_flow(&transaction, row, next, Some(Proof::RecoveryCode)).await?;
        let token = self.advance(&transaction, signed_in, SessionState::Recovering).await?;
        // Where the sign-in was to lead is not where this leads.
        session::Entity::update_many()
            .col_expr(session::Column::ReturnTo, Expr::value(Option::<String>::None))
            .filter(session::Column::Id.eq(signed_in.record.id))
            .exec(&transaction)
            .await?;
        self.commit(transaction, "prove_with_recovery_code").await?;
        self.outbox_has_mail();
        self.entered(signed_in.id(), token).await
    }

    /// Sends a code to the old number, to show that it still works.
    ///
    /// # Errors
    /// As [`Vestibule::send_challenge_text`].
    pub async fn send_keep_text(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
    ) -> Result<Recovery, Error> {
        let signed_in = caller.of_record(record)?;
        self.send_text(client, signed_in, TextPurpose::Keep, None).await?;
        self.recovery(caller).await
    }

    /// How the caller's recovery stands.
    ///
    /// # Errors
    /// What the store says.
    pub async fn recovery(&self, caller: &Caller) -> Result<Recovery, Error> {
        let signed_in = caller.signed_in()?;
        let methods = methods_of(self.inner.store.reader(), signed_in.user.id).await?;
        let methods =
            methods.iter().map(|method| in_recovery(signed_in, method)).collect::<Result<_, _>>()?;
        let phone = self.phone_way(signed_in, TextPurpose::Keep, None).await?;
        Ok(Recovery { methods, ends_at: caller.ends_at().unwrap_or_else(|| self.now()), phone })
    }

    /// Shows with a code that an old method still works: it stays.
    ///
    /// # Errors
    /// As [`Vestibule::answer_challenge`].
    pub async fn keep_method(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        given: Given,
    ) -> Result<Recovery, Error> {
        let signed_in = caller.of_record(record)?;
        let (user, kind) = (signed_in.user.id, given.kind);
        let guess = self.guess(client, signed_in, given, TextPurpose::Keep, None).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        let transaction = self.answer(transaction, client, signed_in, &guess).await?;
        method::Entity::update_many()
            .col_expr(method::Column::KeptIn, Expr::value(record.0))
            .filter(method::Column::UserId.eq(user.0))
            .filter(method::Column::Kind.eq(kind.as_str()))
            .exec(&transaction)
            .await?;
        // Whatever was begun to be set up in its place is not needed any more.
        self.end_flows(&transaction, record.0).await?;
        let (event, name) = match kind {
            MethodKind::App => (Event::AppKept, "keep_app"),
            MethodKind::Phone => (Event::PhoneKept, "keep_phone"),
        };
        self.audit(&transaction, Entry::own(event, user, client).method(kind)).await?;
        self.commit(transaction, name).await?;
        self.recovery(caller).await
    }

    /// Ends the recovery: methods that were neither set up in it nor shown to work are removed, for they may be in the
    /// wrong hands. `removing` are the ones that the person was told of. A new recovery code follows.
    ///
    /// # Errors
    /// [`Error::WrongState`] where none would be left; [`Error::Stale`] where others would be removed than the person
    /// was told of, or for another record than the caller's.
    pub async fn finish_recovery(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        removing: &[MethodKind],
    ) -> Result<Entered, Error> {
        let signed_in = caller.of_record(record)?;
        let user = &signed_in.user;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user.id, None).await?;
        let methods = methods_of(&transaction, user.id).await?;
        let (kept, lost): (Vec<_>, Vec<_>) =
            methods.into_iter().partition(|method| method.kept_in == Some(record.0));
        let kinds = lost.iter().map(kind_of).collect::<Result<Vec<_>, _>>()?;
        if kept.is_empty() {
            return Err(Error::WrongState);
        }
        if kinds.len() != removing.len() || !kinds.iter().all(|kind| removing.contains(kind)) {
            return Err(Error::Stale);
        }
        for method in &lost {
            self.remove_lost(&transaction, client, signed_in, method).await?;
        }
        self.forget_other_browsers(&transaction, client, user.id).await?;
        self.end_flows(&transaction, record.0).await?;
        self.end_other_records(&transaction, user.id, record).await?;
        let state = after_challenge(&self.standing(&transaction, user.id).await?.assessment, false);
        let token = self.advance(&transaction, signed_in, state).await?;
        let entered = self.commit_step(transaction, client, user.id, record, state, token).await?;
        self.outbox_has_mail();
        Ok(entered)
    }

    /// Spends the valid code by one conditional update, and ends every other session with it. Gives the transaction
    /// back to go on with; after a wrong code it is committed, so that the failure stays.
    async fn spend(
        &self,
        transaction: DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        subject: &Subject,
        code: &RecoveryCode,
    ) -> Result<DatabaseTransaction, Error> {
        let user = &signed_in.user;
        let entry = Entry::own(Event::RecoveryCodeUsed, user.id, client);
        let spent = recovery_code::Entity::update_many()
            .col_expr(recovery_code::Column::ConsumedAt, Expr::value(self.now().0))
            .col_expr(recovery_code::Column::ConsumedIn, Expr::value(signed_in.record.id))
            .filter(is_valid(user.id))
            .filter(recovery_code::Column::CodeHash.eq(self.recovery_code_hash(user.id, code)))
            .exec(&transaction)
            .await?;
        if spent.rows_affected != 1 {
            self.audit(&transaction, entry.failed()).await?;
            self.warn_of_wrong_factors(&transaction, client, signed_in, subject).await?;
            transaction.commit().await?;
            return Err(Error::WrongCode);
        }
        self.clear_attempts(&transaction, subject).await?;
        self.proved(&transaction, signed_in.id(), Proof::RecoveryCode).await?;
        // The browser that may reopen it. Each has had a token since its sign-in.
        session::Entity::update_many()
            .col_expr(session::Column::BrowserHash, Expr::value(client.known.as_ref().map(Token::hash)))
            .filter(session::Column::Id.eq(signed_in.record.id))
            .exec(&transaction)
            .await?;
        self.end_other_records(&transaction, user.id, signed_in.id()).await?;
        self.audit(&transaction, entry).await?;
        let notice = Notice::RecoveryCodeUsed;
        self.notify(&transaction, user, signed_in.in_company, notice, Some(client)).await?;
        Ok(transaction)
    }

    /// The recovery that this code has opened in this browser, if its time is not over.
    async fn interrupted(
        &self,
        connection: &impl ConnectionTrait,
        client: &Client,
        user: UserId,
        code: &RecoveryCode,
    ) -> Result<Option<session::Model>, Error> {
        let Some(browser) = &client.known else { return Ok(None) };
        let spent = recovery_code::Entity::find()
            .filter(recovery_code::Column::UserId.eq(user.0))
            .filter(recovery_code::Column::CodeHash.eq(self.recovery_code_hash(user, code)))
            .filter(recovery_code::Column::ConsumedAt.is_not_null())
            .one(connection)
            .await?;
        let Some(record) = spent.and_then(|spent| spent.consumed_in) else { return Ok(None) };
        let record = session::Entity::find_by_id(record).filter(may_reopen(browser)).one(connection).await?;
        let limits = &self.inner.settings.session_limits;
        let lifetime = domain::Lifetime::of(SessionState::Recovering, false, limits);
        Ok(record.filter(|record| {
            let began = Timestamp(record.state_since);
            record.epoch == self.inner.store.epoch() && self.now() < began.plus(lifetime.absolute)
        }))
    }

    /// Opens a recovery again in the place of the sign-in that has just been begun.
    async fn reopen(
        &self,
        transaction: DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        interrupted: session::Model,
    ) -> Result<Entered, Error> {
        self.lock_record(&transaction, signed_in).await?;
        self.end_record(&transaction, signed_in.id(), Ended::Replaced).await?;
        let token = Token::new(&*self.inner.random);
        let reopened = session::Entity::update_many()
            .col_expr(session::Column::TokenHash, Expr::value(token.hash()))
            // Counts as use: the whole rest of its thirty minutes is there.
            .col_expr(session::Column::UsedAt, Expr::value(self.now().0))
            .col_expr(session::Column::EndedAt, Expr::value(Option::<i64>::None))
            .col_expr(session::Column::EndedReason, Expr::value(Value::String(None)))
            .filter(session::Column::Id.eq(interrupted.id))
            .filter(session::Column::TokenHash.eq(interrupted.token_hash))
            .exec(&transaction)
            .await?;
        if reopened.rows_affected != 1 {
            return Err(Error::Stale);
        }
        let entry = Entry::own(Event::RecoveryReopened, signed_in.user.id, client);
        self.audit(&transaction, entry).await?;
        self.commit(transaction, "reopen_recovery").await?;
        let caller = self.caller_by_id(SessionId(interrupted.id)).await?;
        Ok(Entered { caller, token, known: None })
    }

    async fn remove_lost(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        lost: &method::Model,
    ) -> Result<(), Error> {
        let user = &signed_in.user;
        let kind = kind_of(lost)?;
        method::Entity::delete_by_id(lost.id).exec(transaction).await?;
        let (event, notice) = removal_of(kind);
        self.audit(transaction, Entry::own(event, user.id, client).method(kind)).await?;
        self.notify(transaction, user, signed_in.in_company, notice, Some(client)).await
    }
}

/// How the removal of a method is written down and told.
pub(crate) const fn removal_of(kind: MethodKind) -> (Event, Notice) {
    match kind {
        MethodKind::App => (Event::AppRemoved, Notice::AppRemoved),
        MethodKind::Phone => (Event::PhoneRemoved, Notice::PhoneRemoved),
    }
}

/// A recovery of this browser that has not ended for a reason that counts: signing out, or beginning again, is not
/// giving up the one code that there was.
fn may_reopen(browser: &Token) -> Condition {
    let harmless = [Ended::SignedOut.as_str(), Ended::Replaced.as_str()];
    let open = Condition::any()
        .add(session::Column::EndedAt.is_null())
        .add(session::Column::EndedReason.is_in(harmless));
    Condition::all()
        .add(session::Column::State.eq(SessionState::Recovering.as_str()))
        .add(session::Column::BrowserHash.eq(browser.hash()))
        .add(open)
}

fn in_recovery(signed_in: &SignedIn, method: &method::Model) -> Result<RecoveryMethod, Error> {
    let fate = if method.kept_in != Some(signed_in.record.id) {
        Fate::Open
    } else if method.last_used_at.is_none() {
        Fate::New
    } else {
        Fate::Proved
    };
    Ok(RecoveryMethod {
        kind: kind_of(method)?,
        added_at: Timestamp(method.added_at),
        last_used_at: method.last_used_at.map(Timestamp),
        fate,
    })
}
