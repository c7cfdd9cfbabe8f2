//! What is of no use any more goes: ended sign-ins, used codes, sent messages, counters that nobody adds to. And keys
//! that another program has added to the key file are taken up.

use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::{DAY, MINUTE, SECOND};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::attempts::AttemptKind;
use crate::store::entities::{
    attempt, code, installation, link, membership, outbox, recovery_code, session, text_count, user,
};
use crate::{Error, Vestibule};

/// How far the clocks of a program and its database may differ, in milliseconds.
const CLOCK_TOLERANCE: i64 = MINUTE;
/// How often it is looked.
const LOOK: Duration = Duration::from_secs(60);
/// How many looks pass between two clean-ups.
const LOOKS_PER_CLEAN_UP: u32 = 60;
/// How many looks pass between two counts of all members.
const LOOKS_PER_COUNT: u32 = 24 * 60;
/// How long an ended sign-in stays, in milliseconds: what the browser is told of it, and an interrupted recovery.
const SESSION_STAYS: i64 = 2 * DAY;
/// How long sent messages, used codes and links stay for who looks into a complaint, in milliseconds.
const SENT_STAYS: i64 = 30 * DAY;
/// How long wrong passwords and reset links of an address are remembered after the last one, in milliseconds. The pauses
/// are an hour at most; a day without a guess is a new beginning.
const PASSWORDS_STAY: i64 = DAY;
/// How long wrong codes are remembered, in milliseconds: so long that the hundred in a row cannot be waited out (S45).
const CODES_STAY: i64 = 90 * DAY;

impl Vestibule {
    /// Looks after the database until the task is dropped. Failures are logged and tried again. The clock has been
    /// compared just before, see [`Vestibule::check_clock`].
    pub async fn run_housekeeping(self) {
        let mut resealed_with = self.inner.keys.newest();
        for look in 0_u32.. {
            match self.keep_house(look, resealed_with).await {
                Ok(newest) => resealed_with = newest,
                Err(error) => tracing::warn!(%error, "housekeeping was put off"),
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// `resealed_with` is the newest key at the last look; gives the newest one now.
    async fn keep_house(&self, look: u32, resealed_with: i64) -> Result<i64, Error> {
        if look > 0 {
            self.check_clock().await?;
        }
        let installation = installation::Entity::find_by_id(1).one(self.inner.store.reader()).await?;
        if installation.and_then(|row| row.key_check_id) > Some(self.inner.keys.newest()) {
            self.inner.keys.reread();
        }
        let newest = self.inner.keys.newest();
        if newest != resealed_with {
            // What this program has sealed with the key of before, after `key rotate` had passed by.
            self.reseal().await?;
        }
        if look.is_multiple_of(LOOKS_PER_CLEAN_UP) && self.clock_is_right() {
            self.clean_up().await?;
        }
        // Not at the start, when there is enough to do.
        if look % LOOKS_PER_COUNT == LOOKS_PER_COUNT / 2 {
            self.check_counters().await?;
        }
        Ok(newest)
    }

    /// Compares the program's clock with the database's, by which all instances go: one whose clock is off would delete
    /// what others still need.
    ///
    /// # Errors
    /// What the store says.
    pub async fn check_clock(&self) -> Result<(), Error> {
        let ahead = self.inner.store.clock_ahead(self.now()).await?;
        let right = ahead.abs() <= CLOCK_TOLERANCE;
        if !right {
            tracing::error!(
                seconds = -ahead / SECOND,
                "this machine's clock is ahead of the database's: set it right"
            );
        }
        self.inner.clock_is_right.store(right, Ordering::Relaxed);
        Ok(())
    }

    /// Whether the clock was right when it was last compared.
    #[must_use]
    pub fn clock_is_right(&self) -> bool {
        self.inner.clock_is_right.load(Ordering::Relaxed)
    }

    /// Deletes what is of no use any more.
    ///
    /// # Errors
    /// What the store says; nothing was deleted then.
    pub async fn clean_up(&self) -> Result<(), Error> {
        let now = self.now();
        let before = |age: i64| now.plus(-age).0;
        let transaction = self.inner.store.begin().await?;
        // Flows hang on sessions. A record that nobody ended has ended by itself.
        let ended = Condition::any()
            .add(session::Column::EndedAt.lt(before(SESSION_STAYS)))
            .add(session::Column::UsedAt.lt(before(SESSION_STAYS + self.longest_session())));
        session::Entity::delete_many().filter(ended).exec(&transaction).await?;
        recovery_code::Entity::delete_many()
            .filter(
                Condition::any()
                    .add(recovery_code::Column::VoidAt.lt(before(SENT_STAYS)))
                    .add(recovery_code::Column::ConsumedAt.lt(before(SENT_STAYS))),
            )
            .exec(&transaction)
            .await?;
        code::Entity::delete_many()
            .filter(code::Column::ExpiresAt.lt(before(SENT_STAYS)))
            .exec(&transaction)
            .await?;
        text_count::Entity::delete_many()
            .filter(text_count::Column::Day.lt(before(SENT_STAYS).div_euclid(DAY)))
            .exec(&transaction)
            .await?;
        link::Entity::delete_many()
            .filter(link::Column::ExpiresAt.lt(before(SENT_STAYS)))
            .exec(&transaction)
            .await?;
        outbox::Entity::delete_many()
            .filter(
                Condition::any()
                    .add(outbox::Column::SentAt.lt(before(SENT_STAYS)))
                    .add(outbox::Column::FailedAt.lt(before(SENT_STAYS))),
            )
            .exec(&transaction)
            .await?;
        self.forget_the_uninvited(&transaction, before(SENT_STAYS)).await?;
        let of_addresses = [AttemptKind::Password.name(), AttemptKind::PasswordReset.name()];
        let passwords = attempt::Column::Kind.is_in(of_addresses);
        attempt::Entity::delete_many()
            .filter(
                Condition::any()
                    .add(passwords.and(attempt::Column::PausedUntil.lt(before(PASSWORDS_STAY))))
                    .add(attempt::Column::PausedUntil.lt(before(CODES_STAY))),
            )
            .exec(&transaction)
            .await?;
        self.commit(transaction, "clean_up").await
    }

    /// Deletes accounts that were made for an invitation which was taken back.
    async fn forget_the_uninvited(
        &self,
        transaction: &DatabaseTransaction,
        made_before: i64,
    ) -> Result<(), Error> {
        let members = Query::select()
            .expr(Expr::val(1))
            .from(membership::Entity)
            .and_where(
                Expr::col((membership::Entity, membership::Column::UserId))
                    .equals((user::Entity, user::Column::Id)),
            )
            .to_owned();
        user::Entity::delete_many()
            .filter(user::Column::PasswordHash.is_null())
            .filter(user::Column::CreatedAt.lt(made_before))
            .filter(Expr::exists(members).not())
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// How long a session can go without being used and be live, in milliseconds.
    fn longest_session(&self) -> i64 {
        let limits = &self.inner.settings.session_limits;
        std::cmp::max(limits.everybody.absolute, limits.administrators.absolute)
    }
}
