//! Who can help somebody who has nothing left.

use domain::Role;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::caller::Caller;
use crate::store::entities::{company, membership, user};
use crate::{Error, Vestibule};

/// How many administrators are named to somebody who has nothing left.
const MOST_ADMINISTRATORS: u64 = 20;

/// An administrator of one of a person's companies.
#[derive(Clone, Debug)]
pub struct Administrator {
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// The company's name.
    pub company: String,
}

impl Vestibule {
    /// Who administers the caller's companies, besides the caller: named only after the right password.
    ///
    /// # Errors
    /// What the store says.
    pub async fn administrators(&self, caller: &Caller) -> Result<Vec<Administrator>, Error> {
        let signed_in = caller.signed_in()?;
        let reader = self.inner.store.reader();
        let own = membership::Entity::find()
            .filter(membership::Column::UserId.eq(signed_in.user.id.0))
            .filter(membership::Column::AcceptedAt.is_not_null())
            .all(reader)
            .await?;
        let companies: Vec<Uuid> = own.iter().map(|membership| membership.company_id).collect();
        let others = membership::Entity::find()
            .filter(membership::Column::CompanyId.is_in(companies))
            .filter(membership::Column::Role.eq(Role::Administrator.as_str()))
            .filter(membership::Column::AcceptedAt.is_not_null())
            .filter(membership::Column::UserId.ne(signed_in.user.id.0))
            .find_also_related(company::Entity)
            .order_by_asc(membership::Column::CompanyId)
            .order_by_asc(membership::Column::UserId)
            .limit(MOST_ADMINISTRATORS)
            .all(reader)
            .await?;
        let ids = others.iter().map(|(membership, _)| membership.user_id);
        let people = user::Entity::find().filter(user::Column::Id.is_in(ids)).all(reader).await?;
        let mut named: Vec<Administrator> = others
            .into_iter()
            .filter_map(|(membership, company)| {
                let person = people.iter().find(|person| person.id == membership.user_id)?;
                let (name, email) = (person.name.clone(), person.email.clone());
                Some(Administrator { name, email, company: company?.name })
            })
            .collect();
        named.sort_by(|one, other| (&one.company, &one.name).cmp(&(&other.company, &other.name)));
        Ok(named)
    }
}
