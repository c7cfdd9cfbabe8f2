//! The methods that a person has.

use domain::{MethodKind, SessionId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::keys::{AssociatedData, Sealed};
use crate::phone_number::PhoneNumber;
use crate::store::entities::{method, user};
use crate::totp::TotpSecret;
use crate::{Error, Vestibule};

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

/// Every method of a person, the app first.
pub(crate) async fn methods_of(
    connection: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<method::Model>, Error> {
    let owned = method::Entity::find().filter(method::Column::UserId.eq(user.0));
    Ok(owned.order_by_asc(method::Column::Kind).all(connection).await?)
}

/// Which kind of method a row is.
pub(crate) fn kind_of(method: &method::Model) -> Result<MethodKind, Error> {
    MethodKind::parse(&method.kind).ok_or(Error::Corrupt("method kind"))
}

/// What an authenticator app's secret belongs to.
pub(crate) fn associated(row: Uuid, user: Uuid) -> AssociatedData {
    AssociatedData { table: "methods (app)", row, user }
}

/// What a phone number belongs to.
pub(crate) fn associated_number(row: Uuid, user: Uuid) -> AssociatedData {
    AssociatedData { table: "methods (phone)", row, user }
}

/// How many accounts a number may serve: a crew's shared phone.
const ACCOUNTS_PER_NUMBER: u64 = 5;

impl Vestibule {
    /// The number of a person, if there is one.
    pub(crate) async fn active_number(
        &self,
        connection: &impl ConnectionTrait,
        user: UserId,
    ) -> Result<Option<PhoneNumber>, Error> {
        let row = method::Entity::find()
            .filter(method::Column::UserId.eq(user.0))
            .filter(method::Column::Kind.eq(MethodKind::Phone.as_str()))
            .one(connection)
            .await?;
        row.map(|row| self.number_of(&row)).transpose()
    }

    /// The number that a row holds.
    pub(crate) fn number_of(&self, row: &method::Model) -> Result<PhoneNumber, Error> {
        let sealed = Sealed { key_id: row.key_id, bytes: row.sealed.clone() };
        let plain = self.inner.keys.open(associated_number(row.id, row.user_id), &sealed)?;
        let e164 = String::from_utf8(plain.to_vec()).map_err(|_| Error::Corrupt("phone number"))?;
        Ok(PhoneNumber::stored(e164.into(), row.country.clone().unwrap_or_default()))
    }

    /// Makes the number the person's, in the place of the one that there is, which it gives.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it serves five others already.
    pub(crate) async fn replace_number(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        number: &PhoneNumber,
        kept_in: Option<SessionId>,
    ) -> Result<Option<PhoneNumber>, Error> {
        let index = self.number_index(number);
        // Of several people who set up one number at once, one after the other counts.
        self.inner.store.lock_value(transaction, &index).await?;
        let others = method::Entity::find()
            .filter(method::Column::NumberIndex.eq(index.clone()))
            .filter(method::Column::UserId.ne(user.0))
            .count(transaction)
            .await?;
        if others >= ACCOUNTS_PER_NUMBER {
            let why = "Five accounts use that number already. Use another.".to_owned();
            return Err(Error::Invalid { field: "number", why });
        }
        let old = self.active_number(transaction, user).await?;
        let had_method = self.standing(transaction, user).await?.assessment.has_method;
        method::Entity::delete_many()
            .filter(method::Column::UserId.eq(user.0))
            .filter(method::Column::Kind.eq(MethodKind::Phone.as_str()))
            .exec(transaction)
            .await?;
        if !had_method {
            self.count_method(transaction, user, 1).await?;
        }
        let id = self.id();
        let plain = number.as_str().as_bytes();
        let sealed = self.inner.keys.seal(&*self.inner.random, associated_number(id, user.0), plain);
        method::Entity::insert(method::ActiveModel {
            id: Set(id),
            user_id: Set(user.0),
            kind: Set(MethodKind::Phone.as_str().to_owned()),
            sealed: Set(sealed.bytes),
            key_id: Set(sealed.key_id),
            last_step: Set(None),
            number_index: Set(Some(index)),
            country: Set(Some(number.country().to_owned())),
            added_at: Set(self.now().0),
            last_used_at: Set(None),
            kept_in: Set(kept_in.map(|record| record.0)),
        })
        .exec_without_returning(transaction)
        .await?;
        self.forget_mfa_reset(transaction, user).await?;
        Ok(old)
    }

    /// Something was set up after the administrator's reset.
    async fn forget_mfa_reset(&self, transaction: &DatabaseTransaction, user: UserId) -> Result<(), Error> {
        user::Entity::update_many()
            .col_expr(user::Column::MfaResetAt, Expr::value(Option::<i64>::None))
            .filter(user::Column::Id.eq(user.0))
            .filter(user::Column::MfaResetAt.is_not_null())
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// Makes the secret the person's app, in the place of the one that there is. `step` is the one that confirmed
    /// it, and is used up with it (S13). `kept_in` is the recovery in which it was set up, if it was. Whether there was
    /// an app before.
    pub(crate) async fn replace_app(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        secret: &TotpSecret,
        step: i64,
        kept_in: Option<SessionId>,
    ) -> Result<bool, Error> {
        let old = active_app(transaction, user).await?;
        if let Some(old) = &old {
            method::Entity::delete_by_id(old.id).exec(transaction).await?;
        } else if !self.standing(transaction, user).await?.assessment.has_method {
            self.count_method(transaction, user, 1).await?;
        }
        let id = self.id();
        let sealed = self.inner.keys.seal(&*self.inner.random, associated(id, user.0), secret.as_bytes());
        method::Entity::insert(method::ActiveModel {
            id: Set(id),
            user_id: Set(user.0),
            kind: Set(MethodKind::App.as_str().to_owned()),
            sealed: Set(sealed.bytes),
            key_id: Set(sealed.key_id),
            last_step: Set(Some(step)),
            number_index: Set(None),
            country: Set(None),
            added_at: Set(self.now().0),
            last_used_at: Set(None),
            kept_in: Set(kept_in.map(|record| record.0)),
        })
        .exec_without_returning(transaction)
        .await?;
        self.forget_mfa_reset(transaction, user).await?;
        Ok(old.is_some())
    }
}
