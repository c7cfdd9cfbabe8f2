//! Resets that another company has asked for, and that wait for this one.

use leptos::prelude::*;

use super::ask::AskOnce;
use super::members::List;
use crate::api::company::reset::{ResetRequest, confirm_reset, reset_requests};
use crate::browser::dates;
use crate::components::dialog::Modal;
use crate::components::needed::Needed;
use crate::components::sending::Sending;
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;

/// The id of the title of the question.
const TITLE: &str = "confirm-reset";

/// The section; mostly there is nothing to confirm, and then it is not there.
#[component]
pub fn Requests(list: List) -> impl IntoView {
    let company = list.company;
    let needed = Needed::new(move || reset_requests(company.slug()));
    needed.show_if_any("content", move |waiting| {
        if waiting.is_empty() {
            return ().into_any();
        }
        view! { <Waiting list waiting needed/> }.into_any()
    })
}

#[component]
fn Waiting(list: List, waiting: Vec<ResetRequest>, needed: Needed<Vec<ResetRequest>>) -> impl IntoView {
    let asked = RwSignal::new(None::<ResetRequest>);
    let open = Memo::new(move |_| asked.read().is_some());
    let cancel = Callback::new(move |()| asked.set(None));
    let row = move |request: ResetRequest| row(request, asked);
    view! {
        <section class="panel">
            <header>
                <h2>"Resets to confirm"</h2>
                <p class="soft">"Another company of these members asks to reset their MFA."</p>
            </header>
            <ul class="rows">{waiting.into_iter().map(row).collect::<Vec<_>>()}</ul>
            <Modal open titled_by=TITLE cancel>
                {asked.get_untracked().map(|request| view! { <Question list request asked needed/> }.into_any())}
            </Modal>
        </section>
    }
}

fn row(request: ResetRequest, asked: RwSignal<Option<ResetRequest>>) -> AnyView {
    let ResetRequest { name, email, company, asked_by, asked_at, .. } = request.clone();
    let who = ["Asked by ", &asked_by, " of ", &company, ", "].concat();
    view! {
        <li class="item">
            <div>
                <h3 class="entry">{name.clone()}</h3>
                <p class="soft entry">{email}</p>
                <p class="soft entry">
                    {who} <time datetime=dates::machine(asked_at)>{dates::recent_time(asked_at)}</time>
                </p>
            </div>
            <button type="button" class="secondary" on:click=move |_| asked.set(Some(request.clone()))>
                "Confirm Reset"
                <span class="unseen">" for " {name}</span>
            </button>
        </li>
    }
    .into_any()
}

#[component]
fn Question(
    list: List,
    request: ResetRequest,
    asked: RwSignal<Option<ResetRequest>>,
    needed: Needed<Vec<ResetRequest>>,
) -> impl IntoView {
    let session = use_session();
    let step_up = use_step_up();
    let sending = Sending::new("");
    let ResetRequest { id, name, company, asked_by, .. } = request;
    let done = ["MFA was reset for ", &name, "."].concat();
    let confirmed = Callback::new(move |()| {
        let Some(record) = session.record() else { return };
        let (slug, done) = (list.company.slug(), done.clone());
        step_up.then("confirm a reset", sending, move || {
            let (slug, done) = (slug.clone(), done.clone());
            async move {
                let left = confirm_reset(record, slug, id).await?;
                asked.try_set(None);
                needed.set(left);
                list.changed(&done);
                Ok(())
            }
        });
    });
    let back = Callback::new(move |()| asked.set(None));
    let effect = [
        &*asked_by,
        " of ",
        &company,
        " asks. Check first, by voice or in person, that it is right. Every authentication method is removed, every device \
        is signed out, and the recovery code stops working. A mail says so.",
    ]
    .concat();
    view! {
        <div class="stack">
            <AskOnce
                id=TITLE
                title=["Reset MFA for ", &name, "?"].concat()
                effect
                act="Confirm Reset"
                keep="Go Back"
                sending
                confirmed
                back
            />
        </div>
    }
}
