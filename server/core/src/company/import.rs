//! Importing a company's people, as the operator does on the command line: everybody on a list is invited. An import that was
//! stopped goes on when it is begun again, because who was invited before is not invited twice.

use domain::{DAY, Email};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::inviting::{Invited, Inviter};
use crate::store::entities::membership;
use crate::{Error, Vestibule};

/// How long somebody who was mailed is not mailed again, in milliseconds: as long as the invitation works.
const MAILED: i64 = 7 * DAY;

/// What became of people on a list, or would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Invited now.
    pub invited: u64,
    /// Invited before, and not accepted yet.
    pub before: u64,
    /// Members already.
    pub members: u64,
}

impl std::ops::AddAssign for Imported {
    fn add_assign(&mut self, other: Self) {
        self.invited += other.invited;
        self.before += other.before;
        self.members += other.members;
    }
}

impl Vestibule {
    /// What an import of these people, some hundreds, would do. Nothing is changed.
    ///
    /// # Errors
    /// [`Error::Refusal`] where there is no such company.
    pub async fn check_import(
        &self,
        slug: &str,
        people: &[(Email, Option<String>)],
    ) -> Result<Imported, Error> {
        let company = self.existing_company(slug).await?;
        let present = membership::Entity::find()
            .filter(membership::Column::CompanyId.eq(company.id))
            .filter(membership::Column::Address.is_in(people.iter().map(|(email, _)| email.as_str())))
            .all(self.inner.store.reader())
            .await?;
        let members = present.iter().filter(|membership| membership.accepted_at.is_some()).count() as u64;
        let before = present.len() as u64 - members;
        Ok(Imported { invited: people.len() as u64 - members - before, before, members })
    }

    /// Invites these people, some hundreds, in one transaction.
    ///
    /// # Errors
    /// [`Error::Refusal`] where there is no such company.
    pub async fn import(&self, slug: &str, people: &[(Email, Option<String>)]) -> Result<Imported, Error> {
        let company = self.existing_company(slug).await?;
        let transaction = self.inner.store.begin().await?;
        let mut done = Imported::default();
        for (email, name) in people {
            let person = self.invited_person(&transaction, Inviter::OPERATOR, &company, email).await?;
            // Lists are in the order of addresses: of two imports at once, one waits for the other, and not both.
            self.lock_user(&transaction, person.id, None).await?;
            let name = name.clone();
            let inviter = Inviter::OPERATOR;
            match self.invite_person(&transaction, inviter, &company, &person, name, MAILED).await? {
                Invited::Mailed => done.invited += 1,
                Invited::Before => done.before += 1,
                Invited::Member => done.members += 1,
            }
        }
        self.commit(transaction, "import").await?;
        Ok(done)
    }
}
