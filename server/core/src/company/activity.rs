//! A company's log, for its administrators: who did what, about whom, and why.

use std::collections::BTreeMap;

use domain::{AuditId, CompanyId, Email, SessionId, UserId};
use futures_util::{Stream, StreamExt, stream};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::activity::{ActivityEntry, ActivityFilter, CSV_PAGE, shown};
use crate::audit::{COMMAND_LINE, Entry, Event};
use crate::caller::{Caller, Client};
use crate::people::user_by_email;
use crate::spreadsheet::{csv_line, utc_minute};
use crate::store::entities::{audit_event, company, user};
use crate::{Error, Vestibule};

/// Entries on a page.
const PAGE: usize = 50;
/// The first line of the file.
const CSV_HEAD: &str = "When (UTC),What,Failed,By,About,Reason,Device,Address\r\n";

/// Which entries.
#[derive(Clone, Debug, Default)]
pub struct CompanyActivityQuery {
    /// Of which kind.
    pub filter: ActivityFilter,
    /// By or about the person with this address; empty: anybody.
    pub person: String,
    /// Before this one; `None`: the newest.
    pub before: Option<AuditId>,
}

/// Something that happened in a company.
#[derive(Clone, Debug)]
pub struct CompanyEntry {
    /// What, when, and from where.
    pub entry: ActivityEntry,
    /// Who did it; `None`: the operator, or nobody known.
    pub by: Option<String>,
    /// To whom.
    pub about: Option<String>,
    /// Why, in the words of who did it.
    pub reason: Option<String>,
}

impl Vestibule {
    /// A page of the log of a company that the caller administers, newest first; and whether there is more.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a `person` that is no address.
    pub async fn company_activity(
        &self,
        caller: &Caller,
        slug: &str,
        query: &CompanyActivityQuery,
    ) -> Result<(Vec<CompanyEntry>, bool), Error> {
        let reader = self.inner.store.reader();
        let company = self.administered_company(reader, caller.signed_in()?, slug).await?;
        let person = self.sought(&query.person).await?;
        let mut entries =
            self.company_entries(&company, query.filter, person, query.before, PAGE + 1).await?;
        let more = entries.len() > PAGE;
        entries.truncate(PAGE);
        Ok((entries, more))
    }

    /// All of those as CSV (RFC 4180), some hundreds at a time.
    ///
    /// # Errors
    /// As [`Vestibule::authorise`]; [`Error::Invalid`] for a `person` that is no address; [`Error::Stale`] for another record
    /// than the caller's.
    pub async fn company_activity_csv(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        slug: &str,
        query: &CompanyActivityQuery,
    ) -> Result<impl Stream<Item = Result<String, Error>> + Send + use<>, Error> {
        let signed_in = caller.of_record(record)?;
        let person = self.sought(&query.person).await?;
        let transaction = self.inner.store.begin().await?;
        let company = self.authorise(&transaction, signed_in, slug).await?;
        let event = Event::ActivityExported;
        let entry = Entry::of_company(event, signed_in.user.id, CompanyId(company.id), client);
        self.audit(&transaction, entry).await?;
        self.commit(transaction, "company_activity_csv").await?;
        let (vestibule, filter) = (self.clone(), query.filter);
        let lines = stream::try_unfold(None, move |before| {
            let (vestibule, company) = (vestibule.clone(), company.clone());
            async move {
                let entries = vestibule.company_entries(&company, filter, person, before, CSV_PAGE).await?;
                let Some(last) = entries.last().map(|entry| entry.entry.id) else { return Ok(None) };
                let lines: String = entries.iter().map(line).collect();
                Ok(Some((lines, Some(last))))
            }
        });
        Ok(stream::once(std::future::ready(Ok(CSV_HEAD.to_owned()))).chain(lines))
    }

    /// Whom it is looked for; nobody has the nil id.
    async fn sought(&self, person: &str) -> Result<Option<UserId>, Error> {
        if person.trim().is_empty() {
            return Ok(None);
        }
        let email = Email::parse(person)
            .map_err(|error| Error::Invalid { field: "person", why: error.to_string() })?;
        let person = user_by_email(self.inner.store.reader(), &email).await?;
        Ok(Some(UserId(person.map_or(Uuid::nil(), |person| person.id))))
    }

    async fn company_entries(
        &self,
        company: &company::Model,
        filter: ActivityFilter,
        person: Option<UserId>,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<Vec<CompanyEntry>, Error> {
        let reader = self.inner.store.reader();
        let mut rows = audit_event::Entity::find().filter(audit_event::Column::CompanyId.eq(company.id));
        if let Some(person) = person {
            rows = rows.filter(
                Condition::any()
                    .add(audit_event::Column::ActorId.eq(person.0))
                    .add(audit_event::Column::SubjectId.eq(person.0)),
            );
        }
        let rows = filter.page(rows, before, limit).all(reader).await?;
        let ids = rows.iter().flat_map(|row| [row.actor_id, row.subject_id]).flatten();
        let people = user::Entity::find().filter(user::Column::Id.is_in(ids)).all(reader).await?;
        let names: BTreeMap<Uuid, String> = people
            .into_iter()
            .map(|person| (person.id, format!("{} ({})", person.name, person.email)))
            .collect();
        let name = |id: Uuid| names.get(&id).cloned().unwrap_or_else(|| "a deleted account".to_owned());
        Ok(rows
            .into_iter()
            .map(|row| CompanyEntry {
                entry: shown(&row),
                by: row.actor_id.map(name).or_else(|| operator(&row)),
                about: row.subject_id.map(name),
                reason: row.detail,
            })
            .collect())
    }
}

fn operator(row: &audit_event::Model) -> Option<String> {
    (row.address == COMMAND_LINE).then(|| "the operator".to_owned())
}

fn line(entry: &CompanyEntry) -> String {
    let CompanyEntry { entry, by, about, reason } = entry;
    let failed = if entry.failed { "yes" } else { "no" };
    csv_line([
        utc_minute(entry.at).as_str(),
        entry.what,
        failed,
        by.as_deref().unwrap_or_default(),
        about.as_deref().unwrap_or_default(),
        reason.as_deref().unwrap_or_default(),
        &entry.device,
        &entry.address,
    ])
}
