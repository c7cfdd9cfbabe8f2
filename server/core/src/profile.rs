//! The profile: a person's name and time zone.

use domain::SessionId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client};
use crate::people::{NAME_LENGTH, checked_name, sought_as};
use crate::store::entities::{membership, user};
use crate::{Error, Vestibule, local_time};

impl Vestibule {
    /// Saves the caller's name and time zone; `None`: the zone of whatever device they use. Gives the caller as it is
    /// then.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::Stale`] for another record than the caller's.
    pub async fn save_profile(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        name: &str,
        time_zone: Option<&str>,
    ) -> Result<Caller, Error> {
        let signed_in = caller.of_record(record)?;
        let user = signed_in.user.id;
        let invalid = |field, why| Error::Invalid { field, why };
        let name = checked_name(name).map_err(|_| {
            invalid("name", format!("Enter your name, with at most {NAME_LENGTH} characters."))
        })?;
        if let Some(zone) = time_zone {
            local_time::zone(zone)
                .map_err(|_| invalid("time_zone", "Select a time zone from the list.".to_owned()))?;
        }
        if name == signed_in.user.name && time_zone == signed_in.user.time_zone.as_deref() {
            return self.caller_by_id(record).await;
        }
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        user::Entity::update_many()
            .col_expr(user::Column::Name, Expr::value(name))
            .col_expr(user::Column::TimeZone, Expr::value(time_zone.map(str::to_owned)))
            .filter(user::Column::Id.eq(user.0))
            .exec(&transaction)
            .await?;
        // An invitation that is not accepted goes by the name that the company gave.
        membership::Entity::update_many()
            .col_expr(membership::Column::SoughtAs, Expr::value(sought_as(name)))
            .filter(membership::Column::UserId.eq(user.0))
            .filter(membership::Column::AcceptedAt.is_not_null())
            .exec(&transaction)
            .await?;
        self.audit(&transaction, Entry::own(Event::ProfileChanged, user, client)).await?;
        self.commit(transaction, "save_profile").await?;
        self.caller_by_id(record).await
    }
}
