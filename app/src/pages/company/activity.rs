//! A company's log: who did what, about whom, and why. What is looked for is in the address.

use leptos::html;
use leptos::prelude::*;

use super::Company;
use super::export::Export;
use crate::api::activity::ActivityFilter;
use crate::api::company::activity::{
    CompanyActivity, CompanyActivityQuery, company_activity, company_activity_csv,
};
use crate::browser::navigation::Entry;
use crate::browser::{dates, focus};
use crate::components::announcer::use_announcer;
use crate::components::email_field::email_problem;
use crate::components::field::Described;
use crate::components::heading::Heading;
use crate::components::house::House;
use crate::components::log::{ActivityChips, Log};
use crate::components::needed::Needed;
use crate::components::sending::{Problem, Sending, answer};
use crate::components::session::{Session, use_session};
use crate::route::{self, Page};
use crate::text;

/// What is looked for, as every part of the page sees it.
#[derive(Clone, Copy)]
struct Looking {
    company: Company,
    session: Session,
    query: Memo<CompanyActivityQuery>,
}

impl Looking {
    fn new(company: Company) -> Self {
        let session = use_session();
        let parameter = move |name| session.parameter(name).unwrap_or_default();
        let query = Memo::new(move |_| CompanyActivityQuery {
            filter: route::company::activity_filter(&parameter(route::company::FILTER)),
            person: parameter(route::company::SEARCH),
            before: None,
        });
        Self { company, session, query }
    }

    /// Looks for these from now on.
    fn look_for(self, filter: ActivityFilter, person: &str) {
        let to = route::company::activity_like(&self.company.slug(), filter, person);
        self.session.go(&to, Entry::New);
    }
}

/// The page.
#[component]
pub fn CompanyActivityPage() -> impl IntoView {
    let company = Company::here()?;
    let looking = Looking::new(company);
    let announcer = use_announcer();
    let query = looking.query;
    let needed = Needed::new(move || company_activity(company.slug(), query.get_untracked()));
    needed.follow(query);
    let ask = Callback::new(move |record| {
        answer(company_activity_csv(record, company.slug(), query.get_untracked()))
    });
    let name = move |()| text::activity_file_name(&company.slug(), &dates::iso_today());
    let current = Memo::new(move |_| query.read().filter);
    let choose = Callback::new(move |filter| looking.look_for(filter, &query.read_untracked().person));
    let page = view! {
        <House page=Page::CompanyActivity>
            <Heading title=[&company.name(), ": activity"].concat()/>
            <div class="row">
                <Export act="export the activity" name ask/>
            </div>
            <section class="panel" aria-label="Activity">
                <div class="inside stack">
                    <Person looking/>
                    <ActivityChips choices=text::COMPANY_ENTRIES current choose/>
                </div>
                {needed.show_part("content", move |page| {
                    announcer.say(&text::entries(page.entries.len(), page.more));
                    view! { <Found looking page/> }.into_any()
                })}
            </section>
        </House>
    };
    Some(page.into_any())
}

/// Whom the entries are by or about.
#[component]
fn Person(looking: Looking) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let sending = Sending::new("");
    let described = Described::new(sending, "email", "person", false);
    let searched = Memo::new(move |_| looking.query.read().person.clone());
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let person = input.get_untracked().map(|input| input.value()).unwrap_or_default();
        let problem: Option<Problem> = (!person.trim().is_empty()).then(|| email_problem(&person)).flatten();
        let mended = problem.is_none();
        sending.refuse(problem.into_iter().collect());
        if mended {
            looking.look_for(looking.query.read_untracked().filter, person.trim());
        }
    };
    view! {
        <form class="field" role="search" method="get" novalidate on:submit=submit>
            <div class="field" class:bad=move || described.is_bad()>
                <label for="person">"By or about (email address)"</label>
                {described.error()}
                <input
                    node_ref=input
                    id="person"
                    data-field="email"
                    type="email"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    enterkeyhint="search"
                    prop:value=move || searched.get()
                    aria-invalid=move || described.invalid()
                    aria-describedby=move || described.by()
                />
            </div>
            <button class="secondary">"Search"</button>
        </form>
    }
}

/// The entries, or that there are none, which is not the same as none that match.
#[component]
fn Found(looking: Looking, page: CompanyActivity) -> impl IntoView {
    let query = looking.query.get_untracked();
    if !page.entries.is_empty() {
        // What is looked for may be something else by the time that more of this is.
        let older = Callback::new(move |before| {
            let query = CompanyActivityQuery { before, ..query.clone() };
            answer(company_activity(looking.company.slug(), query))
        });
        return view! { <Log first=page older/> }.into_any();
    }
    if query == CompanyActivityQuery::default() {
        return view! { <p class="item soft">"Nothing yet."</p> }.into_any();
    }
    let clear = move |_| {
        looking.look_for(ActivityFilter::Everything, "");
        focus("#person".to_owned());
    };
    view! {
        <div class="item">
            <p><b>"No entry matches."</b></p>
            <button type="button" class="secondary" on:click=clear>"Clear Filters"</button>
        </div>
    }
    .into_any()
}
