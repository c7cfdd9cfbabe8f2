//! Announcements of an enforcement date, and reminders of it: one row each, which `campaign_worker` expands into mails of the
//! outbox.
//! What a mail says, and whether it is still worth sending, is found out when its turn comes: see `campaign_mails`.
//!
//! A person is mailed at most once by an announcement of a date, and at most once by each of its reminders, on any number of
//! instances, and though the date is moved away and back: the database has one row for a company, date and kind, and the worker
//! moves its mark with the mails.

use domain::{CompanyId, DAY, SessionId, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client};
use crate::store::entities::campaign;
use crate::{Error, Vestibule};

/// How much time is between a reminder and whatever was mailed before about the same date, in milliseconds.
const PAUSE: i64 = DAY;
/// Campaigns that are shown.
const SHOWN: u64 = 20;

/// What is mailed, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CampaignKind {
    /// A date was saved or moved.
    Announcement,
    /// Fourteen days before.
    FourteenDays,
    /// Seven days before.
    SevenDays,
    /// The day before.
    OneDay,
    /// An administrator asked for it.
    ByHand,
}

impl CampaignKind {
    const ALL: [Self; 5] =
        [Self::Announcement, Self::FourteenDays, Self::SevenDays, Self::OneDay, Self::ByHand];
    /// Those that go by themselves, the one nearest to the date first.
    const REMINDERS: [Self; 3] = [Self::OneDay, Self::SevenDays, Self::FourteenDays];

    /// The name in the store.
    const fn name(self) -> &'static str {
        match self {
            Self::Announcement => "announcement",
            Self::FourteenDays => "14_days",
            Self::SevenDays => "7_days",
            Self::OneDay => "1_day",
            // The schema knows this name: it may be there more than once for a date.
            Self::ByHand => "by_hand",
        }
    }

    pub(super) fn parse(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(Error::Corrupt("campaign"))
    }

    /// How long before the date it goes by itself, in milliseconds.
    const fn before(self) -> Option<i64> {
        match self {
            Self::Announcement | Self::ByHand => None,
            Self::FourteenDays => Some(14 * DAY),
            Self::SevenDays => Some(7 * DAY),
            Self::OneDay => Some(DAY),
        }
    }
}

/// Something that was mailed, or is being mailed.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    /// Why.
    pub kind: CampaignKind,
    /// When it began.
    pub at: Timestamp,
    /// About which date.
    pub required_from: Timestamp,
    /// How many mails it is so far.
    pub mails: i64,
    /// How many of these were handed over to the mail server.
    pub sent: i64,
    /// How many were not needed any more.
    pub skipped: i64,
    /// How many could not be sent.
    pub failed: i64,
    /// Whether all members were looked at: until then there may be more mails.
    pub complete: bool,
}

/// What was mailed and what will be.
#[derive(Clone, Debug)]
pub struct Reminders {
    /// From when MFA is required; `None`: off, and nothing is mailed.
    pub required_from: Option<Timestamp>,
    /// How many members have no method.
    pub waiting: i64,
    /// What was mailed, the newest first.
    pub campaigns: Vec<Campaign>,
    /// When the next reminders go by themselves.
    pub next: Vec<Timestamp>,
    /// From when an administrator can remind everybody.
    pub by_hand_from: Timestamp,
}

impl Vestibule {
    /// Writes down that the company's members are to be told of the date. Told of it once, they are not told again: what was not
    /// finished goes on.
    pub(crate) async fn announce(
        &self,
        transaction: &DatabaseTransaction,
        company: CompanyId,
        from: Timestamp,
    ) -> Result<(), Error> {
        self.begin_campaign(transaction, company, CampaignKind::Announcement, from).await
    }

    pub(super) async fn begin_campaign(
        &self,
        transaction: &DatabaseTransaction,
        company: CompanyId,
        kind: CampaignKind,
        from: Timestamp,
    ) -> Result<(), Error> {
        let insert = campaign::Entity::insert(campaign::ActiveModel {
            id: Set(self.id()),
            company_id: Set(company.0),
            kind: Set(kind.name().to_owned()),
            mfa_required_from: Set(from.0),
            last_user_id: Set(None),
            mails: Set(0),
            sent: Set(0),
            skipped: Set(0),
            failed: Set(0),
            created_at: Set(self.now().0),
            finished_at: Set(None),
        })
        // Whichever index it is: one for a date and kind is enough.
        .on_conflict(OnConflict::new().do_nothing().to_owned());
        match insert.exec_without_returning(transaction).await {
            Ok(_) | Err(DbErr::RecordNotInserted) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// What was mailed to the members of a company that the caller administers, and what will be.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn reminders(&self, caller: &Caller, slug: &str) -> Result<Reminders, Error> {
        let reader = self.inner.store.reader();
        let company = self.administered_company(reader, caller.signed_in()?, slug).await?;
        let rows = campaign::Entity::find()
            .filter(campaign::Column::CompanyId.eq(company.id))
            .order_by_desc(campaign::Column::CreatedAt)
            .limit(SHOWN)
            .all(reader)
            .await?;
        let required_from = company.mfa_required_from.map(Timestamp);
        let of_date: Vec<campaign::Model> = rows
            .iter()
            .filter(|row| Some(row.mfa_required_from) == company.mfa_required_from)
            .cloned()
            .collect();
        Ok(Reminders {
            required_from,
            waiting: company.members - company.members_with_method,
            campaigns: rows.into_iter().map(shown).collect::<Result<_, _>>()?,
            next: required_from.map(|from| still_to_come(from, &of_date, self.now())).unwrap_or_default(),
            by_hand_from: by_hand_from(&of_date, self.now()),
        })
    }

    /// Mails everybody who has not set up, a day after the last mail about the date at the earliest.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::WrongState`] where Require MFA is off; [`Error::Paused`] within that day;
    /// [`Error::Stale`] for another record than the caller's.
    pub async fn remind(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        slug: &str,
    ) -> Result<Reminders, Error> {
        let signed_in = caller.of_record(record)?;
        let transaction = self.inner.store.begin().await?;
        let id = CompanyId(self.administered_company(&transaction, signed_in, slug).await?.id);
        self.lock_company(&transaction, id).await?;
        let company = self.administered_company(&transaction, signed_in, slug).await?;
        let from = company.mfa_required_from.map(Timestamp).ok_or(Error::WrongState)?;
        let (now, of_date) = (self.now(), self.campaigns_of(&transaction, id, from).await?);
        let until = by_hand_from(&of_date, now);
        if until > now {
            return Err(Error::Paused { until, now });
        }
        self.begin_campaign(&transaction, id, CampaignKind::ByHand, from).await?;
        let entry = Entry::of_company(Event::MembersReminded, signed_in.user.id, id, client);
        self.audit(&transaction, entry).await?;
        self.commit(transaction, "remind").await?;
        self.reminders(caller, slug).await
    }

    pub(super) async fn campaigns_of(
        &self,
        connection: &impl ConnectionTrait,
        company: CompanyId,
        from: Timestamp,
    ) -> Result<Vec<campaign::Model>, Error> {
        Ok(campaign::Entity::find()
            .filter(campaign::Column::CompanyId.eq(company.0))
            .filter(campaign::Column::MfaRequiredFrom.eq(from.0))
            .all(connection)
            .await?)
    }
}

fn shown(row: campaign::Model) -> Result<Campaign, Error> {
    Ok(Campaign {
        kind: CampaignKind::parse(&row.kind)?,
        at: Timestamp(row.created_at),
        required_from: Timestamp(row.mfa_required_from),
        mails: row.mails,
        sent: row.sent,
        skipped: row.skipped,
        failed: row.failed,
        complete: row.finished_at.is_some(),
    })
}

/// When the last of these began.
fn last_begun(campaigns: &[campaign::Model]) -> Option<Timestamp> {
    campaigns.iter().map(|row| Timestamp(row.created_at)).max()
}

/// From when an administrator can remind everybody of the date that these were about.
fn by_hand_from(of_date: &[campaign::Model], now: Timestamp) -> Timestamp {
    last_begun(of_date).map_or(now, |last| last.plus(PAUSE))
}

/// The reminder that is due: of those whose day has come, the one nearest to the date. None whose day had come when the date was
/// announced, and none within a day of the last mail about it.
pub(super) fn due(from: Timestamp, of_date: &[campaign::Model], now: Timestamp) -> Option<CampaignKind> {
    let day = |kind: CampaignKind| kind.before().map(|before| from.plus(-before));
    let kind = CampaignKind::REMINDERS.into_iter().find(|kind| day(*kind).is_some_and(|day| day <= now))?;
    let announced = of_date
        .iter()
        .filter(|row| row.kind == CampaignKind::Announcement.name())
        .any(|row| day(kind).is_some_and(|day| day.0 <= row.created_at));
    let begun = of_date.iter().any(|row| row.kind == kind.name());
    let paused = last_begun(of_date).is_some_and(|last| last.plus(PAUSE) > now);
    (!announced && !begun && !paused && now < from).then_some(kind)
}

/// When reminders of the date still go by themselves, the next one first.
fn still_to_come(from: Timestamp, of_date: &[campaign::Model], now: Timestamp) -> Vec<Timestamp> {
    let mut days: Vec<Timestamp> = CampaignKind::REMINDERS
        .into_iter()
        .filter(|kind| of_date.iter().all(|row| row.kind != kind.name()))
        .filter_map(|kind| Some(from.plus(-kind.before()?)))
        .filter(|day| *day > now)
        .collect();
    days.sort();
    days
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const HOUR: i64 = DAY / 24;
    const FROM: Timestamp = Timestamp(100 * DAY);

    fn begun(kind: CampaignKind, at: i64) -> campaign::Model {
        campaign::Model {
            id: Uuid::nil(),
            company_id: Uuid::nil(),
            kind: kind.name().to_owned(),
            mfa_required_from: FROM.0,
            last_user_id: None,
            mails: 0,
            sent: 0,
            skipped: 0,
            failed: 0,
            created_at: at,
            finished_at: None,
        }
    }

    #[test]
    fn reminders_are_due_fourteen_seven_and_one_day_before() {
        let announced = vec![begun(CampaignKind::Announcement, 50 * DAY)];
        let at = |at: i64, of_date: &[campaign::Model]| due(FROM, of_date, Timestamp(at));
        assert_eq!(at(86 * DAY - 1, &announced), None);
        assert_eq!(at(86 * DAY, &announced), Some(CampaignKind::FourteenDays));
        assert_eq!(at(93 * DAY, &announced), Some(CampaignKind::SevenDays));
        assert_eq!(at(99 * DAY, &announced), Some(CampaignKind::OneDay));
        // Nobody is reminded of what has begun.
        assert_eq!(at(100 * DAY, &announced), None);
    }

    #[test]
    fn a_reminder_goes_once_and_not_where_the_announcement_said_the_same() {
        let begun_once =
            [begun(CampaignKind::Announcement, 50 * DAY), begun(CampaignKind::SevenDays, 93 * DAY)];
        assert_eq!(due(FROM, &begun_once, Timestamp(95 * DAY)), None);
        let late = [begun(CampaignKind::Announcement, 90 * DAY)];
        assert_eq!(due(FROM, &late, Timestamp(92 * DAY)), None);
        assert_eq!(due(FROM, &late, Timestamp(93 * DAY)), Some(CampaignKind::SevenDays));
    }

    #[test]
    fn a_day_is_between_two_mails_about_a_date() {
        let reminded =
            [begun(CampaignKind::Announcement, 50 * DAY), begun(CampaignKind::ByHand, 93 * DAY - HOUR)];
        assert_eq!(due(FROM, &reminded, Timestamp(93 * DAY)), None);
        assert_eq!(due(FROM, &reminded, Timestamp(94 * DAY - HOUR)), Some(CampaignKind::SevenDays));
        assert_eq!(by_hand_from(&reminded, Timestamp(93 * DAY)), Timestamp(94 * DAY - HOUR));
    }

    #[test]
    fn what_is_still_to_come_is_named_in_order() {
        let announced = [begun(CampaignKind::Announcement, 90 * DAY)];
        assert_eq!(
            still_to_come(FROM, &announced, Timestamp(90 * DAY)),
            [Timestamp(93 * DAY), Timestamp(99 * DAY)]
        );
    }
}
