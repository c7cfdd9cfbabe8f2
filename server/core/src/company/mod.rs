//! What a company's administrators do: policy, members, invitations, resets. Every use case begins with
//! [`Vestibule::administered_company`], and one that loosens something, or takes something away, with
//! [`Vestibule::authorise`].

mod acceptance;
mod activity;
mod adoption;
mod campaign_mails;
mod campaign_worker;
mod campaigns;
mod figures;
mod import;
mod import_list;
mod invitation_list;
mod invitations;
mod inviting;
mod member_list;
mod member_reset;
mod members;
mod policy;
mod reset_mails;
mod reset_requests;

use domain::{CompanyId, Role, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

pub use self::acceptance::Invitation;
pub use self::activity::{CompanyActivityQuery, CompanyEntry};
pub use self::adoption::{Adoption, AdoptionDay};
pub use self::campaigns::{Campaign, CampaignKind, Reminders};
pub use self::figures::Figures;
pub use self::import::Imported;
pub use self::import_list::{ImportList, LineOfImport, read as read_import};
pub use self::invitation_list::LineProblem;
pub use self::invitations::InvitationCheck;
pub use self::member_list::{Member, MemberCounts, MemberFilter, Members, MembersQuery};
pub use self::member_reset::Reset;
pub use self::members::MemberChange;
pub use self::policy::{CompanySecurity, Policy, Preview};
pub use self::reset_requests::ResetRequest;
use crate::caller::{Client, SignedIn, User};
use crate::mail::Mail;
use crate::methods::methods_of;
use crate::outbox::NOTICE_LASTS;
use crate::store::entities::{company, membership, user};
use crate::{Error, Vestibule};

/// How many administrators are told of what another has done.
const MOST_TOLD: u64 = 100;

/// A company that a person administers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administered {
    /// Its name in addresses.
    pub slug: String,
    /// Its name, as people know it.
    pub name: String,
}

impl Vestibule {
    /// The company, by its slug and the caller's administrator membership in one query (S41).
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, or it is another's.
    pub(crate) async fn administered_company(
        &self,
        connection: &impl ConnectionTrait,
        signed_in: &SignedIn,
        slug: &str,
    ) -> Result<company::Model, Error> {
        // What cannot be one is not looked for: PostgreSQL does not even take every text.
        if slug.chars().any(char::is_control) {
            return Err(Error::NotFound);
        }
        let found = membership::Entity::find()
            .filter(membership::Column::UserId.eq(signed_in.user.id.0))
            .filter(membership::Column::Role.eq(Role::Administrator.as_str()))
            .filter(membership::Column::AcceptedAt.is_not_null())
            .find_also_related(company::Entity)
            .filter(company::Column::Slug.eq(slug))
            .one(connection)
            .await?;
        found.and_then(|(_, company)| company).ok_or(Error::NotFound)
    }

    /// The same for an act that needs more (S42): a second factor of the administrator's own, and a step-up. The company
    /// is locked: of two acts at once, one sees what the other has done.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::OwnMethodFirst`], [`Error::StepUpNeeded`].
    pub(crate) async fn authorise(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        slug: &str,
    ) -> Result<company::Model, Error> {
        let id = self.administered_company(transaction, signed_in, slug).await?.id;
        self.lock_company(transaction, CompanyId(id)).await?;
        let company = self.administered_company(transaction, signed_in, slug).await?;
        // It may have been ended while this call waited.
        self.still_live(transaction, signed_in).await?;
        if !signed_in.assessment.has_acceptable_method {
            return Err(Error::OwnMethodFirst);
        }
        let methods = methods_of(transaction, signed_in.user.id).await?;
        self.require_step_up(signed_in, &methods)?;
        Ok(company)
    }

    /// The same for an act on a member, who is locked with all of their companies: what becomes of them waits for what they do
    /// themselves at this moment.
    ///
    /// # Errors
    /// As [`Vestibule::authorise`]; [`Error::NotFound`] for who is no member.
    pub(crate) async fn authorise_about(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        slug: &str,
        member: UserId,
    ) -> Result<(company::Model, membership::Model, User), Error> {
        // Looked at before anybody is locked: an administrator of another company cannot make people wait.
        let company = self.administered_company(transaction, signed_in, slug).await?;
        self.member(transaction, &company, member).await?;
        self.lock_user(transaction, member, None).await?;
        self.lock_companies_of(transaction, member).await?;
        let company = self.authorise(transaction, signed_in, slug).await?;
        let (membership, person) = self.member(transaction, &company, member).await?;
        Ok((company, membership, person))
    }

    /// Holds the company until the end of the transaction. People are locked before companies.
    pub(crate) async fn lock_company(
        &self,
        transaction: &DatabaseTransaction,
        company: CompanyId,
    ) -> Result<(), Error> {
        company::Entity::update_many()
            .col_expr(company::Column::CreatedAt, Expr::col(company::Column::CreatedAt))
            .filter(company::Column::Id.eq(company.0))
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// Tells the company's administrators what was done there, except these people; and whom it was done to, who may not be an
    /// administrator any more.
    pub(crate) async fn tell_administrators(
        &self,
        transaction: &DatabaseTransaction,
        company: &company::Model,
        except: &[UserId],
        news: &News<'_>,
    ) -> Result<(), Error> {
        let administrators = membership::Entity::find()
            .filter(membership::Column::CompanyId.eq(company.id))
            .filter(membership::Column::Role.eq(Role::Administrator.as_str()))
            .filter(membership::Column::AcceptedAt.is_not_null())
            .filter(membership::Column::UserId.is_not_in(except.iter().map(|user| user.0)))
            .limit(MOST_TOLD)
            .all(transaction)
            .await?;
        let ids = administrators.iter().map(|administrator| administrator.user_id);
        let ids = ids.chain(news.about.map(|user| user.0));
        let people = user::Entity::find().filter(user::Column::Id.is_in(ids)).all(transaction).await?;
        for person in people.into_iter().map(User::from) {
            let mail = Mail {
                subject: format!("{}: {}", company.name, news.subject),
                says: vec![news.says.clone()],
                facts: self.facts(&person, Some(news.client)),
                action: news.leads_to.as_ref().map(|(words, path)| {
                    (*words, format!("{}/companies/{}{path}", self.inner.settings.public_url, company.slug))
                }),
                then: vec![
                    "You get this mail because you administer the company, or because it is about you. If it is not right, \
                     talk to its administrators."
                        .to_owned(),
                ],
                code: None,
            };
            self.post(transaction, mail.to(&person, &self.inner.settings), NOTICE_LASTS).await?;
        }
        Ok(())
    }

    /// A member of the company, who has accepted or not.
    pub(crate) async fn member(
        &self,
        connection: &impl ConnectionTrait,
        company: &company::Model,
        member: UserId,
    ) -> Result<(membership::Model, User), Error> {
        let membership = membership::Entity::find_by_id((company.id, member.0)).one(connection).await?;
        let person = user::Entity::find_by_id(member.0).one(connection).await?;
        match (membership, person) {
            (Some(membership), Some(person)) => Ok((membership, person.into())),
            _ => Err(Error::NotFound),
        }
    }
}

/// What administrators are told.
pub(crate) struct News<'a> {
    /// After the company's name.
    pub subject: &'static str,
    pub says: String,
    /// A button, and where it leads below the company's pages.
    pub leads_to: Option<(&'static str, &'static str)>,
    /// Who did it.
    pub client: &'a Client,
    /// Whom it was done to, where they are told the same.
    pub about: Option<UserId>,
}
