//! Recent activity: what the log says about a person, in words. What it says about a company is in `company/activity`.

use domain::{AuditId, Timestamp, UserId};
use futures_util::{Stream, StreamExt, stream};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::audit::{COMMAND_LINE, Event, EventGroup};
use crate::caller::Caller;
use crate::spreadsheet::{csv_line, utc_minute};
use crate::store::entities::audit_event;
use crate::{Error, Vestibule, device};

/// Entries on a page.
const PAGE: usize = 10;
/// Entries that are read at once for a spreadsheet.
pub(crate) const CSV_PAGE: usize = 500;
/// How a failure is stored.
const FAILURE: &str = "failure";
/// The first line of a person's own file.
const CSV_HEAD: &str = "When (UTC),What,Failed,Device,Address\r\n";

/// Which entries of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActivityFilter {
    /// All.
    #[default]
    Everything,
    /// Those of a group.
    Group(EventGroup),
    /// What was tried and did not work.
    Failures,
}

impl ActivityFilter {
    /// A page of these rows, newest first, from before an entry on.
    pub(crate) fn page(
        self,
        rows: Select<audit_event::Entity>,
        before: Option<AuditId>,
        limit: usize,
    ) -> Select<audit_event::Entity> {
        let rows = match self {
            Self::Everything => rows,
            Self::Group(group) => rows.filter(audit_event::Column::Event.is_in(group.names())),
            Self::Failures => rows.filter(audit_event::Column::Outcome.eq(FAILURE)),
        };
        let rows = match before {
            Some(before) => rows.filter(audit_event::Column::Id.lt(before.0)),
            None => rows,
        };
        rows.order_by_desc(audit_event::Column::Id).limit(limit as u64)
    }
}

/// Something that happened to a person's account.
#[derive(Clone, Debug)]
pub struct ActivityEntry {
    /// Which entry.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: &'static str,
    /// Whether it was tried and did not work.
    pub failed: bool,
    /// Browser and system, or who did it where that was no browser.
    pub device: String,
    /// The network address; empty on the operator's command line.
    pub address: String,
}

impl Vestibule {
    /// The caller's activity, newest first, from before an entry on; and whether there is more.
    ///
    /// # Errors
    /// What the store says.
    pub async fn activity(
        &self,
        caller: &Caller,
        filter: ActivityFilter,
        before: Option<AuditId>,
    ) -> Result<(Vec<ActivityEntry>, bool), Error> {
        let user = caller.signed_in()?.user.id;
        let mut entries = self.own_entries(user, filter, before, PAGE + 1).await?;
        let more = entries.len() > PAGE;
        entries.truncate(PAGE);
        Ok((entries, more))
    }

    /// All of it as CSV (RFC 4180), some hundreds of entries at a time.
    ///
    /// # Errors
    /// What the store says.
    pub fn activity_csv(
        &self,
        caller: &Caller,
        filter: ActivityFilter,
    ) -> Result<impl Stream<Item = Result<String, Error>> + Send + use<>, Error> {
        let (vestibule, user) = (self.clone(), caller.signed_in()?.user.id);
        let lines = stream::try_unfold(None, move |before| {
            let vestibule = vestibule.clone();
            async move {
                let entries = vestibule.own_entries(user, filter, before, CSV_PAGE).await?;
                let Some(last) = entries.last().map(|entry| entry.id) else { return Ok(None) };
                let lines: String = entries.iter().map(line).collect();
                Ok(Some((lines, Some(last))))
            }
        });
        Ok(stream::once(std::future::ready(Ok(CSV_HEAD.to_owned()))).chain(lines))
    }

    async fn own_entries(
        &self,
        user: UserId,
        filter: ActivityFilter,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<Vec<ActivityEntry>, Error> {
        let own = audit_event::Entity::find().filter(audit_event::Column::SubjectId.eq(user.0));
        let rows = filter.page(own, before, limit).all(self.inner.store.reader()).await?;
        Ok(rows.iter().map(shown).collect())
    }
}

/// An entry in words.
pub(crate) fn shown(row: &audit_event::Model) -> ActivityEntry {
    let by_operator = row.address == COMMAND_LINE;
    ActivityEntry {
        id: AuditId(row.id),
        at: Timestamp(row.at),
        what: Event::words(&row.event),
        failed: row.outcome == FAILURE,
        device: if by_operator { "By the operator".to_owned() } else { device::name(&row.browser) },
        address: if by_operator { String::new() } else { row.address.clone() },
    }
}

fn line(entry: &ActivityEntry) -> String {
    let failed = if entry.failed { "yes" } else { "no" };
    csv_line([utc_minute(entry.at).as_str(), entry.what, failed, &entry.device, &entry.address])
}
