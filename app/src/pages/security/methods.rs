//! The authentication methods: which there are, and adding, changing and removing them.

use domain::{MethodKind, Requirement};
use leptos::prelude::*;

use crate::api::methods::remove_method;
use crate::api::security::{MethodFacts, Security};
use crate::api::{ApiError, Code};
use crate::components::confirm::{Confirm, Question};
use crate::components::icon::{Icon, PHONE};
use crate::components::method::{Pill, Tone, facts};
use crate::components::needed::Needed;
use crate::components::sending::{Sending, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;
use crate::route::Page;
use crate::text;

/// The section.
#[component]
pub fn Methods(
    /// The authenticator app, if there is one.
    app: Option<MethodFacts>,
    /// What the person's companies ask.
    requirement: Requirement,
    /// Whether the person is in any company.
    in_company: bool,
    /// The operator's support contact.
    support: Option<String>,
    /// What loads the page anew after a change.
    needed: Needed<Security>,
) -> impl IntoView {
    view! {
        <section class="panel">
            <header>
                <h2>"Authentication Methods"</h2>
                <p class="soft">"Asked for after your password."</p>
            </header>
            <AppRow app requirement in_company support needed/>
        </section>
    }
}

/// The authenticator app: added, to be added, or not on offer.
#[component]
fn AppRow(
    app: Option<MethodFacts>,
    requirement: Requirement,
    in_company: bool,
    support: Option<String>,
    needed: Needed<Security>,
) -> impl IntoView {
    let sending = Sending::new("");
    let offered = app.is_some() || requirement != Requirement::Unavailable;
    let facts = match &app {
        Some(app) => facts(app.added_at, app.last_used_at),
        None if offered => "Works without signal. Also on a computer.".into(),
        None => unavailable(in_company, support),
    };
    let (state, tone, action) = match app {
        Some(_) => ("On", Tone::Good, "Change Authenticator App"),
        None => ("Not set up", Tone::Plain, "Add Authenticator App"),
    };
    let required_by = app.map(|app| app.required_by);
    let kept = required_by
        .as_ref()
        .filter(|companies| !companies.is_empty())
        .map(|companies| view! { <p class="soft">{text::kept_for(companies)}</p> }.into_any());
    let remove = required_by
        .filter(Vec::is_empty)
        .map(|_| view! { <Remove kind=MethodKind::App left=None sending needed/> }.into_any());
    let actions = offered.then(|| {
        view! {
            <div class="actions">
                <a class="button secondary" href=Page::SecurityApp.path()>{action}</a>
                {remove}
            </div>
        }
        .into_any()
    });
    view! {
        <div class="item">
            <span class="glyph"><Icon of=PHONE/></span>
            <div>
                <h3>
                    "Authenticator app "
                    <Pill words=state tone/>
                </h3>
                <p class="soft">{facts}</p>
                {kept}
                <Trouble sending/>
            </div>
            {actions}
        </div>
    }
}

/// Takes a method away: asked once more, then the step-up, then it is gone and the page is loaded anew.
#[component]
fn Remove(
    kind: MethodKind,
    /// The method that is left then.
    left: Option<MethodKind>,
    sending: Sending,
    needed: Needed<Security>,
) -> impl IntoView {
    let session = use_session();
    let step_up = use_step_up();
    let asked = RwSignal::new(false);
    let words = text::removal(kind);
    let confirmed = Callback::new(move |()| {
        let Some(record) = session.record() else { return };
        step_up.then(words.act, sending, move || async move {
            match remove_method(record, kind).await {
                Ok(view) => {
                    session.notice().set(Some(words.done));
                    session.update(view);
                    needed.again();
                }
                // It has changed meanwhile: the page that is there now says how.
                Err(ApiError { code: Code::Stale, .. }) => {
                    session.ask().await?;
                    needed.again();
                }
                Err(error) => return Err(error),
            }
            Ok(())
        });
    });
    let question = Question {
        title: words.question,
        effect: text::after_removal(left),
        act: words.button,
        keep: "Keep It",
    };
    view! {
        <button
            type="button"
            class="quiet"
            aria-disabled=move || sending.busy().then_some("true")
            on:click=move |_| asked.set(!sending.is_busy())
        >
            {move || if sending.busy() { "Removing…" } else { "Remove" }}
            <span class="unseen">" your " {text::method(kind)}</span>
        </button>
        <Confirm asked id="remove-method" question confirmed/>
    }
}

/// Whom to ask where nobody offers it.
fn unavailable(in_company: bool, support: Option<String>) -> String {
    if in_company {
        return "None of your companies uses this yet. Ask your administrator.".into();
    }
    match support {
        Some(support) => ["You belong to no company that uses this. Contact ", &support, "."].concat(),
        None => "You belong to no company that uses this.".into(),
    }
}
