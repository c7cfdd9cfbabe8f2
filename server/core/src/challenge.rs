//! The second door: a method is proved.

use domain::{MethodKind, OneTimeCode, SessionId, SessionState, UserId, after_challenge};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::attempts::Guess;
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, User};
use crate::keys::{Place, Sealed};
use crate::store::entities::{method, recovery_code};
use crate::totp::{Match, TotpSecret};
use crate::{Error, Vestibule};

impl Vestibule {
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
        let signed_in = caller.signed_in()?;
        if signed_in.record.id != record.0 {
            return Err(Error::Stale);
        }
        let user = signed_in.user.id;
        let subject = self.factor_subject(client, Guess::App, user).await?;
        let transaction = self.inner.store.begin().await?;
        self.reserve(&transaction, &subject).await?;
        let entry = Entry::own(Event::ChallengeAnswered, user, client).method(MethodKind::App);
        if let Err(error) = self.use_app_code(&transaction, &signed_in.user, &code).await {
            // The failure is kept, with its place in the log.
            self.audit(&transaction, entry.failed()).await?;
            transaction.commit().await?;
            return Err(error);
        }
        self.guessed_right(&transaction, &subject).await?;
        self.audit(&transaction, entry).await?;
        let standing = self.standing(&transaction, user).await?;
        let state = after_challenge(&standing.assessment, has_recovery_code(&transaction, user).await?);
        let token = self.advance(&transaction, signed_in, state).await?;
        self.proved(&transaction, record, MethodKind::App).await?;
        let known = if state == SessionState::Full {
            self.audit(&transaction, Entry::own(Event::SignedIn, user, client)).await?;
            self.remember_browser(&transaction, client, user).await?
        } else {
            None
        };
        transaction.commit().await?;
        Ok(Entered { caller: self.caller_by_id(record).await?, token, known })
    }

    /// Compares a code with the active app and consumes its step.
    pub(crate) async fn use_app_code(
        &self,
        transaction: &DatabaseTransaction,
        user: &User,
        code: &OneTimeCode,
    ) -> Result<(), Error> {
        let Some(app) = active_app(transaction, user.id).await? else { return Err(Error::WrongCode) };
        let place = Place { table: "methods", row: app.id, user: user.id.0 };
        let sealed = Sealed { key_id: app.key_id, bytes: app.sealed };
        let secret = TotpSecret::from_bytes(self.inner.keys.open(place, &sealed)?);
        let Match::Step(step) = secret.check(code, self.now()) else { return Err(Error::WrongCode) };
        let consumed = method::Entity::update_many()
            .col_expr(method::Column::LastStep, Expr::value(step))
            .col_expr(method::Column::LastUsedAt, Expr::value(self.now().0))
            .filter(method::Column::Id.eq(app.id))
            .filter(
                Condition::any()
                    .add(method::Column::LastStep.is_null())
                    .add(method::Column::LastStep.lt(step)),
            )
            .exec(transaction)
            .await?;
        if consumed.rows_affected == 1 { Ok(()) } else { Err(Error::UsedCode) }
    }
}

/// The authenticator app of a person.
pub(crate) async fn active_app(
    connection: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<method::Model>, Error> {
    Ok(method::Entity::find()
        .filter(method::Column::UserId.eq(user.0))
        .filter(method::Column::Kind.eq(MethodKind::App.as_str()))
        .one(connection)
        .await?)
}

/// The recovery code that works: acknowledged, not consumed, not void.
pub(crate) async fn valid_recovery_code(
    connection: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<recovery_code::Model>, Error> {
    Ok(recovery_code::Entity::find()
        .filter(recovery_code::Column::UserId.eq(user.0))
        .filter(recovery_code::Column::AcknowledgedAt.is_not_null())
        .filter(recovery_code::Column::ConsumedAt.is_null())
        .filter(recovery_code::Column::VoidAt.is_null())
        .one(connection)
        .await?)
}

async fn has_recovery_code(connection: &impl ConnectionTrait, user: UserId) -> Result<bool, Error> {
    Ok(valid_recovery_code(connection, user).await?.is_some())
}
