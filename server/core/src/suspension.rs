//! This Wasn't Me (S28a): whoever was mailed that a first method was set up, and did not do it, stops everything at once.
//! Nothing is removed, so that somebody who only reads the mailbox gains nothing by it.

use domain::Ended;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::audit::{Entry, Event};
use crate::caller::{Client, User};
use crate::links::LinkKind;
use crate::notices::Notice;
use crate::secret::Token;
use crate::store::entities::user;
use crate::{Error, Vestibule};

impl Vestibule {
    /// Ends every session of the person whose link it is, and suspends sign-in until an administrator's reset. The link
    /// is spent.
    ///
    /// # Errors
    /// [`Error::LinkGone`].
    pub async fn not_me(&self, client: &Client, token: &Token) -> Result<(), Error> {
        let person = self.person_of_link(self.inner.store.reader(), LinkKind::NotMe, token).await?;
        let person = User::from(person);
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, person.id, None).await?;
        self.consume_link(&transaction, LinkKind::NotMe, token).await?;
        self.end_flows_of(&transaction, person.id).await?;
        user::Entity::update_many()
            .col_expr(user::Column::SuspendedAt, Expr::value(self.now().0))
            .filter(user::Column::Id.eq(person.id.0))
            .exec(&transaction)
            .await?;
        self.end_all_records(&transaction, person.id, Ended::Suspended).await?;
        self.audit(&transaction, Entry::visitor(Event::Suspended, Some(person.id), client)).await?;
        let in_company = self.standing(&transaction, person.id).await?.in_company;
        self.notify(&transaction, &person, in_company, Notice::Suspended, Some(client)).await?;
        self.commit(transaction, "not_me").await?;
        self.outbox_has_mail();
        Ok(())
    }
}
