//! Changing a password, and what may be one.

use domain::{Email, SessionId, SessionState, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, User};
use crate::links::LinkKind;
use crate::notices::Notice;
use crate::password_policy::{self, Context};
use crate::secret::{Password, Token};
use crate::store::entities::{company, membership, user};
use crate::{Error, Vestibule};

/// How strong a password is that somebody thinks of.
#[derive(Clone, Debug)]
pub struct PasswordStrength {
    /// From 0, guessed at once or refused, to 4.
    pub score: u8,
    /// The score in words, or why it would be refused.
    pub words: String,
}

impl Vestibule {
    /// Changes the caller's password. Every other session ends; this one gets a new token (S30, S32).
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::Paused`], [`Error::Busy`]; [`Error::Invalid`] for a password that is refused;
    /// [`Error::Stale`] for another record than the caller's.
    pub async fn change_password(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        current: Password,
        new: Password,
    ) -> Result<Entered, Error> {
        let signed_in = caller.of_record(record)?;
        let user = &signed_in.user;
        self.check_new_password(user, &new).await?;
        let old = self.confirm_password(client, signed_in, current).await?;
        let hash = self.inner.passwords.hash(self.inner.passwords.admit()?, new).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user.id, Some(&old)).await?;
        self.store_password(&transaction, user.id, hash, false).await?;
        self.after_new_password(&transaction, user).await?;
        self.forget_other_browsers(&transaction, client, user.id).await?;
        self.end_other_records(&transaction, user.id, record).await?;
        let token = self.advance(&transaction, signed_in, SessionState::Full).await?;
        self.password_given(&transaction, record).await?;
        self.audit(&transaction, Entry::own(Event::PasswordChanged, user.id, client)).await?;
        let notice = Notice::PasswordChanged;
        self.notify(&transaction, user, signed_in.in_company, notice, Some(client)).await?;
        self.commit(transaction, "change_password").await?;
        self.outbox_has_mail();
        self.entered(record, token).await
    }

    /// How strong a password is, for the caller or for whom a link was mailed to: it costs work, which nobody else gets.
    ///
    /// # Errors
    /// [`Error::WrongState`] for who is not signed in; [`Error::LinkGone`]; [`Error::Busy`].
    pub async fn password_strength(
        &self,
        caller: &Caller,
        link: Option<&Token>,
        text: String,
    ) -> Result<PasswordStrength, Error> {
        let reader = self.inner.store.reader();
        let user = match link {
            Some(token) => match self.person_of_link(reader, LinkKind::ResetPassword, token).await {
                Err(Error::LinkGone) => {
                    self.person_of_link(reader, LinkKind::Invitation, token).await?.into()
                }
                person => person?.into(),
            },
            None if caller.state == SessionState::Full => caller.signed_in()?.user.clone(),
            None => return Err(Error::WrongState),
        };
        let password = match Password::chosen(text) {
            Ok(password) => password,
            Err(error) => return Ok(PasswordStrength { score: 0, words: error.to_string() }),
        };
        let names = self.names_of(reader, &user).await?;
        // Milliseconds of arithmetic: not on the threads that answer everybody, and not more at once than there are cores.
        let place = self.inner.meters.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
        let measured = tokio::task::spawn_blocking(move || {
            let _place = place;
            password_policy::strength(&password, &Context::new(names.iter().map(String::as_str)))
        });
        let strength = measured.await.map_err(|_| Error::Corrupt("strength"))?;
        let words =
            strength.refusal.map_or_else(|| in_words(strength.score).to_owned(), |why| why.to_string());
        Ok(PasswordStrength { score: strength.score, words })
    }

    /// Refuses a password that many people use, or that is made of names that belong to the person (S2).
    ///
    /// # Errors
    /// [`Error::Invalid`] with the reason.
    pub(crate) async fn check_new_password(&self, user: &User, new: &Password) -> Result<(), Error> {
        let names = self.names_of(self.inner.store.reader(), user).await?;
        password_policy::check(new, &Context::new(names.iter().map(String::as_str)))
            .map_err(|refusal| Error::Invalid { field: "new", why: refusal.to_string() })
    }

    /// Names that are easily guessed of the person: their own, the product's and the companies'.
    async fn names_of(&self, connection: &impl ConnectionTrait, user: &User) -> Result<Vec<String>, Error> {
        let companies = membership::Entity::find()
            .filter(membership::Column::UserId.eq(user.id.0))
            .find_also_related(company::Entity)
            .all(connection)
            .await?;
        let companies = companies.into_iter().filter_map(|(_, company)| company).map(|company| company.name);
        let own = [self.inner.settings.product.clone(), user.name.clone(), user.email.clone()];
        Ok(own.into_iter().chain(companies).collect())
    }

    /// Stores the hash of a new password. `by_link`: with a mailed link, which counts until the next passed challenge
    /// (S43).
    pub(crate) async fn store_password(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        hash: String,
        by_link: bool,
    ) -> Result<(), Error> {
        let now = self.now().0;
        let mut update = user::Entity::update_many()
            .col_expr(user::Column::PasswordHash, Expr::value(hash))
            .col_expr(user::Column::PasswordChangedAt, Expr::value(now));
        if by_link {
            update = update.col_expr(user::Column::PasswordResetAt, Expr::value(now));
        }
        update.filter(user::Column::Id.eq(user.0)).exec(transaction).await?;
        Ok(())
    }

    /// Nothing was guessed of the new password yet, and links for another are void.
    pub(crate) async fn after_new_password(
        &self,
        transaction: &DatabaseTransaction,
        user: &User,
    ) -> Result<(), Error> {
        let email = Email::parse(&user.email).map_err(|_| Error::Corrupt("email"))?;
        self.forget_password_attempts(transaction, &email).await?;
        self.void_links(transaction, LinkKind::ResetPassword, user.id).await
    }
}

const fn in_words(score: u8) -> &'static str {
    match score {
        0 | 1 => "Weak: easily guessed.",
        2 => "Fair. A few more words make it stronger.",
        3 => "Good.",
        _ => "Strong.",
    }
}
