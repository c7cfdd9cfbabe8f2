//! What becomes of a message that was posted, and what gateways report of it.

use domain::OutboxId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use crate::store::entities::outbox;
use crate::{Error, Vestibule};

/// Why a text message does not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Undeliverable {
    /// There is no such number.
    #[error("the number is not one")]
    Invalid,
    /// The phone could not be reached.
    #[error("the phone could not be reached")]
    Unreachable,
    /// Its carrier, or its owner, refuses these messages.
    #[error("messages to the number are blocked")]
    Blocked,
    /// It is no phone that gets text messages.
    #[error("the number is a landline")]
    Landline,
    /// Too many messages at once.
    #[error("too many messages were sent")]
    Throttled,
}

/// What has become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// On its way.
    Waiting,
    /// The gateway has taken it.
    Sent,
    /// It has arrived.
    Delivered,
    /// It was given up: the gateway could not be had in time.
    GivenUp,
    /// It will not arrive.
    Failed(Undeliverable),
}

/// What is stored of a message that has arrived.
const DELIVERED: &str = "delivered";

impl Undeliverable {
    const ALL: [Self; 5] = [Self::Invalid, Self::Unreachable, Self::Blocked, Self::Landline, Self::Throttled];

    /// The name used in the store and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unreachable => "unreachable",
            Self::Blocked => "blocked",
            Self::Landline => "landline",
            Self::Throttled => "throttled",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

impl Delivery {
    pub(crate) fn of(row: &outbox::Model) -> Self {
        match row.delivery.as_deref() {
            Some(DELIVERED) => Self::Delivered,
            // Also for a reason that only a newer version knows.
            Some(reason) => Self::Failed(Undeliverable::parse(reason).unwrap_or(Undeliverable::Unreachable)),
            None if row.sent_at.is_some() => Self::Sent,
            None if row.failed_at.is_some() => Self::GivenUp,
            None => Self::Waiting,
        }
    }
}

impl Vestibule {
    /// Writes down what a gateway reports of a message that it has taken. The first report counts: one that comes again,
    /// or later, changes nothing. Whether there is such a message.
    ///
    /// # Errors
    /// What the store says.
    pub async fn delivered(&self, id: OutboxId, outcome: Result<(), Undeliverable>) -> Result<bool, Error> {
        let became = outcome.map_or_else(Undeliverable::as_str, |()| DELIVERED);
        metrics::counter!("vestibule_text_reports_total", "became" => became).increment(1);
        let transaction = self.inner.store.begin().await?;
        outbox::Entity::update_many()
            .col_expr(outbox::Column::Delivery, Expr::value(became))
            .filter(outbox::Column::Id.eq(id.0))
            .filter(outbox::Column::Delivery.is_null())
            .exec(&transaction)
            .await?;
        let known = outbox::Entity::find_by_id(id.0).one(&transaction).await?.is_some();
        transaction.commit().await?;
        Ok(known)
    }
}
