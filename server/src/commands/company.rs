//! `vestibule company …`: companies, their members and their policy.

use domain::{Email, Role};
use vestibule_core::{CompanyChange, NewCompany, Vestibule, local_time};

use super::{CommandError, failed, import, print};
use crate::cli::{CompanyCommand, Switch};

pub(super) async fn company(vestibule: &Vestibule, command: CompanyCommand) -> Result<(), CommandError> {
    match command {
        CompanyCommand::Add { slug, name, zone } => {
            vestibule.add_company(&NewCompany { slug: slug.clone(), name, time_zone: zone }).await?;
            print(&format!("Added {slug}.\n"))
        }
        CompanyCommand::List => list_companies(vestibule).await,
        CompanyCommand::Set { slug, zone, text_messages, voluntary_set_up } => {
            let on = |switch| switch == Switch::On;
            let change = CompanyChange {
                time_zone: zone,
                text_messages: text_messages.map(on),
                voluntary_set_up: voluntary_set_up.map(on),
            };
            vestibule.set_company(&slug, &change).await?;
            print(&format!("Changed {slug}.\n"))
        }
        CompanyCommand::AddMember { slug, email, admin, payments } => {
            let email = Email::parse(&email).map_err(failed)?;
            let role = if admin { Role::Administrator } else { Role::Member };
            vestibule.add_member(&slug, &email, role, payments).await?;
            print(&format!("Added {email} to {slug}.\n"))
        }
        CompanyCommand::Import { slug, file, dry_run } => {
            import::import(vestibule, &slug, &file, dry_run).await
        }
        CompanyCommand::RequireMfa { slug, from, .. } => {
            let from = vestibule.require_mfa(&slug, from.as_deref()).await?;
            print(&match from {
                Some(from) => format!("{slug} requires MFA from {from}.\n"),
                None => format!("{slug} no longer requires MFA.\n"),
            })
        }
    }
}

async fn list_companies(vestibule: &Vestibule) -> Result<(), CommandError> {
    let mut text = String::new();
    for company in vestibule.companies().await? {
        let zone = local_time::zone(&company.time_zone).map_err(failed)?;
        let requires = match company.mfa_required_from {
            Some(from) => format!("requires MFA from {}", local_time::spelt_out(from, &zone)),
            None => "does not require MFA".to_owned(),
        };
        text.push_str(&format!(
            "{}  {}  {}  {} of {} members have a method  {requires}\n",
            company.slug, company.name, company.time_zone, company.members_with_method, company.members
        ));
    }
    print(&text)
}
