//! Forgot your password?: a mailed link sets a new one. It signs nobody in and touches no method: the second door stays
//! (S5).

use domain::{Email, Ended, OutboxId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::audit::{Entry, Event};
use crate::caller::{Client, User};
use crate::links::LinkKind;
use crate::mail::Mail;
use crate::notices::Notice;
use crate::outbox::{Channel, Parcel, ResetRequest};
use crate::people::user_by_email;
use crate::secret::{Password, Token};
use crate::store::entities::user;
use crate::{Error, Vestibule};

impl Vestibule {
    /// Asks for a link. Whether the address has an account is found out by the worker that sends it: here everything is
    /// the same for every address, also how long it takes.
    ///
    /// # Errors
    /// [`Error::Paused`] after three within an hour, and after thirty from one network.
    pub async fn request_password_reset(&self, client: &Client, email: &Email) -> Result<(), Error> {
        let (address, network) = (self.reset_subject(email), self.network_subject(client));
        let request = ResetRequest {
            email: email.as_str().to_owned(),
            address: client.address.clone(),
            browser: client.browser.clone(),
        };
        let transaction = self.inner.store.begin().await?;
        self.reserve(&transaction, &address).await?;
        self.reserve(&transaction, &network).await?;
        let lasts = LinkKind::ResetPassword.lasts();
        self.put_into_outbox(&transaction, Channel::Mail, &Parcel::PasswordReset(request), lasts).await?;
        self.commit(transaction, "request_password_reset").await?;
        self.outbox_has_mail();
        Ok(())
    }

    /// Mails the link that was asked for, if the address has an account with a password. `parcel` is done with it, in one
    /// transaction: a program that is killed on the way does not mail two.
    pub(crate) async fn mail_reset_link(
        &self,
        parcel: OutboxId,
        request: &ResetRequest,
    ) -> Result<(), Error> {
        let Ok(email) = Email::parse(&request.email) else { return Err(Error::Corrupt("email")) };
        let transaction = self.inner.store.begin().await?;
        let person = user_by_email(&transaction, &email).await?;
        let Some(person) = person.filter(|person| person.password_hash.is_some()) else { return Ok(()) };
        let user = User::from(person);
        self.lock_user(&transaction, user.id, None).await?;
        let client = Client::new(request.address.clone(), &request.browser, None);
        self.post_reset_link(&transaction, &user, &client).await?;
        let entry = Entry::visitor(Event::PasswordResetRequested, Some(user.id), &client);
        self.audit(&transaction, entry).await?;
        self.done_with(&transaction, parcel).await?;
        self.commit(transaction, "mail_reset_link").await?;
        self.outbox_has_mail();
        Ok(())
    }

    async fn post_reset_link(
        &self,
        transaction: &DatabaseTransaction,
        user: &User,
        client: &Client,
    ) -> Result<(), Error> {
        let link = self.new_link(transaction, LinkKind::ResetPassword, user).await?;
        let mail = Mail {
            subject: "Set a new password".to_owned(),
            says: vec![
                "Somebody asked for a new password for your account. The link works once, for one hour.".to_owned(),
            ],
            facts: self.facts(user, Some(client)),
            action: Some(("Set a New Password", link)),
            then: vec![
                "If you did not ask for it, ignore this mail: your password stays as it is. Nobody who helps you ever \
                 needs this link; do not pass it on."
                    .to_owned(),
            ],
            code: None,
        };
        let lasts = LinkKind::ResetPassword.lasts();
        self.post(transaction, mail.to(user, &self.inner.settings), lasts).await?;
        Ok(())
    }

    /// Sets a password with a link, which is spent. Every session of the person ends.
    ///
    /// # Errors
    /// [`Error::LinkGone`]; [`Error::Invalid`] for a password that is refused, and then the link still works;
    /// [`Error::Busy`].
    pub async fn reset_password(&self, client: &Client, token: &Token, new: Password) -> Result<(), Error> {
        let person = self.person_of_link(self.inner.store.reader(), LinkKind::ResetPassword, token).await?;
        let user = User::from(person);
        self.check_new_password(&user, &new).await?;
        let hash = self.inner.passwords.hash(self.inner.passwords.admit()?, new).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user.id, None).await?;
        self.consume_link(&transaction, LinkKind::ResetPassword, token).await?;
        self.store_password(&transaction, user.id, hash, true).await?;
        self.after_new_password(&transaction, &user).await?;
        self.forget_other_browsers(&transaction, client, user.id).await?;
        self.end_all_records(&transaction, user.id, Ended::Changed).await?;
        self.audit(&transaction, Entry::visitor(Event::PasswordReset, Some(user.id), client)).await?;
        let in_company = self.standing(&transaction, user.id).await?.in_company;
        self.notify(&transaction, &user, in_company, Notice::PasswordReset, Some(client)).await?;
        self.commit(transaction, "reset_password").await?;
        self.outbox_has_mail();
        Ok(())
    }

    /// A challenge was passed: whoever reset the password has shown the second factor too (S43).
    pub(crate) async fn forget_password_reset(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
    ) -> Result<(), Error> {
        user::Entity::update_many()
            .col_expr(user::Column::PasswordResetAt, Expr::value(Option::<i64>::None))
            .filter(user::Column::Id.eq(user.0))
            .exec(transaction)
            .await?;
        Ok(())
    }
}
