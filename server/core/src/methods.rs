//! The methods that a person has.

use domain::{MethodKind, SessionId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::keys::AssociatedData;
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

impl Vestibule {
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
        user::Entity::update_many()
            .col_expr(user::Column::MfaResetAt, Expr::value(Option::<i64>::None))
            .filter(user::Column::Id.eq(user.0))
            .filter(user::Column::MfaResetAt.is_not_null())
            .exec(transaction)
            .await?;
        Ok(old.is_some())
    }
}
