//! Messages on their way: written in the transaction of the change, sent afterwards by a
//! worker, so that a gateway that is down loses nothing and several instances send once. What becomes of them at the gateway
//! is in `delivery`.

mod delivery;

use std::time::Duration;

use async_trait::async_trait;
use domain::{CampaignId, DAY, HOUR, MINUTE, OutboxId, SECOND, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

pub use delivery::{Delivery, Undeliverable};

use crate::keys::{AssociatedData, Sealed};
use crate::store::entities::{campaign, outbox};
use crate::{Error, Vestibule};

/// How long a worker has to send a message that it has taken, in milliseconds; then another may.
const LEASE: i64 = MINUTE;
/// How long a gateway may take (fault tests: a gateway that hangs).
const GATEWAY_TIMEOUT: Duration = Duration::from_secs(10);
/// How often the worker looks for messages of other instances.
const LOOK: Duration = Duration::from_secs(1);
/// How long a notice is tried, in milliseconds.
pub(crate) const NOTICE_LASTS: i64 = 3 * DAY;
/// The longest pause between two tries, in milliseconds.
const LONGEST_PAUSE: i64 = 15 * MINUTE;
/// The pause after a refusal, in milliseconds: the gateway was there, and asking it more often does not change its mind.
const PAUSE_AFTER_REFUSAL: i64 = HOUR;
/// How many messages in a row a gateway puts off until no more are tried before the next look: one that is down is not asked a
/// hundred thousand times.
const MOST_IN_VAIN: u32 = 10;
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

    /// Sends what is due on a channel, until the task is dropped. Failures are logged and tried again. Each channel has a
    /// worker of its own: a gateway that hangs holds up nothing but its own messages.
    pub async fn run_outbox(self, sender: &dyn Sender, channel: Channel) {
        loop {
            // By a clock that is off, what is due looks too old, and would be given up.
            if self.clock_is_right()
                && let Err(error) = self.send_due_on(sender, channel).await
            {
                tracing::error!(%error, "the outbox could not be read");
            }
            // Either end of the wait leads to the same look.
            let _ = tokio::time::timeout(LOOK, self.inner.outbox_ready.notified()).await;
        }
    }

    /// Sends every message that is due now. How many were sent.
    ///
    /// # Errors
    /// What the store says; what was sent before stays sent.
    pub async fn send_due(&self, sender: &dyn Sender) -> Result<u32, Error> {
        let mut sent = 0;
        for channel in Channel::ALL {
            sent += self.send_due_on(sender, channel).await?;
        }
        Ok(sent)
    }

    async fn send_due_on(&self, sender: &dyn Sender, channel: Channel) -> Result<u32, Error> {
        let mut sent = 0;
        let mut in_vain = 0;
        while in_vain < MOST_IN_VAIN
            && let Some(row) = self.lease_next(channel).await?
        {
            match self.deliver(sender, row).await? {
                Became::Sent => {
                    sent += 1;
                    in_vain = 0;
                }
                Became::PutOff => in_vain += 1,
                Became::Skipped | Became::Undeliverable | Became::GivenUp => {}
            }
        }
        Ok(sent)
    }

    /// The message that is due and ends first: what is worth something for minutes goes before what is for days. The many of
    /// campaigns wait for all others.
    async fn next_due(&self, channel: Channel) -> Result<Option<outbox::Model>, Error> {
        let due = || {
            outbox::Entity::find()
                .filter(outbox::Column::Channel.eq(channel.name()))
                .filter(outbox::Column::SentAt.is_null())
                .filter(outbox::Column::FailedAt.is_null())
                .filter(outbox::Column::DueAt.lte(self.now().0))
                .order_by_asc(outbox::Column::ExpiresAt)
                .limit(1)
        };
        let reader = self.inner.store.reader();
        let single = due().filter(outbox::Column::CampaignId.is_null()).one(reader).await?;
        if single.is_some() {
            return Ok(single);
        }
        Ok(due().filter(outbox::Column::CampaignId.is_not_null()).one(reader).await?)
    }

    /// Takes the message whose turn it is, so that no other worker sends it meanwhile.
    async fn lease_next(&self, channel: Channel) -> Result<Option<outbox::Model>, Error> {
        loop {
            let now = self.now();
            let Some(row) = self.next_due(channel).await? else { return Ok(None) };
            let transaction = self.inner.store.begin().await?;
            let leased = outbox::Entity::update_many()
                .col_expr(outbox::Column::DueAt, Expr::value(now.plus(LEASE).0))
                .col_expr(outbox::Column::Tries, Expr::value(row.tries + 1))
                .filter(outbox::Column::Id.eq(row.id))
                .filter(outbox::Column::DueAt.eq(row.due_at))
                .filter(outbox::Column::SentAt.is_null())
                .exec(&transaction)
                .await?;
            transaction.commit().await?;
            if leased.rows_affected == 1 {
                return Ok(Some(row));
            }
        }
    }

    fn opened(&self, row: &outbox::Model) -> Result<Parcel, Error> {
        let bytes = row.sealed.clone().ok_or(Error::Corrupt("message without text"))?;
        let plain = self.inner.keys.open(associated(row.id), &Sealed { key_id: row.key_id, bytes })?;
        serde_json::from_slice(&plain).map_err(|_| Error::Corrupt("message"))
    }

    /// Sends one message and writes down how it went.
    async fn deliver(&self, sender: &dyn Sender, row: outbox::Model) -> Result<Became, Error> {
        let outcome = match self.now() >= Timestamp(row.expires_at) {
            true => Err(SendError::Later("it is too old".to_owned())),
            // One that cannot be opened is put off like the others: it must not stand in their way.
            false => match self.opened(&row) {
                Err(error) => Err(SendError::Later(error.to_string())),
                Ok(Parcel::Message(message)) => hand_over(sender, OutboxId(row.id), &message).await,
                Ok(Parcel::PasswordReset(request)) => {
                    let mailed = self.mail_reset_link(OutboxId(row.id), &request).await;
                    mailed.map_err(|error| SendError::Later(error.to_string()))
                }
                Ok(Parcel::Campaign { campaign, user }) => match self.campaign_mail(campaign, user).await {
                    Err(error) => Err(SendError::Later(error.to_string())),
                    Ok(Some(message)) => hand_over(sender, OutboxId(row.id), &message).await,
                    Ok(None) => return self.skip(&row).await,
                },
            },
        };
        self.write_down(&row, &outcome).await
    }

    /// Writes down that a mail of a campaign is not needed any more.
    async fn skip(&self, row: &outbox::Model) -> Result<Became, Error> {
        let transaction = self.inner.store.begin().await?;
        if self.done_with(&transaction, OutboxId(row.id)).await? {
            self.count_campaign_mail(&transaction, row.campaign_id, campaign::Column::Skipped).await?;
        }
        transaction.commit().await?;
        Ok(Became::Skipped)
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

    async fn write_down(
        &self,
        row: &outbox::Model,
        outcome: &Result<(), SendError>,
    ) -> Result<Became, Error> {
        let (id, now) = (OutboxId(row.id), self.now());
        let done = |column| {
            outbox::Entity::update_many()
                .col_expr(column, Expr::value(now.0))
                .col_expr(outbox::Column::Sealed, Expr::value(Option::<Vec<u8>>::None))
        };
        let (became, update) = match outcome {
            Ok(()) => (Became::Sent, done(outbox::Column::SentAt)),
            Err(SendError::Undeliverable(why)) => {
                tracing::warn!(%id, %why, "a message cannot be delivered");
                let failed = done(outbox::Column::FailedAt);
                (Became::Undeliverable, failed.col_expr(outbox::Column::Delivery, Expr::value(why.as_str())))
            }
            Err(error) if now >= Timestamp(row.expires_at) => {
                tracing::error!(%id, %error, "a message is given up");
                (Became::GivenUp, done(outbox::Column::FailedAt))
            }
            Err(error) => {
                tracing::warn!(%id, %error, "a message could not be sent and is tried again");
                (Became::PutOff, put_off(row, error, now))
            }
        };
        let (channel, name) = (row.channel.clone(), became.name());
        metrics::counter!("vestibule_messages_total", "channel" => channel, "became" => name).increment(1);
        let transaction = self.inner.store.begin().await?;
        let unsent = update.filter(outbox::Column::Id.eq(row.id)).filter(outbox::Column::SentAt.is_null());
        let changed = unsent.exec(&transaction).await?.rows_affected == 1;
        if let Some(counter) = became.counter().filter(|_| changed) {
            self.count_campaign_mail(&transaction, row.campaign_id, counter).await?;
        }
        transaction.commit().await?;
        Ok(became)
    }
}

/// What became of a message when its turn came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Became {
    Sent,
    /// Not needed any more.
    Skipped,
    /// Tried again.
    PutOff,
    /// Its recipient cannot be reached.
    Undeliverable,
    /// Its time is over.
    GivenUp,
}

impl Became {
    /// The name in the metrics.
    const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Skipped => "skipped",
            Self::PutOff => "put_off",
            Self::Undeliverable => "undeliverable",
            Self::GivenUp => "given_up",
        }
    }

    /// Where a campaign counts it.
    const fn counter(self) -> Option<campaign::Column> {
        match self {
            Self::Sent => Some(campaign::Column::Sent),
            Self::Skipped => Some(campaign::Column::Skipped),
            Self::PutOff => None,
            Self::Undeliverable | Self::GivenUp => Some(campaign::Column::Failed),
        }
    }
}

/// The change that puts a message off. Of a mail that is refused it is kept: who invited somebody sees it.
fn put_off(row: &outbox::Model, error: &SendError, now: Timestamp) -> sea_orm::UpdateMany<outbox::Entity> {
    let refused = !matches!(error, SendError::Later(_));
    let pause = if refused { PAUSE_AFTER_REFUSAL } else { pause(row.tries) };
    let update =
        outbox::Entity::update_many().col_expr(outbox::Column::DueAt, Expr::value(now.plus(pause).0));
    if refused && row.channel == Channel::Mail.name() {
        return update.col_expr(outbox::Column::Delivery, Expr::value(REFUSED));
    }
    update
}

/// Hands a message to its gateway, which has its time for it and no more.
async fn hand_over(sender: &dyn Sender, id: OutboxId, message: &Message) -> Result<(), SendError> {
    match tokio::time::timeout(GATEWAY_TIMEOUT, sender.send(id, message)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(SendError::Later("the gateway did not answer in time".to_owned())),
    }
}

/// What a message belongs to.
pub(crate) fn associated(id: Uuid) -> AssociatedData {
    AssociatedData { table: "outbox", row: id, user: Uuid::nil() }
}

/// Milliseconds until the next try, after `tries` earlier ones: five seconds, doubling.
fn pause(tries: i64) -> i64 {
    (5 * SECOND).saturating_mul(1 << tries.clamp(0, 20)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_five_seconds_apart_and_then_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<i64> = (0..10).map(|tries| pause(tries) / SECOND).collect();
        assert_eq!(seconds, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
    }

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
