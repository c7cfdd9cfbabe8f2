//! People, as an operator manages them on the command line.

use domain::{Email, Ended, Role, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::audit::{Entry, Event};
use crate::caller::User;
use crate::methods::methods_of;
use crate::notices::Notice;
use crate::secret::Password;
use crate::store::entities::{company, membership, method, user};
use crate::{Error, Vestibule};

/// Longest name, in characters.
pub(crate) const NAME_LENGTH: usize = 200;

/// A person in a list.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// Normalised address.
    pub email: String,
    /// Full name.
    pub name: String,
    /// Kinds of method that the person has.
    pub methods: Vec<String>,
    /// When the person was added.
    pub created_at: Timestamp,
}

impl Vestibule {
    /// Adds a person with a first password.
    ///
    /// # Errors
    /// [`Error::Refusal`] for an address that is taken or a name that cannot be one; [`Error::Invalid`] for a password
    /// that is refused.
    pub async fn add_user(&self, email: &Email, name: &str, password: Password) -> Result<UserId, Error> {
        let name = checked_name(name)?;
        let id = UserId(self.id());
        let person = User { id, email: email.as_str().to_owned(), name: name.to_owned(), time_zone: None };
        self.check_new_password(&person, &password).await?;
        let hash = self.inner.passwords.hash(self.inner.passwords.admit()?, password).await?;
        let transaction = self.inner.store.begin().await?;
        if user_by_email(&transaction, email).await?.is_some() {
            return Err(Error::Refusal(format!("there is already a user {email}")));
        }
        let now = self.now().0;
        user::Entity::insert(user::ActiveModel {
            id: Set(id.0),
            email: Set(person.email),
            name: Set(person.name),
            time_zone: Set(None),
            password_hash: Set(Some(hash)),
            password_changed_at: Set(now),
            password_reset_at: Set(None),
            mfa_reset_at: Set(None),
            suspended_at: Set(None),
            last_full_session_at: Set(None),
            warned_at: Set(None),
            created_at: Set(now),
        })
        .exec_without_returning(&transaction)
        .await?;
        self.audit(&transaction, Entry::operator(Event::UserAdded, Some(id), None)).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Sets a person's password, as the operator. Every session ends; the methods stay.
    ///
    /// # Errors
    /// [`Error::Refusal`] where there is no such person; [`Error::Invalid`] for a password that is refused.
    pub async fn set_password(&self, email: &Email, password: Password) -> Result<(), Error> {
        let person = User::from(existing_user(self.inner.store.reader(), email).await?);
        let user = person.id;
        self.check_new_password(&person, &password).await?;
        let hash = self.inner.passwords.hash(self.inner.passwords.admit()?, password).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        self.store_password(&transaction, user, hash, false).await?;
        self.after_new_password(&transaction, &person).await?;
        self.end_all_records(&transaction, user, Ended::Changed).await?;
        self.audit(&transaction, Entry::operator(Event::PasswordSet, Some(user), None)).await?;
        let in_company = self.standing(&transaction, user).await?.in_company;
        self.notify(&transaction, &person, in_company, Notice::PasswordSet, None).await?;
        self.commit(transaction, "set_password").await
    }

    /// Gives a person another address, as the operator. Every session ends, and both addresses are told.
    ///
    /// # Errors
    /// [`Error::Refusal`] where there is no such person, or the new address is taken.
    pub async fn set_email(&self, email: &Email, new: &Email) -> Result<(), Error> {
        let person = existing_user(self.inner.store.reader(), email).await?;
        let user = UserId(person.id);
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        if user_by_email(&transaction, new).await?.is_some() {
            return Err(Error::Refusal(format!("there is already a user {new}")));
        }
        self.forget_password_attempts(&transaction, email).await?;
        self.forget_password_attempts(&transaction, new).await?;
        user::Entity::update_many()
            .col_expr(user::Column::Email, Expr::value(new.as_str()))
            .filter(user::Column::Id.eq(user.0))
            .exec(&transaction)
            .await?;
        membership::Entity::update_many()
            .col_expr(membership::Column::Address, Expr::value(new.as_str()))
            .filter(membership::Column::UserId.eq(user.0))
            .exec(&transaction)
            .await?;
        self.end_all_records(&transaction, user, Ended::Changed).await?;
        self.audit(&transaction, Entry::operator(Event::EmailSet, Some(user), None)).await?;
        let in_company = self.standing(&transaction, user).await?.in_company;
        let before: User = person.into();
        let after = User { email: new.as_str().to_owned(), ..before.clone() };
        for told in [before, after] {
            self.notify(&transaction, &told, in_company, Notice::EmailChanged, None).await?;
        }
        self.commit(transaction, "set_email").await
    }

    /// Deletes a person with their secrets, numbers, codes and sessions (S60). The audit log keeps what happened.
    ///
    /// # Errors
    /// [`Error::Refusal`] where there is no such person, or it is the last administrator of a company with other
    /// members.
    pub async fn delete_user(&self, email: &Email) -> Result<(), Error> {
        let person = existing_user(self.inner.store.reader(), email).await?;
        let user = UserId(person.id);
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        self.lock_companies_of(&transaction, user).await?;
        if let Some(company) = last_administrator_of(&transaction, user).await? {
            let why = format!("{email} is the last administrator of {company}: make somebody else one first");
            return Err(Error::Refusal(why));
        }
        self.forget_factor_attempts(&transaction, user).await?;
        self.forget_password_attempts(&transaction, email).await?;
        let with_method = i64::from(!methods_of(&transaction, user).await?.is_empty());
        let counters = [(company::Column::Members, -1), (company::Column::MembersWithMethod, -with_method)];
        self.count(&transaction, user, &counters).await?;
        // Everything that belongs to the person goes with the row.
        user::Entity::delete_by_id(user.0).exec(&transaction).await?;
        self.audit(&transaction, Entry::operator(Event::UserDeleted, Some(user), None)).await?;
        self.commit(transaction, "delete_user").await
    }

    /// Everybody, by address.
    ///
    /// # Errors
    /// What the store says.
    pub async fn users(&self) -> Result<Vec<UserRow>, Error> {
        let reader = self.inner.store.reader();
        let people = user::Entity::find().order_by_asc(user::Column::Email).all(reader).await?;
        let methods = method::Entity::find().order_by_asc(method::Column::Kind).all(reader).await?;
        let kinds_of = |id| {
            methods.iter().filter(|method| method.user_id == id).map(|method| method.kind.clone()).collect()
        };
        Ok(people
            .into_iter()
            .map(|person| UserRow {
                methods: kinds_of(person.id),
                email: person.email,
                name: person.name,
                created_at: Timestamp(person.created_at),
            })
            .collect())
    }
}

/// The person with this address.
pub(crate) async fn user_by_email(
    connection: &impl ConnectionTrait,
    email: &Email,
) -> Result<Option<user::Model>, Error> {
    Ok(user::Entity::find().filter(user::Column::Email.eq(email.as_str())).one(connection).await?)
}

/// The person with this address.
///
/// # Errors
/// [`Error::Refusal`] where there is none.
pub(crate) async fn existing_user(
    connection: &impl ConnectionTrait,
    email: &Email,
) -> Result<user::Model, Error> {
    let person = user_by_email(connection, email).await?;
    person.ok_or_else(|| Error::Refusal(format!("there is no user {email}")))
}

/// The slug of a company that has other members and no other administrator than this person.
async fn last_administrator_of(
    connection: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<String>, Error> {
    let administered = membership::Entity::find()
        .filter(membership::Column::UserId.eq(user.0))
        .filter(membership::Column::Role.eq(Role::Administrator.as_str()))
        .filter(membership::Column::AcceptedAt.is_not_null())
        .find_also_related(company::Entity)
        .all(connection)
        .await?;
    for company in administered.into_iter().filter_map(|(_, company)| company) {
        let others = membership::Entity::find()
            .filter(membership::Column::CompanyId.eq(company.id))
            .filter(membership::Column::UserId.ne(user.0))
            .filter(membership::Column::AcceptedAt.is_not_null());
        let administrators = others.clone().filter(membership::Column::Role.eq(Role::Administrator.as_str()));
        if others.one(connection).await?.is_some() && administrators.one(connection).await?.is_none() {
            return Ok(Some(company.slug));
        }
    }
    Ok(None)
}

/// A name as searches find it: also capitals outside ASCII, which SQLite's LOWER does not know.
pub(crate) fn sought_as(name: &str) -> String {
    name.to_lowercase()
}

/// A name that can be shown: not empty, not longer than [`NAME_LENGTH`], without control characters, and no link or change
/// of the writing direction: mails that people trust begin with it.
pub(crate) fn checked_name(name: &str) -> Result<&str, Error> {
    let name = name.trim();
    let unfit = |c: char| {
        c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    if name.is_empty()
        || name.chars().count() > NAME_LENGTH
        || name.chars().any(unfit)
        || name.contains("://")
    {
        let why = format!("a name has 1 to {NAME_LENGTH} characters, no control characters and no link");
        return Err(Error::Refusal(why));
    }
    Ok(name)
}
