//! Records of sign-ins, as they move: a new token at every step, ended together, and the browsers they leave known.

use domain::{Ended, MethodKind, SessionId, SessionState, UserId};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::audit::{Entry, Event};
use crate::caller::{Client, Entered, SignedIn};
use crate::notices::Notice;
use crate::secret::Token;
use crate::store::entities::{known_browser, session, user};
use crate::{Error, Vestibule};

/// How many browsers stay known to an account.
const MOST_KNOWN_BROWSERS: u64 = 10;

/// What was shown to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    Method(MethodKind),
    RecoveryCode,
}

impl Proof {
    /// The name used in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Method(kind) => kind.as_str(),
            Self::RecoveryCode => "recovery_code",
        }
    }
}

impl Vestibule {
    /// Gives the record a new token and a state (S30), if it is still what the caller saw: a record that has
    /// ended or moved on meanwhile is refused (S7).
    pub(crate) async fn advance(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        state: SessionState,
    ) -> Result<Token, Error> {
        let token = Token::new(&*self.inner.random);
        let now = self.now().0;
        let mut update = session::Entity::update_many()
            .col_expr(session::Column::TokenHash, Expr::value(token.hash()))
            .col_expr(session::Column::State, Expr::value(state.as_str()))
            .col_expr(session::Column::UsedAt, Expr::value(now))
            .filter(as_seen(signed_in));
        if state != signed_in.stored_state {
            update = update.col_expr(session::Column::StateSince, Expr::value(now));
        }
        if update.exec(transaction).await?.rows_affected == 1 { Ok(token) } else { Err(Error::Stale) }
    }

    /// Writes down that a method or the recovery code was shown to work in this session.
    pub(crate) async fn proved(
        &self,
        transaction: &DatabaseTransaction,
        session: SessionId,
        by: Proof,
    ) -> Result<(), Error> {
        session::Entity::update_many()
            .col_expr(session::Column::ProvedAt, Expr::value(self.now().0))
            .col_expr(session::Column::ProvedBy, Expr::value(by.as_str()))
            .filter(session::Column::Id.eq(session.0))
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// Locks the person's row, so that changes of one person's password, methods, codes and records come one after
    /// the other. `password_hash`: only if it is still this one. Every transaction that changes a person begins with
    /// it and goes on in the order attempts, flows, methods, sessions, companies: in one order nobody waits in a
    /// circle. It is an UPDATE that changes nothing, because SQLite knows no SELECT FOR UPDATE.
    ///
    /// # Errors
    /// [`Error::Stale`] where the person is gone or the password another.
    pub(crate) async fn lock_user(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        password_hash: Option<&str>,
    ) -> Result<(), Error> {
        let mut update = user::Entity::update_many()
            .col_expr(user::Column::CreatedAt, Expr::col(user::Column::CreatedAt))
            .filter(user::Column::Id.eq(user.0));
        if let Some(hash) = password_hash {
            update = update.filter(user::Column::PasswordHash.eq(hash));
        }
        if update.exec(transaction).await?.rows_affected == 1 { Ok(()) } else { Err(Error::Stale) }
    }

    /// Ends every record of the person but `keep`, on every instance at once (S32).
    pub(crate) async fn end_other_records(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        keep: SessionId,
    ) -> Result<(), Error> {
        self.end_records_where(transaction, user, session::Column::Id.ne(keep.0), Ended::Changed).await?;
        Ok(())
    }

    /// Ends every record of the person, for what somebody changes who is not signed in.
    pub(crate) async fn end_all_records(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        reason: Ended,
    ) -> Result<(), Error> {
        self.end_records_where(transaction, user, session::Column::Id.is_not_null(), reason).await?;
        Ok(())
    }

    /// Ends those records of the person. Gives how many of them were live.
    pub(crate) async fn end_records_where(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        which: SimpleExpr,
        reason: Ended,
    ) -> Result<u64, Error> {
        let end = || {
            session::Entity::update_many()
                .col_expr(session::Column::EndedAt, Expr::value(self.now().0))
                .col_expr(session::Column::EndedReason, Expr::value(reason.as_str()))
                .filter(session::Column::UserId.eq(user.0))
                .filter(which.clone())
        };
        let live = end().filter(session::Column::EndedAt.is_null()).exec(transaction).await?;
        // Also those that ended by themselves: a recovery that waits to be reopened waits no longer.
        end()
            .filter(session::Column::EndedAt.is_not_null())
            .filter(session::Column::State.eq(SessionState::Recovering.as_str()))
            .exec(transaction)
            .await?;
        Ok(live.rows_affected)
    }

    /// Ends one record. Whether it was still live.
    pub(crate) async fn end_record(
        &self,
        transaction: &DatabaseTransaction,
        session: SessionId,
        reason: Ended,
    ) -> Result<bool, Error> {
        let ended = session::Entity::update_many()
            .col_expr(session::Column::EndedAt, Expr::value(self.now().0))
            .col_expr(session::Column::EndedReason, Expr::value(reason.as_str()))
            .filter(session::Column::Id.eq(session.0))
            .filter(session::Column::EndedAt.is_null())
            .exec(transaction)
            .await?;
        Ok(ended.rows_affected == 1)
    }

    /// Locks the record and checks that it is still what the caller saw: for what changes something else in its name.
    ///
    /// # Errors
    /// [`Error::Stale`] for a record that has ended or moved on.
    pub(crate) async fn lock_record(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
    ) -> Result<(), Error> {
        let locked = session::Entity::update_many()
            .col_expr(session::Column::UsedAt, Expr::col(session::Column::UsedAt))
            .filter(as_seen(signed_in))
            .exec(transaction)
            .await?;
        if locked.rows_affected == 1 { Ok(()) } else { Err(Error::Stale) }
    }

    /// Checks that the record is live, without holding it.
    ///
    /// # Errors
    /// [`Error::Stale`] for a record that has ended.
    pub(crate) async fn still_live(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
    ) -> Result<(), Error> {
        let live = session::Entity::find_by_id(signed_in.record.id)
            .filter(session::Column::EndedAt.is_null())
            .one(transaction)
            .await?;
        if live.is_some() { Ok(()) } else { Err(Error::Stale) }
    }

    /// Commits a step of a sign-in that gave the record a new token and a state; with the state `full` the person is
    /// signed in.
    pub(crate) async fn commit_step(
        &self,
        transaction: DatabaseTransaction,
        client: &Client,
        user: UserId,
        record: SessionId,
        state: SessionState,
        token: Token,
    ) -> Result<Entered, Error> {
        let known = match state {
            SessionState::Full => Some(self.complete_sign_in(&transaction, client, user).await?),
            _ => None,
        };
        self.commit(transaction, state.as_str()).await?;
        Ok(Entered { caller: self.caller_by_id(record).await?, token, known })
    }

    /// The record after a step, as it is now, with its new token.
    pub(crate) async fn entered(&self, record: SessionId, token: Token) -> Result<Entered, Error> {
        Ok(Entered { caller: self.caller_by_id(record).await?, token, known: None })
    }

    /// The person is signed in: written down, told if the device is new (S53), and the browser is known to the
    /// account from now on (S46). Gives the token that says so.
    pub(crate) async fn complete_sign_in(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        user: UserId,
    ) -> Result<Token, Error> {
        self.audit(transaction, Entry::own(Event::SignedIn, user, client)).await?;
        let now = self.now().0;
        let in_use = user::Entity::update_many()
            .col_expr(user::Column::LastFullSessionAt, Expr::value(now))
            .filter(user::Column::Id.eq(user.0));
        if let Some(token) = &client.known {
            let own = known_browser::Entity::update_many()
                .col_expr(known_browser::Column::UsedAt, Expr::value(now))
                .filter(known_browser::Column::UserId.eq(user.0))
                .filter(known_browser::Column::TokenHash.eq(token.hash()));
            if own.exec(transaction).await?.rows_affected == 1 {
                in_use.exec(transaction).await?;
                return Ok(token.clone());
            }
        }
        let person = user::Entity::find_by_id(user.0).one(transaction).await?.ok_or(Error::Stale)?;
        in_use.exec(transaction).await?;
        if person.last_full_session_at.is_some() && self.may_tell_of_device(transaction, user).await? {
            let in_company = self.standing(transaction, user).await?.in_company;
            self.notify(transaction, &person.into(), in_company, Notice::NewDevice, Some(client)).await?;
        }
        self.know_browser(transaction, client, user).await
    }

    /// Whether the person is told of one more new device: not of more than five within an hour.
    async fn may_tell_of_device(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
    ) -> Result<bool, Error> {
        match self.reserve(transaction, &self.new_device_subject(user)).await {
            Err(Error::Paused { .. }) => Ok(false),
            reserved => reserved.map(|_| true),
        }
    }

    /// Makes the browser known to the account. A token that some account knows is kept, so that a shared tablet is
    /// known to each of its people; one that nobody knows was planted, and is replaced. Of a person's browsers the
    /// ten that were used last stay known: each has a budget of its own, which must not be multiplied at will.
    async fn know_browser(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        user: UserId,
    ) -> Result<Token, Error> {
        let mut token = None;
        if let Some(offered) = &client.known {
            let hash = known_browser::Column::TokenHash.eq(offered.hash());
            let known = known_browser::Entity::find().filter(hash).one(transaction).await?;
            // Somebody else's recovery may wait to be reopened here.
            let waiting = session::Entity::find()
                .filter(session::Column::BrowserHash.eq(offered.hash()))
                .filter(session::Column::State.eq(SessionState::Recovering.as_str()))
                .one(transaction)
                .await?;
            token = (known.is_some() || waiting.is_some()).then(|| offered.clone());
        }
        let token = token.unwrap_or_else(|| Token::new(&*self.inner.random));
        let now = self.now().0;
        known_browser::Entity::insert(known_browser::ActiveModel {
            id: Set(self.id()),
            user_id: Set(user.0),
            token_hash: Set(token.hash()),
            created_at: Set(now),
            used_at: Set(now),
        })
        .exec_without_returning(transaction)
        .await?;
        let too_many = known_browser::Entity::find()
            .filter(known_browser::Column::UserId.eq(user.0))
            .order_by_desc(known_browser::Column::UsedAt)
            .order_by_desc(known_browser::Column::Id)
            .offset(MOST_KNOWN_BROWSERS)
            .limit(MOST_KNOWN_BROWSERS)
            .all(transaction)
            .await?;
        for browser in too_many {
            known_browser::Entity::delete_by_id(browser.id).exec(transaction).await?;
        }
        Ok(token)
    }

    /// The password or a method has changed: the browsers that signed in before did it without (S46).
    pub(crate) async fn forget_other_browsers(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        user: UserId,
    ) -> Result<(), Error> {
        let own = client.known.as_ref().map(Token::hash).unwrap_or_default();
        known_browser::Entity::delete_many()
            .filter(known_browser::Column::UserId.eq(user.0))
            .filter(known_browser::Column::TokenHash.ne(own))
            .exec(transaction)
            .await?;
        Ok(())
    }
}

/// The record, if it is still what the caller saw: live, with the same token.
fn as_seen(signed_in: &SignedIn) -> Condition {
    Condition::all()
        .add(session::Column::Id.eq(signed_in.record.id))
        .add(session::Column::TokenHash.eq(signed_in.record.token_hash.clone()))
        .add(session::Column::EndedAt.is_null())
}
