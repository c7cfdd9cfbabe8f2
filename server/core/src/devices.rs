//! Signed-in devices: a person sees where they are signed in, and ends it (S34).

use domain::{Ended, Lifetime, SessionId, SessionState, Timestamp};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client};
use crate::store::entities::session;
use crate::{Error, Vestibule, device};

/// How many devices are shown, the last used first; signing out all others ends the rest too.
const MOST_SHOWN: u64 = 50;

/// A device on which a person is signed in.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its session.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub this: bool,
    /// Browser and system.
    pub name: String,
    /// The network address that it signed in from.
    pub address: String,
    /// When the person signed in on it.
    pub since: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
}

impl Vestibule {
    /// Where the caller is signed in: here first, then the others, the last used first.
    ///
    /// # Errors
    /// What the store says.
    pub async fn devices(&self, caller: &Caller) -> Result<Vec<Device>, Error> {
        let signed_in = caller.signed_in()?;
        let limits = &self.inner.settings.session_limits;
        let lifetime = Lifetime::of(SessionState::Full, signed_in.administrator, limits);
        let now = self.now();
        let rows = session::Entity::find()
            .filter(session::Column::UserId.eq(signed_in.user.id.0))
            .filter(session::Column::State.eq(SessionState::Full.as_str()))
            .filter(session::Column::Epoch.eq(self.inner.store.epoch()))
            .filter(session::Column::EndedAt.is_null())
            .filter(session::Column::UsedAt.gt(now.plus(-lifetime.idle).0))
            .filter(session::Column::StateSince.gt(now.plus(-lifetime.absolute).0))
            .order_by_desc(session::Column::UsedAt)
            .limit(MOST_SHOWN)
            .all(self.inner.store.reader())
            .await?;
        let mut devices: Vec<Device> = rows
            .into_iter()
            .map(|row| Device {
                id: SessionId(row.id),
                this: row.id == signed_in.record.id,
                name: device::name(&row.browser),
                address: row.address,
                since: Timestamp(row.state_since),
                used_at: Timestamp(row.used_at),
            })
            .collect();
        devices.sort_by_key(|device| !device.this);
        Ok(devices)
    }

    /// Signs another device of the caller's out. One that is gone already is no error: it is as it was wished.
    ///
    /// # Errors
    /// [`Error::Stale`] for another record than the caller's.
    pub async fn end_device(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        device: SessionId,
    ) -> Result<(), Error> {
        let which = session::Column::Id.eq(device.0).and(session::Column::Id.ne(record.0));
        self.sign_out_elsewhere(client, caller, record, which).await
    }

    /// Signs every other device of the caller's out, and ends sign-ins under way.
    ///
    /// # Errors
    /// [`Error::Stale`] for another record than the caller's.
    pub async fn end_other_devices(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
    ) -> Result<(), Error> {
        self.sign_out_elsewhere(client, caller, record, session::Column::Id.ne(record.0)).await
    }

    async fn sign_out_elsewhere(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        which: sea_orm::sea_query::SimpleExpr,
    ) -> Result<(), Error> {
        let signed_in = caller.of_record(record)?;
        let user = signed_in.user.id;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        let ended = self.end_records_where(&transaction, user, which, Ended::SignedOutElsewhere).await?;
        if ended > 0 {
            self.audit(&transaction, Entry::own(Event::SignedOutElsewhere, user, client)).await?;
        }
        self.commit(transaction, "sign_out_elsewhere").await
    }
}
