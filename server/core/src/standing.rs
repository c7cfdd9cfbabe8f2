//! How a person stands with their companies: what those ask now, and what the person is there.

use domain::{
    Assessment, Company, CompanyId, Membership, MethodKind, OwnedMethod, Role, Timestamp, UserId, requirement,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::company::Administered;
use crate::store::entities::{company, membership, method};
use crate::{Error, Vestibule};

/// What the companies of a person ask, and what the person is there.
pub(crate) struct Standing {
    pub assessment: Assessment,
    pub memberships: Vec<Membership>,
    pub administered: Vec<Administered>,
    pub administrator: bool,
    pub in_company: bool,
}

impl Vestibule {
    /// What a person's companies ask now, read through `connection`.
    pub(crate) async fn standing(
        &self,
        connection: &impl ConnectionTrait,
        user: UserId,
    ) -> Result<Standing, Error> {
        let companies = membership::Entity::find()
            .filter(membership::Column::UserId.eq(user.0))
            .find_also_related(company::Entity)
            .all(connection)
            .await?;
        let mut memberships = Vec::with_capacity(companies.len());
        let mut administered = Vec::new();
        for (membership, company) in companies {
            let company = company.ok_or(Error::Corrupt("membership without company"))?;
            let (slug, name) = (company.slug.clone(), company.name.clone());
            let membership = to_membership(membership, company)?;
            if membership.accepted && membership.role == Role::Administrator {
                administered.push(Administered { slug, name });
            }
            memberships.push(membership);
        }
        administered.sort_by(|one, other| one.name.cmp(&other.name));
        let methods =
            method::Entity::find().filter(method::Column::UserId.eq(user.0)).all(connection).await?;
        let owned = owned(methods)?;
        let accepted = || memberships.iter().filter(|membership| membership.accepted);
        Ok(Standing {
            administrator: !administered.is_empty(),
            administered,
            in_company: accepted().next().is_some(),
            assessment: requirement(
                &memberships,
                &owned,
                &self.inner.settings.payments_countries,
                self.now(),
            ),
            memberships,
        })
    }
}

/// Methods as far as their acceptability depends on them.
pub(crate) fn owned(methods: Vec<method::Model>) -> Result<Vec<OwnedMethod>, Error> {
    let owned = |method: method::Model| match MethodKind::parse(&method.kind) {
        Some(MethodKind::App) => Ok(OwnedMethod::App),
        Some(MethodKind::Phone) => Ok(OwnedMethod::Phone { country: method.country.unwrap_or_default() }),
        None => Err(Error::Corrupt("method kind")),
    };
    methods.into_iter().map(owned).collect()
}

pub(crate) fn to_membership(
    membership: membership::Model,
    company: company::Model,
) -> Result<Membership, Error> {
    Ok(Membership {
        company: Company {
            id: CompanyId(company.id),
            name: company.name,
            mfa_required_from: company.mfa_required_from.map(Timestamp),
            voluntary_set_up: company.voluntary_set_up,
            text_messages: company.text_messages,
        },
        role: Role::parse(&membership.role).ok_or(Error::Corrupt("role"))?,
        payments_since: membership.payments_since.map(Timestamp),
        accepted: membership.accepted_at.is_some(),
    })
}
