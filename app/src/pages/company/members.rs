//! A company's members: who needs help, and what can be done for them. What is looked for is in the address.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::export::Export;
use super::invite::Invite;
use super::members_table::MembersTable;
use super::requests::Requests;
use super::search::{Chips, Search};
use super::send_again::SendAgain;
use super::{Company, Telling, Told};
use crate::api::company::members::{
    Member, MemberCounts, MemberFilter, Members, MembersQuery, member_counts, members, members_csv,
};
use crate::browser::dates;
use crate::browser::navigation::Entry;
use crate::components::announcer::{Announcer, use_announcer};
use crate::components::heading::Heading;
use crate::components::house::House;
use crate::components::needed::Needed;
use crate::components::sending::answer;
use crate::components::session::{Session, use_session};
use crate::route::{self, Page};
use crate::text;

/// The list, as every part of the page sees it.
#[derive(Clone, Copy)]
pub struct List {
    /// Whose members.
    pub(super) company: Company,
    /// What was done.
    pub(super) told: Told,
    /// What is looked for.
    pub query: Memo<MembersQuery>,
    /// Those that are shown.
    pub rows: RwSignal<Vec<Member>>,
    /// What to ask for more of them with.
    pub next: RwSignal<Option<String>>,
    /// How many there are of each kind, once that is known.
    pub counts: RwSignal<Option<MemberCounts>>,
    needed: Needed<Members>,
    session: Session,
    announcer: Announcer,
}

impl List {
    fn new(company: Company) -> Self {
        let session = use_session();
        let query = Memo::new(move |_| MembersQuery {
            search: session.parameter(route::company::SEARCH).unwrap_or_default(),
            filter: route::company::member_filter(
                &session.parameter(route::company::FILTER).unwrap_or_default(),
            ),
            after: None,
        });
        let needed = Needed::new(move || members(company.slug(), query.get_untracked()));
        needed.follow(query);
        Self {
            company,
            told: Told::new(),
            query,
            rows: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            counts: RwSignal::new(None),
            needed,
            session,
            announcer: use_announcer(),
        }
    }

    /// Asks how many there are of each kind. Of a large company that takes longer than a page, which does not wait for it, and
    /// is as good without.
    fn count(self) {
        let slug = self.company.slug();
        spawn_local(async move {
            if let Ok(counts) = member_counts(slug).await {
                // The page may be gone by now.
                self.counts.try_set(Some(counts));
            }
        });
    }

    /// Takes in a first page.
    fn take(self, page: Members) {
        self.rows.set(page.rows);
        self.next.set(page.next);
        self.announcer.say(&untrack(|| self.found()));
    }

    /// How many were found; tracked.
    pub fn found(self) -> String {
        let MembersQuery { search, filter, .. } = self.query.get();
        let all = self.counts.get().filter(|_| search.is_empty()).and_then(|counts| {
            text::filters(&counts).into_iter().find(|(one, ..)| *one == filter).map(|(_, _, count)| count)
        });
        match all {
            Some(all) => text::found(all, false),
            None => text::found(
                u32::try_from(self.rows.read().len()).unwrap_or(u32::MAX),
                self.next.read().is_some(),
            ),
        }
    }

    /// Looks for these from now on.
    pub fn look_for(self, filter: MemberFilter, search: &str, entry: Entry) {
        self.session.go(&route::company::members_like(&self.company.slug(), filter, search), entry);
    }

    /// Shows a member as they are now.
    pub fn replace(self, changed: Member) {
        self.rows.try_update(|rows| {
            if let Some(row) = rows.iter_mut().find(|row| row.id == changed.id) {
                *row = changed;
            }
        });
    }

    /// Says what was done, and loads the list anew.
    pub fn changed(self, words: &str) {
        self.needed.renew();
        self.count();
        self.told.done(words);
    }
}

/// The page.
#[component]
pub fn CompanyMembersPage() -> impl IntoView {
    let company = Company::here()?;
    let list = List::new(company);
    list.count();
    let told = list.told;
    let ask = Callback::new(move |record| answer(members_csv(record, company.slug())));
    let name = move |()| text::members_file_name(&company.slug(), &dates::iso_today());
    let page = view! {
        <House page=Page::CompanyMembers>
            <Telling told/>
            <Heading title=[&company.name(), ": members"].concat()/>
            <Requests list/>
            <div class="row">
                <Invite list/>
                <Export act="export the members" name ask/>
            </div>
            <section class="panel members" aria-label="Members">
                <div class="inside stack">
                    <Search list/>
                    <Chips list/>
                </div>
                <SendAgain list/>
                {list.needed.show_part("content", move |page| {
                    list.take(page);
                    view! { <MembersTable list/> }.into_any()
                })}
            </section>
        </House>
    };
    Some(page.into_any())
}
