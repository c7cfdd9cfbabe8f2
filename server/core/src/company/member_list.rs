//! A company's members, page by page: by address, from after the last one on, so that a late page costs what the first
//! one does.

use domain::{CompanyId, Demand, MethodKind, Requirement, Role, Timestamp, UserId, requirement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Statement, Value};
use uuid::Uuid;

use super::figures::{APP, MEMBERS, NOT_DELIVERED, PHONE, RECOVERY_CODE, SHARED};
use crate::caller::Caller;
use crate::people::sought_as;
use crate::standing::{owned, to_membership};
use crate::store::entities::{company, membership, method};
use crate::{Error, Vestibule};

/// Members on a page.
const PAGE: usize = 50;
/// Longest text that is searched for, in characters.
const SEARCH_LENGTH: usize = 200;

/// Which members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemberFilter {
    /// All, the invited too.
    #[default]
    Everybody,
    /// Without any method.
    NoMfa,
    /// With methods, none of which the company's policy accepts.
    UnacceptableOnly,
    /// With a phone number and no app.
    TextOnly,
    /// Without a saved recovery code, though there is a method.
    NoRecoveryCode,
    /// Never signed in.
    NeverSignedIn,
    /// Invited, and not accepted yet.
    Invited,
    /// Invited, and the mail does not get through.
    NotDelivered,
}

/// Which page.
#[derive(Clone, Debug, Default)]
pub struct MembersQuery {
    /// Part of a name or an address; empty: all.
    pub search: String,
    /// Which.
    pub filter: MemberFilter,
    /// After this address; `None`: the first page.
    pub after: Option<String>,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Members {
    /// The company's name.
    pub company: String,
    /// By address.
    pub rows: Vec<Member>,
    /// The address after which the next page begins; `None`: this is the last one.
    pub next: Option<String>,
}

/// How many members there are of each kind, whatever is searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct MemberCounts {
    /// All, the invited too.
    pub everybody: i64,
    /// As [`MemberFilter::NoMfa`].
    pub no_mfa: i64,
    /// As [`MemberFilter::UnacceptableOnly`].
    pub unacceptable_only: i64,
    /// As [`MemberFilter::TextOnly`].
    pub text_only: i64,
    /// As [`MemberFilter::NoRecoveryCode`].
    pub no_recovery_code: i64,
    /// As [`MemberFilter::NeverSignedIn`].
    pub never_signed_in: i64,
    /// As [`MemberFilter::Invited`].
    pub invited: i64,
    /// As [`MemberFilter::NotDelivered`].
    pub not_delivered: i64,
}

/// A member; never a phone number (S8).
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub id: UserId,
    /// Full name.
    pub name: String,
    /// Normalised address.
    pub email: String,
    /// Whether it is the caller.
    pub you: bool,
    /// Whether the invitation was accepted.
    pub accepted: bool,
    /// What they are in the company.
    pub role: Role,
    /// Whether they handle payments.
    pub payments: bool,
    /// Their kinds of method.
    pub methods: Vec<MethodKind>,
    /// Whether their number serves other accounts too.
    pub shared_number: bool,
    /// Whether a recovery code is saved.
    pub recovery_code: bool,
    /// When they last came through both doors.
    pub last_sign_in: Option<Timestamp>,
    /// What all of their companies ask.
    pub requirement: Requirement,
    /// Whether all of those accept one of their methods.
    pub acceptable: bool,
    /// Whether sign-in is blocked (S28a).
    pub suspended: bool,
    /// Whether the mail with their invitation does not get through.
    pub not_delivered: bool,
}

/// A row as the database gives it.
#[derive(Debug, FromQueryResult)]
pub(super) struct Row {
    pub user_id: Uuid,
    pub name: String,
    pub address: String,
    pub role: String,
    pub payments_since: Option<i64>,
    pub accepted_at: Option<i64>,
    pub invited_as: Option<String>,
    pub last_full_session_at: Option<i64>,
    pub suspended_at: Option<i64>,
    pub shared_number: i32,
    pub recovery_code: i32,
    pub not_delivered: i32,
}

impl Vestibule {
    /// A page of the members of a company that the caller administers.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn members(&self, caller: &Caller, slug: &str, query: &MembersQuery) -> Result<Members, Error> {
        let signed_in = caller.signed_in()?;
        let reader = self.inner.store.reader();
        let company = self.administered_company(reader, signed_in, slug).await?;
        let mut rows = self.member_rows(reader, &company, query, PAGE + 1).await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().filter(|_| more).map(|row| row.address.clone());
        let rows = self.with_requirements(reader, &company, rows, signed_in.user.id).await?;
        Ok(Members { company: company.name, rows, next })
    }

    /// A member as the list shows them.
    pub(super) async fn shown_member(
        &self,
        company: &company::Model,
        member: UserId,
        caller: UserId,
    ) -> Result<Member, Error> {
        let reader = self.inner.store.reader();
        let rows = self.select_rows(reader, company, "AND ms.user_id = $2", [member.0.into()], 1).await?;
        let mut shown = self.with_requirements(reader, company, rows, caller).await?;
        shown.pop().ok_or(Error::NotFound)
    }

    /// The rows of a page, `limit` at most.
    pub(super) async fn member_rows(
        &self,
        connection: &impl ConnectionTrait,
        company: &company::Model,
        query: &MembersQuery,
        limit: usize,
    ) -> Result<Vec<Row>, Error> {
        let condition = self.condition(query.filter, company);
        let search = sought_as(query.search.trim());
        let search: String = search.chars().filter(|c| !c.is_control()).take(SEARCH_LENGTH).collect();
        // Signs that LIKE knows are taken as they are.
        let pattern = search.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        let searched =
            "AND ms.address > $2 AND (ms.sought_as LIKE $3 ESCAPE '!' OR ms.address LIKE $3 ESCAPE '!')";
        let values = [
            Value::from(query.after.clone().unwrap_or_default().replace('\0', "")),
            Value::from(format!("%{pattern}%")),
        ];
        let more = format!("{searched} AND {condition}");
        self.select_rows(connection, company, &more, values, limit).await
    }

    async fn select_rows<const N: usize>(
        &self,
        connection: &impl ConnectionTrait,
        company: &company::Model,
        more: &str,
        values: [Value; N],
        limit: usize,
    ) -> Result<Vec<Row>, Error> {
        let sql = format!(
            "SELECT ms.user_id, u.name, ms.address, ms.role, ms.payments_since, ms.accepted_at, ms.invited_as, \
             u.last_full_session_at, u.suspended_at, \
             CASE WHEN {SHARED} THEN 1 ELSE 0 END AS shared_number, \
             CASE WHEN {RECOVERY_CODE} THEN 1 ELSE 0 END AS recovery_code, \
             CASE WHEN {NOT_DELIVERED} THEN 1 ELSE 0 END AS not_delivered \
             FROM {MEMBERS} \
             WHERE ms.company_id = $1 {more} ORDER BY ms.address LIMIT {limit}"
        );
        let values = std::iter::once(Value::from(company.id)).chain(values);
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        Ok(Row::find_by_statement(statement).all(connection).await?)
    }

    /// How many members a company that the caller administers has of each kind.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn member_counts(&self, caller: &Caller, slug: &str) -> Result<MemberCounts, Error> {
        let reader = self.inner.store.reader();
        let company = self.administered_company(reader, caller.signed_in()?, slug).await?;
        let count = |filter| format!("COUNT(*) FILTER (WHERE {})", self.condition(filter, &company));
        let sql = format!(
            "SELECT COUNT(*) AS everybody, {} AS no_mfa, {} AS unacceptable_only, {} AS text_only, \
             {} AS no_recovery_code, {} AS never_signed_in, {} AS invited, {} AS not_delivered \
             FROM {MEMBERS} WHERE ms.company_id = $1",
            count(MemberFilter::NoMfa),
            count(MemberFilter::UnacceptableOnly),
            count(MemberFilter::TextOnly),
            count(MemberFilter::NoRecoveryCode),
            count(MemberFilter::NeverSignedIn),
            count(MemberFilter::Invited),
            count(MemberFilter::NotDelivered),
        );
        let statement =
            Statement::from_sql_and_values(reader.get_database_backend(), sql, [company.id.into()]);
        Ok(MemberCounts::find_by_statement(statement).one(reader).await?.unwrap_or_default())
    }

    /// SQL over [`MEMBERS`].
    fn condition(&self, filter: MemberFilter, company: &company::Model) -> String {
        const ACCEPTED: &str = "ms.accepted_at IS NOT NULL";
        match filter {
            MemberFilter::Everybody => "1 = 1".to_owned(),
            MemberFilter::NoMfa => format!("{ACCEPTED} AND NOT {APP} AND NOT {PHONE}"),
            MemberFilter::UnacceptableOnly => {
                let accepted_phone = self.accepted_phone(company.text_messages);
                format!("{ACCEPTED} AND {PHONE} AND NOT {APP} AND NOT {accepted_phone}")
            }
            MemberFilter::TextOnly => format!("{ACCEPTED} AND {PHONE} AND NOT {APP}"),
            MemberFilter::NoRecoveryCode => {
                format!("{ACCEPTED} AND ({APP} OR {PHONE}) AND NOT {RECOVERY_CODE}")
            }
            MemberFilter::NeverSignedIn => format!("{ACCEPTED} AND u.last_full_session_at IS NULL"),
            MemberFilter::Invited => "ms.accepted_at IS NULL".to_owned(),
            MemberFilter::NotDelivered => NOT_DELIVERED.to_owned(),
        }
    }

    /// What is asked of each, by all of their companies.
    pub(super) async fn with_requirements(
        &self,
        connection: &impl ConnectionTrait,
        here: &company::Model,
        rows: Vec<Row>,
        caller: UserId,
    ) -> Result<Vec<Member>, Error> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.user_id).collect();
        let memberships = membership::Entity::find()
            .filter(membership::Column::UserId.is_in(ids.clone()))
            .find_also_related(company::Entity)
            .all(connection)
            .await?;
        let methods =
            method::Entity::find().filter(method::Column::UserId.is_in(ids)).all(connection).await?;
        let mut members = Vec::with_capacity(rows.len());
        for row in rows {
            if row.accepted_at.is_none() {
                members.push(invited(row));
                continue;
            }
            let own = methods.iter().filter(|method| method.user_id == row.user_id).cloned().collect();
            let mut asked = Vec::new();
            for (membership, company) in
                memberships.iter().filter(|(membership, _)| membership.user_id == row.user_id)
            {
                let company = company.clone().ok_or(Error::Corrupt("membership without company"))?;
                asked.push(to_membership(membership.clone(), company)?);
            }
            members.push(self.member_of(here, row, own, &asked, caller)?);
        }
        Ok(members)
    }

    fn member_of(
        &self,
        here: &company::Model,
        row: Row,
        methods: Vec<method::Model>,
        memberships: &[domain::Membership],
        caller: UserId,
    ) -> Result<Member, Error> {
        let mut kinds: Vec<MethodKind> =
            methods.iter().filter_map(|method| MethodKind::parse(&method.kind)).collect();
        kinds.sort_by_key(|kind| kind.as_str());
        let payments_countries = &self.inner.settings.payments_countries;
        let assessment = requirement(memberships, &owned(methods)?, payments_countries, self.now());
        Ok(Member {
            id: UserId(row.user_id),
            you: row.user_id == caller.0,
            name: row.name,
            email: row.address,
            accepted: true,
            role: Role::parse(&row.role).ok_or(Error::Corrupt("role"))?,
            payments: row.payments_since.is_some(),
            methods: kinds,
            shared_number: row.shared_number != 0,
            recovery_code: row.recovery_code != 0,
            last_sign_in: row.last_full_session_at.map(Timestamp),
            acceptable: assessment.has_acceptable_method,
            requirement: named_here(assessment.requirement, &here.name),
            suspended: row.suspended_at.is_some(),
            not_delivered: false,
        })
    }

    /// The company with this id; it is there as long as the transaction holds it.
    pub(crate) async fn company_by_id(
        &self,
        connection: &impl ConnectionTrait,
        id: CompanyId,
    ) -> Result<company::Model, Error> {
        company::Entity::find_by_id(id.0).one(connection).await?.ok_or(Error::NotFound)
    }
}

/// Somebody who was invited: nothing of their account is this company's to see before they have accepted (S43).
fn invited(row: Row) -> Member {
    Member {
        id: UserId(row.user_id),
        you: false,
        name: row.invited_as.unwrap_or_default(),
        email: row.address,
        accepted: false,
        role: Role::Member,
        payments: false,
        methods: Vec::new(),
        shared_number: false,
        recovery_code: false,
        last_sign_in: None,
        requirement: Requirement::Unavailable,
        acceptable: false,
        suspended: false,
        not_delivered: row.not_delivered != 0,
    }
}

/// What is asked of a member, without the names of other companies: those are not this one's to know.
fn named_here(requirement: Requirement, here: &str) -> Requirement {
    let named = |mut demands: Vec<Demand>| {
        for demand in &mut demands {
            if demand.company != here {
                demand.company = "another company".to_owned();
            }
        }
        demands
    };
    match requirement {
        Requirement::Upcoming { demands } => Requirement::Upcoming { demands: named(demands) },
        Requirement::Required { demands } => Requirement::Required { demands: named(demands) },
        other => other,
    }
}
