//! How many codes are sent by text (S18): to a person and a number, to a network, in a day. What is over is refused before
//! any gateway is called.

use domain::{BrowserId, DAY, HOUR, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder,
};

use crate::caller::{Client, SignedIn};
use crate::codes;
use crate::phone_number::PhoneNumber;
use crate::store::entities::{code, text_count};
use crate::text_codes::TEXT;
use crate::{Error, Vestibule};

/// How many a person is sent in a day.
pub(crate) const A_DAY_PER_PERSON: u64 = 10;
/// How many a number is sent in a day.
const A_DAY_PER_NUMBER: u64 = 30;
/// How many of a network's codes may expire unconfirmed in an hour. A crew behind one address on the morning of the
/// date confirms its codes, and is not an attack.
const UNCONFIRMED_PER_NETWORK: u64 = 20;
/// How many a known browser is sent in an hour whatever its network does.
const AN_HOUR_PER_KNOWN_BROWSER: u64 = 5;
/// Stands for all countries in the daily counts.
const EVERYWHERE: i64 = 0;

impl Vestibule {
    /// A minute, two, then five between two messages until a code is used; ten a day for a person and thirty for a number.
    pub(crate) async fn check_pauses(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        number_index: &[u8],
    ) -> Result<(), Error> {
        let now = self.now();
        let held_back = |until: Timestamp, budget: &'static str| {
            metrics::counter!("vestibule_texts_held_back_total", "budget" => budget).increment(1);
            Err(Error::Paused { until, now })
        };
        let today = self.texts_today(transaction, signed_in).await?;
        let again_at = codes::again_at(codes::unused(&today, now));
        if let Some(again_at) = again_at.filter(|again_at| *again_at > now) {
            return held_back(again_at, "pause");
        }
        if let Some(oldest) = codes::nth_newest(&today, A_DAY_PER_PERSON) {
            return held_back(oldest.plus(DAY), "person");
        }
        // Of several people who share a number, one after the other counts.
        self.inner.store.lock_value(transaction, number_index).await?;
        let of_number = code::Entity::find()
            .filter(code::Column::TargetIndex.eq(number_index))
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
    pub(crate) async fn check_network(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        network: &[u8],
        browser: Option<BrowserId>,
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
        if let Some(browser) = browser {
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
    pub(crate) async fn count_text(
        &self,
        transaction: &DatabaseTransaction,
        number: &PhoneNumber,
    ) -> Result<(), Error> {
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

    /// Whether the cap of all, or of any country, is reached today.
    pub(crate) async fn texts_are_capped(&self) -> Result<bool, Error> {
        let settings = &self.inner.settings;
        let today = text_count::Entity::find()
            .filter(text_count::Column::Day.eq(self.day()))
            .all(self.inner.store.reader())
            .await?;
        let capped = |row: &text_count::Model| {
            let all = row.dial_code == EVERYWHERE;
            let cap = if all { settings.texts_a_day } else { settings.texts_per_country_a_day };
            row.sent >= i64::from(cap)
        };
        Ok(settings.text_available && today.iter().any(capped))
    }

    /// Days since the epoch.
    fn day(&self) -> i64 {
        self.now().0.div_euclid(DAY)
    }

    /// The codes that the person was sent by text in the last day, the newest first.
    pub(crate) async fn texts_today(
        &self,
        connection: &impl ConnectionTrait,
        signed_in: &SignedIn,
    ) -> Result<Vec<code::Model>, Error> {
        Ok(code::Entity::find()
            .filter(code::Column::UserId.eq(signed_in.user.id.0))
            .filter(code::Column::Channel.eq(TEXT))
            .filter(code::Column::CreatedAt.gt(self.now().plus(-DAY).0))
            .order_by_desc(code::Column::CreatedAt)
            .order_by_desc(code::Column::Id)
            .all(connection)
            .await?)
    }
}
