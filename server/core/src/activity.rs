//! Recent activity: what the log says about a person, in words.

use domain::{AuditId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::audit::{COMMAND_LINE, Event};
use crate::caller::Caller;
use crate::store::entities::audit_event;
use crate::{Error, Vestibule, device};

/// Entries on a page.
const PAGE: u64 = 10;

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
        before: Option<AuditId>,
    ) -> Result<(Vec<ActivityEntry>, bool), Error> {
        let user = caller.signed_in()?.user.id;
        let mut rows = audit_event::Entity::find()
            .filter(audit_event::Column::SubjectId.eq(user.0))
            .order_by_desc(audit_event::Column::Id)
            .limit(PAGE + 1);
        if let Some(before) = before {
            rows = rows.filter(audit_event::Column::Id.lt(before.0));
        }
        let rows = rows.all(self.inner.store.reader()).await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = rows.len() > page;
        Ok((rows.into_iter().take(page).map(shown).collect(), more))
    }
}

fn shown(row: audit_event::Model) -> ActivityEntry {
    let by_operator = row.address == COMMAND_LINE;
    ActivityEntry {
        id: AuditId(row.id),
        at: Timestamp(row.at),
        what: Event::words(&row.event),
        failed: row.outcome == "failure",
        device: if by_operator { "By the operator".to_owned() } else { device::name(&row.browser) },
        address: if by_operator { String::new() } else { row.address },
    }
}
