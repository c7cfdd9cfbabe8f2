//! The mails of campaigns: put into the outbox as whom they are for, and written when they are sent. By then the person may have
//! set up, or the date may be another.

use domain::{CampaignId, DAY, Timestamp, UserId};
use jiff::tz::TimeZone;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::campaigns::CampaignKind;
use crate::caller::User;
use crate::local_time;
use crate::mail::Mail;
use crate::methods::methods_of;
use crate::outbox::{Channel, Message, NOTICE_LASTS, Parcel};
use crate::store::entities::{campaign, company, membership, outbox, user};
use crate::{Error, Vestibule};

impl Vestibule {
    /// Puts a mail for each of these people into the outbox.
    pub(super) async fn post_campaign_mails(
        &self,
        transaction: &DatabaseTransaction,
        campaign: &campaign::Model,
        people: impl Iterator<Item = Uuid>,
    ) -> Result<(), Error> {
        let mut rows = Vec::new();
        for person in people {
            let parcel = Parcel::Campaign { campaign: CampaignId(campaign.id), user: UserId(person) };
            let key = format!("campaign {} {person}", campaign.id);
            let row = self.outbox_row(Channel::Mail, &parcel, NOTICE_LASTS, Some(key))?;
            rows.push(outbox::ActiveModel { campaign_id: Set(Some(campaign.id)), ..row });
        }
        if !rows.is_empty() {
            outbox::Entity::insert_many(rows).exec_without_returning(transaction).await?;
        }
        Ok(())
    }

    /// The mail of a campaign to a person; `None` where it is not needed any more.
    pub(crate) async fn campaign_mail(&self, id: CampaignId, user: UserId) -> Result<Option<Message>, Error> {
        let reader = self.inner.store.reader();
        let Some(campaign) = campaign::Entity::find_by_id(id.0).one(reader).await? else { return Ok(None) };
        let company = company::Entity::find_by_id(campaign.company_id).one(reader).await?;
        let current = company.filter(|company| company.mfa_required_from == Some(campaign.mfa_required_from));
        let member = membership::Entity::find_by_id((campaign.company_id, user.0)).one(reader).await?;
        let person = user::Entity::find_by_id(user.0).one(reader).await?;
        let (Some(company), Some(_), Some(person)) = (current, member, person) else { return Ok(None) };
        if !methods_of(reader, user).await?.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.written(&campaign, &company, &person.into())?))
    }

    fn written(
        &self,
        campaign: &campaign::Model,
        company: &company::Model,
        person: &User,
    ) -> Result<Message, Error> {
        let own = person.time_zone.as_deref().and_then(|zone| local_time::zone(zone).ok());
        let zone = own.or_else(|| local_time::zone(&company.time_zone).ok()).unwrap_or(TimeZone::UTC);
        let from = Timestamp(campaign.mfa_required_from);
        let kind = CampaignKind::parse(&campaign.kind)?;
        let reminder = if kind == CampaignKind::Announcement { "" } else { "Reminder: " };
        let settings = &self.inner.settings;
        let mail = Mail {
            subject: format!("{reminder}{} requires two-factor authentication", company.name),
            says: vec![says(&company.name, from, &local_time::spelt_out(from, &zone), self.now())],
            facts: Vec::new(),
            action: Some(("Set Up Now", format!("{}/profile/security", settings.public_url))),
            then: vec![
                "You need a phone, or an authenticator app on a computer. Nobody will ask you for a code by phone or mail."
                    .to_owned(),
            ],
            code: None,
        };
        Ok(mail.to(person, settings))
    }

    /// Counts what became of a mail, if it is one of a campaign.
    pub(crate) async fn count_campaign_mail(
        &self,
        transaction: &DatabaseTransaction,
        campaign: Option<Uuid>,
        became: campaign::Column,
    ) -> Result<(), Error> {
        let Some(campaign) = campaign else { return Ok(()) };
        campaign::Entity::update_many()
            .col_expr(became, Expr::col(became).add(1_i64))
            .filter(campaign::Column::Id.eq(campaign))
            .exec(transaction)
            .await?;
        Ok(())
    }
}

/// What the mail says at this moment.
fn says(company: &str, from: Timestamp, when: &str, now: Timestamp) -> String {
    if from <= now {
        return format!(
            "{company} requires two-factor authentication. At your next sign-in you set it up; it takes about two minutes."
        );
    }
    let left = match from.since(now).div_euclid(DAY) {
        0 => "in less than a day".to_owned(),
        1 => "in a day".to_owned(),
        days => format!("in {days} days"),
    };
    format!(
        "{company} requires two-factor authentication from {when}, {left}. Set it up before, in about two minutes: then \
         nothing keeps you from your work that day."
    )
}
