//! Mailed links: single use, for some time, hashed at rest (S5), built from the public URL and from nothing else (S38).
//! The token stands after the `#`: browsers keep that to themselves. Opening a link shows a page; only its POST acts.

use domain::{CompanyId, DAY, HOUR, UserId};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
};

use crate::caller::{Client, User};
use crate::secret::Token;
use crate::store::entities::{company, link, user};
use crate::{Error, Vestibule};

/// What a link is for. To add one: a case here, its name, path and life, and a page at the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Setting a new password (S5).
    ResetPassword,
    /// This Wasn't Me (S28a).
    NotMe,
    /// Joining a company (S43).
    Invitation,
    /// The member's own word to a reset that one of several companies asks for (S43).
    ConfirmReset,
    /// Setting up again after a reset, beside the password (S43).
    SetUpAgain,
}

impl LinkKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ResetPassword => "reset_password",
            Self::NotMe => "not_me",
            Self::Invitation => "invitation",
            Self::ConfirmReset => "confirm_reset",
            Self::SetUpAgain => "set_up_again",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::ResetPassword => "/reset-password",
            Self::NotMe => "/not-me",
            Self::Invitation => "/invitation",
            Self::ConfirmReset => "/confirm-reset",
            Self::SetUpAgain => "/set-up-again",
        }
    }

    /// How long it works, in milliseconds.
    pub(crate) const fn lasts(self) -> i64 {
        match self {
            Self::ResetPassword => HOUR,
            Self::NotMe | Self::Invitation => 7 * DAY,
            Self::ConfirmReset | Self::SetUpAgain => DAY,
        }
    }
}

impl Vestibule {
    /// The address of the account that a link belongs to, if the link works, and who can help its owner. It is not spent.
    ///
    /// # Errors
    /// [`Error::LinkGone`].
    pub async fn link(&self, kind: LinkKind, token: &Token) -> Result<(String, Option<String>), Error> {
        let reader = self.inner.store.reader();
        let person = self.person_of_link(reader, kind, token).await?;
        let in_company = self.standing(reader, UserId(person.id)).await?.in_company;
        Ok((person.email, self.helpers(in_company)))
    }

    /// Whose link it is, if it works.
    pub(crate) async fn person_of_link(
        &self,
        connection: &impl ConnectionTrait,
        kind: LinkKind,
        token: &Token,
    ) -> Result<user::Model, Error> {
        let link = link::Entity::find().filter(self.live(kind, token)).one(connection).await?;
        let Some(link::Model { user_id: Some(id), address, .. }) = link else { return Err(Error::LinkGone) };
        let person = user::Entity::find_by_id(id).one(connection).await?;
        // What was mailed to an address that is no longer the person's is not theirs to open.
        person.filter(|person| person.email == address).ok_or(Error::LinkGone)
    }

    /// A new link for the person, whole, to be mailed to them.
    pub(crate) async fn new_link(
        &self,
        transaction: &DatabaseTransaction,
        kind: LinkKind,
        user: &User,
    ) -> Result<String, Error> {
        self.new_link_of(transaction, kind, user, None).await
    }

    /// The same for something that a company asks of them.
    pub(crate) async fn new_link_of(
        &self,
        transaction: &DatabaseTransaction,
        kind: LinkKind,
        user: &User,
        company: Option<CompanyId>,
    ) -> Result<String, Error> {
        let token = Token::new(&*self.inner.random);
        let now = self.now();
        link::Entity::insert(link::ActiveModel {
            id: Set(self.id()),
            user_id: Set(Some(user.id.0)),
            company_id: Set(company.map(|company| company.0)),
            kind: Set(kind.name().to_owned()),
            address: Set(user.email.clone()),
            token_hash: Set(token.hash()),
            outbox_id: Set(None),
            created_at: Set(now.0),
            expires_at: Set(now.plus(kind.lasts()).0),
            consumed_at: Set(None),
            consumed_by: Set(None),
        })
        .exec_without_returning(transaction)
        .await?;
        let url = &self.inner.settings.public_url;
        Ok(format!("{url}{}#{}", kind.path(), *token.cookie_value()))
    }

    /// Which company's link it is.
    ///
    /// # Errors
    /// [`Error::LinkGone`].
    pub(crate) async fn company_of_link(
        &self,
        connection: &impl ConnectionTrait,
        token: &Token,
    ) -> Result<company::Model, Error> {
        let link =
            link::Entity::find().filter(link::Column::TokenHash.eq(token.hash())).one(connection).await?;
        let Some(id) = link.and_then(|link| link.company_id) else { return Err(Error::LinkGone) };
        company::Entity::find_by_id(id).one(connection).await?.ok_or(Error::LinkGone)
    }

    /// Spends a link by one conditional update; the person is locked, and it is looked once more whether it is theirs.
    ///
    /// # Errors
    /// [`Error::LinkGone`] for one that was spent meanwhile, or whose address has changed.
    pub(crate) async fn consume_link(
        &self,
        transaction: &DatabaseTransaction,
        kind: LinkKind,
        token: &Token,
    ) -> Result<(), Error> {
        self.person_of_link(transaction, kind, token).await?;
        self.spend_link(transaction, kind, token, None).await
    }

    /// The same for a link whose answer may be lost on its way: the browser that has used it uses it again, until the link
    /// ends by itself or is void.
    ///
    /// # Errors
    /// As [`Vestibule::consume_link`]; [`Error::LinkGone`] for somebody else's.
    pub(crate) async fn consume_link_in_browser(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        kind: LinkKind,
        user: UserId,
        token: &Token,
    ) -> Result<(), Error> {
        let browser = client.known.as_ref().map(Token::hash);
        let row = link::Entity::find()
            .filter(link::Column::TokenHash.eq(token.hash()))
            .filter(link::Column::Kind.eq(kind.name()))
            .filter(link::Column::UserId.eq(user.0))
            .filter(link::Column::ExpiresAt.gt(self.now().0))
            .one(transaction)
            .await?;
        let person = user::Entity::find_by_id(user.0).one(transaction).await?.ok_or(Error::LinkGone)?;
        match row {
            Some(row) if row.address != person.email => Err(Error::LinkGone),
            Some(row)
                if row.consumed_at.is_some() && row.consumed_by.is_some() && row.consumed_by == browser =>
            {
                Ok(())
            }
            Some(_) => self.spend_link(transaction, kind, token, browser).await,
            None => Err(Error::LinkGone),
        }
    }

    async fn spend_link(
        &self,
        transaction: &DatabaseTransaction,
        kind: LinkKind,
        token: &Token,
        browser: Option<Vec<u8>>,
    ) -> Result<(), Error> {
        let consumed = link::Entity::update_many()
            .col_expr(link::Column::ConsumedAt, Expr::value(self.now().0))
            .col_expr(link::Column::ConsumedBy, Expr::value(browser))
            .filter(self.live(kind, token))
            .exec(transaction)
            .await?;
        if consumed.rows_affected == 1 { Ok(()) } else { Err(Error::LinkGone) }
    }

    /// Links of this kind that the person was mailed work no longer.
    pub(crate) async fn void_links(
        &self,
        transaction: &DatabaseTransaction,
        kind: LinkKind,
        user: UserId,
    ) -> Result<(), Error> {
        self.void_links_where(transaction, user, link::Column::Kind.eq(kind.name())).await
    }

    /// Links that a company has mailed the person work no longer; of this kind, or of any.
    pub(crate) async fn void_links_of(
        &self,
        transaction: &DatabaseTransaction,
        kind: Option<LinkKind>,
        user: UserId,
        company: CompanyId,
    ) -> Result<(), Error> {
        let mut which = link::Column::CompanyId.eq(company.0);
        if let Some(kind) = kind {
            which = which.and(link::Column::Kind.eq(kind.name()));
        }
        self.void_links_where(transaction, user, which).await
    }

    async fn void_links_where(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        which: SimpleExpr,
    ) -> Result<(), Error> {
        link::Entity::update_many()
            .col_expr(link::Column::ConsumedAt, Expr::value(self.now().0))
            .col_expr(link::Column::ConsumedBy, Expr::value(Option::<Vec<u8>>::None))
            .filter(link::Column::UserId.eq(user.0))
            .filter(link::Column::ConsumedAt.is_null().or(link::Column::ConsumedBy.is_not_null()))
            .filter(which)
            .exec(transaction)
            .await?;
        Ok(())
    }

    fn live(&self, kind: LinkKind, token: &Token) -> Condition {
        Condition::all()
            .add(link::Column::TokenHash.eq(token.hash()))
            .add(link::Column::Kind.eq(kind.name()))
            .add(link::Column::ExpiresAt.gt(self.now().0))
            .add(link::Column::ConsumedAt.is_null())
    }
}
