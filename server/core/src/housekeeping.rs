//! What is of no use any more goes: ended sign-ins, used codes, sent messages, counters that nobody adds to. And keys
//! that another program has added to the key file are taken up.

use std::time::Duration;

use domain::DAY;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::attempts::AttemptKind;
use crate::store::entities::{attempt, code, installation, link, outbox, recovery_code, session};
use crate::{Error, Vestibule};

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(60);
/// How many looks pass between two clean-ups.
const LOOKS_PER_CLEAN_UP: u32 = 60;
/// How long an ended sign-in stays, in milliseconds: what the browser is told of it, and an interrupted recovery.
const SESSION_STAYS: i64 = 2 * DAY;
/// How long sent messages, used codes and links stay for who looks into a complaint, in milliseconds.
const SENT_STAYS: i64 = 30 * DAY;
/// How long wrong passwords of an address are remembered after the last one, in milliseconds. The pauses are a quarter
/// of an hour; a day without a guess is a new beginning.
const PASSWORDS_STAY: i64 = DAY;
/// How long wrong codes are remembered, in milliseconds: so long that the hundred in a row cannot be waited out (S45).
const CODES_STAY: i64 = 90 * DAY;

impl Vestibule {
    /// Looks after the database until the task is dropped. Failures are logged and tried again.
    pub async fn run_housekeeping(self) {
        for look in 0_u32.. {
            if let Err(error) = self.keep_house(look % LOOKS_PER_CLEAN_UP == 0).await {
                tracing::warn!(%error, "housekeeping was put off");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn keep_house(&self, clean_up: bool) -> Result<(), Error> {
        let installation = installation::Entity::find_by_id(1).one(self.inner.store.reader()).await?;
        if installation.and_then(|row| row.key_check_id) > Some(self.inner.keys.newest()) {
            self.inner.keys.reread();
        }
        if clean_up { self.clean_up().await } else { Ok(()) }
    }

    /// Deletes what is of no use any more.
    ///
    /// # Errors
    /// What the store says; nothing was deleted then.
    pub async fn clean_up(&self) -> Result<(), Error> {
        let now = self.now();
        let before = |age: i64| now.plus(-age).0;
        let transaction = self.inner.store.begin().await?;
        // Flows and unsaved recovery codes hang on sessions. A record that nobody ended has ended by itself.
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
        link::Entity::delete_many()
            .filter(link::Column::ExpiresAt.lt(before(SENT_STAYS)))
            .exec(&transaction)
            .await?;
        // Messages with a key stay: what was announced once is not announced again.
        outbox::Entity::delete_many()
            .filter(outbox::Column::DedupeKey.is_null())
            .filter(
                Condition::any()
                    .add(outbox::Column::SentAt.lt(before(SENT_STAYS)))
                    .add(outbox::Column::FailedAt.lt(before(SENT_STAYS))),
            )
            .exec(&transaction)
            .await?;
        let passwords = attempt::Column::Kind.eq(AttemptKind::Password.name());
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

    /// How long a session can go without being used and be live, in milliseconds.
    fn longest_session(&self) -> i64 {
        let limits = &self.inner.settings.session_limits;
        std::cmp::max(limits.everybody.absolute, limits.administrators.absolute)
    }
}
