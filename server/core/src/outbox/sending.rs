//! The workers that send what is in the outbox. Any number may be at it, also on other instances: a message that is taken is
//! leased.

use std::time::Duration;

use domain::{HOUR, MINUTE, OutboxId, SECOND, Timestamp};
use futures_util::future::join_all;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Channel, Message, NOTICE_LASTS, Parcel, REFUSED, SendError, Sender};
use crate::store::entities::{campaign, outbox};
use crate::{Error, Vestibule};

/// How long a worker has to send a message that it has taken, in milliseconds; then another may.
const LEASE: i64 = MINUTE;
/// How long a gateway may take (fault tests: a gateway that hangs).
const GATEWAY_TIMEOUT: Duration = Duration::from_secs(10);
/// How often the worker looks for messages of other instances.
const LOOK: Duration = Duration::from_secs(1);
/// The longest pause between two tries, in milliseconds.
const LONGEST_PAUSE: i64 = 15 * MINUTE;
/// The pause after a refusal, in milliseconds: the gateway was there, and asking it more often does not change its mind.
const PAUSE_AFTER_REFUSAL: i64 = HOUR;
/// How many messages in a row a gateway puts off until no more are tried before the next look: one that is down is not asked a
/// hundred thousand times.
const MOST_IN_VAIN: u32 = 10;
/// The pause after each of the mails by the thousand: who signs in meanwhile finds processor and database free.
const PACE: Duration = Duration::from_millis(25);
/// How many of the mails by the thousand are sent at the same time, besides one.
const BULK_LANES: u64 = 3;

/// What is sent one after the other.
#[derive(Clone, Copy, Debug)]
enum Lane {
    /// Everything on a channel, in the order in which it ends.
    All(Channel),
    /// Mails by the thousand, which are invitations and those of campaigns: nobody waits for one. The number, from 1, says how
    /// many are passed over: those are other lanes'.
    Bulk(u64),
}

impl Vestibule {
    /// Sends what is due on a channel, until the task is dropped. Failures are logged and tried again. Each channel has a
    /// worker of its own: a gateway that hangs holds up nothing but its own messages.
    pub async fn run_outbox(self, sender: &dyn Sender, channel: Channel) {
        loop {
            if let Err(error) = self.send_due_in(sender, Lane::All(channel)).await {
                tracing::error!(%error, "the outbox could not be read");
            }
            // Either end of the wait leads to the same look.
            let _ = tokio::time::timeout(LOOK, self.inner.outbox_ready.notified()).await;
        }
    }

    /// Helps with mails by the thousand, several at a time, until the task is dropped: a mail server may take long for each.
    pub async fn run_bulk_mail(self, sender: &dyn Sender) {
        loop {
            tokio::time::sleep(LOOK).await;
            if let Err(error) = self.send_bulk(sender).await {
                tracing::error!(%error, "the outbox could not be read");
            }
        }
    }

    /// Sends what is due of mails by the thousand, but for the first, which is another worker's. How many were sent.
    ///
    /// # Errors
    /// What the store says; what was sent before stays sent.
    pub async fn send_bulk(&self, sender: &dyn Sender) -> Result<u32, Error> {
        // Mostly there are none, and one look says so.
        if self.next_due(Lane::Bulk(1)).await?.is_none() {
            return Ok(0);
        }
        let lanes = (1..=BULK_LANES).map(|number| self.send_due_in(sender, Lane::Bulk(number)));
        // Every lane finishes what it has begun, whatever becomes of the others: what is cut off is sent twice.
        join_all(lanes).await.into_iter().sum()
    }

    /// Sends every message that is due now. How many were sent.
    ///
    /// # Errors
    /// What the store says; what was sent before stays sent.
    pub async fn send_due(&self, sender: &dyn Sender) -> Result<u32, Error> {
        let mut sent = 0;
        for channel in Channel::ALL {
            sent += self.send_due_in(sender, Lane::All(channel)).await?;
        }
        Ok(sent)
    }

    async fn send_due_in(&self, sender: &dyn Sender, lane: Lane) -> Result<u32, Error> {
        // A mail server may take few connections at a time: where it refuses one, the lanes besides make room.
        let most_in_vain = if matches!(lane, Lane::Bulk(_)) { 1 } else { MOST_IN_VAIN };
        let mut sent = 0;
        let mut in_vain = 0;
        // By a clock that is off, what is due looks too old, and would be given up.
        while in_vain < most_in_vain
            && self.clock_is_right()
            && let Some(row) = self.lease_next(lane).await?
        {
            let bulk = row.campaign_id.is_some() || row.expires_at > self.now().plus(NOTICE_LASTS).0;
            match self.deliver(sender, row).await? {
                Became::Sent => {
                    sent += 1;
                    in_vain = 0;
                }
                Became::PutOff => in_vain += 1,
                Became::Skipped | Became::Undeliverable | Became::GivenUp => {}
            }
            if bulk {
                tokio::time::sleep(PACE).await;
            }
        }
        Ok(sent)
    }

    /// The message that is due and ends first: what is worth something for minutes goes before what is for days. The many of
    /// campaigns wait for all others.
    async fn next_due(&self, lane: Lane) -> Result<Option<outbox::Model>, Error> {
        let (channel, passed_over, at_least) = match lane {
            Lane::All(channel) => (channel, 0, 0),
            Lane::Bulk(number) => (Channel::Mail, number, self.now().plus(NOTICE_LASTS).0),
        };
        let due = || {
            outbox::Entity::find()
                .filter(outbox::Column::Channel.eq(channel.name()))
                .offset(passed_over)
                .filter(outbox::Column::SentAt.is_null())
                .filter(outbox::Column::FailedAt.is_null())
                .filter(outbox::Column::DueAt.lte(self.now().0))
                .order_by_asc(outbox::Column::ExpiresAt)
                .limit(1)
        };
        let reader = self.inner.store.reader();
        let single = due().filter(outbox::Column::CampaignId.is_null());
        let single = single.filter(outbox::Column::ExpiresAt.gt(at_least)).one(reader).await?;
        if single.is_some() {
            return Ok(single);
        }
        Ok(due().filter(outbox::Column::CampaignId.is_not_null()).one(reader).await?)
    }

    /// Takes the message whose turn it is, so that no other worker sends it meanwhile.
    async fn lease_next(&self, lane: Lane) -> Result<Option<outbox::Model>, Error> {
        loop {
            let now = self.now();
            let Some(row) = self.next_due(lane).await? else { return Ok(None) };
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
}
