//! Administrators invite people to their company: from a list, or again. What an invitation is, is in `inviting`; how it is
//! accepted, in `acceptance`.

use domain::{Email, HOUR, SessionId, UserId};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::invitation_list::{self, LineProblem};
use super::inviting::{Invited, Inviter};
use super::member_list::{MemberFilter, MembersQuery};
use crate::caller::{Caller, Client};
use crate::store::entities::membership;
use crate::{Error, Vestibule};

/// How long somebody who was mailed is not mailed again by the same list, in milliseconds: sent again, one that broke off goes on.
const MAILED: i64 = HOUR;
/// How many of those whose mail did not get through are mailed again at once.
const AGAIN: usize = 500;

/// What a list would do, or has done.
#[derive(Clone, Debug, Default)]
pub struct InvitationCheck {
    /// How many are invited, those who already were too.
    pub invitations: u32,
    /// How many are members already.
    pub members: u32,
    /// Lines that name nobody.
    pub problems: Vec<LineProblem>,
}

impl Vestibule {
    /// What a list of addresses would do. Nothing is changed.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn check_invitations(
        &self,
        caller: &Caller,
        slug: &str,
        list: &str,
    ) -> Result<InvitationCheck, Error> {
        let reader = self.inner.store.reader();
        let company = self.administered_company(reader, caller.signed_in()?, slug).await?;
        let (people, problems) = invitation_list::read(list);
        let members = membership::Entity::find()
            .filter(membership::Column::CompanyId.eq(company.id))
            .filter(membership::Column::AcceptedAt.is_not_null())
            .filter(membership::Column::Address.is_in(people.keys().map(Email::as_str)))
            .count(reader)
            .await?;
        let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let invitations = (people.len() as u64).saturating_sub(members);
        Ok(InvitationCheck { invitations: count(invitations), members: count(members), problems })
    }

    /// Invites everybody on a list without problems, each in a transaction of their own: sent again, a list that broke off
    /// goes on.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a list that names nobody, or has problems; as [`Vestibule::authorise`], [`Error::Stale`] for
    /// another record than the caller's.
    pub async fn invite(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        slug: &str,
        list: &str,
    ) -> Result<InvitationCheck, Error> {
        let signed_in = caller.of_record(record)?;
        let (people, problems) = invitation_list::read(list);
        if people.is_empty() || !problems.is_empty() {
            let why = match problems.first() {
                Some(problem) if !problem.text.is_empty() => {
                    format!("Line {}: {}", problem.line, problem.why)
                }
                Some(problem) => problem.why.clone(),
                None => "Enter at least one email address.".to_owned(),
            };
            return Err(Error::Invalid { field: "list", why });
        }
        let inviter = Inviter::administrator(&signed_in.user, client);
        let mut done = InvitationCheck::default();
        for (email, name) in people {
            let transaction = self.inner.store.begin().await?;
            let company = self.administered_company(&transaction, signed_in, slug).await?;
            let person = self.invited_person(&transaction, inviter, &company, &email).await?;
            // People are locked before companies.
            self.lock_user(&transaction, person.id, None).await?;
            let company = self.authorise(&transaction, signed_in, slug).await?;
            match self.invite_person(&transaction, inviter, &company, &person, name, MAILED).await? {
                Invited::Member => done.members += 1,
                Invited::Mailed | Invited::Before => done.invitations += 1,
            }
            self.commit(transaction, "invite").await?;
        }
        self.outbox_has_mail();
        Ok(done)
    }

    /// Mails somebody who was invited a new link; the earlier ones are void.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who was not invited, or has accepted; [`Error::Paused`] after three in a day; as
    /// [`Vestibule::authorise`].
    pub async fn invite_again(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        slug: &str,
        member: UserId,
    ) -> Result<(), Error> {
        let signed_in = caller.of_record(record)?;
        let transaction = self.inner.store.begin().await?;
        let (company, membership, person) =
            self.authorise_about(&transaction, signed_in, slug, member).await?;
        if membership.accepted_at.is_some() {
            return Err(Error::NotFound);
        }
        let inviter = Inviter::administrator(&signed_in.user, client);
        self.mail_invitation(&transaction, inviter, &company, &person).await?;
        self.commit(transaction, "invite_again").await?;
        self.outbox_has_mail();
        Ok(())
    }

    /// Mails those again whose invitation did not get through. Gives how many were mailed; who was mailed three times today is
    /// left out.
    ///
    /// # Errors
    /// As [`Vestibule::authorise`]; [`Error::Stale`] for another record than the caller's.
    pub async fn invite_undelivered_again(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        slug: &str,
    ) -> Result<u32, Error> {
        let signed_in = caller.of_record(record)?;
        let reader = self.inner.store.reader();
        let company = self.administered_company(reader, signed_in, slug).await?;
        let query = MembersQuery { filter: MemberFilter::NotDelivered, ..MembersQuery::default() };
        let mut mailed = 0;
        for row in self.member_rows(reader, &company, &query, AGAIN).await? {
            match self.invite_again(client, caller, record, slug, UserId(row.user_id)).await {
                Ok(()) => mailed += 1,
                // Accepted meanwhile, or mailed often enough.
                Err(Error::NotFound | Error::Paused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(mailed)
    }
}
