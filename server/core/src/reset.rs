//! Reset MFA: the way back for somebody who has lost everything. It takes the methods away and gives no others: the
//! next sign-in asks, besides the password, for the code that was handed over in person (S43).

use domain::{Email, Ended, HOUR, OneTimeCode, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::audit::{Entry, Event};
use crate::caller::Client;
use crate::links::LinkKind;
use crate::methods::methods_of;
use crate::notices::Notice;
use crate::people::existing_user;
use crate::secret::Token;
use crate::store::entities::{code, known_browser, method, reset_request, user};
use crate::{Error, Vestibule, random};

/// The purpose of a code that is handed over in person.
const IN_PERSON: &str = "in_person";
/// How long such a code works, in milliseconds.
const IN_PERSON_LASTS: i64 = HOUR;

/// A code that is handed over in person.
#[derive(Debug)]
pub struct InPersonCode {
    /// The code, the only time that it leaves the store.
    pub code: OneTimeCode,
    /// From when it no longer works.
    pub expires_at: Timestamp,
}

impl InPersonCode {
    /// For how many minutes it still works, rounded up.
    #[must_use]
    pub fn minutes(&self, now: Timestamp) -> u32 {
        self.expires_at.seconds_from(now).div_ceil(60)
    }
}

impl Vestibule {
    /// Takes a person's methods and recovery code away and ends every session, as the operator. Also of somebody who
    /// has none (a dormant account, a dead mailbox), and again where the code has expired.
    ///
    /// # Errors
    /// [`Error::Refusal`] where there is no such person.
    pub async fn reset_mfa(&self, email: &Email) -> Result<InPersonCode, Error> {
        let person = existing_user(self.inner.store.reader(), email).await?;
        let user = UserId(person.id);
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        let handed_over = self.reset_factors(&transaction, user).await?;
        reset_request::Entity::delete_many()
            .filter(reset_request::Column::UserId.eq(user.0))
            .exec(&transaction)
            .await?;
        self.audit(&transaction, Entry::operator(Event::MfaReset, Some(user), None)).await?;
        let in_company = self.standing(&transaction, user).await?.in_company;
        self.notify(&transaction, &person.into(), in_company, Notice::MfaReset, None).await?;
        self.commit(transaction, "reset_mfa").await?;
        Ok(handed_over)
    }

    /// Everything that a reset takes away, and the code that is handed over for it. The person is locked.
    pub(crate) async fn reset_factors(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
    ) -> Result<InPersonCode, Error> {
        self.forget_factor_attempts(transaction, user).await?;
        self.end_flows_of(transaction, user).await?;
        self.remove_methods(transaction, user).await?;
        // What the person was mailed about those methods, and about earlier resets.
        for kind in [LinkKind::NotMe, LinkKind::SetUpAgain, LinkKind::ConfirmReset] {
            self.void_links(transaction, kind, user).await?;
        }
        self.end_all_records(transaction, user, Ended::Changed).await?;
        let handed_over = self.new_in_person_code(transaction, user).await?;
        user::Entity::update_many()
            .col_expr(user::Column::MfaResetAt, Expr::value(self.now().0))
            .col_expr(user::Column::SuspendedAt, Expr::value(Option::<i64>::None))
            .filter(user::Column::Id.eq(user.0))
            .exec(transaction)
            .await?;
        Ok(handed_over)
    }

    /// Takes every method, the recovery code and every known browser away.
    async fn remove_methods(&self, transaction: &DatabaseTransaction, user: UserId) -> Result<(), Error> {
        if !methods_of(transaction, user).await?.is_empty() {
            method::Entity::delete_many().filter(method::Column::UserId.eq(user.0)).exec(transaction).await?;
            self.count_method(transaction, user, -1).await?;
        }
        self.void_recovery_codes(transaction, user).await?;
        known_browser::Entity::delete_many()
            .filter(known_browser::Column::UserId.eq(user.0))
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// A new code, in the place of earlier ones.
    async fn new_in_person_code(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
    ) -> Result<InPersonCode, Error> {
        code::Entity::delete_many()
            .filter(code::Column::UserId.eq(user.0))
            .filter(code::Column::Purpose.eq(IN_PERSON))
            .exec(transaction)
            .await?;
        let new = OneTimeCode::from_number(random::below(&*self.inner.random, 1_000_000));
        let now = self.now();
        let expires_at = now.plus(IN_PERSON_LASTS);
        code::Entity::insert(code::ActiveModel {
            id: Set(self.id()),
            user_id: Set(user.0),
            session_id: Set(None),
            flow_id: Set(None),
            purpose: Set(IN_PERSON.to_owned()),
            channel: Set("person".to_owned()),
            // It is sent nowhere. Once used, this holds the browser that used it.
            target_index: Set(Vec::new()),
            code_hash: Set(self.in_person_hash(user, &new)),
            network: Set(None),
            browser: Set(None),
            outbox_id: Set(None),
            created_at: Set(now.0),
            expires_at: Set(expires_at.0),
            consumed_at: Set(None),
        })
        .exec_without_returning(transaction)
        .await?;
        Ok(InPersonCode { code: new, expires_at })
    }

    /// Consumes the code by one conditional update. One that is right, but used or too old, is told apart.
    pub(crate) async fn consume_in_person_code(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        user: UserId,
        given: &OneTimeCode,
    ) -> Result<(), Error> {
        let hash = self.in_person_hash(user, given);
        let browser = client.known.as_ref().map(Token::hash).unwrap_or_default();
        let consumed = code::Entity::update_many()
            .col_expr(code::Column::ConsumedAt, Expr::value(self.now().0))
            .col_expr(code::Column::TargetIndex, Expr::value(browser.clone()))
            .filter(code::Column::UserId.eq(user.0))
            .filter(code::Column::Purpose.eq(IN_PERSON))
            .filter(code::Column::CodeHash.eq(hash.clone()))
            .filter(code::Column::ExpiresAt.gt(self.now().0))
            .filter(code::Column::ConsumedAt.is_null())
            .exec(transaction)
            .await?;
        if consumed.rows_affected == 1 {
            return Ok(());
        }
        let known = code::Entity::find()
            .filter(code::Column::UserId.eq(user.0))
            .filter(code::Column::Purpose.eq(IN_PERSON))
            .filter(code::Column::CodeHash.eq(hash))
            .one(transaction)
            .await?;
        match known {
            None => Err(Error::WrongCode),
            Some(code) if code.expires_at <= self.now().0 => Err(Error::ExpiredCode),
            // An answer that was lost on its way must not be a lock-out: until something is set up, the browser that gave
            // the code gives it again.
            Some(code) if !browser.is_empty() && code.target_index == browser => Ok(()),
            Some(_) => Err(Error::UsedCode),
        }
    }

    fn in_person_hash(&self, user: UserId, code: &OneTimeCode) -> Vec<u8> {
        self.inner.keys.keyed_hash("in-person code", &[user.0.as_bytes(), code.as_str().as_bytes()])
    }
}
