//! What people are mailed about a reset of MFA, done or asked for.

use domain::CompanyId;
use sea_orm::{DatabaseTransaction, EntityTrait};

use super::News;
use crate::caller::{Client, User};
use crate::links::LinkKind;
use crate::mail::Mail;
use crate::store::entities::{company, user};
use crate::{Error, Vestibule};

impl Vestibule {
    /// What the member is told, with the link that works beside the password: not where one mailbox would be enough.
    pub(super) async fn mail_reset(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        company: &company::Model,
        person: &User,
    ) -> Result<(), Error> {
        let row = user::Entity::find_by_id(person.id.0).one(transaction).await?;
        let by_mail = row.is_some_and(|row| row.password_reset_at.is_some());
        let action = if by_mail {
            None
        } else {
            let link = self.new_link(transaction, LinkKind::SetUpAgain, person).await?;
            Some(("Set Up Again", link))
        };
        let how = if by_mail {
            "At your next sign-in you set it up again, with the code that an administrator hands you in person."
        } else {
            "At your next sign-in you set it up again: with this mail's link, within 24 hours, or with the code that an \
             administrator hands you in person."
        };
        let mail = Mail {
            subject: "Two-factor authentication reset".to_owned(),
            says: vec![
                format!(
                    "An administrator of {} has reset the two-factor authentication of your account: its methods and its \
                     recovery code were removed, and every device was signed out.",
                    company.name
                ),
                how.to_owned(),
            ],
            facts: self.facts(person, Some(client)),
            action,
            then: vec![format!(
                "If you did not ask for it, tell {} at once.",
                self.helpers(true).unwrap_or_else(|| "your company's administrator".to_owned())
            )],
            code: None,
        };
        self.post(transaction, mail.to(person, &self.inner.settings), LinkKind::SetUpAgain.lasts()).await?;
        Ok(())
    }

    /// What the member is told of a request, with the link that confirms it; the company's earlier ones are void.
    pub(super) async fn mail_request(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        by: &User,
        company: &company::Model,
        person: &User,
    ) -> Result<(), Error> {
        let (id, kind) = (CompanyId(company.id), LinkKind::ConfirmReset);
        self.void_links_of(transaction, Some(kind), person.id, id).await?;
        let link = self.new_link_of(transaction, kind, person, Some(id)).await?;
        let mail = Mail {
            subject: "Confirm the reset of your two-factor authentication".to_owned(),
            says: vec![format!(
                "{} of {} asks to reset the two-factor authentication of your account: its methods and its recovery code \
                 would be removed, and every device signed out.",
                by.name, company.name
            )],
            facts: self.facts(person, Some(client)),
            action: Some(("Confirm the Reset", link)),
            then: vec![
                "The link works once, for 24 hours. If you did not ask for it, do not press it, and tell your company's \
                 administrator: nothing has changed."
                    .to_owned(),
            ],
            code: None,
        };
        self.post(transaction, mail.to(person, &self.inner.settings), kind.lasts()).await?;
        Ok(())
    }

    /// What the administrators of the member's other companies are told of a request.
    pub(super) async fn tell_of_request(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        by: &User,
        (company, others): (&company::Model, &[company::Model]),
        person: &User,
    ) -> Result<(), Error> {
        for other in others {
            let says = format!(
                "{} of {} asks to reset the two-factor authentication of {} ({}), who belongs to {} too. One of you, or \
                 the person, has to confirm it within 24 hours. Check first, by voice or in person, that it is right.",
                by.name, company.name, person.name, person.email, other.name
            );
            let leads_to = Some(("See the Request", "/members"));
            let news = News { subject: "a reset waits for you", says, leads_to, client, about: None };
            self.tell_administrators(transaction, other, &[by.id, person.id], &news).await?;
        }
        Ok(())
    }
}
