//! What an invitation is: single use, seven days, without effect until it is accepted (S43), which is in `acceptance`. Somebody
//! new gets an account without a password, which the invitation's page sets.

use domain::{CompanyId, DAY, Email, Role, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
};

use crate::audit::{Entry, Event};
use crate::caller::{Client, User};
use crate::links::LinkKind;
use crate::mail::Mail;
use crate::people::{sought_as, user_by_email};
use crate::store::entities::{company, link, membership, user};
use crate::{Error, Vestibule};

/// How many invitations of one company a person is mailed in a day (S48).
const A_DAY: u64 = 3;

/// Who invites: an administrator with a browser, or the operator on the command line.
#[derive(Clone, Copy)]
pub(super) struct Inviter<'a> {
    by: Option<(&'a User, &'a Client)>,
}

impl<'a> Inviter<'a> {
    pub const OPERATOR: Self = Self { by: None };

    pub fn administrator(user: &'a User, client: &'a Client) -> Self {
        Self { by: Some((user, client)) }
    }

    fn entry(self, event: Event, company: CompanyId) -> Entry<'a> {
        match self.by {
            Some((user, client)) => Entry::of_company(event, user.id, company, client),
            None => Entry::operator(event, None, Some(company)),
        }
    }
}

/// What became of somebody on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Invited {
    /// A mail is on its way.
    Mailed,
    /// The one of before still counts, or they were mailed often enough today.
    Before,
    /// They are a member already.
    Member,
}

impl Vestibule {
    /// Invites a person, who is locked. Who was mailed less than `mailed` milliseconds ago, and can still accept, is not mailed
    /// again.
    pub(super) async fn invite_person(
        &self,
        transaction: &DatabaseTransaction,
        inviter: Inviter<'_>,
        company: &company::Model,
        person: &User,
        name: Option<String>,
        mailed: i64,
    ) -> Result<Invited, Error> {
        let key = (company.id, person.id.0);
        let present = membership::Entity::find_by_id(key).one(transaction).await?;
        match present {
            Some(membership) if membership.accepted_at.is_some() => return Ok(Invited::Member),
            Some(_) => {
                let lately = link::Entity::find()
                    .filter(self.live_invitation(person.id, CompanyId(company.id)))
                    .filter(link::Column::CreatedAt.gt(self.now().plus(-mailed).0));
                if lately.one(transaction).await?.is_some() {
                    return Ok(Invited::Before);
                }
            }
            None => self.insert_invited(transaction, company, person, name).await?,
        }
        match self.mail_invitation(transaction, inviter, company, person).await {
            // Mailed often enough today: the invitation stands.
            Err(Error::Paused { .. }) => Ok(Invited::Before),
            sent => sent.map(|()| Invited::Mailed),
        }
    }

    /// The account with this address, or a new one without a password. Its name is what the address begins with until its
    /// owner gives one: what an administrator calls them is that company's word alone.
    pub(super) async fn invited_person(
        &self,
        transaction: &DatabaseTransaction,
        inviter: Inviter<'_>,
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
        let entry = inviter.entry(Event::UserAdded, CompanyId(company.id));
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
            sought_as: Set(name.as_deref().map(sought_as).unwrap_or_default()),
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
    pub(super) async fn mail_invitation(
        &self,
        transaction: &DatabaseTransaction,
        inviter: Inviter<'_>,
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
        let host = inviter.by.map_or(&company.name, |(by, _)| &by.name);
        let settings = &self.inner.settings;
        let mail = Mail {
            subject: format!("{} invites you", company.name),
            says: vec![format!(
                "{} invites you to {} in {}, where you sign in to its applications. The link works once, for seven \
                 days.",
                host, company.name, settings.product
            )],
            facts: Vec::new(),
            action: Some(("Accept the Invitation", link)),
            then: vec!["If you don't know the company, ignore this mail: nothing happens then.".to_owned()],
            code: None,
        };
        let mail = self.post(transaction, mail.to(person, settings), kind.lasts()).await?;
        // Where it does not get through, the list of members says so.
        link::Entity::update_many()
            .col_expr(link::Column::OutboxId, Expr::value(mail))
            .filter(self.live_invitation(person.id, id))
            .exec(transaction)
            .await?;
        let entry = inviter.entry(Event::MemberInvited, id);
        self.audit(transaction, entry.about(person.id)).await
    }
    /// The invitation of the person to the company that works.
    fn live_invitation(&self, person: UserId, company: CompanyId) -> Condition {
        Condition::all()
            .add(link::Column::UserId.eq(person.0))
            .add(link::Column::CompanyId.eq(company.0))
            .add(link::Column::Kind.eq(LinkKind::Invitation.name()))
            .add(link::Column::ConsumedAt.is_null())
            .add(link::Column::ExpiresAt.gt(self.now().0))
    }
}
