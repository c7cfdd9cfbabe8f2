//! Save Your Recovery Code, at sign-in and from the profile.

use leptos::prelude::*;

use super::announcer::use_announcer;
use super::copy_button::CopyButton;
use super::door::{Step, Steps};
use super::field::{Described, Wrong};
use super::groups::Groups;
use super::heading::Heading;
use super::icon::{DOWNLOAD, Icon, PRINTER};
use super::needed::Needed;
use super::sending::{Problem, Sending, Submit, Trouble};
use super::session::use_session;
use crate::api::recovery_code::{StagedRecoveryCode, acknowledge_recovery_code, stage_recovery_code};
use crate::api::session::SessionView;
use crate::api::{ApiError, Code};
use crate::browser::navigation::Entry;
use crate::browser::{dates, file, focus};
use crate::route::Page;
use crate::text;

/// The page. Each time that it appears it has a code of its own.
#[component]
pub fn SaveCode(
    /// Which step of a set-up this is. Where nothing but a code is saved there are no steps.
    #[prop(optional)]
    step: Option<Step>,
    /// Where to go if no code is to be saved; without it, that is an error.
    #[prop(optional)]
    otherwise: Option<Page>,
    /// What to do once the code is acknowledged.
    done: Callback<SessionView>,
) -> impl IntoView {
    let session = use_session();
    let staged = Needed::new(move || async move {
        let staged = stage_recovery_code().await;
        if let (Err(ApiError { code: Code::WrongState, .. }), Some(page)) = (&staged, otherwise) {
            session.go(page.path(), Entry::Replaced);
        }
        staged
    });
    staged.show(move |code| {
        let step = step.filter(|_| code.ends_set_up);
        view! {
            <Steps at=step/>
            <Shown code staged done/>
        }
        .into_any()
    })
}

/// One code, and the form that says it is saved.
#[component]
fn Shown(
    code: StagedRecoveryCode,
    staged: Needed<StagedRecoveryCode>,
    done: Callback<SessionView>,
) -> impl IntoView {
    let id = code.id;
    let code = RwSignal::new(Some(code));
    let acknowledge = Callback::new(move |sending: Sending| {
        sending.send(async move {
            match acknowledge_recovery_code(id).await {
                // The page may be gone by now.
                Ok(view) => drop(done.try_run(view)),
                // Another page has shown another code since: this one is of no use, so it goes.
                Err(ApiError { code: Code::Stale, .. }) => drop(code.try_set(None)),
                Err(error) => return Err(error),
            }
            Ok(())
        });
    });
    view! {
        <Heading title="Save Your Recovery Code"/>
        <p class="soft">"If your device is lost or broken, this code lets you set up a new one. It works once."</p>
        {move || match code.get() {
            Some(code) => view! { <Sheet code/> <Saved acknowledge/> }.into_any(),
            None => view! { <Replaced staged/> }.into_any(),
        }}
    }
}

/// The code as it is saved: what of it goes on paper is in the sheet, which the print style sheet keeps.
#[component]
fn Sheet(code: StagedRecoveryCode) -> impl IntoView {
    let email = use_session().person().map(|person| person.email).unwrap_or_default();
    let renewed = code.shown_before.then(|| {
        view! {
            <p class="note warn">
                "This is a new code. The one shown before will not work; a saved one works until you press Continue."
            </p>
        }
        .into_any()
    });
    let helper = match &code.support {
        Some(support) if !code.in_company => support.clone(),
        _ => "your company's administrator".into(),
    };
    view! {
        {renewed}
        <div class="sheet">
            <p class="soft">"Recovery code for " <b class="entry">{email}</b></p>
            <Groups code=code.code.clone()/>
            <p class="soft">"Created " {dates::day(code.created_at)}</p>
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
            <p><b>"If you lose both, only " {helper} " can help."</b></p>
        </div>
    }
}

/// Saves the code as a file that people find again by its name.
#[component]
fn DownloadButton(code: StagedRecoveryCode) -> impl IntoView {
    let session = use_session();
    let announcer = use_announcer();
    let failed = RwSignal::new(false);
    let save = move |_| {
        let product = session.product().get_untracked();
        let email = untrack(|| session.person()).map(|person| person.email).unwrap_or_default();
        let name = text::recovery_file_name(&product, &email, &dates::iso_day(code.created_at));
        let file = text::recovery_file(&product, &email, &dates::day(code.created_at), &code.code);
        let worked = file::save(&name, file::TEXT, &file).is_ok();
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
        {move || failed.get().then(|| view! { <Wrong message="Couldn't download. Copy the code instead."/> }.into_any())}
    }
}

/// The form: a box to tick, and only then the button.
#[component]
fn Saved(acknowledge: Callback<Sending>) -> impl IntoView {
    let sending = Sending::new("saved");
    let unticked = RwSignal::new(true);
    let described = Described::new(sending, "saved", "saved", false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if unticked.get_untracked() {
            sending.refuse(vec![Problem::new("saved", "Tick the box when you have saved the code.")]);
        } else {
            acknowledge.run(sending);
        }
    };
    let tick = move |event| {
        unticked.set(!event_target_checked(&event));
        sending.refuse(Vec::new());
    };
    view! {
        <form class="stack-s" method="post" novalidate on:submit=submit>
            <div class="field" class:bad=move || described.is_bad()>
                {described.error()}
                <label class="check" for="saved">
                    <input
                        id="saved"
                        data-field="saved"
                        type="checkbox"
                        aria-invalid=move || described.invalid()
                        aria-describedby=move || described.by()
                        on:change=tick
                    />
                    <span>"I Have Securely Saved This Code"</span>
                </label>
            </div>
            <Trouble sending/>
            <Submit sending held=unticked/>
        </form>
    }
}

/// What is left of the page when another one has shown another code.
#[component]
fn Replaced(staged: Needed<StagedRecoveryCode>) -> impl IntoView {
    focus(".note".to_owned());
    view! {
        <div class="note warn stack-s" tabindex="-1">
            <p><b>"The code on this page was replaced by one on another page. It does not work."</b></p>
            <p>"Show a new one here, and save that."</p>
        </div>
        <button type="button" class="primary wide" on:click=move |_| staged.again()>"Show a New Code"</button>
    }
}
