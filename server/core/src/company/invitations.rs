//! Inviting people to a company: single use, seven days, without effect until it is accepted (S43), which is in
//! `acceptance`. Somebody new gets an account without a password, which the invitation's page sets.

use domain::{CompanyId, DAY, Email, Role, SessionId, UserId};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};

use super::invitation_list::{self, LineProblem};
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, User};
use crate::links::LinkKind;
use crate::mail::Mail;
use crate::people::user_by_email;
use crate::store::entities::{company, link, membership, user};
use crate::{Error, Vestibule};

/// How many invitations of one company a person is mailed in a day (S48).
const A_DAY: u64 = 3;

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
        let mut done = InvitationCheck::default();
        for (email, name) in people {
            let transaction = self.inner.store.begin().await?;
            let company = self.administered_company(&transaction, signed_in, slug).await?;
            let by = &signed_in.user;
            let person = self.invited_person(&transaction, client, by, &company, &email).await?;
            // People are locked before companies.
            self.lock_user(&transaction, person.id, None).await?;
            let company = self.authorise(&transaction, signed_in, slug).await?;
            let key = (company.id, person.id.0);
            let present = membership::Entity::find_by_id(key).one(&transaction).await?;
            if present.as_ref().is_some_and(|membership| membership.accepted_at.is_some()) {
                done.members += 1;
                continue;
            }
            if present.is_none() {
                self.insert_invited(&transaction, &company, &person, name).await?;
            }
            match self.mail_invitation(&transaction, client, by, &company, &person).await {
                // Mailed often enough today: the invitation stands.
                Err(Error::Paused { .. }) => {}
                mailed => {
                    mailed?;
                    done.invitations += 1;
                }
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
        self.mail_invitation(&transaction, client, &signed_in.user, &company, &person).await?;
        self.commit(transaction, "invite_again").await?;
        self.outbox_has_mail();
        Ok(())
    }

    /// The account with this address, or a new one without a password. Its name is what the address begins with until its
    /// owner gives one: what an administrator calls them is that company's word alone.
    async fn invited_person(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        by: &User,
        company: &company::Model,
        email: &Email,
    ) -> Result<User, Error> {
        if let Some(person) = user_by_email(transaction, email).await? {
            return Ok(person.into());
        }
        let local_part = email.as_str().split('@').next().unwrap_or_default().to_owned();
        let row = user::Model {
            id: self.id(),
            email: email.as_str().to_owned(),
            name: local_part,
            time_zone: None,
            password_hash: None,
            password_changed_at: self.now().0,
            password_reset_at: None,
            mfa_reset_at: None,
            suspended_at: None,
            last_full_session_at: None,
            warned_at: None,
            created_at: self.now().0,
        };
        user::Entity::insert(user::ActiveModel::from(row))
            .on_conflict_do_nothing_on([user::Column::Email])
            .exec_without_returning(transaction)
            .await?;
        // Another company may have invited the same person at this moment.
        let person = user_by_email(transaction, email).await?.ok_or(Error::Stale)?;
        let entry = Entry::of_company(Event::UserAdded, by.id, CompanyId(company.id), client);
        self.audit(transaction, entry.about(UserId(person.id))).await?;
        Ok(person.into())
    }

    async fn insert_invited(
        &self,
        transaction: &DatabaseTransaction,
        company: &company::Model,
        person: &User,
        name: Option<String>,
    ) -> Result<(), Error> {
        membership::Entity::insert(membership::ActiveModel {
            company_id: Set(company.id),
            user_id: Set(person.id.0),
            address: Set(person.email.clone()),
            // Nobody is invited as an administrator: the role is given after.
            role: Set(Role::Member.as_str().to_owned()),
            payments_since: Set(None),
            accepted_at: Set(None),
            invited_as: Set(name),
            created_at: Set(self.now().0),
        })
        .exec_without_returning(transaction)
        .await?;
        Ok(())
    }

    /// A new link, by mail; the earlier ones to this company are void.
    async fn mail_invitation(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        by: &User,
        company: &company::Model,
        person: &User,
    ) -> Result<(), Error> {
        let now = self.now();
        let (id, kind) = (CompanyId(company.id), LinkKind::Invitation);
        let today = link::Entity::find()
            .filter(link::Column::UserId.eq(person.id.0))
            .filter(link::Column::CompanyId.eq(company.id))
            .filter(link::Column::Kind.eq(kind.name()))
            .filter(link::Column::CreatedAt.gt(now.plus(-DAY).0))
            .count(transaction)
            .await?;
        if today >= A_DAY {
            return Err(Error::Paused { until: now.plus(DAY), now });
        }
        self.void_links_of(transaction, Some(kind), person.id, id).await?;
        let link = self.new_link_of(transaction, kind, person, Some(id)).await?;
        let settings = &self.inner.settings;
        let mail = Mail {
            subject: format!("{} invites you", company.name),
            says: vec![format!(
                "{} invites you to {} in {}, where you sign in to its applications. The link works once, for seven \
                 days.",
                by.name, company.name, settings.product
            )],
            facts: Vec::new(),
            action: Some(("Accept the Invitation", link)),
            then: vec!["If you don't know the company, ignore this mail: nothing happens then.".to_owned()],
            code: None,
        };
        self.post(transaction, mail.to(person, settings), kind.lasts()).await?;
        let entry = Entry::of_company(Event::MemberInvited, by.id, id, client);
        self.audit(transaction, entry.about(person.id)).await
    }
}
