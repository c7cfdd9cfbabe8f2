//! What codes by mail and by text have in common: the pauses between two of them, and how one is consumed.

use domain::{HOUR, MINUTE, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::store::entities::code;
use crate::{Error, Vestibule};

/// The pauses after the first, the second and every further message of which no code was used, in milliseconds (S18).
const PAUSES: [i64; 3] = [MINUTE, 2 * MINUTE, 5 * MINUTE];
/// Wrong codes in a row that end every code of a flow (S17).
const WRONG_CODES: u32 = 5;

/// A code that somebody says was sent to them.
pub(crate) struct SentCode {
    /// How.
    pub channel: &'static str,
    /// Which codes it can be one of.
    pub about: Condition,
    /// Of the code and all that it is bound to (S16).
    pub hash: Vec<u8>,
}

/// Those of the last hour, of these, the newest first, that were sent since one was used: who has used one gets the messages,
/// and need not wait for the next.
pub(crate) fn unused(sent: &[code::Model], now: Timestamp) -> impl Iterator<Item = &code::Model> + Clone {
    let used_at = sent.iter().filter_map(|code| code.consumed_at).max();
    let since = used_at.unwrap_or_default().max(now.plus(-HOUR).0 + 1);
    sent.iter().filter(move |code| code.consumed_at.is_none() && code.created_at >= since)
}

/// From when another may follow these, the newest first.
pub(crate) fn again_at<'a>(mut sent: impl Iterator<Item = &'a code::Model>) -> Option<Timestamp> {
    let last = sent.next()?;
    Some(Timestamp(last.created_at).plus(PAUSES[sent.count().min(PAUSES.len() - 1)]))
}

/// How many more can be sent before the long pause, after so many.
pub(crate) fn before_long_pause(sent: usize) -> u32 {
    u32::try_from(PAUSES.len().saturating_sub(sent)).unwrap_or(0)
}

/// When the oldest of the `most` newest was sent, where there are as many.
pub(crate) fn nth_newest(sent: &[code::Model], most: u64) -> Option<Timestamp> {
    let at = usize::try_from(most).ok()?.checked_sub(1)?;
    sent.get(at).map(|code| Timestamp(code.created_at))
}

impl Vestibule {
    /// Consumes a code by one conditional update, and with it all that were sent for the same: they are of no use any
    /// more, and are not unconfirmed. After five wrong ones in a row every code of the person by that channel ends
    /// (S17), whichever sign-in they were guessed in.
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::UsedCode`], [`Error::ExpiredCode`].
    pub(crate) async fn consume_code(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        given: SentCode,
        failures: u32,
    ) -> Result<(), Error> {
        let SentCode { channel, about, hash } = given;
        let now = self.now().0;
        let live = || {
            code::Entity::update_many()
                .filter(code::Column::ExpiresAt.gt(now))
                .filter(code::Column::ConsumedAt.is_null())
        };
        let consume = || live().filter(about.clone()).col_expr(code::Column::ConsumedAt, Expr::value(now));
        let consumed = consume().filter(code::Column::CodeHash.eq(hash.clone())).exec(transaction).await?;
        if consumed.rows_affected >= 1 {
            consume().exec(transaction).await?;
            return Ok(());
        }
        if failures.is_multiple_of(WRONG_CODES) {
            live()
                .col_expr(code::Column::ExpiresAt, Expr::value(now))
                .filter(code::Column::UserId.eq(user.0))
                .filter(code::Column::Channel.eq(channel))
                .exec(transaction)
                .await?;
            return Err(Error::ExpiredCode);
        }
        let known = code::Entity::find()
            .filter(about)
            .filter(code::Column::CodeHash.eq(hash))
            .one(transaction)
            .await?;
        Err(match known {
            Some(code) if code.consumed_at.is_some() => Error::UsedCode,
            Some(_) => Error::ExpiredCode,
            None => Error::WrongCode,
        })
    }
}
