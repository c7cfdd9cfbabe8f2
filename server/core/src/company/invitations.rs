//! Invitations: single use, seven days, without effect until they are accepted (S43). Somebody new gets an account without
//! a password, which the invitation's page sets; no link ever sets one where there is one.

use domain::{CompanyId, DAY, Email, Role, SessionId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter,
};

use super::News;
use super::invitation_list::{self, LineProblem};
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, User};
use crate::links::LinkKind;
use crate::mail::Mail;
use crate::people::{checked_name, user_by_email};
use crate::secret::{Password, Token};
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

/// What an invitation says.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The company's name.
    pub company: String,
    /// Whom it is for.
    pub email: String,
    /// Their name, as far as it is known.
    pub name: String,
    /// Whether they have a password, and so accept once they are signed in.
    pub has_account: bool,
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
        let mut check = InvitationCheck { problems, ..InvitationCheck::default() };
        for email in people.keys() {
            let member = membership_at(reader, &company, email).await?;
            if member.is_some_and(|membership| membership.accepted_at.is_some()) {
                check.members += 1;
            } else {
                check.invitations += 1;
            }
        }
        Ok(check)
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
        let company = self.administered_company(&transaction, signed_in, slug).await?;
        self.member(&transaction, &company, member).await?;
        self.lock_user(&transaction, member, None).await?;
        let company = self.authorise(&transaction, signed_in, slug).await?;
        let (membership, person) = self.member(&transaction, &company, member).await?;
        if membership.accepted_at.is_some() {
            return Err(Error::NotFound);
        }
        self.mail_invitation(&transaction, client, &signed_in.user, &company, &person).await?;
        self.commit(transaction, "invite_again").await?;
        self.outbox_has_mail();
        Ok(())
    }

    /// What a link invites to. It is not spent.
    ///
    /// # Errors
    /// [`Error::LinkGone`].
    pub async fn invitation(&self, token: &Token) -> Result<Invitation, Error> {
        let reader = self.inner.store.reader();
        let (person, company) = self.of_invitation(reader, token).await?;
        let key = (company.id, person.id);
        let invited = membership::Entity::find_by_id(key).one(reader).await?;
        Ok(Invitation {
            company: company.name,
            has_account: person.password_hash.is_some(),
            email: person.email,
            name: invited.and_then(|membership| membership.invited_as).unwrap_or_default(),
        })
    }

    /// Accepts as somebody new: with a name and a first password. Nobody is signed in by it.
    ///
    /// # Errors
    /// [`Error::LinkGone`]; [`Error::WrongState`] for who has a password: no link sets another; [`Error::Invalid`] for a
    /// name or password that is refused, and then the link still works; [`Error::Busy`].
    pub async fn accept_as_new(
        &self,
        client: &Client,
        token: &Token,
        name: &str,
        password: Password,
    ) -> Result<(), Error> {
        let (person, _) = self.of_invitation(self.inner.store.reader(), token).await?;
        if person.password_hash.is_some() {
            return Err(Error::WrongState);
        }
        let name =
            checked_name(name).map_err(|error| Error::Invalid { field: "name", why: error.to_string() })?;
        let person = User { name: name.to_owned(), ..User::from(person) };
        self.check_new_password(&person, &password).await?;
        let hash = self.inner.passwords.hash(self.inner.passwords.admit()?, password).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, person.id, None).await?;
        let first = user::Entity::update_many()
            .col_expr(user::Column::PasswordHash, Expr::value(hash))
            .col_expr(user::Column::PasswordChangedAt, Expr::value(self.now().0))
            .col_expr(user::Column::Name, Expr::value(name))
            .filter(user::Column::Id.eq(person.id.0))
            .filter(user::Column::PasswordHash.is_null())
            .exec(&transaction)
            .await?;
        if first.rows_affected != 1 {
            return Err(Error::WrongState);
        }
        self.join(&transaction, client, token, &person).await?;
        self.commit(transaction, "accept_as_new").await?;
        self.outbox_has_mail();
        Ok(())
    }

    /// Accepts as the person who is signed in. Gives how things stand for them then: another company may ask for more.
    ///
    /// # Errors
    /// [`Error::LinkGone`]; [`Error::NotFound`] where the invitation is somebody else's; [`Error::Stale`] for another
    /// record than the caller's.
    pub async fn accept_invitation(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        token: &Token,
    ) -> Result<Caller, Error> {
        let user = caller.of_record(record)?.user.clone();
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user.id, None).await?;
        let (person, _) = self.of_invitation(&transaction, token).await?;
        if person.id != user.id.0 {
            return Err(Error::NotFound);
        }
        self.join(&transaction, client, token, &user).await?;
        self.commit(transaction, "accept_invitation").await?;
        self.outbox_has_mail();
        self.caller_by_id(record).await
    }

    /// Whose invitation it is, and to which company, if it works.
    async fn of_invitation(
        &self,
        connection: &impl ConnectionTrait,
        token: &Token,
    ) -> Result<(user::Model, company::Model), Error> {
        let person = self.person_of_link(connection, LinkKind::Invitation, token).await?;
        let company = self.company_of_link(connection, token).await?;
        let invited = membership::Entity::find_by_id((company.id, person.id)).one(connection).await?;
        match invited {
            Some(membership) if membership.accepted_at.is_none() => Ok((person, company)),
            _ => Err(Error::LinkGone),
        }
    }

    /// Spends the link and makes the membership one. The person is locked.
    async fn join(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        token: &Token,
        person: &User,
    ) -> Result<(), Error> {
        let (_, company) = self.of_invitation(transaction, token).await?;
        self.lock_companies_of(transaction, person.id).await?;
        self.consume_link(transaction, LinkKind::Invitation, token).await?;
        let joined = membership::Entity::update_many()
            .col_expr(membership::Column::AcceptedAt, Expr::value(self.now().0))
            .filter(membership::Column::CompanyId.eq(company.id))
            .filter(membership::Column::UserId.eq(person.id.0))
            .filter(membership::Column::AcceptedAt.is_null())
            .exec(transaction)
            .await?;
        if joined.rows_affected != 1 {
            return Err(Error::LinkGone);
        }
        self.count_member(transaction, &company, person.id, 1).await?;
        let entry = Entry::of_company(Event::MemberJoined, person.id, CompanyId(company.id), client);
        self.audit(transaction, entry.about(person.id)).await?;
        let says = format!("{} ({}) has accepted the invitation.", person.name, person.email);
        let leads_to = Some(("See the Members", "/members"));
        let news = News { subject: "somebody has joined", says, leads_to, client, about: None };
        self.tell_administrators(transaction, &company, &[person.id], &news).await
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
        let of_person = || {
            link::Entity::find()
                .filter(link::Column::UserId.eq(person.id.0))
                .filter(link::Column::CompanyId.eq(company.id))
                .filter(link::Column::Kind.eq(LinkKind::Invitation.name()))
        };
        let today =
            of_person().filter(link::Column::CreatedAt.gt(now.plus(-DAY).0)).count(transaction).await?;
        if today >= A_DAY {
            return Err(Error::Paused { until: now.plus(DAY), now });
        }
        link::Entity::update_many()
            .col_expr(link::Column::ConsumedAt, Expr::value(now.0))
            .filter(link::Column::UserId.eq(person.id.0))
            .filter(link::Column::CompanyId.eq(company.id))
            .filter(link::Column::Kind.eq(LinkKind::Invitation.name()))
            .filter(link::Column::ConsumedAt.is_null())
            .exec(transaction)
            .await?;
        let id = CompanyId(company.id);
        let link = self.new_link_of(transaction, LinkKind::Invitation, person, Some(id)).await?;
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
        self.post(transaction, mail.to(person, settings), LinkKind::Invitation.lasts()).await?;
        let entry = Entry::of_company(Event::MemberInvited, by.id, id, client);
        self.audit(transaction, entry.about(person.id)).await
    }
}

async fn membership_at(
    connection: &impl ConnectionTrait,
    company: &company::Model,
    email: &Email,
) -> Result<Option<membership::Model>, Error> {
    Ok(membership::Entity::find()
        .filter(membership::Column::CompanyId.eq(company.id))
        .filter(membership::Column::Address.eq(email.as_str()))
        .one(connection)
        .await?)
}
