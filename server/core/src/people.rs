//! People, as an operator manages them on the command line.

use domain::{Email, Timestamp, UserId};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::audit::{Entry, Event};
use crate::secret::Password;
use crate::store::entities::{method, user};
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
    /// [`Error::Refusal`] for an address that is taken or a name that cannot be one.
    pub async fn add_user(&self, email: &Email, name: &str, password: Password) -> Result<UserId, Error> {
        let name = checked_name(name)?;
        let hash = self.inner.passwords.hash(self.inner.passwords.admit()?, password).await?;
        let transaction = self.inner.store.begin().await?;
        if user_by_email(&transaction, email).await?.is_some() {
            return Err(Error::Refusal(format!("there is already a user {email}")));
        }
        let id = UserId(self.id());
        let now = self.now().0;
        user::Entity::insert(user::ActiveModel {
            id: Set(id.0),
            email: Set(email.as_str().to_owned()),
            name: Set(name.to_owned()),
            time_zone: Set(None),
            password_hash: Set(Some(hash)),
            password_changed_at: Set(now),
            password_reset_at: Set(None),
            mfa_reset_at: Set(None),
            suspended_at: Set(None),
            last_full_session_at: Set(None),
            created_at: Set(now),
        })
        .exec_without_returning(&transaction)
        .await?;
        self.audit(&transaction, Entry::operator(Event::UserAdded, Some(id), None)).await?;
        transaction.commit().await?;
        Ok(id)
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

/// A name that can be shown: not empty, not longer than [`NAME_LENGTH`], without control characters.
pub(crate) fn checked_name(name: &str) -> Result<&str, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_LENGTH || name.chars().any(char::is_control) {
        let why = format!("a name has 1 to {NAME_LENGTH} characters, none of them a control character");
        return Err(Error::Refusal(why));
    }
    Ok(name)
}
