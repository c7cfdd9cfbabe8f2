//! Inviting people: a list is pasted, checked, and only then sent.

use domain::SessionId;
use leptos::prelude::*;

use super::members::List;
use crate::api::ApiError;
use crate::api::company::invitations::{InvitationCheck, LineProblem, check_invitations, invite};
use crate::browser::focus;
use crate::components::dialog::Modal;
use crate::components::field::Described;
use crate::components::sending::{ActionButton, Problem, Sending, Submit, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;
use crate::text::{self, Part, Progress};

/// What is typed, and how far it is. It outlasts the dialog: what was pasted is not lost by closing it, and goes on.
#[derive(Clone, Copy)]
struct Draft {
    list: List,
    open: RwSignal<bool>,
    text: RwSignal<String>,
    /// The same in parts, since it was checked.
    parts: StoredValue<Vec<Part>>,
    checked: RwSignal<Progress>,
    sent: RwSignal<Progress>,
    checking: Sending,
    sending: Sending,
}

/// The button, and the dialog that it opens.
#[component]
pub fn Invite(list: List) -> impl IntoView {
    let draft = Draft {
        list,
        open: RwSignal::new(false),
        text: RwSignal::new(String::new()),
        parts: StoredValue::new(Vec::new()),
        checked: RwSignal::new(Progress::default()),
        sent: RwSignal::new(Progress::default()),
        checking: Sending::new("list"),
        sending: Sending::new(""),
    };
    let open = Memo::new(move |_| draft.open.get());
    let cancel = Callback::new(move |()| draft.open.set(false));
    // What is on its way is seen when the dialog is closed, too.
    let outside = Memo::new(move |_| !draft.open.get() && draft.sent.with(|sent| sent.parts > 0));
    let under_way = move || {
        outside.get().then(|| {
            view! {
                <div class="stack-s">
                    <HowFar progress=draft.sent/>
                    <Trouble sending=draft.sending/>
                </div>
            }
            .into_any()
        })
    };
    view! {
        <button type="button" class="primary" on:click=move |_| draft.open.set(true)>"Invite People"</button>
        {under_way}
        <Modal open titled_by="invite" cancel><InviteForm draft/></Modal>
    }
}

#[component]
fn InviteForm(draft: Draft) -> impl IntoView {
    let sending = draft.checking;
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if draft.text.with_untracked(|text| text.trim().is_empty()) {
            return sending.refuse(vec![Problem::new("list", "Enter at least one email address.")]);
        }
        sending.send(draft.check());
    };
    // A check that broke off goes on as well.
    let checked = Memo::new(move |_| draft.is_checked());
    let result = move || match checked.get() {
        true => view! { <Checked draft/> }.into_any(),
        false => view! {
            <HowFar progress=draft.checked/>
            <Submit sending label="Check" at_work="Checking…"/>
        }
        .into_any(),
    };
    focus("#list".to_owned());
    view! {
        <div class="stack">
            <h2 id="invite">{["Invite people to ", &draft.list.company.name()].concat()}</h2>
            <form class="stack" method="post" novalidate on:submit=submit>
                <ListField sending draft/>
                <Trouble sending/>
                {result}
            </form>
            <button type="button" class="secondary wide" on:click=move |_| draft.open.set(false)>"Close"</button>
        </div>
    }
}

impl Draft {
    /// Whether all of the list has been checked; tracked.
    fn is_checked(self) -> bool {
        self.checked.with(|checked| checked.parts > 0 && checked.lines == checked.of)
    }

    /// Whether it is on its way, and must stay as it is; tracked.
    fn is_fixed(self) -> bool {
        self.checking.busy() || self.sending.busy()
    }

    /// Another list from now on.
    fn set(self, text: String) {
        self.text.try_set(text);
        self.checked.try_set(Progress::default());
        self.sent.try_set(Progress::default());
    }

    /// Has the server look at it. What is on the page is read now, while it is there.
    fn check(self) -> impl Future<Output = Result<(), ApiError>> {
        if self.checked.with_untracked(|checked| checked.parts == 0) {
            let parts = self.text.with_untracked(|text| text::parts(text));
            self.checked.set(Progress::of(&parts));
            self.sent.set(Progress::of(&parts));
            self.parts.set_value(parts);
        }
        let slug = self.list.company.slug();
        async move {
            self.go_on(self.checked, move |part| check_invitations(slug.clone(), part)).await?;
            focus(".checked".to_owned());
            Ok(())
        }
    }

    /// Invites whom it names to the company of this slug.
    async fn send(self, record: SessionId, slug: String) -> Result<(), ApiError> {
        self.go_on(self.sent, move |part| invite(record, slug.clone(), part)).await?;
        // The page may be gone by now.
        let Some(words) = self.sent.try_with_untracked(|sent| text::invited(&sent.sum)) else {
            return Ok(());
        };
        self.open.set(false);
        self.set(String::new());
        self.list.changed(&words);
        Ok(())
    }

    /// Does this with each part that is left. What breaks off goes on from there the next time.
    async fn go_on<F>(self, progress: RwSignal<Progress>, call: impl Fn(String) -> F) -> Result<(), ApiError>
    where
        F: Future<Output = Result<InvitationCheck, ApiError>>,
    {
        loop {
            // The page may be gone by now.
            let next = progress
                .try_with_untracked(|progress| progress.parts)
                .and_then(|next| self.parts.try_with_value(|parts| parts.get(next).cloned()).flatten());
            let Some(part) = next else { return Ok(()) };
            // Nobody is in empty lines.
            let answer = match part.text.trim().is_empty() {
                true => InvitationCheck::default(),
                false => call(part.text.clone()).await?,
            };
            progress.try_update(|progress| progress.add(&part, answer));
        }
    }
}

/// How far a long list is, once it has begun.
#[component]
fn HowFar(progress: RwSignal<Progress>) -> impl IntoView {
    let begun = Memo::new(move |_| progress.with(|progress| progress.parts > 0));
    let shown = move || {
        begun.get().then(|| {
            view! {
                <div class="stack-s">
                    <p id="how-far">{move || progress.with(Progress::words)} " Stay on this page until it is done."</p>
                    <progress
                        aria-labelledby="how-far"
                        max=move || progress.with(|progress| progress.of.to_string())
                        value=move || progress.with(|progress| progress.lines.to_string())
                    ></progress>
                </div>
            }
            .into_any()
        })
    };
    view! { {shown} }
}

#[component]
fn ListField(sending: Sending, draft: Draft) -> impl IntoView {
    let described = Described::new(sending, "list", "list", true);
    let typed = move |event| draft.set(event_target_value(&event));
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
                readonly=move || draft.is_fixed()
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
fn Checked(draft: Draft) -> impl IntoView {
    let problem = |LineProblem { line, text, why }: &LineProblem| {
        let text = if text.is_empty() { String::new() } else { [", “", text, "”"].concat() };
        let words = ["Line ", &text::number(*line), &*text, ": ", why].concat();
        view! { <li class="entry">{words}</li> }.into_any()
    };
    let check = draft.checked.with_untracked(|checked| checked.sum.clone());
    let (class, sum) = (
        if check.problems.is_empty() { "note checked" } else { "note warn checked" },
        text::invitations(&check),
    );
    let send = (check.problems.is_empty() && check.invitations > 0)
        .then(|| view! { <Send draft label=text::send_invitations(&check)/> }.into_any());
    let (shown, others) = text::shown_problems(check.problems.len());
    let problems = (shown > 0).then(|| {
        let shown = check.problems[..shown].iter().map(problem).collect::<Vec<_>>();
        view! { <ul class="reasons">{shown}</ul> }.into_any()
    });
    view! {
        <div class=class tabindex="-1" role="group" aria-label="What the list would do">
            <p><b>{sum}</b></p>
            {problems}
            {others.map(|others| view! { <p>{others}</p> }.into_any())}
        </div>
        {send}
    }
}

#[component]
fn Send(draft: Draft, label: String) -> impl IntoView {
    let session = use_session();
    let step_up = use_step_up();
    let sending = draft.sending;
    let send = move |()| {
        let Some(record) = session.record() else { return };
        let slug = draft.list.company.slug();
        step_up.then("invite people", sending, move || draft.send(record, slug.clone()));
    };
    view! {
        <HowFar progress=draft.sent/>
        <Trouble sending/>
        <ActionButton sending label at_work="Sending…" class="primary wide" press=send/>
    }
}
