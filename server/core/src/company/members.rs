//! What administrators change of members: role, payments, removal; and the list for a spreadsheet.

use domain::{CompanyId, Role, SessionId, UserId};
use futures_util::future::ready;
use futures_util::{Stream, StreamExt, stream};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};

use super::News;
use super::member_list::{Member, MembersQuery};
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, User};
use crate::methods::methods_of;
use crate::spreadsheet::{csv_line, utc_minute};
use crate::store::entities::{company, membership};
use crate::{Error, Vestibule};

/// The first line of the list.
const CSV_HEAD: &str = "Name,Email,Role,Payments,Methods,Recovery code,Last sign-in (UTC),Accepted\r\n";
/// Rows that are read at once for the spreadsheet.
const CSV_PAGE: usize = 500;

/// What a member is to be.
#[derive(Clone, Copy, Debug)]
pub struct MemberChange {
    /// Who.
    pub member: UserId,
    /// Another role.
    pub role: Option<Role>,
    /// Whether they handle payments from now on.
    pub payments: Option<bool>,
}

impl Vestibule {
    /// Changes a member's role, or whether they handle payments. What is not named stays as it is, whoever has changed it
    /// meanwhile.
    ///
    /// # Errors
    /// [`Error::LastAdministrator`]; [`Error::NotFound`], also for who has not accepted yet: a role is given after that
    /// (S43); as [`Vestibule::authorise`]; [`Error::Stale`] for another record than the caller's.
    pub async fn change_member(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        slug: &str,
        change: MemberChange,
    ) -> Result<Member, Error> {
        let signed_in = caller.of_record(record)?;
        let MemberChange { member, role, payments } = change;
        let transaction = self.inner.store.begin().await?;
        let company = self.authorise(&transaction, signed_in, slug).await?;
        let (before, person) = self.member(&transaction, &company, member).await?;
        if before.accepted_at.is_none() {
            return Err(Error::NotFound);
        }
        let was_administrator = before.role == Role::Administrator.as_str();
        let role = role.or_else(|| Role::parse(&before.role)).ok_or(Error::Corrupt("role"))?;
        let payments = payments.unwrap_or(before.payments_since.is_some());
        if was_administrator && role == Role::Member {
            self.keep_an_administrator(&transaction, &company, member).await?;
        }
        let since = payments.then(|| before.payments_since.unwrap_or(self.now().0));
        membership::Entity::update_many()
            .col_expr(membership::Column::Role, Expr::value(role.as_str()))
            .col_expr(membership::Column::PaymentsSince, Expr::value(since))
            .filter(membership::Column::CompanyId.eq(company.id))
            .filter(membership::Column::UserId.eq(member.0))
            .exec(&transaction)
            .await?;
        let role_event = match (was_administrator, role) {
            (false, Role::Administrator) => Some(Event::MadeAdministrator),
            (true, Role::Member) => Some(Event::MadeMember),
            _ => None,
        };
        let payments_event = match (before.payments_since.is_some(), payments) {
            (false, true) => Some(Event::PaymentsOn),
            (true, false) => Some(Event::PaymentsOff),
            _ => None,
        };
        for event in role_event.into_iter().chain(payments_event) {
            self.tell_of_member(&transaction, client, &signed_in.user, &company, (&before, &person), event)
                .await?;
        }
        self.commit(transaction, "change_member").await?;
        self.outbox_has_mail();
        self.shown_member(&company, member, signed_in.user.id).await
    }

    /// Removes a member from the company, or takes an invitation back. The account, its methods and its sessions stay.
    ///
    /// # Errors
    /// As [`Vestibule::change_member`].
    pub async fn remove_member(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        slug: &str,
        member: UserId,
    ) -> Result<(), Error> {
        let signed_in = caller.of_record(record)?;
        let transaction = self.inner.store.begin().await?;
        // Locked: the counter must see the method that is being set up at this moment, or be seen by its set-up.
        let (company, before, person) = self.authorise_about(&transaction, signed_in, slug, member).await?;
        if before.accepted_at.is_some() {
            if before.role == Role::Administrator.as_str() {
                self.keep_an_administrator(&transaction, &company, member).await?;
            }
            self.count_member(&transaction, &company, member, -1).await?;
        }
        membership::Entity::delete_by_id((company.id, member.0)).exec(&transaction).await?;
        // Void, and not gone: how many invitations were mailed today is counted.
        self.void_links_of(&transaction, None, member, CompanyId(company.id)).await?;
        self.forget_reset_request(&transaction, CompanyId(company.id), member).await?;
        let event = Event::MemberRemoved;
        self.tell_of_member(&transaction, client, &signed_in.user, &company, (&before, &person), event)
            .await?;
        self.commit(transaction, "remove_member").await?;
        self.outbox_has_mail();
        Ok(())
    }

    /// Every member as CSV (RFC 4180), some hundreds at a time, so that a long list takes no more memory than a short one.
    /// What a spreadsheet would take for a formula begins with an apostrophe.
    ///
    /// # Errors
    /// As [`Vestibule::authorise`]; [`Error::Stale`] for another record than the caller's.
    pub async fn members_csv(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        slug: &str,
    ) -> Result<impl Stream<Item = Result<String, Error>> + Send + use<>, Error> {
        let signed_in = caller.of_record(record)?;
        let transaction = self.inner.store.begin().await?;
        let company = self.authorise(&transaction, signed_in, slug).await?;
        let event = Event::MembersExported;
        let entry = Entry::of_company(event, signed_in.user.id, CompanyId(company.id), client);
        self.audit(&transaction, entry).await?;
        self.commit(transaction, "members_csv").await?;
        let (vestibule, user) = (self.clone(), signed_in.user.id);
        let rows = stream::try_unfold(MembersQuery::default(), move |query| {
            let (vestibule, company) = (vestibule.clone(), company.clone());
            async move { vestibule.csv_page(&company, user, query).await }
        });
        Ok(stream::once(ready(Ok(CSV_HEAD.to_owned()))).chain(rows))
    }

    /// The lines of a page, and the query of the next one.
    async fn csv_page(
        &self,
        company: &company::Model,
        caller: UserId,
        mut query: MembersQuery,
    ) -> Result<Option<(String, MembersQuery)>, Error> {
        let reader = self.inner.store.reader();
        let rows = self.member_rows(reader, company, &query, CSV_PAGE).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        query.after = Some(last.address.clone());
        let members = self.with_requirements(reader, company, rows, caller).await?;
        Ok(Some((members.iter().map(member_line).collect(), query)))
    }

    /// Counts a member of the company in or out (`by`: 1 or -1), with their methods. Here alone: PostgreSQL takes one type of
    /// number for one statement.
    pub(crate) async fn count_member(
        &self,
        transaction: &DatabaseTransaction,
        company: &company::Model,
        member: UserId,
        by: i64,
    ) -> Result<(), Error> {
        let with_method = if methods_of(transaction, member).await?.is_empty() { 0 } else { by };
        company::Entity::update_many()
            .col_expr(company::Column::Members, Expr::col(company::Column::Members).add(by))
            .col_expr(
                company::Column::MembersWithMethod,
                Expr::col(company::Column::MembersWithMethod).add(with_method),
            )
            .filter(company::Column::Id.eq(company.id))
            .exec(transaction)
            .await?;
        self.write_adoption(transaction, CompanyId(company.id)).await
    }

    /// Refuses what would leave the company without an administrator. The company is locked.
    async fn keep_an_administrator(
        &self,
        transaction: &DatabaseTransaction,
        company: &company::Model,
        leaving: UserId,
    ) -> Result<(), Error> {
        let others = membership::Entity::find()
            .filter(membership::Column::CompanyId.eq(company.id))
            .filter(membership::Column::Role.eq(Role::Administrator.as_str()))
            .filter(membership::Column::AcceptedAt.is_not_null())
            .filter(membership::Column::UserId.ne(leaving.0))
            .count(transaction)
            .await?;
        if others == 0 { Err(Error::LastAdministrator) } else { Ok(()) }
    }

    /// Writes down what was done with a member, and tells the other administrators.
    async fn tell_of_member(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        by: &User,
        company: &company::Model,
        (membership, member): (&membership::Model, &User),
        event: Event,
    ) -> Result<(), Error> {
        let entry = Entry::of_company(event, by.id, CompanyId(company.id), client).about(member.id);
        self.audit(transaction, entry).await?;
        let did = match event {
            Event::MadeAdministrator => "has made {} an administrator",
            Event::MadeMember => "has taken the administrator's role from {}",
            Event::PaymentsOn => "has made {} a payments user",
            Event::PaymentsOff => "has made {} no payments user any more",
            _ => "has removed {} from the company",
        };
        let who = format!("{} ({})", member.name, member.email);
        let says = format!("{} {}.", by.name, did.replace("{}", &who));
        let leads_to = Some(("See the Members", "/members"));
        let about = membership.accepted_at.map(|_| member.id);
        let news = News { subject: "a member was changed", says, leads_to, client, about };
        self.tell_administrators(transaction, company, &[by.id], &news).await
    }
}

fn member_line(member: &Member) -> String {
    let methods: Vec<&str> = member.methods.iter().map(|kind| kind.as_str()).collect();
    let yes = |yes: bool| if yes { "yes" } else { "no" };
    let last = member.last_sign_in.map(utc_minute).unwrap_or_default();
    csv_line([
        member.name.as_str(),
        &member.email,
        member.role.as_str(),
        yes(member.payments),
        &methods.join(" "),
        yes(member.recovery_code),
        &last,
        yes(member.accepted),
    ])
}
