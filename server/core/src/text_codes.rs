//! Codes by text message (S16 to S18): sent when the person asks, within budgets that are reserved in the database before
//! any gateway is called, and consumed by one conditional update.

use domain::{DAY, HOUR, MINUTE, OneTimeCode, SECOND, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::audit::{Entry, Event};
use crate::caller::{Client, SignedIn};
use crate::codes::{self, WRONG_CODES};
use crate::outbox::Delivery;
use crate::phone_number::PhoneNumber;
use crate::store::entities::{code, outbox, session, text_count};
use crate::{Error, Vestibule, random, texts};

/// How long a code works, in milliseconds (S16).
const LASTS: i64 = 5 * MINUTE;
/// How many a person is sent in a day.
const A_DAY_PER_PERSON: u64 = 10;
/// How many a number is sent in a day.
const A_DAY_PER_NUMBER: u64 = 30;
/// How many of a network's codes may expire unconfirmed in an hour. A crew behind one address on the morning of the
/// date confirms its codes, and is not an attack.
const UNCONFIRMED_PER_NETWORK: u64 = 20;
/// How many a known browser is sent in an hour whatever its network does.
const AN_HOUR_PER_KNOWN_BROWSER: u64 = 5;
/// How long a gateway usually takes at most, in milliseconds.
const USUAL: i64 = 10 * SECOND;
/// Stands for all countries in the daily counts.
const EVERYWHERE: i64 = 0;

/// What a code is sent for; one of another purpose does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextPurpose {
    /// The second door.
    Challenge,
    /// Once more, for an act.
    StepUp,
    /// The number that there is, before something is set up.
    Proof,
    /// The number that is being set up.
    NewNumber,
    /// The old number, in a recovery.
    Keep,
}

impl TextPurpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Challenge => "text_challenge",
            Self::StepUp => "text_step_up",
            Self::Proof => "text_proof",
            Self::NewNumber => "text_new_number",
            Self::Keep => "text_keep",
        }
    }
}

/// A code for something, of a flow or of the session itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextFor<'a> {
    pub purpose: TextPurpose,
    pub flow: Option<Uuid>,
    pub number: &'a PhoneNumber,
}

/// A code that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texted {
    /// When.
    pub sent_at: Timestamp,
    /// From when another can be sent.
    pub again_at: Timestamp,
    /// How many more can be sent before the long pauses.
    pub before_long_pause: u32,
    /// What has become of it.
    pub delivery: Delivery,
}

impl Vestibule {
    /// Sends a code. The person is locked, so that of two at once one counts the other.
    ///
    /// # Errors
    /// [`Error::Paused`] where a budget says so; [`Error::NoTexts`] where the instance or the country has none left
    /// today, or none are sent at all.
    pub(crate) async fn send_text_code(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        about: TextFor<'_>,
    ) -> Result<(), Error> {
        if !self.inner.settings.text_available {
            return Err(Error::NoTexts);
        }
        let network = self.network_hash(&client.address);
        self.check_pauses(transaction, signed_in, about).await?;
        self.check_network(transaction, client, signed_in, &network).await?;
        self.count_text(transaction, about.number).await?;
        let now = self.now();
        let new = OneTimeCode::from_number(random::below(&*self.inner.random, 1_000_000));
        let message = texts::code_message(&self.inner.settings, about.number, &new);
        let outbox_id = self.post(transaction, message, LASTS).await?;
        code::Entity::insert(code::ActiveModel {
            id: Set(self.id()),
            user_id: Set(signed_in.user.id.0),
            session_id: Set(Some(signed_in.record.id)),
            flow_id: Set(about.flow),
            purpose: Set(about.purpose.name().to_owned()),
            channel: Set("text".to_owned()),
            target_index: Set(self.number_index(about.number)),
            code_hash: Set(self.text_code_hash(signed_in, about, &new)),
            network: Set(Some(network)),
            browser: Set(self
                .known_browser(transaction, client, signed_in.user.id)
                .await?
                .map(|browser| browser.0)),
            outbox_id: Set(Some(outbox_id)),
            created_at: Set(now.0),
            expires_at: Set(now.plus(LASTS).0),
            consumed_at: Set(None),
        })
        .exec_without_returning(transaction)
        .await?;
        // A sign-in waits for the message (S7).
        session::Entity::update_many()
            .col_expr(session::Column::TextedAt, Expr::value(now.0))
            .filter(session::Column::Id.eq(signed_in.record.id))
            .exec(transaction)
            .await?;
        self.audit(transaction, Entry::own(Event::CodeTexted, signed_in.user.id, client)).await
    }

    /// Whether text messages are failing: some wait, and none was taken by the gateway in the last five minutes.
    pub(crate) async fn texts_are_failing(&self) -> Result<bool, Error> {
        let lately = self.now().plus(-LASTS).0;
        let texts = || {
            outbox::Entity::find()
                .filter(outbox::Column::Channel.eq("text"))
                .filter(outbox::Column::CreatedAt.gt(lately))
        };
        let reader = self.inner.store.reader();
        let waits = texts()
            .filter(outbox::Column::SentAt.is_null())
            .filter(outbox::Column::FailedAt.is_null())
            .filter(outbox::Column::Tries.gt(0))
            .filter(outbox::Column::CreatedAt.lt(self.now().plus(-USUAL).0))
            .one(reader)
            .await?;
        Ok(waits.is_some()
            && texts().filter(outbox::Column::SentAt.is_not_null()).one(reader).await?.is_none())
    }

    /// The code that was sent last for this, if it still works.
    pub(crate) async fn texted(
        &self,
        connection: &impl ConnectionTrait,
        signed_in: &SignedIn,
        about: TextFor<'_>,
    ) -> Result<Option<Texted>, Error> {
        let last = code::Entity::find()
            .filter(self.is_about(signed_in, about))
            .filter(code::Column::ConsumedAt.is_null())
            .filter(code::Column::ExpiresAt.gt(self.now().0))
            .order_by_desc(code::Column::CreatedAt)
            .order_by_desc(code::Column::Id)
            .one(connection)
            .await?;
        let Some(last) = last else { return Ok(None) };
        let sent = self.texts_of(connection, signed_in, HOUR).await?;
        let today = self.texts_of(connection, signed_in, DAY).await?;
        let tomorrow = codes::nth_newest(&today, A_DAY_PER_PERSON).map(|oldest| oldest.plus(DAY));
        let delivery = match last.outbox_id {
            Some(id) => outbox::Entity::find_by_id(id).one(connection).await?.map(|row| Delivery::of(&row)),
            None => None,
        };
        Ok(Some(Texted {
            sent_at: Timestamp(last.created_at),
            again_at: codes::again_at(&sent).max(tomorrow).unwrap_or_else(|| self.now()),
            before_long_pause: codes::before_long_pause(sent.len()),
            delivery: delivery.unwrap_or(Delivery::Waiting),
        }))
    }

    /// Consumes a code by one conditional update. After five wrong ones in a row every code of the flow ends (S17).
    pub(crate) async fn consume_text_code(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        about: TextFor<'_>,
        given: &OneTimeCode,
        failures: u32,
    ) -> Result<(), Error> {
        let now = self.now().0;
        let hash = self.text_code_hash(signed_in, about, given);
        let live = || {
            code::Entity::update_many()
                .filter(self.is_about(signed_in, about))
                .filter(code::Column::ExpiresAt.gt(now))
                .filter(code::Column::ConsumedAt.is_null())
        };
        let consumed = live()
            .col_expr(code::Column::ConsumedAt, Expr::value(now))
            .filter(code::Column::CodeHash.eq(hash.clone()))
            .exec(transaction)
            .await?;
        if consumed.rows_affected >= 1 {
            // Others that were sent for the same are of no use any more, and are not unconfirmed.
            live().col_expr(code::Column::ConsumedAt, Expr::value(now)).exec(transaction).await?;
            return Ok(());
        }
        if failures.is_multiple_of(WRONG_CODES) {
            // Whichever sign-in they were guessed in: the count is the person's.
            code::Entity::update_many()
                .col_expr(code::Column::ExpiresAt, Expr::value(now))
                .filter(code::Column::UserId.eq(signed_in.user.id.0))
                .filter(code::Column::Channel.eq("text"))
                .filter(code::Column::ExpiresAt.gt(now))
                .exec(transaction)
                .await?;
            return Err(Error::ExpiredCode);
        }
        let known = code::Entity::find()
            .filter(self.is_about(signed_in, about))
            .filter(code::Column::CodeHash.eq(hash))
            .one(transaction)
            .await?;
        Err(match known {
            Some(code) if code.consumed_at.is_some() => Error::UsedCode,
            Some(_) => Error::ExpiredCode,
            None => Error::WrongCode,
        })
    }

    /// A minute, two, then five between two messages; ten a day for a person and thirty for a number.
    async fn check_pauses(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        about: TextFor<'_>,
    ) -> Result<(), Error> {
        let now = self.now();
        let held_back = |until: Timestamp, budget: &'static str| {
            metrics::counter!("vestibule_texts_held_back_total", "budget" => budget).increment(1);
            Err(Error::Paused { until, now })
        };
        let recent = self.texts_of(transaction, signed_in, HOUR).await?;
        if let Some(again_at) = codes::again_at(&recent).filter(|again_at| *again_at > now) {
            return held_back(again_at, "pause");
        }
        let today = self.texts_of(transaction, signed_in, DAY).await?;
        if let Some(oldest) = codes::nth_newest(&today, A_DAY_PER_PERSON) {
            return held_back(oldest.plus(DAY), "person");
        }
        // Of several people who share a number, one after the other counts.
        self.inner.store.lock_value(transaction, &self.number_index(about.number)).await?;
        let of_number = code::Entity::find()
            .filter(code::Column::TargetIndex.eq(self.number_index(about.number)))
            .filter(code::Column::CreatedAt.gt(now.plus(-DAY).0))
            .order_by_desc(code::Column::CreatedAt)
            .all(transaction)
            .await?;
        match codes::nth_newest(&of_number, A_DAY_PER_NUMBER) {
            Some(oldest) => held_back(oldest.plus(DAY), "number"),
            None => Ok(()),
        }
    }

    /// Where too many codes of a network came to nothing, only browsers that are known go on, five times an hour.
    async fn check_network(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        network: &[u8],
    ) -> Result<(), Error> {
        let now = self.now();
        let hour = || code::Entity::find().filter(code::Column::CreatedAt.gt(now.plus(-HOUR).0));
        let unconfirmed = hour()
            .filter(code::Column::Network.eq(network))
            .filter(code::Column::ConsumedAt.is_null())
            .filter(code::Column::ExpiresAt.lte(now.0))
            .count(transaction)
            .await?;
        if unconfirmed < UNCONFIRMED_PER_NETWORK {
            return Ok(());
        }
        if let Some(browser) = self.known_browser(transaction, client, signed_in.user.id).await? {
            let own = hour().filter(code::Column::Browser.eq(browser.0)).count(transaction).await?;
            if own < AN_HOUR_PER_KNOWN_BROWSER {
                return Ok(());
            }
        }
        tracing::warn!(address = %client.address, "too many codes of a network were not confirmed: texts to it wait");
        metrics::counter!("vestibule_texts_held_back_total", "budget" => "network").increment(1);
        Err(Error::Paused { until: now.plus(HOUR / 4), now })
    }

    /// One more message today, of all and of the country: reserved by conditional updates.
    async fn count_text(&self, transaction: &DatabaseTransaction, number: &PhoneNumber) -> Result<(), Error> {
        let settings = &self.inner.settings;
        let country = i64::from(number.dial_code());
        if !self.count_of_day(transaction, EVERYWHERE, settings.texts_a_day).await? {
            return Err(Error::NoTexts);
        }
        if self.count_of_day(transaction, country, settings.texts_per_country_a_day).await? {
            return Ok(());
        }
        // Nothing is sent: whoever goes on with this transaction has not used one up.
        text_count::Entity::update_many()
            .col_expr(text_count::Column::Sent, Expr::col(text_count::Column::Sent).sub(1))
            .filter(text_count::Column::Day.eq(self.day()))
            .filter(text_count::Column::DialCode.eq(EVERYWHERE))
            .exec(transaction)
            .await?;
        Err(Error::NoTexts)
    }

    /// Counts one more, unless that is more than the cap. Whether it was counted.
    async fn count_of_day(
        &self,
        transaction: &DatabaseTransaction,
        dial_code: i64,
        cap: u32,
    ) -> Result<bool, Error> {
        let day = self.day();
        text_count::Entity::insert(text_count::ActiveModel {
            day: Set(day),
            dial_code: Set(dial_code),
            sent: Set(0),
        })
        .on_conflict_do_nothing_on([text_count::Column::Day, text_count::Column::DialCode])
        .exec_without_returning(transaction)
        .await?;
        let counted = text_count::Entity::update_many()
            .col_expr(text_count::Column::Sent, Expr::col(text_count::Column::Sent).add(1))
            .filter(text_count::Column::Day.eq(day))
            .filter(text_count::Column::DialCode.eq(dial_code))
            .filter(text_count::Column::Sent.lt(i64::from(cap)))
            .exec(transaction)
            .await?;
        if counted.rows_affected != 1 {
            tracing::error!(dial_code, cap, "no more text messages today: the cap is reached");
            metrics::counter!("vestibule_texts_held_back_total", "budget" => "day").increment(1);
        }
        Ok(counted.rows_affected == 1)
    }

    /// Days since the epoch.
    fn day(&self) -> i64 {
        self.now().0.div_euclid(DAY)
    }

    /// When the person was sent codes by text, the newest first.
    async fn texts_of(
        &self,
        connection: &impl ConnectionTrait,
        signed_in: &SignedIn,
        within: i64,
    ) -> Result<Vec<code::Model>, Error> {
        Ok(code::Entity::find()
            .filter(code::Column::UserId.eq(signed_in.user.id.0))
            .filter(code::Column::Channel.eq("text"))
            .filter(code::Column::CreatedAt.gt(self.now().plus(-within).0))
            .order_by_desc(code::Column::CreatedAt)
            .order_by_desc(code::Column::Id)
            .all(connection)
            .await?)
    }

    fn is_about(&self, signed_in: &SignedIn, about: TextFor<'_>) -> sea_orm::Condition {
        let flow = match about.flow {
            Some(flow) => code::Column::FlowId.eq(flow),
            None => code::Column::FlowId.is_null(),
        };
        sea_orm::Condition::all()
            .add(code::Column::SessionId.eq(signed_in.record.id))
            .add(code::Column::Purpose.eq(about.purpose.name()))
            .add(code::Column::TargetIndex.eq(self.number_index(about.number)))
            .add(flow)
    }

    /// Bound to person, sign-in, purpose, flow and number (S16).
    fn text_code_hash(&self, signed_in: &SignedIn, about: TextFor<'_>, code: &OneTimeCode) -> Vec<u8> {
        let flow = about.flow.unwrap_or(Uuid::nil());
        let parts = [
            signed_in.user.id.0.as_bytes().as_slice(),
            signed_in.record.id.as_bytes(),
            about.purpose.name().as_bytes(),
            flow.as_bytes(),
            about.number.as_str().as_bytes(),
            code.as_str().as_bytes(),
        ];
        self.inner.keys.keyed_hash("text code", &parts)
    }

    /// What accounts of one number have in common, without the number.
    pub(crate) fn number_index(&self, number: &PhoneNumber) -> Vec<u8> {
        self.inner.keys.keyed_hash("phone number", &[number.as_str().as_bytes()])
    }
}
