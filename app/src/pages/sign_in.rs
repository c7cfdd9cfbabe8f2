//! The first door: email and password.

use domain::{Requirement, SessionState};
use leptos::html;
use leptos::prelude::*;

use super::Carried;
use crate::api::Code;
use crate::api::session::{Person, sign_in};
use crate::browser::navigation::Entry;
use crate::browser::shell::Typed;
use crate::components::door::Door;
use crate::components::email_field::{EmailField, email_problem};
use crate::components::error_summary::ErrorSummary;
use crate::components::heading::Heading;
use crate::components::notice::Notice;
use crate::components::password_field::PasswordField;
use crate::components::sending::{Problem, Sending, Submit, Trouble};
use crate::components::session::use_session;
use crate::route::{self, Page};
use crate::text;

/// The page: who is signed in goes on or makes room for somebody else, everybody else signs in.
#[component]
pub fn SignIn() -> impl IntoView {
    let session = use_session();
    // Another person gets another form: nothing of the last one stays in it.
    let whose =
        Memo::new(move |_| (session.is(SessionState::Full), session.person().map(|person| person.email)));
    view! {
        <Door>
            {move || match whose.get() {
                (true, _) => view! { <GoOn/> }.into_any(),
                (false, _) => view! { <FirstDoor/> }.into_any(),
            }}
        </Door>
    }
}

/// Somebody is signed in already: perhaps not the person who is here now (shared tablets).
#[component]
fn GoOn() -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("");
    let Some(Person { name, email, .. }) = session.person() else { return ().into_any() };
    let go_on = move |_| {
        let asked = session.return_to().or_else(|| session.read(|view| view.return_to.clone()));
        session.go(&route::inside(asked.as_deref()), Entry::New);
    };
    view! {
        <Notice/>
        <Heading title="Sign in"/>
        <p>"You are signed in as " <b>{name.clone()}</b> " (" {email} ")."</p>
        <div class="stack-s">
            <button type="button" class="primary wide" on:click=go_on>{["Continue as ", &name].concat()}</button>
            <button type="button" class="secondary wide" on:click=move |_| sending.send(session.leave())>"Sign Out"</button>
        </div>
        <Trouble sending/>
    }
    .into_any()
}

/// Email, password, Continue.
#[component]
fn FirstDoor() -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("password");
    let (email, password) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let typed = expect_context::<Carried>().try_update_value(Option::take).flatten();
    fill_in(typed.unwrap_or_default(), email, password);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (Some(email), Some(field)) = (email.get_untracked(), password.get_untracked()) else { return };
        let (email, typed) = (email.value(), field.value());
        let problems = missing(&email, &typed);
        if !problems.is_empty() {
            return sending.refuse(problems);
        }
        sending.send(async move {
            match sign_in(email, typed, untrack(|| session.return_to())).await {
                Ok(view) => session.enter(view),
                Err(error) => {
                    // A password that leads nowhere is of no use to anybody; one that nobody looked at stays.
                    if matches!(error.code, Code::WrongCredentials | Code::Paused | Code::Suspended) {
                        field.set_value("");
                    }
                    return Err(error);
                }
            }
            Ok(())
        });
    };
    let forgot = move |_| {
        if let Some(email) = email.get_untracked() {
            session.carry_email(&email.value());
        }
    };
    // What has just been done here says it better.
    let news = session.notice().with_untracked(Option::is_some);
    view! {
        <Notice/>
        <Heading title="Sign in"/>
        {(!news).then(|| view! { <Why/> }.into_any())}
        <ErrorSummary sending/>
        <form class="stack-l" method="post" action="/sign-in" novalidate on:submit=submit>
            <EmailField sending input=email/>
            <PasswordField sending input=password/>
            <Trouble sending/>
            <Submit sending/>
        </form>
        <p class="ways"><a href=Page::ForgotPassword.path() on:click=forgot>"Forgot your password?"</a></p>
        <NotYou/>
    }
}

/// Why the person is asked: the last session has ended, or a company asks for more than this one has shown.
#[component]
fn Why() -> impl IntoView {
    let session = use_session();
    let ended = move || session.read(|view| view.ended.as_ref().and_then(text::ended));
    let due = move || {
        session.read(|view| match &view.requirement {
            Some(Requirement::Required { demands }) if view.state == SessionState::PasswordDue => {
                let names: Vec<&str> = demands.iter().map(|demand| &*demand.company).collect();
                Some(text::password_due(&names))
            }
            _ => None,
        })
    };
    view! { {move || due().or_else(ended).map(|why| view! { <p class="note">{why}</p> }.into_any())} }
}

/// The way out for somebody who is not the person whose session waits for its password.
#[component]
fn NotYou() -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("");
    let waits = Memo::new(move |_| session.is(SessionState::PasswordDue));
    let leave = move |_| sending.send(session.leave());
    view! {
        {move || {
            waits.get().then(|| {
                view! {
                    <button type="button" class="quiet" on:click=leave>"Sign Out"</button>
                    <Trouble sending/>
                }
                .into_any()
            })
        }}
    }
}

/// What has to be filled in before it is worth asking the server.
fn missing(email: &str, password: &str) -> Vec<Problem> {
    let mut problems: Vec<Problem> = email_problem(email).into_iter().collect();
    if password.is_empty() {
        problems.push(Problem::new("password", "Enter your password."));
    }
    problems
}

/// Puts what was typed, the focus and the caret where they were in the shell. An address may also come from the page
/// before; the person whose session waits for the password is named by the server.
fn fill_in(typed: Typed, email: NodeRef<html::Input>, password: NodeRef<html::Input>) {
    let session = use_session();
    let due = untrack(|| session.person().filter(|_| session.is(SessionState::PasswordDue)));
    let carried = Some(session.carried_email()).filter(|email| !email.is_empty());
    // The fields are there once this form has been drawn.
    queue_microtask(move || {
        let (Some(email), Some(password)) = (email.get_untracked(), password.get_untracked()) else { return };
        let known = carried.or(due.map(|person| person.email)).filter(|_| typed.email.is_empty());
        email.set_value(&known.unwrap_or(typed.email));
        password.set_value(&typed.password);
        let Some(field) = [email, password].into_iter().find(|field| Some(field.id()) == typed.focused)
        else {
            return;
        };
        let _ = field.focus();
        if let Some(caret) = typed.caret {
            let _ = field.set_selection_range(caret, caret);
        }
    });
}
