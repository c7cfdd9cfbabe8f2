//! Password & Security: how the account is secured, and what to do about it.

use domain::Requirement;
use leptos::prelude::*;

use crate::api::recovery_code::request_recovery_code;
use crate::api::security::{MethodFacts, Security, security};
use crate::browser::dates;
use crate::browser::navigation::Entry;
use crate::components::heading::Heading;
use crate::components::house::House;
use crate::components::icon::{Icon, KEY, LOCK, PHONE};
use crate::components::method::{Pill, Tone, facts};
use crate::components::needed::Needed;
use crate::components::notice::Notice;
use crate::components::sending::{Sending, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;
use crate::route::Page;
use crate::text;

/// The page.
#[component]
pub fn SecurityPage() -> impl IntoView {
    let needed = Needed::new(security);
    view! { <House>{needed.show(|security| view! { <Sections security/> }.into_any())}</House> }
}

#[component]
fn Sections(security: Security) -> impl IntoView {
    let Security { password_changed_at, requirement, app, recovery_code_since, in_company, support } =
        security;
    view! {
        <Notice/>
        <EarlyEnrolment requirement=requirement.clone() ready=app.is_some()/>
        <Heading title="Password & Security"/>
        <section class="panel">
            <div class="item">
                <span class="glyph"><Icon of=LOCK/></span>
                <div>
                    <h2>"Password"</h2>
                    <p class="soft">"Changed " {dates::day(password_changed_at)}</p>
                </div>
            </div>
        </section>
        <section class="panel">
            <header>
                <h2>"Authentication Methods"</h2>
                <p class="soft">"Asked for after your password."</p>
            </header>
            <AppRow app requirement in_company support/>
        </section>
        <section class="panel"><RecoveryCode since=recovery_code_since app=app.is_some()/></section>
    }
}

/// Says before the date what will be asked, while it can be done in peace.
#[component]
fn EarlyEnrolment(requirement: Requirement, ready: bool) -> impl IntoView {
    let Requirement::Upcoming { demands } = requirement else { return None };
    let earliest = demands.first().filter(|_| !ready)?.from;
    let sentence = text::upcoming(&demands, &dates::weekday_and_time(earliest));
    let banner = view! {
        <section class="note warn banner" aria-label="Important">
            <p><b>{sentence}</b></p>
            <a class="button primary" href=Page::SecurityApp.path()>"Set Up Now"</a>
        </section>
    };
    Some(banner.into_any())
}

/// The authenticator app: added, to be added, or not on offer.
#[component]
fn AppRow(
    app: Option<MethodFacts>,
    requirement: Requirement,
    in_company: bool,
    support: Option<String>,
) -> impl IntoView {
    let offered = app.is_some() || requirement != Requirement::Unavailable;
    let facts = match app {
        Some(app) => facts(app.added_at, app.last_used_at),
        None if offered => "Works without signal. Also on a computer.".into(),
        None => unavailable(in_company, support),
    };
    let (state, tone, action) = match app {
        Some(_) => ("On", Tone::Good, "Change Authenticator App"),
        None => ("Not set up", Tone::Plain, "Add Authenticator App"),
    };
    view! {
        <div class="item">
            <span class="glyph"><Icon of=PHONE/></span>
            <div>
                <h3>
                    "Authenticator app "
                    <Pill words=state tone/>
                </h3>
                <p class="soft">{facts}</p>
            </div>
            {offered.then(|| view! { <a class="button secondary" href=Page::SecurityApp.path()>{action}</a> }.into_any())}
        </div>
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

/// The recovery code, and a new one for who has a method.
#[component]
fn RecoveryCode(since: Option<domain::Timestamp>, app: bool) -> impl IntoView {
    let session = use_session();
    let step_up = use_step_up();
    let sending = Sending::new("");
    let request = move |_| {
        let Some(record) = session.record() else { return };
        step_up.then("request a new recovery code", sending, move || async move {
            request_recovery_code(record).await?;
            session.go(Page::SecurityCode.path(), Entry::New);
            Ok(())
        });
    };
    let facts = match since {
        Some(at) => ["Since ", &dates::day(at), ". A new code replaces it."].concat(),
        None if app => "You are asked to save one when you next sign in.".into(),
        None => "You get one when you add an authentication method.".into(),
    };
    let (state, tone) = if since.is_some() { ("Saved", Tone::Good) } else { ("Not saved", Tone::Plain) };
    let action = app.then(|| {
        view! {
            <button
                type="button"
                class="secondary"
                aria-disabled=move || sending.busy().then_some("true")
                on:click=request
            >
                {move || if sending.busy() { "Checking…" } else { "Request New Code" }}
            </button>
        }
        .into_any()
    });
    view! {
        <div class="item">
            <span class="glyph"><Icon of=KEY/></span>
            <div>
                <h2>"Account Recovery Code " <Pill words=state tone/></h2>
                <p class="soft">{facts}</p>
                <Trouble sending/>
            </div>
            {action}
        </div>
    }
}
