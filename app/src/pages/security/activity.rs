//! Recent activity: what happened to the account, and what to do if it was somebody else.

use domain::AuditId;
use leptos::prelude::*;

use crate::api::activity::{Activity, ActivityFilter, activity, activity_csv};
use crate::api::company::activity::{CompanyActivity, CompanyEntry};
use crate::browser::dates;
use crate::components::announcer::use_announcer;
use crate::components::export::save_csv;
use crate::components::log::{ActivityChips, Log};
use crate::components::needed::Needed;
use crate::components::sending::{ActionButton, Answer, Sending, Trouble, answer};
use crate::route::Page;
use crate::text;

/// The section, which asks for itself: the rest of the page does not wait for it.
#[component]
pub fn RecentActivity() -> impl IntoView {
    let announcer = use_announcer();
    let filter = RwSignal::new(ActivityFilter::Everything);
    let needed = Needed::new(move || of_oneself(filter.get_untracked(), None));
    let choose = Callback::new(move |chosen| {
        filter.set(chosen);
        needed.renew();
    });
    view! {
        <section class="panel">
            <header>
                <h2 id="activity" tabindex="-1">"Recent activity"</h2>
                <p class="soft">
                    "Was this you? If something here wasn't: "
                    <a href=Page::ChangePassword.path()>"Change Password"</a> ", then "
                    <a href="#devices">"Sign Out All Others"</a> "."
                </p>
            </header>
            <div class="inside stack">
                <ActivityChips choices=text::OWN_ENTRIES current=filter choose/>
                <ExportOwn filter/>
            </div>
            {needed.show_part("activity", move |log| {
                if filter.get_untracked() != ActivityFilter::Everything {
                    announcer.say(&text::entries(log.entries.len(), log.more));
                }
                found(log, filter)
            })}
        </section>
    }
}

fn found(log: CompanyActivity, filter: RwSignal<ActivityFilter>) -> AnyView {
    if log.entries.is_empty() {
        let words = match filter.get_untracked() {
            ActivityFilter::Everything => "Nothing yet.",
            _ => "Nothing of this kind.",
        };
        return view! { <p class="item soft">{words}</p> }.into_any();
    }
    // Another may be chosen by the time that more of this is.
    let chosen = filter.get_untracked();
    let older = Callback::new(move |before| of_oneself(chosen, before));
    view! { <Log first=log older/> }.into_any()
}

/// A page of one's own log, which names nobody: it is all about oneself.
fn of_oneself(filter: ActivityFilter, before: Option<AuditId>) -> Answer<CompanyActivity> {
    let asked = activity(filter, before);
    answer(async move {
        let Activity { entries, more } = asked.await?;
        let entry = |entry| CompanyEntry { entry, by: None, about: None, reason: None };
        Ok(CompanyActivity { entries: entries.into_iter().map(entry).collect(), more })
    })
}

/// The entries that are chosen as a file for a spreadsheet.
#[component]
fn ExportOwn(filter: RwSignal<ActivityFilter>) -> impl IntoView {
    let announcer = use_announcer();
    let sending = Sending::new("");
    let export = move |()| {
        let asked = activity_csv(filter.get_untracked());
        sending.send(async move {
            let name = text::activity_file_name("", &dates::iso_today());
            save_csv(asked.await?, &name).await?;
            announcer.say("Downloaded");
            Ok(())
        });
    };
    view! {
        <div>
            <ActionButton sending label="Export CSV" at_work="Exporting…" press=export/>
            <Trouble sending/>
        </div>
    }
}
