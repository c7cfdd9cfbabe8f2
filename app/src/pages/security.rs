//! Password & Security: how the account is secured, and what to do about it.

use domain::Requirement;
use leptos::prelude::*;

use crate::api::security::{MethodFacts, Security, security};
use crate::browser::dates;
use crate::components::heading::{Heading, use_title};
use crate::components::house::House;
use crate::components::icon::{Icon, KEY, LOCK, PHONE};
use crate::components::needed::Needed;
use crate::components::session::use_session;
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

/// What has just been done; it comes first, and has the focus.
#[component]
fn Notice() -> impl IntoView {
    let notice = use_session().notice().try_update(Option::take).flatten();
    notice.map(|notice| {
        use_title().focus_instead(".note.ok");
        view! { <p class="note ok" role="status" tabindex="-1">{notice}</p> }.into_any()
    })
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
        Some(app) => facts(app),
        None if offered => "Works without signal. Also on a computer.".into(),
        None => unavailable(in_company, support),
    };
    let (state, action) = match app {
        Some(_) => ("On", "Change Authenticator App"),
        None => ("Not set up", "Add Authenticator App"),
    };
    view! {
        <div class="item">
            <span class="glyph"><Icon of=PHONE/></span>
            <div>
                <h3>
                    "Authenticator app "
                    <Pill words=state ok=app.is_some()/>
                </h3>
                <p class="soft">{facts}</p>
            </div>
            {offered.then(|| view! { <a class="button secondary" href=Page::SecurityApp.path()>{action}</a> }.into_any())}
        </div>
    }
}

fn facts(app: MethodFacts) -> String {
    let used =
        app.last_used_at.map(|at| [", last used ", &dates::recent_day(at)].concat()).unwrap_or_default();
    ["Added ", &dates::recent_day(app.added_at), &used].concat()
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

#[component]
fn RecoveryCode(since: Option<domain::Timestamp>, app: bool) -> impl IntoView {
    let facts = match since {
        Some(at) => ["Since ", &dates::day(at), ". A new code replaces it."].concat(),
        None if app => "You are asked to save one when you next sign in.".into(),
        None => "You get one when you add an authentication method.".into(),
    };
    let state = if since.is_some() { "Saved" } else { "Not saved" };
    view! {
        <div class="item">
            <span class="glyph"><Icon of=KEY/></span>
            <div>
                <h2>"Account Recovery Code " <Pill words=state ok=since.is_some()/></h2>
                <p class="soft">{facts}</p>
            </div>
        </div>
    }
}

/// A state in a word or two.
#[component]
fn Pill(words: &'static str, ok: bool) -> impl IntoView {
    view! { <span class=if ok { "pill ok" } else { "pill" }>{words}</span> }
}
