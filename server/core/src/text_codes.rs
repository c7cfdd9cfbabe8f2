//! Codes by text message (S16 to S18): sent when the person asks, and entered. How many are sent is in `text_budgets`.

use domain::{DAY, FlowId, MINUTE, OneTimeCode, SECOND, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::audit::{Entry, Event};
use crate::caller::{Client, SignedIn};
use crate::codes::{self, SentCode};
use crate::outbox::Delivery;
use crate::phone_number::PhoneNumber;
use crate::store::entities::{code, outbox, session};
use crate::text_budgets::A_DAY_PER_PERSON;
use crate::{Error, Vestibule, random, texts};

/// The channel of a code that is sent by text.
pub(crate) const TEXT: &str = "text";
/// How long a code works, in milliseconds (S16).
const LASTS: i64 = 5 * MINUTE;
/// How long a gateway usually takes at most, in milliseconds.
const USUAL: i64 = 10 * SECOND;
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
    pub flow: Option<FlowId>,
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
        let number_index = self.number_index(about.number);
        let network = self.network_hash(&client.address);
        let browser = self.known_browser(transaction, client, signed_in.user.id).await?;
        self.check_pauses(transaction, signed_in, &number_index).await?;
        self.check_network(transaction, client, &network, browser).await?;
        self.count_text(transaction, about.number).await?;
        let now = self.now();
        let new = OneTimeCode::from_number(random::below(&*self.inner.random, 1_000_000));
        let message = texts::code_message(&self.inner.settings, about.number, &new);
        let outbox_id = self.post(transaction, message, LASTS).await?;
        code::Entity::insert(code::ActiveModel {
            id: Set(self.id()),
            user_id: Set(signed_in.user.id.0),
            session_id: Set(Some(signed_in.record.id)),
            flow_id: Set(about.flow.map(|flow| flow.0)),
            purpose: Set(about.purpose.name().to_owned()),
            channel: Set(TEXT.to_owned()),
            target_index: Set(number_index),
            code_hash: Set(self.text_code_hash(signed_in, about, &new)),
            network: Set(Some(network)),
            browser: Set(browser.map(|browser| browser.0)),
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
        let today = self.texts_today(connection, signed_in).await?;
        let sent = codes::unused(&today, self.now());
        let tomorrow = codes::nth_newest(&today, A_DAY_PER_PERSON).map(|oldest| oldest.plus(DAY));
        let delivery = match last.outbox_id {
            Some(id) => outbox::Entity::find_by_id(id).one(connection).await?.map(|row| Delivery::of(&row)),
            None => None,
        };
        Ok(Some(Texted {
            sent_at: Timestamp(last.created_at),
            again_at: codes::again_at(sent.clone()).max(tomorrow).unwrap_or_else(|| self.now()),
            before_long_pause: codes::before_long_pause(sent.count()),
            delivery: delivery.unwrap_or(Delivery::Waiting),
        }))
    }

    /// As [`Vestibule::consume_code`].
    pub(crate) async fn consume_text_code(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        about: TextFor<'_>,
        given: &OneTimeCode,
        failures: u32,
    ) -> Result<(), Error> {
        let hash = self.text_code_hash(signed_in, about, given);
        let code = SentCode { channel: TEXT, about: self.is_about(signed_in, about), hash };
        self.consume_code(transaction, signed_in.user.id, code, failures).await
    }

    fn is_about(&self, signed_in: &SignedIn, about: TextFor<'_>) -> sea_orm::Condition {
        let flow = match about.flow {
            Some(flow) => code::Column::FlowId.eq(flow.0),
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
        let flow = about.flow.map_or(Uuid::nil(), |flow| flow.0);
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
