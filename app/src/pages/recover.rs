//! Recovering: every method is set up anew, shown to work, or let go.

use domain::MethodKind;
use leptos::prelude::*;

use crate::api::recovery::{Fate, Recovery, RecoveryMethod, finish_recovery, keep_app, recovery};
use crate::api::{ApiError, Code};
use crate::browser::{dates, focus, now};
use crate::components::code_field::CodeForm;
use crate::components::door::Door;
use crate::components::field::Described;
use crate::components::heading::Heading;
use crate::components::icon::{Icon, PHONE};
use crate::components::method::{Pill, Tone, facts};
use crate::components::needed::Needed;
use crate::components::notice::Notice;
use crate::components::other_ways::{OtherWays, SomeoneElse};
use crate::components::sending::{Problem, Sending, Submit, Trouble};
use crate::components::session::use_session;
use crate::route::Page;
use crate::text;

/// The page.
#[component]
pub fn Recover() -> impl IntoView {
    let needed = Needed::new(recovery);
    // Whether the list has turned out to be another than the one that was on the page.
    let changed = StoredValue::new(false);
    view! {
        <Door>
            {needed.show(move |recovery| view! { <Methods recovery needed changed/> }.into_any())}
            <OtherWays/>
            <SomeoneElse/>
        </Door>
    }
}

/// Every method with its choices, and the form that ends the recovery.
#[component]
fn Methods(recovery: Recovery, needed: Needed<Recovery>, changed: StoredValue<bool>) -> impl IntoView {
    let Recovery { methods, ends_in_s } = recovery;
    let end = dates::time(dates::instant(now() + f64::from(ends_in_s) * 1_000.0));
    let sending = Sending::new("methods");
    let described = Described::new(sending, "methods", "methods", false);
    let open: Vec<MethodKind> =
        methods.iter().filter(|method| method.fate == Fate::Open).map(|method| method.kind).collect();
    // What is still to be done comes first; then Continue is the button to press.
    let none_kept = open.len() == methods.len();
    let row = |method: RecoveryMethod| view! { <Method method needed described first=none_kept/> }.into_any();
    let news = changed.try_update_value(std::mem::take).unwrap_or_default().then(|| {
        view! {
            <p class="note warn" role="status">
                "Something has changed meanwhile. Look through your methods again before you continue."
            </p>
        }
        .into_any()
    });
    view! {
        <Notice/>
        <Heading title="You're in. Now set up your new device."/>
        {news}
        <p>"Your other devices were signed out. " {text::recovery_ends(ends_in_s, &end)}</p>
        <p>
            "A new method takes the place of the old one. If you still have the old one, show that it works, and it stays. \
            A method that you do neither for is removed, because somebody else may have it."
        </p>
        {described.error()}
        <ul class="methods">{methods.into_iter().map(row).collect::<Vec<_>>()}</ul>
        <Finish sending open none_kept needed changed/>
    }
}

/// A method, what becomes of it, and what can be done about that.
#[component]
fn Method(
    method: RecoveryMethod,
    needed: Needed<Recovery>,
    described: Described,
    /// Whether nothing else is to be done on the page yet.
    first: bool,
) -> impl IntoView {
    let RecoveryMethod { kind, added_at, last_used_at, fate } = method;
    let name = match kind {
        MethodKind::App => "Authenticator app ",
        MethodKind::Phone => "Phone number ",
    };
    let (words, tone) = match fate {
        Fate::Open => ("Will be removed", Tone::Warning),
        Fate::Proved => ("Works", Tone::Good),
        Fate::New => ("New", Tone::Good),
    };
    let choices = match (fate, kind) {
        (Fate::Open, MethodKind::App) => Some(view! { <AppChoices needed described first/> }.into_any()),
        _ => None,
    };
    view! {
        <li class="stack">
            <div class="method-head">
                <span class="glyph"><Icon of=PHONE/></span>
                <div>
                    <h2>{name} <Pill words tone/></h2>
                    <p class="soft">{facts(added_at, last_used_at)}</p>
                </div>
            </div>
            {choices}
        </li>
    }
}

/// A new app in the place of the old one, or a code of the old one.
#[component]
fn AppChoices(needed: Needed<Recovery>, described: Described, first: bool) -> impl IntoView {
    let keeps = RwSignal::new(false);
    view! {
        <a
            class=if first { "button primary wide" } else { "button secondary wide" }
            href=Page::SignInApp.path()
            data-field="methods"
            aria-describedby=move || described.by()
        >
            "Set Up a New App"
        </a>
        <button
            type="button"
            class="secondary wide"
            aria-expanded=move || if keeps.get() { "true" } else { "false" }
            aria-controls="keep-app"
            on:click=move |_| keeps.update(|keeps| *keeps = !*keeps)
        >
            "My old one still works"
        </button>
        <div id="keep-app" hidden=move || !keeps.get()>
            {move || keeps.get().then(|| view! { <KeepApp needed/> }.into_any())}
        </div>
    }
}

/// Shows with a code that the old app still works.
#[component]
fn KeepApp(needed: Needed<Recovery>) -> impl IntoView {
    let session = use_session();
    let send = Callback::new(move |(sending, code): (Sending, String)| {
        let Some(record) = session.record() else { return };
        sending.send(async move {
            let recovery = keep_app(record, code).await?;
            session.notice().set(Some("Your authenticator app works. It stays."));
            needed.set(recovery);
            Ok(())
        });
    });
    focus("[data-field=code]".to_owned());
    view! {
        <CodeForm
            label="Enter the code from your old authenticator app"
            hint="It changes every 30 seconds."
            button="Keep This App"
            close=true
            send
        />
    }
}

/// The form that ends the recovery, and says beforehand what that takes away.
#[component]
fn Finish(
    sending: Sending,
    /// What is removed.
    open: Vec<MethodKind>,
    /// Whether nothing would be left.
    none_kept: bool,
    needed: Needed<Recovery>,
    changed: StoredValue<bool>,
) -> impl IntoView {
    let session = use_session();
    let held = RwSignal::new(none_kept);
    let removal = (!open.is_empty() && !none_kept).then(|| {
        let sentence = [&text::removing(&open), " If you still have it, show first that it works."].concat();
        view! { <p class="note warn">{sentence}</p> }.into_any()
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if none_kept {
            let problem = "Set up a new app first, or show that your old one still works.";
            return sending.refuse(vec![Problem::new("methods", problem)]);
        }
        let Some(record) = session.record() else { return };
        let removing = open.clone();
        sending.send(async move {
            match finish_recovery(record, removing).await {
                Ok(view) => session.enter(view),
                // Another window has done something meanwhile.
                Err(ApiError { code: Code::Stale, .. }) => {
                    session.ask().await?;
                    if changed.try_set_value(true).is_none() {
                        needed.again();
                    }
                }
                Err(error) => return Err(error),
            }
            Ok(())
        });
    };
    view! {
        <form class="stack" method="post" novalidate on:submit=submit>
            {removal}
            <p class="soft">"Next you save a new recovery code: the one that you have used does not work again."</p>
            <Trouble sending/>
            <Submit sending held/>
        </form>
    }
}
