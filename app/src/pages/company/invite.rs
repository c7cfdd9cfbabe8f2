//! Inviting people: a list is pasted, checked, and only then sent.

use leptos::prelude::*;

use super::members::List;
use crate::api::company::invitations::{InvitationCheck, LineProblem, check_invitations, invite};
use crate::browser::focus;
use crate::components::dialog::Modal;
use crate::components::field::Described;
use crate::components::sending::{ActionButton, Problem, Sending, Submit, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;
use crate::text;

/// What is typed, and what it would do. It outlasts the dialog: what was pasted is not lost by closing it.
#[derive(Clone, Copy)]
struct Draft {
    list: List,
    open: RwSignal<bool>,
    text: RwSignal<String>,
    check: RwSignal<Option<InvitationCheck>>,
}

/// The button, and the dialog that it opens.
#[component]
pub fn Invite(list: List) -> impl IntoView {
    let draft = Draft {
        list,
        open: RwSignal::new(false),
        text: RwSignal::new(String::new()),
        check: RwSignal::new(None),
    };
    let open = Memo::new(move |_| draft.open.get());
    let cancel = Callback::new(move |()| draft.open.set(false));
    view! {
        <button type="button" class="primary" on:click=move |_| draft.open.set(true)>"Invite People"</button>
        <Modal open titled_by="invite" cancel><InviteForm draft/></Modal>
    }
}

#[component]
fn InviteForm(draft: Draft) -> impl IntoView {
    let sending = Sending::new("list");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = draft.text.get_untracked();
        if text.trim().is_empty() {
            return sending.refuse(vec![Problem::new("list", "Enter at least one email address.")]);
        }
        let slug = draft.list.company.slug();
        sending.send(async move {
            draft.show(check_invitations(slug, text).await?);
            Ok(())
        });
    };
    focus("#list".to_owned());
    view! {
        <div class="stack">
            <h2 id="invite">{["Invite people to ", &draft.list.company.name()].concat()}</h2>
            <form class="stack" method="post" novalidate on:submit=submit>
                <ListField sending draft/>
                <Trouble sending/>
                {move || draft.check.read().is_none().then(|| {
                    view! { <Submit sending label="Check" at_work="Checking…"/> }.into_any()
                })}
            </form>
            {move || draft.check.get().map(|check| view! { <Checked draft check/> }.into_any())}
            <button type="button" class="secondary wide" on:click=move |_| draft.open.set(false)>"Close"</button>
        </div>
    }
}

impl Draft {
    /// Shows what the list would do.
    fn show(self, check: InvitationCheck) {
        self.check.try_set(Some(check));
        focus(".checked".to_owned());
    }
}

#[component]
fn ListField(sending: Sending, draft: Draft) -> impl IntoView {
    let described = Described::new(sending, "list", "list", true);
    let typed = move |event| {
        draft.text.set(event_target_value(&event));
        draft.check.set(None);
    };
    view! {
        <div class="field" class:bad=move || described.is_bad()>
            <label for="list">"Email addresses, one per line"</label>
            {described.hint(|| "With or without a name: Anna Berg <anna@example.com>")}
            {described.error()}
            <textarea
                id="list"
                data-field="list"
                rows="8"
                spellcheck="false"
                autocapitalize="none"
                autocomplete="off"
                prop:value=move || draft.text.get()
                aria-invalid=move || described.invalid()
                aria-describedby=move || described.by()
                on:input=typed
            ></textarea>
        </div>
    }
}

/// What the list would do, and the button that does it where nothing is in the way.
#[component]
fn Checked(draft: Draft, check: InvitationCheck) -> impl IntoView {
    let problem = |LineProblem { line, text, why }: LineProblem| {
        let text = if text.is_empty() { text } else { [", “", &text, "”"].concat() };
        let words = ["Line ", &line.to_string(), &*text, ": ", &why].concat();
        view! { <li class="entry">{words}</li> }.into_any()
    };
    let (class, sum) = (
        if check.problems.is_empty() { "note checked" } else { "note warn checked" },
        text::invitations(&check),
    );
    let send = (check.problems.is_empty() && check.invitations > 0)
        .then(|| view! { <Send draft label=text::send_invitations(&check)/> }.into_any());
    let problems = (!check.problems.is_empty()).then(|| {
        view! { <ul class="reasons">{check.problems.into_iter().map(problem).collect::<Vec<_>>()}</ul> }
            .into_any()
    });
    view! {
        <div class=class tabindex="-1" role="group" aria-label="What the list would do">
            <p><b>{sum}</b></p>
            {problems}
        </div>
        {send}
    }
}

#[component]
fn Send(draft: Draft, label: String) -> impl IntoView {
    let session = use_session();
    let step_up = use_step_up();
    let sending = Sending::new("");
    let send = move |()| {
        let Some(record) = session.record() else { return };
        let (slug, list) = (draft.list.company.slug(), draft.text.get_untracked());
        step_up.then("invite people", sending, move || {
            let (slug, list) = (slug.clone(), list.clone());
            async move {
                let done = invite(record, slug, list).await?;
                if !done.problems.is_empty() {
                    draft.show(done);
                    return Ok(());
                }
                draft.open.try_set(false);
                draft.text.try_set(String::new());
                draft.check.try_set(None);
                draft.list.changed(&text::invited(&done));
                Ok(())
            }
        });
    };
    view! {
        <Trouble sending/>
        <ActionButton sending label at_work="Sending…" class="primary wide" press=send/>
    }
}
