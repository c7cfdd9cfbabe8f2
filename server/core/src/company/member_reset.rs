//! Reset MFA of a member by an administrator (S42, S43). Of a member who belongs to another company too it is a request,
//! which the member, or an administrator of the other company who is another person, confirms.

use domain::{CompanyId, DAY, HOUR, ResetRequestId, Role, SessionId, SessionState, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};

use uuid::Uuid;

use super::News;
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, User};
use crate::links::LinkKind;
use crate::mail::Mail;
use crate::reset::InPersonCode;
use crate::secret::Token;
use crate::store::entities::{company, link, membership, reset_request, user};
use crate::{Error, Vestibule};

/// How long a request waits, and how long after its confirmation it counts, in milliseconds.
const REQUEST_LASTS: i64 = DAY;
/// Longest reason, in characters.
const REASON_LENGTH: usize = 500;

/// What became of a reset.
#[derive(Debug)]
pub enum Reset {
    /// The methods are gone; the code is handed over in person.
    Done(InPersonCode),
    /// It has to be confirmed until then.
    Requested {
        /// Until when it can be.
        until: Timestamp,
    },
}

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
    /// Resets a member's MFA, also of one without methods; or asks for it. The reason goes into the log.
    ///
    /// # Errors
    /// [`Error::Invalid`] without a reason; [`Error::OwnReset`] for oneself; [`Error::NotFound`]; as
    /// [`Vestibule::authorise`]; [`Error::Stale`] for another record than the caller's.
    pub async fn reset_member(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        slug: &str,
        member: UserId,
        reason: &str,
    ) -> Result<Reset, Error> {
        let signed_in = caller.of_record(record)?;
        let by = &signed_in.user;
        let transaction = self.inner.store.begin().await?;
        // Checked before anybody is locked: an administrator of another company cannot make people wait.
        let company = self.administered_company(&transaction, signed_in, slug).await?;
        if member == by.id {
            return Err(Error::OwnReset);
        }
        let reason = checked_reason(reason)?;
        self.member(&transaction, &company, member).await?;
        self.lock_user(&transaction, member, None).await?;
        self.lock_companies_of(&transaction, member).await?;
        let company = self.authorise(&transaction, signed_in, slug).await?;
        let (membership, person) = self.member(&transaction, &company, member).await?;
        if membership.accepted_at.is_none() {
            return Err(Error::NotFound);
        }
        let others = self.other_companies(&transaction, &company, member).await?;
        let confirmed = self.confirmed_request(&transaction, &company, by, member).await?;
        if others.is_empty() || confirmed {
            let code = self.take_away(&transaction, client, by, &company, &person, Some(reason)).await?;
            self.commit(transaction, "reset_member").await?;
            self.outbox_has_mail();
            return Ok(Reset::Done(code));
        }
        // Asked for already: another mail within the hour says nothing new (S48).
        let lately = self.now().plus(-HOUR).0;
        let open = self.open_requests().filter(reset_request::Column::UserId.eq(member.0));
        let open = open.filter(reset_request::Column::CompanyId.eq(company.id)).one(&transaction).await?;
        if let Some(open) = open.filter(|open| open.asked_at > lately && open.asked_by == by.id.0) {
            return Ok(Reset::Requested { until: Timestamp(open.expires_at) });
        }
        let until = self.ask_for_reset(&transaction, client, by, &company, &person, reason).await?;
        for other in &others {
            let says = format!(
                "{} of {} asks to reset the two-factor authentication of {} ({}), who belongs to {} too. One of you, or \
                 the person, has to confirm it within 24 hours. Check first, by voice or in person, that it is right.",
                by.name, company.name, person.name, person.email, other.name
            );
            let leads_to = Some(("See the Request", "/members"));
            let news = News { subject: "a reset waits for you", says, leads_to, client, about: None };
            self.tell_administrators(&transaction, other, &[by.id, member], &news).await?;
        }
        self.commit(transaction, "ask_for_reset").await?;
        self.outbox_has_mail();
        Ok(Reset::Requested { until })
    }

    /// Requests of other companies that wait to be confirmed by this one.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn reset_requests(&self, caller: &Caller, slug: &str) -> Result<Vec<ResetRequest>, Error> {
        let signed_in = caller.signed_in()?;
        let reader = self.inner.store.reader();
        let here = self.administered_company(reader, signed_in, slug).await?;
        let waiting =
            self.open_requests().filter(reset_request::Column::CompanyId.ne(here.id)).all(reader).await?;
        let mut shown = Vec::new();
        for request in waiting {
            if request.asked_by == signed_in.user.id.0 || request.user_id == signed_in.user.id.0 {
                continue;
            }
            let member = UserId(request.user_id);
            let Ok((membership, person)) = self.member(reader, &here, member).await else { continue };
            if membership.accepted_at.is_none() {
                continue;
            }
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
        self.lock_user(&transaction, member, None).await?;
        self.lock_companies_of(&transaction, member).await?;
        let here = self.authorise(&transaction, signed_in, slug).await?;
        let (membership, person) = self.member(&transaction, &here, member).await?;
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

    /// Gives the mailed link in the place of the code that is handed over in person. Where the password was set by mail
    /// since the last passed challenge, it does not work: one mailbox must not be enough (S43).
    ///
    /// # Errors
    /// [`Error::LinkGone`]; [`Error::WrongState`] where nothing was reset; [`Error::Stale`] for another record than the
    /// caller's.
    pub async fn confirm_identity_by_link(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        token: &Token,
    ) -> Result<Entered, Error> {
        let signed_in = caller.of_record(record)?;
        let user = signed_in.user.id;
        if !signed_in.mfa_reset {
            return Err(Error::WrongState);
        }
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        let person = self.person_of_link(&transaction, LinkKind::SetUpAgain, token).await?;
        // Another's link, or one mailbox alone (S43).
        if person.id != user.0 || person.password_reset_at.is_some() {
            return Err(Error::LinkGone);
        }
        self.consume_link(&transaction, LinkKind::SetUpAgain, token).await?;
        let token = self.advance(&transaction, signed_in, SessionState::EnrolOnly).await?;
        self.audit(&transaction, Entry::own(Event::IdentityConfirmed, user, client)).await?;
        self.commit_step(transaction, client, user, record, SessionState::EnrolOnly, token).await
    }

    /// The methods go, and whoever has to know is told.
    async fn take_away(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        by: &User,
        company: &company::Model,
        person: &User,
        reason: Option<&str>,
    ) -> Result<InPersonCode, Error> {
        let code = self.reset_factors(transaction, person.id).await?;
        let id = CompanyId(company.id);
        let entry = Entry::of_company(Event::MfaReset, by.id, id, client).about(person.id);
        self.audit(transaction, Entry { detail: reason, ..entry }).await?;
        self.mail_reset(transaction, client, company, person).await?;
        let mut told = self.other_companies(transaction, company, person.id).await?;
        told.push(company.clone());
        for company in &told {
            let says = format!(
                "The two-factor authentication of {} ({}) was reset by {}.",
                person.name, person.email, by.name
            );
            let leads_to = Some(("See the Members", "/members"));
            let news =
                News { subject: "two-factor authentication reset", says, leads_to, client, about: None };
            self.tell_administrators(transaction, company, &[by.id, person.id], &news).await?;
        }
        Ok(code)
    }

    /// What the member is told, with the link that works beside the password: not where one mailbox would be enough.
    async fn mail_reset(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        company: &company::Model,
        person: &User,
    ) -> Result<(), Error> {
        let row = user::Entity::find_by_id(person.id.0).one(transaction).await?;
        let by_mail = row.is_some_and(|row| row.password_reset_at.is_some());
        let action = if by_mail {
            None
        } else {
            let link = self.new_link(transaction, LinkKind::SetUpAgain, person).await?;
            Some(("Set Up Again", link))
        };
        let how = if by_mail {
            "At your next sign-in you set it up again, with the code that an administrator hands you in person."
        } else {
            "At your next sign-in you set it up again: with this mail's link, within 24 hours, or with the code that an \
             administrator hands you in person."
        };
        let mail = Mail {
            subject: "Two-factor authentication reset".to_owned(),
            says: vec![
                format!(
                    "An administrator of {} has reset the two-factor authentication of your account: its methods and its \
                     recovery code were removed, and every device was signed out.",
                    company.name
                ),
                how.to_owned(),
            ],
            facts: self.facts(person, Some(client)),
            action,
            then: vec![format!(
                "If you did not ask for it, tell {} at once.",
                self.helpers(true).unwrap_or_else(|| "your company's administrator".to_owned())
            )],
            code: None,
        };
        self.post(transaction, mail.to(person, &self.inner.settings), LinkKind::SetUpAgain.lasts()).await?;
        Ok(())
    }

    /// Writes the request down, in the place of an earlier one, and mails the member.
    async fn ask_for_reset(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        by: &User,
        company: &company::Model,
        person: &User,
        reason: &str,
    ) -> Result<Timestamp, Error> {
        let id = CompanyId(company.id);
        reset_request::Entity::delete_many()
            .filter(reset_request::Column::UserId.eq(person.id.0))
            .filter(reset_request::Column::CompanyId.eq(company.id))
            .exec(transaction)
            .await?;
        let now = self.now();
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
        link::Entity::update_many()
            .col_expr(link::Column::ConsumedAt, Expr::value(now.0))
            .filter(link::Column::UserId.eq(person.id.0))
            .filter(link::Column::CompanyId.eq(company.id))
            .filter(link::Column::Kind.eq(LinkKind::ConfirmReset.name()))
            .exec(transaction)
            .await?;
        let link = self.new_link_of(transaction, LinkKind::ConfirmReset, person, Some(id)).await?;
        let mail = Mail {
            subject: "Confirm the reset of your two-factor authentication".to_owned(),
            says: vec![format!(
                "{} of {} asks to reset the two-factor authentication of your account: its methods and its recovery code \
                 would be removed, and every device signed out.",
                by.name, company.name
            )],
            facts: self.facts(person, Some(client)),
            action: Some(("Confirm the Reset", link)),
            then: vec![
                "The link works once, for 24 hours. If you did not ask for it, do not press it, and tell your company's \
                 administrator: nothing has changed."
                    .to_owned(),
            ],
            code: None,
        };
        self.post(transaction, mail.to(person, &self.inner.settings), LinkKind::ConfirmReset.lasts()).await?;
        let entry = Entry::of_company(Event::ResetRequested, by.id, id, client);
        self.audit(transaction, entry.about(person.id).because(reason)).await?;
        Ok(until)
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
    async fn confirmed_request(
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

    /// The other companies that the member has accepted.
    async fn other_companies(
        &self,
        connection: &impl ConnectionTrait,
        company: &company::Model,
        member: UserId,
    ) -> Result<Vec<company::Model>, Error> {
        let others = membership::Entity::find()
            .filter(membership::Column::UserId.eq(member.0))
            .filter(membership::Column::CompanyId.ne(company.id))
            .filter(membership::Column::AcceptedAt.is_not_null())
            .find_also_related(company::Entity)
            .all(connection)
            .await?;
        Ok(others.into_iter().filter_map(|(_, company)| company).collect())
    }
}

fn checked_reason(reason: &str) -> Result<&str, Error> {
    let reason = reason.trim();
    let refused = |why: &str| Err(Error::Invalid { field: "reason", why: why.to_owned() });
    if reason.is_empty() {
        return refused("Enter a reason. It is kept in the activity log.");
    }
    if reason.chars().count() > REASON_LENGTH {
        return refused("This reason is too long: 500 characters at most.");
    }
    if reason.chars().any(char::is_control) {
        return refused("Write the reason in one line.");
    }
    Ok(reason)
}
