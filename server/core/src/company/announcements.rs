//! Announcements of an enforcement date: one row when it is saved or moved, which a worker expands into mails.

use std::time::Duration;

use domain::{CompanyId, Timestamp};
use jiff::tz::TimeZone;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, Statement, Value,
};
use uuid::Uuid;

use super::figures::{APP, MEMBERS, PHONE};
use crate::caller::User;
use crate::local_time;
use crate::mail::Mail;
use crate::outbox::NOTICE_LASTS;
use crate::store::entities::{campaign, company, user};
use crate::{Error, Vestibule};

/// The kind of campaign that tells of a date that was saved or moved.
const ANNOUNCEMENT: &str = "announcement";
/// Members in one transaction.
const BATCH: u64 = 100;
/// How often it is looked for campaigns.
const LOOK: Duration = Duration::from_secs(5);

/// A member who is told.
#[derive(FromQueryResult)]
struct Told {
    user_id: Uuid,
}

impl Vestibule {
    /// Writes down that the company's members are to be told of the date.
    pub(super) async fn announce(
        &self,
        transaction: &DatabaseTransaction,
        company: CompanyId,
        from: Timestamp,
    ) -> Result<(), Error> {
        // What was announced before and is still being expanded is another date, or an earlier word for this one.
        campaign::Entity::update_many()
            .col_expr(campaign::Column::FinishedAt, Expr::value(self.now().0))
            .filter(campaign::Column::CompanyId.eq(company.0))
            .filter(campaign::Column::FinishedAt.is_null())
            .exec(transaction)
            .await?;
        campaign::Entity::insert(campaign::ActiveModel {
            id: Set(self.id()),
            company_id: Set(company.0),
            kind: Set(ANNOUNCEMENT.to_owned()),
            mfa_required_from: Set(from.0),
            last_user_id: Set(None),
            created_at: Set(self.now().0),
            finished_at: Set(None),
        })
        .exec_without_returning(transaction)
        .await?;
        Ok(())
    }

    /// Expands campaigns until the task is dropped.
    pub async fn run_campaigns(self) {
        loop {
            if let Err(error) = self.expand_campaigns().await {
                tracing::warn!(%error, "announcements were put off");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Expands every campaign that is open, batch by batch. Several instances may do so at once: a mail whose key is there
    /// is not made again.
    ///
    /// # Errors
    /// What the store says; what was expanded so far stays.
    pub async fn expand_campaigns(&self) -> Result<(), Error> {
        let open = campaign::Entity::find()
            .filter(campaign::Column::FinishedAt.is_null())
            .order_by_asc(campaign::Column::CreatedAt)
            .all(self.inner.store.reader())
            .await?;
        for mut campaign in open {
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

    /// The next members; gives the last of them, or nothing once all are told, or the date is another by now.
    async fn expand_batch(&self, campaign: &campaign::Model) -> Result<Option<Uuid>, Error> {
        let transaction = self.inner.store.begin().await?;
        let company = company::Entity::find_by_id(campaign.company_id).one(&transaction).await?;
        let present = company.filter(|company| company.mfa_required_from == Some(campaign.mfa_required_from));
        let told = match &present {
            Some(company) => self.next_told(&transaction, company, campaign.last_user_id).await?,
            None => Vec::new(),
        };
        let people = user::Entity::find()
            .filter(user::Column::Id.is_in(told.iter().map(|told| told.user_id)))
            .order_by_asc(user::Column::Id)
            .all(&transaction)
            .await?;
        for person in people.into_iter().map(User::from) {
            if let Some(company) = &present {
                self.mail_announcement(&transaction, campaign, company, &person).await?;
            }
        }
        let last = told.last().map(|told| told.user_id);
        let mut update = campaign::Entity::update_many().filter(campaign::Column::Id.eq(campaign.id));
        update = match last {
            Some(last) => update.col_expr(campaign::Column::LastUserId, Expr::value(last)),
            None => update.col_expr(campaign::Column::FinishedAt, Expr::value(self.now().0)),
        };
        update.exec(&transaction).await?;
        self.commit(transaction, "expand_campaign").await?;
        self.outbox_has_mail();
        Ok(last)
    }

    /// The next members without a method, after this one.
    async fn next_told(
        &self,
        transaction: &DatabaseTransaction,
        company: &company::Model,
        after: Option<Uuid>,
    ) -> Result<Vec<Told>, Error> {
        use sea_orm::ConnectionTrait;
        let sql = format!(
            "SELECT ms.user_id FROM {MEMBERS} WHERE ms.company_id = $1 AND ms.user_id > $2 \
             AND ms.accepted_at IS NOT NULL AND NOT {APP} AND NOT {PHONE} ORDER BY ms.user_id LIMIT {BATCH}"
        );
        let values = [Value::from(company.id), Value::from(after.unwrap_or(Uuid::nil()))];
        let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
        Ok(Told::find_by_statement(statement).all(transaction).await?)
    }

    async fn mail_announcement(
        &self,
        transaction: &DatabaseTransaction,
        campaign: &campaign::Model,
        company: &company::Model,
        person: &User,
    ) -> Result<(), Error> {
        let own = person.time_zone.as_deref().and_then(|zone| local_time::zone(zone).ok());
        let zone = own.or_else(|| local_time::zone(&company.time_zone).ok()).unwrap_or(TimeZone::UTC);
        let from = Timestamp(campaign.mfa_required_from);
        let when = local_time::spelt_out(from, &zone);
        let settings = &self.inner.settings;
        let passed = from <= self.now();
        let says = if passed {
            format!(
                "{} requires two-factor authentication. At your next sign-in you set it up; it takes about two minutes.",
                company.name
            )
        } else {
            format!(
                "{} requires two-factor authentication from {when}. Set it up before, in about two minutes: then nothing \
                 keeps you from your work that day.",
                company.name
            )
        };
        let mail = Mail {
            subject: format!("{} requires two-factor authentication", company.name),
            says: vec![says],
            facts: Vec::new(),
            action: Some(("Set Up Now", format!("{}/profile/security", settings.public_url))),
            then: vec![
                "You need a phone, or an authenticator app on a computer. Nobody will ask you for a code by phone or mail."
                    .to_owned(),
            ],
            code: None,
        };
        // Once for each time that a date is saved: moved back, the last word is right again.
        let key = format!("{ANNOUNCEMENT} {} {}", campaign.id, person.id);
        self.post_once(transaction, mail.to(person, settings), NOTICE_LASTS, key).await
    }
}
