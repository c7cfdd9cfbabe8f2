//! Save Your Recovery Code: staged, shown once, and valid from its acknowledgement on (S22, S24).

use domain::{RecoveryCode, RecoveryCodeId, SessionId, SessionState, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SAVING, SignedIn};
use crate::notices::Notice;
use crate::set_up_app::end_flow;
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
    /// Whether this session was shown another before, which will not work.
    pub shown_before: bool,
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
        self.hold_user(&transaction, user, None).await?;
        if signed_in.stored_state == SessionState::Full {
            self.saving_flow(&transaction, signed_in).await?;
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
            code_hash: Set(self
                .inner
                .keys
                .keyed_hash("recovery code", &[user.0.as_bytes(), code.as_bytes()])),
            created_at: Set(now.0),
            acknowledged_at: Set(None),
            consumed_at: Set(None),
            void_at: Set(None),
        })
        .exec_without_returning(&transaction)
        .await?;
        transaction.commit().await?;
        Ok(StagedRecoveryCode { id, code, created_at: now, shown_before: voided.rows_affected > 0 })
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
        let record = SessionId(signed_in.record.id);
        let at_sign_in = signed_in.stored_state == SessionState::SaveCode;
        let transaction = self.inner.store.begin().await?;
        self.hold_user(&transaction, user.id, None).await?;
        if !at_sign_in {
            let flow = self.saving_flow(&transaction, signed_in).await?;
            end_flow(&transaction, flow, self.now()).await?;
        }
        let now = self.now().0;
        recovery_code::Entity::update_many()
            .col_expr(recovery_code::Column::VoidAt, Expr::value(now))
            .filter(recovery_code::Column::UserId.eq(user.id.0))
            .filter(recovery_code::Column::AcknowledgedAt.is_not_null())
            .filter(recovery_code::Column::ConsumedAt.is_null())
            .filter(recovery_code::Column::VoidAt.is_null())
            .exec(&transaction)
            .await?;
        let acknowledged = recovery_code::Entity::update_many()
            .col_expr(recovery_code::Column::AcknowledgedAt, Expr::value(now))
            .filter(recovery_code::Column::Id.eq(id.0))
            .filter(recovery_code::Column::SessionId.eq(record.0))
            .filter(recovery_code::Column::AcknowledgedAt.is_null())
            .filter(recovery_code::Column::VoidAt.is_null())
            .exec(&transaction)
            .await?;
        if acknowledged.rows_affected != 1 {
            // Rolls back: the old code still works.
            return Err(Error::Stale);
        }
        self.end_other_records(&transaction, user.id, record).await?;
        let token = self.advance(&transaction, signed_in, SessionState::Full).await?;
        self.audit(&transaction, Entry::own(Event::RecoveryCodeSaved, user.id, client)).await?;
        self.notify(&transaction, user, Notice::RecoveryCodeSaved, client).await?;
        let known = if at_sign_in {
            self.audit(&transaction, Entry::own(Event::SignedIn, user.id, client)).await?;
            self.remember_browser(&transaction, client, user.id).await?
        } else {
            None
        };
        transaction.commit().await?;
        self.outbox_has_mail();
        Ok(Entered { caller: self.caller_by_id(record).await?, token, known })
    }

    /// The flow of the caller's session that waits for a recovery code to be saved.
    async fn saving_flow(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        signed_in: &SignedIn,
    ) -> Result<uuid::Uuid, Error> {
        let flow = self.open_flow(transaction, signed_in.record.id).await?;
        flow.filter(|flow| flow.state == SAVING).map(|flow| flow.id).ok_or(Error::WrongState)
    }
}
