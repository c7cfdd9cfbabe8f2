//! A log: what happened, newest first, and more of it on request.

use domain::AuditId;
use leptos::prelude::*;

use super::chip::{Chip, ChipGroup};
use super::method::{Pill, Tone};
use super::sending::{ActionButton, Answer, Sending, Trouble};
use crate::api::activity::{ActivityEntry, ActivityFilter};
use crate::api::company::activity::{CompanyActivity, CompanyEntry};
use crate::browser::{dates, focus};
use crate::text;

/// Which entries there are to choose from, with the words on the buttons.
pub type Choices = &'static [(ActivityFilter, &'static str)];

/// The filters.
#[component]
pub fn ActivityChips(
    /// Of which there is a button each.
    choices: Choices,
    /// The one that is chosen.
    #[prop(into)]
    current: Signal<ActivityFilter>,
    /// Chooses another.
    choose: Callback<ActivityFilter>,
) -> impl IntoView {
    let chip = move |&(filter, words): &(ActivityFilter, &'static str)| {
        let pressed = Signal::derive(move || current.get() == filter);
        view! { <Chip words pressed press=move |()| choose.run(filter)/> }.into_any()
    };
    view! { <ChipGroup>{choices.iter().map(chip).collect::<Vec<_>>()}</ChipGroup> }
}

/// Asks for the entries before this one.
pub type Older = Callback<Option<AuditId>, Answer<CompanyActivity>>;

/// The entries of the first page, which has some, and what comes before them.
#[component]
pub fn Log(
    /// The first page.
    first: CompanyActivity,
    /// Asks for more.
    older: Older,
) -> impl IntoView {
    let entries = RwSignal::new(first.entries);
    let more = RwSignal::new(first.more);
    let sending = Sending::new("");
    let show_more = move |()| {
        let (shown, before) = entries.with_untracked(|all| (all.len(), all.last().map(|last| last.entry.id)));
        let asked = older.run(before);
        sending.send(async move {
            let page = asked.await?;
            // The page may be gone by now.
            if entries.try_update(|all| all.extend(page.entries)).is_some() {
                // The first row that is new.
                focus(["#activity-list > :nth-child(", &(shown + 1).to_string(), ")"].concat());
            }
            more.try_set(page.more);
            Ok(())
        });
    };
    view! {
        <ul id="activity-list" class="rows">
            {move || entries.get().into_iter().map(row).collect::<Vec<_>>()}
        </ul>
        {move || {
            more.get()
                .then(|| {
                    view! {
                        <div class="item">
                            <ActionButton sending label="Show more" at_work="Loading…" press=show_more/>
                            <Trouble sending/>
                        </div>
                    }
                        .into_any()
                })
        }}
    }
}

/// Something that happened.
fn row(CompanyEntry { entry, by, about, reason }: CompanyEntry) -> AnyView {
    let ActivityEntry { at, what, failed, device, address, .. } = entry;
    let failed = failed.then(|| view! { " " <Pill words="Failed" tone=Tone::Warning/> }.into_any());
    let who = text::by_and_about(by.as_deref(), about.as_deref());
    let who = (!who.is_empty()).then(|| view! { <p class="entry">{who}</p> }.into_any());
    // The operator is named once.
    let place = (who.is_none() || !address.is_empty())
        .then(|| view! { <p class="soft entry">{text::place(&device, &address)}</p> }.into_any());
    let reason = reason.map(|reason| view! { <p class="entry">"Reason: " {reason}</p> }.into_any());
    view! {
        <li class="item" tabindex="-1">
            <div>
                <p><b>{what}</b> {failed}</p>
                {who}
                {reason}
                <p class="soft"><time datetime=dates::machine(at)>{dates::recent_time(at)}</time></p>
                {place}
            </div>
        </li>
    }
    .into_any()
}
