//! The worker that begins the reminders that are due, and expands campaigns into mails of the outbox.

use std::time::Duration;

use domain::{CompanyId, DAY, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    Statement, Value,
};
use uuid::Uuid;

use super::campaigns::due;
use super::figures::{APP, MEMBERS, PHONE};
use crate::store::entities::{campaign, company};
use crate::{Error, Vestibule};

/// Members in one transaction.
const BATCH: u64 = 250;
/// How often it is looked for campaigns.
const LOOK: Duration = Duration::from_secs(5);
/// How many looks pass until it is looked whether a reminder is due.
const LOOKS_PER_REMINDER: u32 = 12;

/// A member who is mailed.
#[derive(FromQueryResult)]
struct Waiting {
    user_id: Uuid,
}

impl Vestibule {
    /// Begins reminders and expands campaigns until the task is dropped.
    pub async fn run_campaigns(self) {
        for look in 0_u32.. {
            // By a clock that is off, the wrong ones would be due.
            if look.is_multiple_of(LOOKS_PER_REMINDER)
                && self.clock_is_right()
                && let Err(error) = self.begin_reminders().await
            {
                tracing::warn!(%error, "reminders were put off");
            }
            if let Err(error) = self.expand_campaigns().await {
                tracing::warn!(%error, "announcements were put off");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Begins the reminders that are due.
    ///
    /// # Errors
    /// What the store says.
    pub async fn begin_reminders(&self) -> Result<(), Error> {
        let now = self.now();
        let companies = company::Entity::find()
            .filter(company::Column::MfaRequiredFrom.gt(now.0))
            .filter(company::Column::MfaRequiredFrom.lte(now.plus(14 * DAY).0))
            .all(self.inner.store.reader())
            .await?;
        for company in companies {
            let Some(from) = company.mfa_required_from.map(Timestamp) else { continue };
            let id = CompanyId(company.id);
            let before = self.campaigns_of(self.inner.store.reader(), id, from).await?;
            if let Some(kind) = due(from, &before, now) {
                let transaction = self.inner.store.begin().await?;
                self.begin_campaign(&transaction, id, kind, from).await?;
                self.commit(transaction, "begin_reminder").await?;
            }
        }
        Ok(())
    }

    /// Expands every campaign that is open, batch by batch. Several instances may do so at once.
    ///
    /// # Errors
    /// What the store says; what was expanded so far stays.
    pub async fn expand_campaigns(&self) -> Result<(), Error> {
        let open = campaign::Entity::find()
            .filter(campaign::Column::FinishedAt.is_null())
            .order_by_asc(campaign::Column::CreatedAt)
            .all(self.inner.store.reader())
            .await?;
        if open.is_empty() {
            return Ok(());
        }
        let ids = open.iter().map(|campaign| campaign.company_id);
        let companies = company::Entity::find()
            .filter(company::Column::Id.is_in(ids))
            .all(self.inner.store.reader())
            .await?;
        // One about a date of before waits until the company has that date again.
        let current = |campaign: &campaign::Model| {
            companies.iter().any(|company| {
                company.id == campaign.company_id
                    && company.mfa_required_from == Some(campaign.mfa_required_from)
            })
        };
        for mut campaign in open.into_iter().filter(current) {
            loop {
                match self.expand_batch(&campaign).await {
                    Ok(Some(last)) => campaign.last_user_id = Some(last),
                    Ok(None) => break,
                    // It must not stand in the way of other companies'.
                    Err(error) => {
                        tracing::warn!(%error, campaign = %campaign.id, "an announcement was put off");
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// The next members; gives the last of them, or nothing once all have their mail, another instance is at it, or the date is
    /// another by now.
    async fn expand_batch(&self, campaign: &campaign::Model) -> Result<Option<Uuid>, Error> {
        let transaction = self.inner.store.begin().await?;
        let company = company::Entity::find_by_id(campaign.company_id).one(&transaction).await?;
        if company.is_none_or(|company| company.mfa_required_from != Some(campaign.mfa_required_from)) {
            return Ok(None);
        }
        let waiting = self.next_waiting(&transaction, campaign).await?;
        let last = waiting.last().map(|waiting| waiting.user_id);
        let mut update = campaign::Entity::update_many()
            .filter(campaign::Column::Id.eq(campaign.id))
            .filter(campaign::Column::FinishedAt.is_null());
        update = match campaign.last_user_id {
            Some(last) => update.filter(campaign::Column::LastUserId.eq(last)),
            None => update.filter(campaign::Column::LastUserId.is_null()),
        };
        let count = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
        let mails = Expr::col(campaign::Column::Mails).add(count);
        update = match last {
            Some(last) => update
                .col_expr(campaign::Column::LastUserId, Expr::value(last))
                .col_expr(campaign::Column::Mails, mails),
            None => update.col_expr(campaign::Column::FinishedAt, Expr::value(self.now().0)),
        };
        if update.exec(&transaction).await?.rows_affected != 1 {
            return Ok(None);
        }
        self.post_campaign_mails(&transaction, campaign, waiting.iter().map(|waiting| waiting.user_id))
            .await?;
        self.commit(transaction, "expand_campaign").await?;
        self.outbox_has_mail();
        Ok(last)
    }

    /// The next members without a method, after the campaign's mark.
    async fn next_waiting(
        &self,
        transaction: &DatabaseTransaction,
        campaign: &campaign::Model,
    ) -> Result<Vec<Waiting>, Error> {
        let sql = format!(
            "SELECT ms.user_id FROM {MEMBERS} WHERE ms.company_id = $1 AND ms.user_id > $2 \
             AND ms.accepted_at IS NOT NULL AND NOT {APP} AND NOT {PHONE} ORDER BY ms.user_id LIMIT {BATCH}"
        );
        let after = campaign.last_user_id.unwrap_or(Uuid::nil());
        let values = [Value::from(campaign.company_id), Value::from(after)];
        let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
        Ok(Waiting::find_by_statement(statement).all(transaction).await?)
    }
}
