//! Sealing everything anew with the newest key, while servers run (S50).
//!
//! A value is opened, sealed and put back by one conditional update: where a server has changed it meanwhile, nothing
//! is done. What was resealed stays so, whenever this is stopped. The installation's own check value comes first: by it
//! servers learn of the new key, take it up, and reseal what they have sealed meanwhile. To add a sealed column to the schema: a [`Place`] for it here.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use crate::keys::{AssociatedData, Sealed};
use crate::store::entities::installation;
use crate::{Error, Vestibule, flows, methods, outbox};

/// How many values are resealed in one transaction.
const AT_ONCE: u64 = 200;

/// Where sealed values are.
struct Place {
    table: &'static str,
    /// The column that tells these rows from others of the table, and its value.
    only: Option<(&'static str, &'static str)>,
    sealed: &'static str,
    key: &'static str,
    /// Whether the rows belong to a user.
    of_user: bool,
    /// What a value belongs to, by row and user.
    associated: fn(Uuid, Uuid) -> AssociatedData,
}

const PLACES: [Place; 5] = [
    Place {
        table: "methods",
        only: Some(("kind", "app")),
        sealed: "sealed",
        key: "key_id",
        of_user: true,
        associated: methods::associated,
    },
    Place {
        table: "methods",
        only: Some(("kind", "phone")),
        sealed: "sealed",
        key: "key_id",
        of_user: true,
        associated: methods::associated_number,
    },
    Place {
        table: "flows",
        only: Some(("purpose", flows::SET_UP_PHONE)),
        sealed: "target_sealed",
        key: "target_key_id",
        of_user: true,
        associated: flows::associated_number,
    },
    Place {
        table: "flows",
        only: Some(("purpose", flows::SET_UP_APP)),
        sealed: "target_sealed",
        key: "target_key_id",
        of_user: true,
        associated: flows::associated,
    },
    Place {
        table: "outbox",
        only: None,
        sealed: "sealed",
        key: "key_id",
        of_user: false,
        associated: |row, _| outbox::associated(row),
    },
];

/// A value that an older key has sealed.
struct Old {
    row: Uuid,
    user: Uuid,
    sealed: Sealed,
}

impl Vestibule {
    /// The id of the key that seals.
    #[must_use]
    pub fn newest_key(&self) -> i64 {
        self.inner.keys.newest()
    }

    /// Whether everything is sealed with the newest key.
    ///
    /// # Errors
    /// What the store says.
    pub async fn is_resealed(&self) -> Result<bool, Error> {
        let installation = installation::Entity::find_by_id(1).one(self.inner.store.reader()).await?;
        if installation.and_then(|row| row.key_check_id) != Some(self.inner.keys.newest()) {
            return Ok(false);
        }
        for place in &PLACES {
            if !self.old_values(place, Uuid::nil(), 1).await?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Seals everything anew that an older key has sealed. How many values that were.
    ///
    /// # Errors
    /// What the store says, or [`Error::Sealed`] where a key is missing: what was done before stays done.
    pub async fn reseal(&self) -> Result<u64, Error> {
        self.inner.store.reseal_key_check(&self.inner.keys, &*self.inner.random).await?;
        let mut resealed = 0;
        for place in &PLACES {
            let mut after = Uuid::nil();
            loop {
                let values = self.old_values(place, after, AT_ONCE).await?;
                let Some(last) = values.last() else { break };
                after = last.row;
                resealed += self.reseal_values(place, values).await?;
            }
        }
        Ok(resealed)
    }

    async fn reseal_values(&self, place: &Place, values: Vec<Old>) -> Result<u64, Error> {
        let transaction = self.inner.store.begin().await?;
        let mut resealed = 0;
        for old in values {
            let associated = (place.associated)(old.row, old.user);
            let plain = self.inner.keys.open(associated, &old.sealed)?;
            let sealed = self.inner.keys.seal(&*self.inner.random, associated, &plain);
            let update = Query::update()
                .table(Alias::new(place.table))
                .value(Alias::new(place.sealed), sealed.bytes)
                .value(Alias::new(place.key), sealed.key_id)
                .and_where(Expr::col(Alias::new("id")).eq(old.row))
                .and_where(Expr::col(Alias::new(place.sealed)).eq(old.sealed.bytes))
                .to_owned();
            resealed += transaction.execute(&update).await?.rows_affected();
        }
        self.commit(transaction, "reseal").await?;
        Ok(resealed)
    }

    async fn old_values(&self, place: &Place, after: Uuid, most: u64) -> Result<Vec<Old>, Error> {
        let rows =
            self.inner.store.reader().query_all(&place.select(self.inner.keys.newest(), after, most)).await?;
        rows.iter()
            .map(|row| {
                Ok(Old {
                    row: row.try_get_by_index(0)?,
                    sealed: Sealed { bytes: row.try_get_by_index(1)?, key_id: row.try_get_by_index(2)? },
                    user: if place.of_user { row.try_get_by_index(3)? } else { Uuid::nil() },
                })
            })
            .collect()
    }
}

impl Place {
    fn select(&self, newest: i64, after: Uuid, most: u64) -> SelectStatement {
        let column = Alias::new;
        let mut select = Query::select();
        select
            .columns([column("id"), column(self.sealed), column(self.key)])
            .from(column(self.table))
            .and_where(Expr::col(column(self.key)).lt(newest))
            .and_where(Expr::col(column(self.sealed)).is_not_null())
            .and_where(Expr::col(column("id")).gt(after))
            .order_by(column("id"), sea_orm::Order::Asc)
            .limit(most);
        if self.of_user {
            select.column(column("user_id"));
        }
        if let Some((name, value)) = self.only {
            select.and_where(Expr::col(column(name)).eq(value));
        }
        select
    }
}
