//! How far a company's members are, and how they got there: from counters that are kept in the transaction of each change, and a
//! row for each day on which they moved.

use domain::{CompanyId, DAY, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement, Value,
};
use uuid::Uuid;

use super::figures::{APP, MEMBERS, PHONE};
use crate::caller::Caller;
use crate::store::entities::{adoption, company};
use crate::{Error, Vestibule};

/// Days that are shown at most.
const SHOWN: u64 = 366;
/// Days of a week.
const WEEK: i64 = 7;

/// How many members a company had at the end of a day, and how many of these had a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdoptionDay {
    /// Days since 1970-01-01, UTC.
    pub day: i64,
    /// Members who have accepted.
    pub members: i64,
    /// Those of them who have a method.
    pub set_up: i64,
}

/// How far a company is.
#[derive(Clone, Debug)]
pub struct Adoption {
    /// From when MFA is required; `None`: off.
    pub required_from: Option<Timestamp>,
    /// Now.
    pub today: AdoptionDay,
    /// How many more have set up than a week ago; negative: fewer.
    pub gained_in_a_week: i64,
    /// The days on which something changed, the earliest first; the last one is today.
    pub days: Vec<AdoptionDay>,
}

/// The true counts of a company.
#[derive(Debug, PartialEq, Eq, FromQueryResult)]
struct Counted {
    members: i64,
    members_with_method: i64,
}

impl Vestibule {
    /// How far a company is that the caller administers.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn adoption(&self, caller: &Caller, slug: &str) -> Result<Adoption, Error> {
        let reader = self.inner.store.reader();
        let company = self.administered_company(reader, caller.signed_in()?, slug).await?;
        let mut rows = adoption::Entity::find()
            .filter(adoption::Column::CompanyId.eq(company.id))
            .order_by_desc(adoption::Column::Day)
            .limit(SHOWN)
            .all(reader)
            .await?;
        rows.reverse();
        let today = AdoptionDay {
            day: self.now().0.div_euclid(DAY),
            members: company.members,
            set_up: company.members_with_method,
        };
        let mut days: Vec<AdoptionDay> = rows
            .into_iter()
            .filter(|row| row.day < today.day)
            .map(|row| AdoptionDay { day: row.day, members: row.members, set_up: row.members_with_method })
            .collect();
        let week_ago = days.iter().rfind(|day| day.day <= today.day - WEEK).map_or(0, |day| day.set_up);
        days.push(today);
        Ok(Adoption {
            required_from: company.mfa_required_from.map(Timestamp),
            today,
            gained_in_a_week: today.set_up - week_ago,
            days,
        })
    }

    /// Writes down how far the companies of a person are today: their counters have just moved.
    pub(crate) async fn write_adoption_of(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
    ) -> Result<(), Error> {
        let which = "c.id IN (SELECT company_id FROM memberships WHERE user_id = $2)";
        self.write_adoption_where(transaction, which, user.0).await
    }

    /// Writes down how far a company is today.
    pub(crate) async fn write_adoption(
        &self,
        transaction: &DatabaseTransaction,
        company: CompanyId,
    ) -> Result<(), Error> {
        self.write_adoption_where(transaction, "c.id = $2", company.0).await
    }

    async fn write_adoption_where(
        &self,
        transaction: &DatabaseTransaction,
        which: &str,
        id: Uuid,
    ) -> Result<(), Error> {
        let sql = format!(
            "INSERT INTO adoption (company_id, day, members, members_with_method) \
             SELECT c.id, $1, c.members, c.members_with_method FROM companies c WHERE {which} \
             ON CONFLICT (company_id, day) DO UPDATE SET members = excluded.members, \
             members_with_method = excluded.members_with_method"
        );
        let values = [Value::from(self.now().0.div_euclid(DAY)), Value::from(id)];
        transaction
            .execute_raw(Statement::from_sql_and_values(transaction.get_database_backend(), sql, values))
            .await?;
        Ok(())
    }

    /// Compares every company's counters with a full count, and puts right what differs. Gives how many were wrong.
    ///
    /// # Errors
    /// What the store says; companies that were looked at before stay put right.
    pub async fn check_counters(&self) -> Result<u64, Error> {
        let companies = company::Entity::find().all(self.inner.store.reader()).await?;
        let mut wrong = 0;
        for company in companies {
            let counted = counted(self.inner.store.reader(), company.id).await?;
            // Most are right, and need no transaction. One that seems wrong may have moved between the two looks.
            if counted != kept(&company) && self.put_counters_right(company.id).await? {
                tracing::error!(
                    company = company.slug,
                    "the counters of members were wrong, and are put right"
                );
                wrong += 1;
            }
        }
        Ok(wrong)
    }

    /// Whether they were wrong.
    async fn put_counters_right(&self, id: Uuid) -> Result<bool, Error> {
        let transaction = self.inner.store.begin().await?;
        self.lock_company(&transaction, CompanyId(id)).await?;
        let Some(company) = company::Entity::find_by_id(id).one(&transaction).await? else {
            return Ok(false);
        };
        let counted = counted(&transaction, id).await?;
        if counted == kept(&company) {
            return Ok(false);
        }
        company::Entity::update_many()
            .col_expr(company::Column::Members, Expr::value(counted.members))
            .col_expr(company::Column::MembersWithMethod, Expr::value(counted.members_with_method))
            .filter(company::Column::Id.eq(id))
            .exec(&transaction)
            .await?;
        self.write_adoption(&transaction, CompanyId(id)).await?;
        self.commit(transaction, "check_counters").await?;
        Ok(true)
    }
}

fn kept(company: &company::Model) -> Counted {
    Counted { members: company.members, members_with_method: company.members_with_method }
}

async fn counted(connection: &impl ConnectionTrait, company: Uuid) -> Result<Counted, Error> {
    let sql = format!(
        "SELECT COUNT(*) AS members, COUNT(*) FILTER (WHERE {APP} OR {PHONE}) AS members_with_method \
         FROM {MEMBERS} WHERE ms.company_id = $1 AND ms.accepted_at IS NOT NULL"
    );
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, [company.into()]);
    Counted::find_by_statement(statement).one(connection).await?.ok_or(Error::Corrupt("count"))
}
