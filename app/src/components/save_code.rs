//! Save Your Recovery Code, at sign-in and from the profile.

use leptos::html;
use leptos::prelude::*;

use super::announcer::use_announcer;
use super::copy_button::CopyButton;
use super::door::{Step, Steps};
use super::heading::Heading;
use super::icon::{ALERT, DOWNLOAD, Icon, PRINTER};
use super::needed::Needed;
use super::sending::{Problem, Sending, Submit, Trouble};
use super::session::use_session;
use crate::api::recovery_code::{StagedRecoveryCode, acknowledge_recovery_code, stage_recovery_code};
use crate::api::session::SessionView;
use crate::api::{self, ApiError};
use crate::browser::{dates, file};
use crate::text;

/// The page. Each time that it appears it has a code of its own.
#[component]
pub fn SaveCode(
    /// Which step this is.
    step: Option<Step>,
    /// What to do once the code is acknowledged.
    done: Callback<SessionView>,
) -> impl IntoView {
    let staged = Needed::new(stage_recovery_code);
    view! {
        <Steps at=step/>
        {staged.show(move |code| view! { <Shown code staged done/> }.into_any())}
    }
}

/// One code, and the form that says it is saved.
#[component]
fn Shown(code: StagedRecoveryCode, staged: Needed<StagedRecoveryCode>, done: Callback<SessionView>) -> impl IntoView {
    let id = code.id;
    let replaced = RwSignal::new(false);
    let acknowledge = Callback::new(move |sending: Sending| {
        sending.send(async move {
            match acknowledge_recovery_code(id).await {
                Ok(view) => done.run(view),
                // Another page has shown another code since.
                Err(ApiError { code: api::Code::Stale, .. }) => drop(replaced.try_set(true)),
                Err(error) => return Err(error),
            }
            Ok(())
        });
    });
    let shown = StoredValue::new(code);
    view! {
        <Heading title="Save Your Recovery Code"/>
        <p class="soft">"If your device is lost or broken, this code lets you set up a new one. It works once."</p>
        {move || {
            if replaced.get() {
                view! { <Replaced staged/> }.into_any()
            } else {
                view! { <Sheet code=shown.get_value()/> <Saved acknowledge/> }.into_any()
            }
        }}
    }
}

/// The code as it is saved: what of it goes on paper is marked for the print style sheet.
#[component]
fn Sheet(code: StagedRecoveryCode) -> impl IntoView {
    let email = use_session().person().map(|person| person.email).unwrap_or_default();
    let groups = code.code.split_whitespace().map(|group| view! { <span>{group.to_owned()}</span> " " }).collect_view();
    view! {
        {code.shown_before.then(|| view! {
            <p class="note warn">
                "This is a new code. The one shown before will not work; a saved one works until you press Continue."
            </p>
        })}
        <div class="sheet">
            <p class="soft small">"Recovery code for " <b>{email}</b></p>
            <p class="key">{groups}</p>
            <p class="soft small">"Created " {dates::day(code.created_at)}</p>
        </div>
        <div class="row">
            <CopyButton label="Copy" failure="Couldn't copy. Select the code instead." text=code.code.clone()/>
            <DownloadButton code/>
            <button type="button" class="secondary" on:click=move |_| drop(window().print())>
                <Icon of=PRINTER/>
                "Print"
            </button>
        </div>
        <div class="note warn stack-s">
            <p>
                "Save this code where you can reach it from another device. If your device is lost or damaged, you will \
                need it to set up a new one. Each recovery code can be used only once; after that you can save a new one."
            </p>
            <p><b>"If you lose both, only your company's administrator can help."</b></p>
        </div>
    }
}

/// Saves the code as a file that people find again by its name.
#[component]
fn DownloadButton(code: StagedRecoveryCode) -> impl IntoView {
    let session = use_session();
    let announcer = use_announcer();
    let code = StoredValue::new(code);
    let failed = RwSignal::new(false);
    let save = move |_| {
        let product = session.product().get_untracked();
        let email = untrack(|| session.person()).map(|person| person.email).unwrap_or_default();
        let worked = code.with_value(|code| {
            let name = text::recovery_file_name(&product, &email, &dates::iso_day(code.created_at));
            file::save(&name, &text::recovery_file(&product, &email, &dates::day(code.created_at), &code.code)).is_ok()
        });
        failed.set(!worked);
        if worked {
            announcer.say("Downloaded");
        }
    };
    view! {
        <button type="button" class="secondary" on:click=save>
            <Icon of=DOWNLOAD/>
            "Download"
        </button>
        {move || failed.get().then(|| view! { <p class="err">"Couldn't download. Copy the code instead."</p> })}
    }
}

/// The form: a box to tick, and only then the button.
#[component]
fn Saved(acknowledge: Callback<Sending>) -> impl IntoView {
    let sending = Sending::new("saved");
    let ticked = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let problem = Memo::new(move |_| sending.problem("saved"));
    Effect::new(move || {
        if let Some(input) = input.get().filter(|_| problem.read().is_some()) {
            let _ = input.focus();
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if ticked.get_untracked() {
            acknowledge.run(sending);
        } else {
            sending.refuse(vec![Problem::new("saved", "Tick the box when you have saved the code.")]);
        }
    };
    let tick = move |event| {
        ticked.set(event_target_checked(&event));
        sending.refuse(Vec::new());
    };
    view! {
        <form class="stack-s" method="post" novalidate on:submit=submit>
            <div class="field" class:bad=move || problem.read().is_some()>
                {move || problem.get().map(|message| view! {
                    <p class="err" id="saved-error">
                        <Icon of=ALERT/>
                        <span>{message}</span>
                    </p>
                })}
                <label class="check" for="saved">
                    <input
                        node_ref=input
                        id="saved"
                        type="checkbox"
                        aria-invalid=move || problem.read().is_some().then_some("true")
                        aria-describedby=move || problem.read().is_some().then_some("saved-error")
                        on:change=tick
                    />
                    <span>"I Have Securely Saved This Code"</span>
                </label>
            </div>
            <Trouble sending/>
            <Submit sending held=Signal::derive(move || !ticked.get())/>
        </form>
    }
}

/// What is left of the page when another one has shown another code: this page's code is of no use, so it is gone.
#[component]
fn Replaced(staged: Needed<StagedRecoveryCode>) -> impl IntoView {
    let note = NodeRef::<html::Div>::new();
    note.on_load(|note| drop(note.focus()));
    view! {
        <div class="note warn stack-s" tabindex="-1" node_ref=note>
            <p><b>"The code on this page was replaced by one on another page. It does not work."</b></p>
            <p>"Show a new one here, and save that."</p>
        </div>
        <button type="button" class="primary wide" on:click=move |_| staged.again()>"Show a New Code"</button>
    }
}
