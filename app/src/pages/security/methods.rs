//! The authentication methods: which there are, and adding, changing and removing them.

use domain::{MethodKind, Requirement};
use leptos::prelude::*;

use crate::api::methods::remove_method;
use crate::api::security::{MethodFacts, PhoneFacts, Security};
use crate::api::{ApiError, Code};
use crate::components::confirm::{Confirm, Question};
use crate::components::icon::{Icon, MESSAGE, PHONE};
use crate::components::method::{Pill, Tone, facts};
use crate::components::needed::Needed;
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;
use crate::route::Page;
use crate::text;

/// The section.
#[component]
pub fn Methods(
    /// How the account is secured.
    security: Security,
    /// What loads the page anew after a change.
    needed: Needed<Security>,
) -> impl IntoView {
    let Security { requirement, app, phone, texts_offered, in_company, support, .. } = security;
    let (has_app, has_phone) = (app.is_some(), phone.is_some());
    let offered = requirement != Requirement::Unavailable || has_app || has_phone;
    let second = second(has_app, has_phone, texts_offered);
    let rows = if offered {
        view! { <AppRow app other=has_phone needed/> <PhoneRow phone other=has_app texts_offered needed/> }
            .into_any()
    } else {
        view! { <NotOffered in_company support/> }.into_any()
    };
    view! {
        <section class="panel">
            <header>
                <h2>"Authentication Methods"</h2>
                <p class="soft">"Asked for after your password."</p>
                {second.map(|words| view! { <p>{words}</p> }.into_any())}
            </header>
            {rows}
        </section>
    }
}

/// Who has one method only is the worse for losing it.
const fn second(app: bool, phone: bool, texts_offered: bool) -> Option<&'static str> {
    match (app, phone) {
        (true, false) if texts_offered => {
            Some("Add a phone number too: if you lose one of them, you still sign in with the other.")
        }
        (false, true) => {
            Some("Add an authenticator app too: it works without signal, and when you can't get texts.")
        }
        _ => None,
    }
}

/// Nobody offers it.
#[component]
fn NotOffered(in_company: bool, support: Option<String>) -> impl IntoView {
    view! {
        <div class="item">
            <span class="glyph"><Icon of=PHONE/></span>
            <div>
                <h3>"Authenticator app " <Pill words="Not set up" tone=Tone::Plain/></h3>
                <p class="soft">{unavailable(in_company, support)}</p>
            </div>
        </div>
    }
}

/// The authenticator app: added, or to be added.
#[component]
fn AppRow(
    app: Option<MethodFacts>,
    /// Whether there is a phone number besides.
    other: bool,
    needed: Needed<Security>,
) -> impl IntoView {
    let facts = match &app {
        Some(app) => facts(app.added_at, app.last_used_at),
        None => "Works without signal. Also on a computer.".into(),
    };
    let action = if app.is_some() { "Change Authenticator App" } else { "Add Authenticator App" };
    let row = Row {
        kind: MethodKind::App,
        icon: PHONE,
        name: "Authenticator app ",
        facts,
        action: Some(
            view! { <a class="button secondary" href=Page::SecurityApp.path()>{action}</a> }.into_any(),
        ),
        required_by: app.map(|app| app.required_by),
        left: other.then_some(MethodKind::Phone),
    };
    view! { <MethodRow row needed/> }
}

/// The phone number: added, to be added, or not accepted.
#[component]
fn PhoneRow(
    phone: Option<PhoneFacts>,
    /// Whether there is an authenticator app besides.
    other: bool,
    texts_offered: bool,
    needed: Needed<Security>,
) -> impl IntoView {
    let facts = match &phone {
        Some(phone) => text::number_facts(&phone.ending, &facts(phone.added_at, phone.last_used_at)),
        None if texts_offered => "Needs a phone that gets texts, each time you sign in.".into(),
        None => "Text messages are not available for your account.".into(),
    };
    let (action, which) = match &phone {
        Some(phone) => ("Change Phone Number", [" ending ", &phone.ending].concat()),
        None => ("Add Phone Number", String::new()),
    };
    let action = texts_offered.then(|| {
        view! {
            <a class="button secondary" href=Page::SecurityPhone.path()>
                {action}
                <span class="unseen">{which}</span>
            </a>
        }
        .into_any()
    });
    let row = Row {
        kind: MethodKind::Phone,
        icon: MESSAGE,
        name: "Phone number ",
        facts,
        action,
        required_by: phone.map(|phone| phone.required_by),
        left: other.then_some(MethodKind::App),
    };
    view! { <MethodRow row needed/> }
}

/// What is shown of a method.
struct Row {
    kind: MethodKind,
    icon: &'static str,
    name: &'static str,
    facts: String,
    /// What adds or changes it, where that can be done.
    action: Option<AnyView>,
    /// The companies because of which it cannot be removed; nothing where there is none to remove.
    required_by: Option<Vec<String>>,
    /// The method that is left after a removal.
    left: Option<MethodKind>,
}

/// A method, its state, and what can be done with it.
#[component]
fn MethodRow(row: Row, needed: Needed<Security>) -> impl IntoView {
    let Row { kind, icon, name, facts, action, required_by, left } = row;
    let sending = Sending::new("");
    let (words, tone) = match (&required_by, &action) {
        (Some(_), _) => ("On", Tone::Good),
        (None, Some(_)) => ("Not set up", Tone::Plain),
        (None, None) => ("Not available", Tone::Plain),
    };
    let kept = required_by
        .as_ref()
        .filter(|companies| !companies.is_empty())
        .map(|companies| view! { <p class="soft">{text::kept_for(companies)}</p> }.into_any());
    let remove =
        required_by.filter(Vec::is_empty).map(|_| view! { <Remove kind left sending needed/> }.into_any());
    let actions = (action.is_some() || remove.is_some())
        .then(|| view! { <div class="actions">{action} {remove}</div> }.into_any());
    view! {
        <div class="item">
            <span class="glyph"><Icon of=icon/></span>
            <div>
                <h3>{name} <Pill words tone/></h3>
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
        <ActionButton
            sending
            label="Remove"
            at_work="Removing…"
            of=["your ", text::method(kind)].concat()
            class="quiet"
            press=move |()| asked.set(!sending.is_busy())
        />
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
