//! Reset MFA of a member by an administrator (S42, S43). Of a member who belongs to another company too it is a request first:
//! `reset_requests`. What people are mailed of either is in `reset_mails`.

use domain::{CompanyId, SessionId, SessionState, Timestamp, UserId};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::News;
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, User};
use crate::links::LinkKind;
use crate::reset::InPersonCode;
use crate::secret::Token;
use crate::store::entities::{company, membership, user};
use crate::{Error, Vestibule};

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
        // Who administers nothing here is told so before anything else.
        self.administered_company(&transaction, signed_in, slug).await?;
        if member == by.id {
            return Err(Error::OwnReset);
        }
        let reason = checked_reason(reason)?;
        let (company, membership, person) =
            self.authorise_about(&transaction, signed_in, slug, member).await?;
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
        let until =
            self.ask_for_reset(&transaction, client, by, (&company, &others), &person, reason).await?;
        self.commit(transaction, "ask_for_reset").await?;
        self.outbox_has_mail();
        Ok(Reset::Requested { until })
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
        let person = user::Entity::find_by_id(user.0).one(&transaction).await?.ok_or(Error::Stale)?;
        // One mailbox must not be enough (S43).
        if person.password_reset_at.is_some() {
            return Err(Error::LinkGone);
        }
        self.consume_link_in_browser(&transaction, client, LinkKind::SetUpAgain, user, token).await?;
        let token = self.advance(&transaction, signed_in, SessionState::EnrolOnly).await?;
        self.audit(&transaction, Entry::own(Event::IdentityConfirmed, user, client)).await?;
        self.commit_step(transaction, client, user, record, SessionState::EnrolOnly, token).await
    }

    /// The methods go, and whoever has to know is told.
    pub(super) async fn take_away(
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
