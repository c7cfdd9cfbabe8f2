//! Recent activity: what happened to the account, and what to do if it was somebody else.

use leptos::prelude::*;

use crate::api::activity::{Activity, ActivityEntry, ActivityFilter, activity};
use crate::browser::{dates, focus};
use crate::components::method::{Pill, Tone};
use crate::components::needed::Needed;
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::route::Page;
use crate::text;

/// The section, which asks for itself: the rest of the page does not wait for it.
#[component]
pub fn RecentActivity() -> impl IntoView {
    let needed = Needed::new(|| activity(ActivityFilter::Everything, None));
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
            {needed.show_part("activity", |log| view! { <Log log/> }.into_any())}
        </section>
    }
}

/// The entries, newest first, and more of them on request.
#[component]
fn Log(log: Activity) -> impl IntoView {
    if log.entries.is_empty() {
        return view! { <p class="item soft">"Nothing yet."</p> }.into_any();
    }
    let entries = RwSignal::new(log.entries);
    let more = RwSignal::new(log.more);
    view! {
        <ul id="activity-list" class="rows">
            {move || entries.get().into_iter().map(row).collect::<Vec<_>>()}
        </ul>
        {move || more.get().then(|| view! { <ShowMore entries more/> }.into_any())}
    }
    .into_any()
}

/// Something that happened.
fn row(entry: ActivityEntry) -> AnyView {
    let ActivityEntry { at, what, failed, device, address, .. } = entry;
    let failed = failed.then(|| view! { " " <Pill words="Failed" tone=Tone::Warning/> }.into_any());
    view! {
        <li class="item" tabindex="-1">
            <div>
                <p><b>{what}</b> {failed}</p>
                <p class="soft"><time datetime=dates::machine(at)>{dates::recent_time(at)}</time></p>
                <p class="soft entry">{text::place(&device, &address)}</p>
            </div>
        </li>
    }
    .into_any()
}

/// What came before. The focus goes to the first row that is new.
#[component]
fn ShowMore(entries: RwSignal<Vec<ActivityEntry>>, more: RwSignal<bool>) -> impl IntoView {
    let sending = Sending::new("");
    let show = move |()| {
        let (shown, before) = entries.with_untracked(|all| (all.len(), all.last().map(|last| last.id)));
        sending.send(async move {
            let older = activity(ActivityFilter::Everything, before).await?;
            entries.try_update(|all| all.extend(older.entries));
            focus(["#activity-list > :nth-child(", &(shown + 1).to_string(), ")"].concat());
            more.try_set(older.more);
            Ok(())
        });
    };
    view! {
        <div class="item">
            <ActionButton sending label="Show more" at_work="Loading…" press=show/>
            <Trouble sending/>
        </div>
    }
}
