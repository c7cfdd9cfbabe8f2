//! The first door: e-mail address and password. And the way out.

use domain::{
    DORMANT_AFTER, Doubts, Email, Ended, ReturnPath, SessionId, SessionState, Timestamp, UserId,
    after_challenge, after_password,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered};
use crate::password::Verdict;
use crate::recovery_code::valid_recovery_code;
use crate::secret::{Password, Token};
use crate::store::entities::{session, user};
use crate::{Error, Vestibule};

impl Vestibule {
    /// Checks an address and a password, and opens a record in the state that follows. An unknown address and a
    /// wrong password look, and cost, the same (S6). The browser's earlier record ends.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], [`Error::Suspended`], [`Error::Paused`], [`Error::Busy`] or what the store says.
    pub async fn sign_in(
        &self,
        client: &Client,
        earlier: &Caller,
        email: &Email,
        password: Password,
        return_to: Option<ReturnPath>,
    ) -> Result<Entered, Error> {
        // A place in the queue first: whom it has none for has not guessed wrongly.
        let slot = self.inner.passwords.admit()?;
        let person = user::Entity::find()
            .filter(user::Column::Email.eq(email.as_str()))
            .one(self.inner.store.reader())
            .await?;
        let id = person.as_ref().map(|person| UserId(person.id));
        let subject = self.password_subject(client, email, id).await?;
        self.reserve_alone(&subject).await?;

        let hash = person.as_ref().and_then(|person| person.password_hash.as_deref());
        let outdated = hash.filter(|hash| !self.inner.passwords.is_current(hash)).map(|_| password.clone());
        let verdict = self.inner.passwords.verify(slot, password, hash).await?;
        let rehashed = match outdated {
            Some(password) if verdict == Verdict::Right => self.rehashed(password).await,
            _ => None,
        };

        let transaction = self.inner.store.begin().await?;
        let entry = Entry::visitor(Event::PasswordEntered, id, client);
        let (Verdict::Right, Some(user), Some(hash)) = (verdict, id, hash) else {
            self.audit(&transaction, entry.failed()).await?;
            transaction.commit().await?;
            return Err(Error::WrongCredentials);
        };
        // The password may have changed while it was being checked.
        self.lock_user(&transaction, user, Some(hash)).await.map_err(|error| match error {
            Error::Stale => Error::WrongCredentials,
            other => other,
        })?;
        self.clear_attempts(&transaction, &subject).await?;
        let person = user::Entity::find_by_id(user.0).one(&transaction).await?.ok_or(Error::Stale)?;
        let standing = self.standing(&transaction, user).await?;
        if person.suspended_at.is_some() {
            self.audit(&transaction, entry.failed()).await?;
            transaction.commit().await?;
            return Err(Error::Suspended { helper: self.helpers(standing.in_company) });
        }
        self.audit(&transaction, entry).await?;
        if let Some(hash) = rehashed {
            self.store_rehashed(&transaction, user, hash).await?;
        }
        if let Some(record) = earlier.record_id() {
            self.end_record(&transaction, record, Ended::Replaced).await?;
        }
        let state = after_password(&standing.assessment, self.doubts(&person));
        // A browser without a token of its own gets one now: a recovery that is interrupted is reopened by it.
        let browser = client.known.clone().unwrap_or_else(|| Token::new(&*self.inner.random));
        let (record, token) = self.insert_record(&transaction, client, user, state, return_to).await?;
        let entered = self.commit_step(transaction, client, user, record, state, token).await?;
        Ok(Entered { known: entered.known.or(Some(browser).filter(|_| client.known.is_none())), ..entered })
    }

    /// A sign-in that waited for a set-up which nobody asks for any more goes on to where it would be now.
    ///
    /// # Errors
    /// [`Error::Stale`] when the record has moved on meanwhile.
    pub async fn enter_freed(&self, client: &Client, caller: &Caller) -> Result<Entered, Error> {
        let signed_in = caller.signed_in()?;
        let user = signed_in.user.id;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        let assessment = self.standing(&transaction, user).await?.assessment;
        let state = if signed_in.record.proved_at.is_some() {
            after_challenge(&assessment, valid_recovery_code(&transaction, user).await?.is_some())
        } else {
            after_password(&assessment, Doubts { mfa_reset: signed_in.mfa_reset, dormant: false })
        };
        let token = self.advance(&transaction, signed_in, state).await?;
        self.end_flows(&transaction, signed_in.record.id).await?;
        self.commit_step(transaction, client, user, signed_in.id(), state, token).await
    }

    /// Ends the caller's record (S34). For nobody, nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn sign_out(&self, client: &Client, caller: &Caller) -> Result<(), Error> {
        let Ok(signed_in) = caller.signed_in() else { return Ok(()) };
        let transaction = self.inner.store.begin().await?;
        if self.end_record(&transaction, signed_in.id(), Ended::SignedOut).await? {
            self.audit(&transaction, Entry::own(Event::SignedOut, signed_in.user.id, client)).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// What makes the person's password alone too little for a set-up.
    fn doubts(&self, person: &user::Model) -> Doubts {
        let used_at = person.last_full_session_at.unwrap_or(0).max(person.created_at);
        Doubts {
            mfa_reset: person.mfa_reset_at.is_some(),
            dormant: self.now().since(Timestamp(used_at)) >= DORMANT_AFTER,
        }
    }

    /// The password hashed with the parameters of today (S3). Where there is no place in the queue, another time.
    async fn rehashed(&self, password: Password) -> Option<String> {
        let slot = self.inner.passwords.admit().ok()?;
        self.inner.passwords.hash(slot, password).await.ok()
    }

    /// It is the same password: nothing ends, and nobody is told.
    async fn store_rehashed(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        hash: String,
    ) -> Result<(), Error> {
        user::Entity::update_many()
            .col_expr(user::Column::PasswordHash, Expr::value(hash))
            .filter(user::Column::Id.eq(user.0))
            .exec(transaction)
            .await?;
        Ok(())
    }

    async fn insert_record(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        user: UserId,
        state: SessionState,
        return_to: Option<ReturnPath>,
    ) -> Result<(SessionId, Token), Error> {
        let token = Token::new(&*self.inner.random);
        let record = SessionId(self.id());
        let now = self.now().0;
        session::Entity::insert(session::ActiveModel {
            id: Set(record.0),
            user_id: Set(user.0),
            token_hash: Set(token.hash()),
            state: Set(state.as_str().to_owned()),
            epoch: Set(self.inner.store.epoch()),
            password_at: Set(None),
            proved_at: Set(None),
            proved_by: Set(None),
            texted_at: Set(None),
            return_to: Set(return_to.map(|path| path.as_str().to_owned())),
            browser_hash: Set(None),
            address: Set(client.address.clone()),
            browser: Set(client.browser.clone()),
            state_since: Set(now),
            used_at: Set(now),
            ended_at: Set(None),
            ended_reason: Set(None),
        })
        .exec_without_returning(transaction)
        .await?;
        Ok((record, token))
    }
}
