//! Companies, their members and their MFA policy, as an operator manages them on the command line.

use domain::{CompanyId, Email, Role, Timestamp, UserId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};

use crate::audit::{Entry, Event};
use crate::local_time;
use crate::people::{checked_name, existing_user, sought_as};
use crate::store::entities::{company, membership};
use crate::{Error, Vestibule};

/// A company that is being added.
#[derive(Clone, Debug)]
pub struct NewCompany {
    /// Its name in addresses: lower-case letters, digits and dashes.
    pub slug: String,
    /// Its name, as people know it.
    pub name: String,
    /// IANA name of its zone.
    pub time_zone: String,
}

/// What is changed of a company; `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanyChange {
    /// IANA name of its zone. The enforcement date stays the instant that it is.
    pub time_zone: Option<String>,
    /// Whether text messages are accepted.
    pub text_messages: Option<bool>,
    /// Whether members may set up MFA though it is not required.
    pub voluntary_set_up: Option<bool>,
}

/// A company in a list.
#[derive(Clone, Debug)]
pub struct CompanyRow {
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// IANA name of its zone.
    pub time_zone: String,
    /// Require MFA from this instant; `None`: off.
    pub mfa_required_from: Option<Timestamp>,
    /// Members.
    pub members: i64,
    /// Members who have a method.
    pub members_with_method: i64,
}

impl Vestibule {
    /// Adds a company: Require MFA off, voluntary set-up off, text messages on.
    ///
    /// # Errors
    /// [`Error::Refusal`] for a slug that is taken, or a slug, name or zone that cannot be one.
    pub async fn add_company(&self, new: &NewCompany) -> Result<CompanyId, Error> {
        let name = checked_name(&new.name)?;
        let slug = &new.slug;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if slug.is_empty()
            || slug.len() > 64
            || !slug.chars().all(plain)
            || slug.starts_with('-')
            || slug.ends_with('-')
        {
            let why =
                format!("`{slug}` cannot be a slug: use lower-case letters, digits and dashes, at most 64");
            return Err(Error::Refusal(why));
        }
        local_time::zone(&new.time_zone).map_err(|error| Error::Refusal(error.to_string()))?;
        let transaction = self.inner.store.begin().await?;
        if company_by_slug(&transaction, slug).await?.is_some() {
            return Err(Error::Refusal(format!("there is already a company {slug}")));
        }
        let id = CompanyId(self.id());
        company::Entity::insert(company::ActiveModel {
            id: Set(id.0),
            slug: Set(slug.clone()),
            name: Set(name.to_owned()),
            time_zone: Set(new.time_zone.clone()),
            mfa_required_from: Set(None),
            voluntary_set_up: Set(false),
            text_messages: Set(true),
            policy_version: Set(1),
            members: Set(0),
            members_with_method: Set(0),
            created_at: Set(self.now().0),
        })
        .exec_without_returning(&transaction)
        .await?;
        self.audit(&transaction, Entry::operator(Event::CompanyAdded, None, Some(id))).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Every company, by slug.
    ///
    /// # Errors
    /// What the store says.
    pub async fn companies(&self) -> Result<Vec<CompanyRow>, Error> {
        let companies = company::Entity::find()
            .order_by_asc(company::Column::Slug)
            .all(self.inner.store.reader())
            .await?;
        Ok(companies
            .into_iter()
            .map(|company| CompanyRow {
                slug: company.slug,
                name: company.name,
                time_zone: company.time_zone,
                mfa_required_from: company.mfa_required_from.map(Timestamp),
                members: company.members,
                members_with_method: company.members_with_method,
            })
            .collect())
    }

    /// Changes a company's settings.
    ///
    /// # Errors
    /// [`Error::Refusal`] where there is no such company or zone.
    pub async fn set_company(&self, slug: &str, change: &CompanyChange) -> Result<(), Error> {
        if change == &CompanyChange::default() {
            return Err(Error::Refusal("nothing to change was named".to_owned()));
        }
        let company = self.existing_company(slug).await?;
        let mut update = next_policy(&company);
        if let Some(zone) = &change.time_zone {
            local_time::zone(zone).map_err(|error| Error::Refusal(error.to_string()))?;
            update = update.col_expr(company::Column::TimeZone, Expr::value(zone.as_str()));
        }
        if let Some(allowed) = change.text_messages {
            update = update.col_expr(company::Column::TextMessages, Expr::value(allowed));
        }
        if let Some(offered) = change.voluntary_set_up {
            update = update.col_expr(company::Column::VoluntarySetUp, Expr::value(offered));
        }
        self.change_policy(update, Event::CompanySet, &company, None).await
    }

    /// Switches Require MFA on from a local time of the company's zone, which is announced to the members, or off. Gives the instant, spelt out in that
    /// zone.
    ///
    /// # Errors
    /// [`Error::Refusal`] where there is no such company or the time is none.
    pub async fn require_mfa(&self, slug: &str, from: Option<&str>) -> Result<Option<String>, Error> {
        let company = self.existing_company(slug).await?;
        let zone = local_time::zone(&company.time_zone).map_err(|error| Error::Refusal(error.to_string()))?;
        let from = match from {
            None => None,
            Some("now") => Some(self.now()),
            Some(text) => Some(
                local_time::instant(text, &company.time_zone)
                    .map_err(|error| Error::Refusal(error.to_string()))?,
            ),
        };
        let update = next_policy(&company)
            .col_expr(company::Column::MfaRequiredFrom, Expr::value(from.map(|from| from.0)));
        let event = if from.is_some() { Event::MfaRequired } else { Event::MfaNotRequired };
        self.change_policy(update, event, &company, from).await?;
        Ok(from.map(|from| local_time::spelt_out(from, &zone)))
    }

    /// Adds a person to a company, as accepted.
    ///
    /// # Errors
    /// [`Error::Refusal`] where there is no such company or person, or the person is a member already.
    pub async fn add_member(
        &self,
        slug: &str,
        email: &Email,
        role: Role,
        payments: bool,
    ) -> Result<(), Error> {
        let company = self.existing_company(slug).await?;
        let person = existing_user(self.inner.store.reader(), email).await?;
        let transaction = self.inner.store.begin().await?;
        // The counter below must see the method that is being set up at this moment, or be seen by its set-up.
        self.lock_user(&transaction, UserId(person.id), None).await?;
        let key = (company.id, person.id);
        if membership::Entity::find_by_id(key).one(&transaction).await?.is_some() {
            return Err(Error::Refusal(format!("{email} is a member of {slug} already")));
        }
        let now = self.now().0;
        membership::Entity::insert(membership::ActiveModel {
            company_id: Set(company.id),
            user_id: Set(person.id),
            address: Set(person.email.clone()),
            role: Set(role.as_str().to_owned()),
            payments_since: Set(payments.then_some(now)),
            accepted_at: Set(Some(now)),
            invited_as: Set(None),
            sought_as: Set(sought_as(&person.name)),
            created_at: Set(now),
        })
        .exec_without_returning(&transaction)
        .await?;
        let user = UserId(person.id);
        self.count_member(&transaction, &company, user, 1).await?;
        let entry = Entry::operator(Event::MemberAdded, Some(user), Some(CompanyId(company.id)));
        self.audit(&transaction, entry).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Counts a person in or out of those who have a method (`by`: 1 or -1), in each of the person's companies.
    pub(crate) async fn count_method(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        by: i64,
    ) -> Result<(), Error> {
        self.count(transaction, user, &[(company::Column::MembersWithMethod, by)]).await
    }

    /// Moves counters of each company that the person belongs to.
    pub(crate) async fn count(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        counters: &[(company::Column, i64)],
    ) -> Result<(), Error> {
        self.lock_companies_of(transaction, user).await?;
        let companies = Query::select()
            .column(membership::Column::CompanyId)
            .from(membership::Entity)
            .and_where(membership::Column::UserId.eq(user.0))
            .and_where(membership::Column::AcceptedAt.is_not_null())
            .to_owned();
        let mut update = company::Entity::update_many().filter(company::Column::Id.in_subquery(companies));
        for (counter, by) in counters {
            update = update.col_expr(*counter, Expr::col(*counter).add(*by));
        }
        update.exec(transaction).await?;
        self.write_adoption_of(transaction, user).await
    }

    /// Holds every company of the person until the end of the transaction, in one order: of two that hold some of the same,
    /// one waits for the other, and not both. People are locked before.
    pub(crate) async fn lock_companies_of(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
    ) -> Result<(), Error> {
        let own = membership::Entity::find()
            .filter(membership::Column::UserId.eq(user.0))
            .order_by_asc(membership::Column::CompanyId)
            .all(transaction)
            .await?;
        for membership in own {
            self.lock_company(transaction, CompanyId(membership.company_id)).await?;
        }
        Ok(())
    }

    /// Writes a change of the policy, unless somebody else has changed it meanwhile. A date that is `announced` is mailed to
    /// every member without a method.
    async fn change_policy(
        &self,
        update: sea_orm::UpdateMany<company::Entity>,
        event: Event,
        company: &company::Model,
        announced: Option<Timestamp>,
    ) -> Result<(), Error> {
        let transaction = self.inner.store.begin().await?;
        if update.exec(&transaction).await?.rows_affected != 1 {
            let why = format!(
                "{} was changed by somebody else at this moment: look at it, then try again",
                company.slug
            );
            return Err(Error::Refusal(why));
        }
        let id = CompanyId(company.id);
        if let Some(from) = announced {
            self.announce(&transaction, id, from).await?;
        }
        self.audit(&transaction, Entry::operator(event, None, Some(id))).await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn existing_company(&self, slug: &str) -> Result<company::Model, Error> {
        let company = company_by_slug(self.inner.store.reader(), slug).await?;
        company.ok_or_else(|| Error::Refusal(format!("there is no company {slug}")))
    }
}

async fn company_by_slug(
    connection: &impl ConnectionTrait,
    slug: &str,
) -> Result<Option<company::Model>, Error> {
    Ok(company::Entity::find().filter(company::Column::Slug.eq(slug)).one(connection).await?)
}

/// An update of the policy as it was read, to its next version.
pub(crate) fn next_policy(company: &company::Model) -> sea_orm::UpdateMany<company::Entity> {
    company::Entity::update_many()
        .col_expr(company::Column::PolicyVersion, Expr::value(company.policy_version + 1))
        .filter(company::Column::Id.eq(company.id))
        .filter(company::Column::PolicyVersion.eq(company.policy_version))
}
