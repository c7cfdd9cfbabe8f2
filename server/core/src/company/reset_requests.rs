//! Resets of members who belong to another company too (S43): a request, which the member, or an administrator of the other
//! company who is another person, confirms.

use domain::{CompanyId, DAY, HOUR, ResetRequestId, Role, SessionId, Timestamp, UserId};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, User};
use crate::links::LinkKind;
use crate::secret::Token;
use crate::store::entities::{company, membership, reset_request, user};
use crate::{Error, Vestibule};

/// How long a request waits, and how long after its confirmation it counts, in milliseconds.
const REQUEST_LASTS: i64 = DAY;

/// A request that waits to be confirmed.
#[derive(Clone, Debug)]
pub struct ResetRequest {
    /// Which.
    pub id: ResetRequestId,
    /// Whose.
    pub member: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Which company asks.
    pub company: String,
    /// Who asks there.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
}

impl Vestibule {
    /// Requests of other companies that wait to be confirmed by this one.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn reset_requests(&self, caller: &Caller, slug: &str) -> Result<Vec<ResetRequest>, Error> {
        let signed_in = caller.signed_in()?;
        let reader = self.inner.store.reader();
        let here = self.administered_company(reader, signed_in, slug).await?;
        let members = Query::select()
            .column(membership::Column::UserId)
            .from(membership::Entity)
            .and_where(membership::Column::CompanyId.eq(here.id))
            .and_where(membership::Column::AcceptedAt.is_not_null())
            .to_owned();
        let own = signed_in.user.id.0;
        let waiting = self
            .open_requests()
            .filter(reset_request::Column::CompanyId.ne(here.id))
            .filter(reset_request::Column::UserId.in_subquery(members))
            .filter(reset_request::Column::UserId.ne(own))
            .filter(reset_request::Column::AskedBy.ne(own))
            .all(reader)
            .await?;
        let mut shown = Vec::with_capacity(waiting.len());
        for request in waiting {
            let member = UserId(request.user_id);
            let (_, person) = self.member(reader, &here, member).await?;
            let asking = self.company_by_id(reader, CompanyId(request.company_id)).await?;
            let by = user::Entity::find_by_id(request.asked_by).one(reader).await?;
            shown.push(ResetRequest {
                id: ResetRequestId(request.id),
                member,
                name: person.name,
                email: person.email,
                company: asking.name,
                asked_by: by.map(|by| by.name).unwrap_or_default(),
                asked_at: Timestamp(request.asked_at),
            });
        }
        Ok(shown)
    }

    /// Confirms what an administrator of another company has asked for.
    ///
    /// # Errors
    /// [`Error::NotFound`] where nothing waits, or the caller has asked for it; [`Error::OwnReset`] for oneself; as
    /// [`Vestibule::authorise`].
    pub async fn confirm_reset(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        slug: &str,
        request: ResetRequestId,
    ) -> Result<(), Error> {
        let signed_in = caller.of_record(record)?;
        let by = &signed_in.user;
        let transaction = self.inner.store.begin().await?;
        let here = self.administered_company(&transaction, signed_in, slug).await?;
        let asked = reset_request::Entity::find_by_id(request.0).one(&transaction).await?;
        let member = asked.map(|asked| UserId(asked.user_id)).ok_or(Error::NotFound)?;
        self.member(&transaction, &here, member).await?;
        if member == by.id {
            return Err(Error::OwnReset);
        }
        let (here, membership, person) = self.authorise_about(&transaction, signed_in, slug, member).await?;
        let waiting = self
            .open_requests()
            .filter(reset_request::Column::Id.eq(request.0))
            .filter(reset_request::Column::CompanyId.ne(here.id))
            .filter(reset_request::Column::AskedBy.ne(by.id.0))
            .one(&transaction)
            .await?;
        let Some(request) = waiting.filter(|_| membership.accepted_at.is_some()) else {
            return Err(Error::NotFound);
        };
        self.confirm(&transaction, client, by, &request, &person).await?;
        self.commit(transaction, "confirm_reset").await?;
        self.outbox_has_mail();
        Ok(())
    }

    /// Confirms one's own reset with the link that was mailed.
    ///
    /// # Errors
    /// [`Error::LinkGone`].
    pub async fn confirm_own_reset(&self, client: &Client, token: &Token) -> Result<(), Error> {
        let kind = LinkKind::ConfirmReset;
        let person = User::from(self.person_of_link(self.inner.store.reader(), kind, token).await?);
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, person.id, None).await?;
        let company = self.company_of_link(&transaction, token).await?;
        self.consume_link(&transaction, kind, token).await?;
        let waiting = self
            .open_requests()
            .filter(reset_request::Column::UserId.eq(person.id.0))
            .filter(reset_request::Column::CompanyId.eq(company.id))
            .one(&transaction)
            .await?;
        let Some(request) = waiting else { return Err(Error::LinkGone) };
        self.confirm(&transaction, client, &person, &request, &person).await?;
        self.commit(transaction, "confirm_own_reset").await?;
        self.outbox_has_mail();
        Ok(())
    }

    /// Writes the request down, in the place of an earlier one, and tells the member and the other companies. Gives until when
    /// it can be confirmed.
    pub(super) async fn ask_for_reset(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        by: &User,
        (company, others): (&company::Model, &[company::Model]),
        person: &User,
        reason: &str,
    ) -> Result<Timestamp, Error> {
        let id = CompanyId(company.id);
        let now = self.now();
        // Asked for already: another mail within the hour says nothing new (S48).
        let open = self.open_requests().filter(reset_request::Column::UserId.eq(person.id.0));
        let open = open.filter(reset_request::Column::CompanyId.eq(company.id)).one(transaction).await?;
        if let Some(open) = open.filter(|open| open.asked_at > now.plus(-HOUR).0 && open.asked_by == by.id.0)
        {
            return Ok(Timestamp(open.expires_at));
        }
        self.forget_reset_request(transaction, id, person.id).await?;
        let until = now.plus(REQUEST_LASTS);
        reset_request::Entity::insert(reset_request::ActiveModel {
            id: Set(self.id()),
            user_id: Set(person.id.0),
            company_id: Set(company.id),
            asked_by: Set(by.id.0),
            asked_at: Set(now.0),
            expires_at: Set(until.0),
            confirmed_at: Set(None),
        })
        .exec_without_returning(transaction)
        .await?;
        let entry = Entry::of_company(Event::ResetRequested, by.id, id, client);
        self.audit(transaction, entry.about(person.id).because(reason)).await?;
        self.mail_request(transaction, client, by, company, person).await?;
        self.tell_of_request(transaction, client, by, (company, others), person).await?;
        Ok(until)
    }

    /// The company asks no more for this member.
    pub(super) async fn forget_reset_request(
        &self,
        transaction: &DatabaseTransaction,
        company: CompanyId,
        member: UserId,
    ) -> Result<(), Error> {
        reset_request::Entity::delete_many()
            .filter(reset_request::Column::UserId.eq(member.0))
            .filter(reset_request::Column::CompanyId.eq(company.0))
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// A request is confirmed, by one conditional update, and the methods go. The code that is handed over in person is
    /// made for whoever asked, when they press Reset MFA again.
    async fn confirm(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        by: &User,
        request: &reset_request::Model,
        person: &User,
    ) -> Result<(), Error> {
        let now = self.now();
        let confirmed = reset_request::Entity::update_many()
            .col_expr(reset_request::Column::ConfirmedAt, Expr::value(now.0))
            .col_expr(reset_request::Column::ExpiresAt, Expr::value(now.plus(REQUEST_LASTS).0))
            .filter(reset_request::Column::Id.eq(request.id))
            .filter(reset_request::Column::ConfirmedAt.is_null())
            .exec(transaction)
            .await?;
        if confirmed.rows_affected != 1 {
            return Err(Error::NotFound);
        }
        let company = self.company_by_id(transaction, CompanyId(request.company_id)).await?;
        self.still_asks(transaction, &company, request).await?;
        let id = CompanyId(company.id);
        let entry = Entry::of_company(Event::ResetConfirmed, by.id, id, client);
        self.audit(transaction, entry.about(person.id)).await?;
        self.take_away(transaction, client, by, &company, person, None).await?;
        Ok(())
    }

    /// Requests that wait, the oldest first.
    fn open_requests(&self) -> sea_orm::Select<reset_request::Entity> {
        reset_request::Entity::find()
            .filter(reset_request::Column::ConfirmedAt.is_null())
            .filter(reset_request::Column::ExpiresAt.gt(self.now().0))
            .order_by_asc(reset_request::Column::AskedAt)
    }

    /// Refuses a request whose asker administers the company no more, or whose member has left it.
    async fn still_asks(
        &self,
        transaction: &DatabaseTransaction,
        company: &company::Model,
        request: &reset_request::Model,
    ) -> Result<(), Error> {
        let accepted = |user: Uuid| {
            membership::Entity::find_by_id((company.id, user))
                .filter(membership::Column::AcceptedAt.is_not_null())
        };
        let member = accepted(request.user_id).one(transaction).await?;
        let asker = accepted(request.asked_by)
            .filter(membership::Column::Role.eq(Role::Administrator.as_str()))
            .one(transaction)
            .await?;
        if member.is_some() && asker.is_some() { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Whether this administrator's request was confirmed, and nothing was set up since: then they get the code that is
    /// handed over. It is no leave to reset again.
    pub(super) async fn confirmed_request(
        &self,
        transaction: &DatabaseTransaction,
        company: &company::Model,
        by: &User,
        member: UserId,
    ) -> Result<bool, Error> {
        let person = user::Entity::find_by_id(member.0).one(transaction).await?;
        if person.is_none_or(|person| person.mfa_reset_at.is_none()) {
            return Ok(false);
        }
        let confirmed = reset_request::Entity::find()
            .filter(reset_request::Column::UserId.eq(member.0))
            .filter(reset_request::Column::CompanyId.eq(company.id))
            .filter(reset_request::Column::AskedBy.eq(by.id.0))
            .filter(reset_request::Column::ConfirmedAt.is_not_null())
            .filter(reset_request::Column::ExpiresAt.gt(self.now().0))
            .one(transaction)
            .await?;
        Ok(confirmed.is_some())
    }
}
