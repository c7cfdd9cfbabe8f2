//! Messages on their way: written in the transaction of the change, sent afterwards by the workers of `sending`, so that a
//! gateway that is down loses nothing and several instances send once. What becomes of them at the gateway is in `delivery`.

mod delivery;
mod sending;

use async_trait::async_trait;
use domain::{CampaignId, DAY, OutboxId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

pub use delivery::{Delivery, Undeliverable};

use crate::keys::{AssociatedData, Sealed};
use crate::store::entities::outbox;
use crate::{Error, Vestibule};

/// How long a notice is tried, in milliseconds.
pub(crate) const NOTICE_LASTS: i64 = 3 * DAY;
/// What is stored of a mail that was refused, and is tried again.
pub(crate) const REFUSED: &str = "refused";

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail.
    Mail,
    /// A text message to a phone.
    Text,
}

/// A message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// How it travels.
    pub channel: Channel,
    /// The address, or the number (E.164).
    pub to: String,
    /// The subject line; empty for a text message.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The same as HTML, for who shows that.
    pub html: Option<String>,
}

/// What a row of the outbox holds.
#[derive(Serialize, Deserialize)]
pub(crate) enum Parcel {
    /// A message, ready to be sent.
    Message(Message),
    /// Somebody has forgotten a password: whether the address has an account is found out here, and not where its
    /// asker could measure it.
    PasswordReset(ResetRequest),
    /// One of a campaign's many: it is written when its turn comes, if it is still needed then.
    Campaign {
        /// Which.
        campaign: CampaignId,
        /// To whom.
        user: UserId,
    },
}

/// Forgot your password?, from whoever asked.
#[derive(Serialize, Deserialize)]
pub(crate) struct ResetRequest {
    /// Normalised address.
    pub email: String,
    /// From where it was asked.
    pub address: String,
    /// With which browser.
    pub browser: String,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Message").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// Why a message could not be sent; it is tried again, for as long as it is worth something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The gateway could not be reached, or asks for patience: soon again.
    #[error("{0}")]
    Later(String),
    /// The gateway refuses this very message or its recipient: hourly again.
    #[error("{0}")]
    Refused(String),
    /// It cannot reach this recipient: not again, and the person is told.
    #[error("{0}")]
    Undeliverable(Undeliverable),
}

/// Sends messages.
#[async_trait]
pub trait Sender: Send + Sync {
    /// Hands a message to its gateway; `Ok` only once the gateway has taken it. `id` is the same at every try, and is
    /// what a report of the gateway about it names.
    async fn send(&self, id: OutboxId, message: &Message) -> Result<(), SendError>;
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 2] = [Self::Mail, Self::Text];

    const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Text => "text",
        }
    }
}

impl Vestibule {
    /// Puts a message into the outbox, to be sent once the transaction is committed; tried for `lasts` milliseconds. Gives
    /// its id.
    pub(crate) async fn post(
        &self,
        transaction: &DatabaseTransaction,
        message: Message,
        lasts: i64,
    ) -> Result<Uuid, Error> {
        self.put_into_outbox(transaction, message.channel, &Parcel::Message(message), lasts).await
    }

    /// As [`Vestibule::post`], for any parcel.
    pub(crate) async fn put_into_outbox(
        &self,
        transaction: &DatabaseTransaction,
        channel: Channel,
        parcel: &Parcel,
        lasts: i64,
    ) -> Result<Uuid, Error> {
        let row = self.outbox_row(channel, parcel, lasts, None)?;
        let id = row.id.clone().take().ok_or(Error::Corrupt("message"))?;
        outbox::Entity::insert(row).exec_without_returning(transaction).await?;
        Ok(id)
    }

    /// A row of the outbox. With a `key`, a second one with the same is refused by the database.
    pub(crate) fn outbox_row(
        &self,
        channel: Channel,
        parcel: &Parcel,
        lasts: i64,
        key: Option<String>,
    ) -> Result<outbox::ActiveModel, Error> {
        let id = self.id();
        let plain = Zeroizing::new(serde_json::to_vec(parcel).map_err(|_| Error::Corrupt("message"))?);
        let sealed = self.inner.keys.seal(&*self.inner.random, associated(id), &plain);
        let now = self.now();
        Ok(outbox::ActiveModel {
            id: Set(id),
            channel: Set(channel.name().to_owned()),
            dedupe_key: Set(key),
            sealed: Set(Some(sealed.bytes)),
            key_id: Set(sealed.key_id),
            created_at: Set(now.0),
            due_at: Set(now.0),
            expires_at: Set(now.plus(lasts).0),
            tries: Set(0),
            sent_at: Set(None),
            failed_at: Set(None),
            delivery: Set(None),
            campaign_id: Set(None),
        })
    }

    /// Wakes the workers: a message was committed.
    pub(crate) fn outbox_has_mail(&self) {
        self.inner.outbox_ready.notify_waiters();
    }

    fn opened(&self, row: &outbox::Model) -> Result<Parcel, Error> {
        let bytes = row.sealed.clone().ok_or(Error::Corrupt("message without text"))?;
        let plain = self.inner.keys.open(associated(row.id), &Sealed { key_id: row.key_id, bytes })?;
        serde_json::from_slice(&plain).map_err(|_| Error::Corrupt("message"))
    }

    /// Writes down in the transaction of what came of a parcel that nothing else is to be done about it. Whether that was not
    /// so before.
    pub(crate) async fn done_with(
        &self,
        transaction: &DatabaseTransaction,
        parcel: OutboxId,
    ) -> Result<bool, Error> {
        let done = outbox::Entity::update_many()
            .col_expr(outbox::Column::SentAt, Expr::value(self.now().0))
            .col_expr(outbox::Column::Sealed, Expr::value(Option::<Vec<u8>>::None))
            .filter(outbox::Column::Id.eq(parcel.0))
            .filter(outbox::Column::SentAt.is_null())
            .exec(transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }
}

/// What a message belongs to.
pub(crate) fn associated(id: Uuid) -> AssociatedData {
    AssociatedData { table: "outbox", row: id, user: Uuid::nil() }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S51
    #[test]
    fn a_message_does_not_print_its_text() {
        let message = Message {
            channel: Channel::Mail,
            to: "anna@example.com".to_owned(),
            subject: "subject".to_owned(),
            body: "canary".to_owned(),
            html: None,
        };
        assert_eq!(format!("{message:?}"), "Message { channel: Mail, .. }");
    }
}
