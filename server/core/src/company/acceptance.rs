//! Accepting an invitation (S43): with a first password, or inside a session of the person who was invited. No link ever
//! sets a password where there is one.

use domain::{CompanyId, SessionId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::News;
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, User};
use crate::links::LinkKind;
use crate::people::{checked_name, sought_as};
use crate::secret::{Password, Token};
use crate::store::entities::{company, membership, user};
use crate::{Error, Vestibule};

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
    /// What a link invites to. It is not spent.
    ///
    /// # Errors
    /// [`Error::LinkGone`].
    pub async fn invitation(&self, token: &Token) -> Result<Invitation, Error> {
        let reader = self.inner.store.reader();
        let (person, company, invited) = self.of_invitation(reader, token).await?;
        Ok(Invitation {
            company: company.name,
            has_account: person.password_hash.is_some(),
            email: person.email,
            name: invited.invited_as.unwrap_or_default(),
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
        let (person, ..) = self.of_invitation(self.inner.store.reader(), token).await?;
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
        let (person, ..) = self.of_invitation(&transaction, token).await?;
        if person.id != user.id.0 {
            return Err(Error::NotFound);
        }
        self.join(&transaction, client, token, &user).await?;
        self.commit(transaction, "accept_invitation").await?;
        self.outbox_has_mail();
        self.caller_by_id(record).await
    }

    /// Whose invitation it is, to which company, and the membership that it would be, if it works.
    async fn of_invitation(
        &self,
        connection: &impl ConnectionTrait,
        token: &Token,
    ) -> Result<(user::Model, company::Model, membership::Model), Error> {
        let person = self.person_of_link(connection, LinkKind::Invitation, token).await?;
        let company = self.company_of_link(connection, token).await?;
        let invited = membership::Entity::find_by_id((company.id, person.id)).one(connection).await?;
        match invited {
            Some(membership) if membership.accepted_at.is_none() => Ok((person, company, membership)),
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
        let (_, company, _) = self.of_invitation(transaction, token).await?;
        self.lock_companies_of(transaction, person.id).await?;
        self.consume_link(transaction, LinkKind::Invitation, token).await?;
        let joined = membership::Entity::update_many()
            .col_expr(membership::Column::AcceptedAt, Expr::value(self.now().0))
            .col_expr(membership::Column::SoughtAs, Expr::value(sought_as(&person.name)))
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
}
