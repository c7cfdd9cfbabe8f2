//! Save Your Recovery Code: staged, shown once, and valid from its acknowledgement on (S22, S24).

use domain::{RecoveryCode, RecoveryCodeId, SessionId, SessionState, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
};

use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SignedIn};
use crate::methods::methods_of;
use crate::notices::Notice;
use crate::store::entities::recovery_code;
use crate::{Error, Vestibule, random};

/// A code that is shown to be saved.
#[derive(Debug)]
pub struct StagedRecoveryCode {
    /// Which code the acknowledgement names.
    pub id: RecoveryCodeId,
    /// The code itself, the only time that it leaves the server.
    pub code: RecoveryCode,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether the person was shown another before and did not acknowledge it: that one will not work.
    pub shown_before: bool,
    /// Whether it ends a set-up: a method has not been used since it was confirmed.
    pub ends_set_up: bool,
    /// Whether the person is in any company.
    pub in_company: bool,
}

impl Vestibule {
    /// Makes a code to show. The one that works, if any, goes on working; one that was shown and not
    /// acknowledged is void.
    ///
    /// # Errors
    /// [`Error::WrongState`] in a session that has no code to save.
    pub async fn stage_recovery_code(&self, caller: &Caller) -> Result<StagedRecoveryCode, Error> {
        let signed_in = caller.signed_in()?;
        let user = signed_in.user.id;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        if signed_in.stored_state == SessionState::Full {
            self.check_saving(&transaction, signed_in).await?;
        }
        let now = self.now();
        let voided = recovery_code::Entity::update_many()
            .col_expr(recovery_code::Column::VoidAt, Expr::value(now.0))
            .filter(recovery_code::Column::UserId.eq(user.0))
            .filter(recovery_code::Column::AcknowledgedAt.is_null())
            .filter(recovery_code::Column::VoidAt.is_null())
            .exec(&transaction)
            .await?;
        let id = RecoveryCodeId(self.id());
        let code = RecoveryCode::from_bytes(random::bytes(&*self.inner.random));
        recovery_code::Entity::insert(recovery_code::ActiveModel {
            id: Set(id.0),
            user_id: Set(user.0),
            session_id: Set(Some(signed_in.record.id)),
            code_hash: Set(self.recovery_code_hash(user, &code)),
            created_at: Set(now.0),
            acknowledged_at: Set(None),
            consumed_at: Set(None),
            consumed_in: Set(None),
            void_at: Set(None),
        })
        .exec_without_returning(&transaction)
        .await?;
        let methods = methods_of(&transaction, user).await?;
        self.commit(transaction, "stage_recovery_code").await?;
        Ok(StagedRecoveryCode {
            id,
            code,
            created_at: now,
            shown_before: voided.rows_affected > 0,
            // A recovery has no steps to count.
            ends_set_up: methods
                .iter()
                .any(|method| method.last_used_at.is_none() && method.kept_in.is_none()),
            in_company: signed_in.in_company,
        })
    }

    /// The person has saved the code with this id: in one transaction it becomes the one that works, the old one
    /// is void, every other session ends (S32), and the sign-in or set-up is complete.
    ///
    /// # Errors
    /// [`Error::Stale`] where the page's code was replaced by a newer one; nothing has changed then.
    pub async fn acknowledge_recovery_code(
        &self,
        client: &Client,
        caller: &Caller,
        id: RecoveryCodeId,
    ) -> Result<Entered, Error> {
        let signed_in = caller.signed_in()?;
        let user = &signed_in.user;
        let record = signed_in.id();
        let at_sign_in = signed_in.stored_state == SessionState::SaveCode;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user.id, None).await?;
        if !at_sign_in {
            self.check_saving(&transaction, signed_in).await?;
            self.end_flows(&transaction, record.0).await?;
        }
        self.replace_valid_code(&transaction, signed_in, id).await?;
        self.end_other_records(&transaction, user.id, record).await?;
        let token = self.advance(&transaction, signed_in, SessionState::Full).await?;
        self.audit(&transaction, Entry::own(Event::RecoveryCodeSaved, user.id, client)).await?;
        self.notify(&transaction, user, signed_in.in_company, Notice::RecoveryCodeSaved, Some(client))
            .await?;
        let known = match at_sign_in {
            true => Some(self.complete_sign_in(&transaction, client, user.id).await?),
            false => None,
        };
        self.commit(transaction, "acknowledge_recovery_code").await?;
        self.outbox_has_mail();
        Ok(Entered { caller: self.caller_by_id(record).await?, token, known })
    }

    /// Voids the code that works and makes the one with this id valid (S24).
    async fn replace_valid_code(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        id: RecoveryCodeId,
    ) -> Result<(), Error> {
        let now = self.now().0;
        recovery_code::Entity::update_many()
            .col_expr(recovery_code::Column::VoidAt, Expr::value(now))
            .filter(is_valid(signed_in.user.id))
            .exec(transaction)
            .await?;
        let acknowledged = recovery_code::Entity::update_many()
            .col_expr(recovery_code::Column::AcknowledgedAt, Expr::value(now))
            .filter(recovery_code::Column::Id.eq(id.0))
            .filter(recovery_code::Column::SessionId.eq(signed_in.record.id))
            .filter(recovery_code::Column::AcknowledgedAt.is_null())
            .filter(recovery_code::Column::VoidAt.is_null())
            .exec(transaction)
            .await?;
        // Where it did not, the transaction is rolled back: the old code still works.
        if acknowledged.rows_affected == 1 { Ok(()) } else { Err(Error::Stale) }
    }

    /// Request New Code, from the profile: from here on the session has a code to save. The code that works stays
    /// valid until the new one is acknowledged.
    ///
    /// # Errors
    /// [`Error::StepUpNeeded`]; [`Error::WrongState`] for who has no method; [`Error::Stale`] for another record
    /// than the caller's.
    pub async fn request_recovery_code(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
    ) -> Result<(), Error> {
        let signed_in = caller.of_record(record)?;
        let user = signed_in.user.id;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        let methods = methods_of(&transaction, user).await?;
        if methods.is_empty() {
            return Err(Error::WrongState);
        }
        self.require_step_up(signed_in, &methods)?;
        self.begin_saving(&transaction, signed_in).await?;
        self.audit(&transaction, Entry::own(Event::RecoveryCodeRequested, user, client)).await?;
        self.commit(transaction, "request_recovery_code").await
    }

    /// No code of the person works any more, nor one that is shown to be saved.
    pub(crate) async fn void_recovery_codes(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
    ) -> Result<(), Error> {
        recovery_code::Entity::update_many()
            .col_expr(recovery_code::Column::VoidAt, Expr::value(self.now().0))
            .filter(recovery_code::Column::UserId.eq(user.0))
            .filter(recovery_code::Column::VoidAt.is_null())
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// A session that is signed in has a code to save only at the end of a set-up, or where it was requested.
    async fn check_saving(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
    ) -> Result<(), Error> {
        if self.is_saving(transaction, signed_in.record.id).await? { Ok(()) } else { Err(Error::WrongState) }
    }

    /// What is stored of a code (S22): a fast hash, keyed, is enough for 128 random bits.
    pub(crate) fn recovery_code_hash(&self, user: UserId, code: &RecoveryCode) -> Vec<u8> {
        self.inner.keys.keyed_hash("recovery code", &[user.0.as_bytes(), code.as_bytes()])
    }
}

/// The recovery code that works.
pub(crate) async fn valid_recovery_code(
    connection: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<recovery_code::Model>, Error> {
    Ok(recovery_code::Entity::find().filter(is_valid(user)).one(connection).await?)
}

/// A code of this person that works: acknowledged, not consumed, not void. The unique index says the same.
pub(crate) fn is_valid(user: UserId) -> Condition {
    Condition::all()
        .add(recovery_code::Column::UserId.eq(user.0))
        .add(recovery_code::Column::AcknowledgedAt.is_not_null())
        .add(recovery_code::Column::ConsumedAt.is_null())
        .add(recovery_code::Column::VoidAt.is_null())
}
