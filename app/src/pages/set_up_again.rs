//! After a reset: the mailed link that counts, after the password, in the place of the code that is handed over.

use domain::SessionState;
use leptos::prelude::*;

use crate::api::company::reset::confirm_identity_by_link;
use crate::api::{ApiError, Code};
use crate::browser::{forget_fragment, fragment};
use crate::components::door::Door;
use crate::components::heading::Heading;
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::components::session::use_session;
use crate::route::{self, Page};

/// Why the link does not work.
pub(super) const GONE: &str = "This link has been used or is older than 24 hours.";
/// What else there is.
pub(super) const INSTEAD: &str = "Ask for the code in person, or for another reset.";

/// What the link can do for whoever is at this browser.
#[derive(Clone, Copy, Default, PartialEq)]
enum Stands {
    /// Nothing before the password.
    #[default]
    Outside,
    /// It is what is asked for.
    Due,
    /// Nothing is asked for that it could show.
    Elsewhere,
}

/// The page.
#[component]
pub fn SetUpAgainPage() -> impl IntoView {
    let session = use_session();
    let gone = RwSignal::new(fragment().is_empty());
    // A newer link that is opened over this one is another page to the person; to the browser it is the same.
    let listener = window_event_listener_untyped("hashchange", move |_| gone.set(fragment().is_empty()));
    on_cleanup(move || listener.remove());
    let stands = Memo::new(move |_| {
        session.read(|view| match view.state {
            SessionState::Anonymous | SessionState::PasswordDue => Stands::Outside,
            SessionState::IdentityDue if view.mfa_reset => Stands::Due,
            _ => Stands::Elsewhere,
        })
    });
    view! {
        <Door>
            {move || match (gone.get(), stands.get()) {
                (true, stands) => view! { <Gone stands/> }.into_any(),
                (false, Stands::Outside) => view! { <SignInFirst/> }.into_any(),
                (false, Stands::Due) => view! { <Confirm gone/> }.into_any(),
                (false, Stands::Elsewhere) => view! { <Other/> }.into_any(),
            }}
        </Door>
    }
}

/// The password was given: the link is what is missing.
#[component]
fn Confirm(gone: RwSignal<bool>) -> impl IntoView {
    let is_gone = Callback::new(move |()| gone.set(true));
    view! {
        <Heading title="Set up two-factor authentication again"/>
        <p>"It was reset. This link shows that it is you. It works once."</p>
        <UseLink token=fragment() is_gone/>
    }
}

/// The button that uses the link.
#[component]
pub(super) fn UseLink(
    /// What makes it work.
    token: String,
    /// It does not work any more.
    is_gone: Callback<()>,
) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("");
    let press = move |()| {
        let Some(record) = session.record() else { return };
        let token = token.clone();
        sending.send(async move {
            match confirm_identity_by_link(record, token).await {
                Ok(view) => {
                    forget_fragment();
                    session.enter(view);
                }
                // The page may be gone by now.
                Err(ApiError { code: Code::LinkGone | Code::Stale, .. }) => drop(is_gone.try_run(())),
                Err(error) => return Err(error),
            }
            Ok(())
        });
    };
    view! {
        <Trouble sending/>
        <ActionButton sending label="Continue" at_work="Checking…" class="primary wide" press/>
    }
}

/// The link alone does nothing: the page after the password takes it.
#[component]
fn SignInFirst() -> impl IntoView {
    let session = use_session();
    let carry = move |_| session.carry_link(fragment());
    view! {
        <Heading title="Set up two-factor authentication again"/>
        <p>"Sign in with your password first. This link is then used."</p>
        <a class="button primary wide" href=Page::SignIn.path() on:click=carry>"Sign In"</a>
    }
}

/// Somebody is at this browser for whom the link does nothing: perhaps not the person whose mail it is.
#[component]
fn Other() -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("");
    let (email, next) = untrack(|| (session.person().map(|person| person.email), session.read(route::next)));
    let you_are = if untrack(|| session.is(SessionState::Full)) {
        "You are signed in as "
    } else {
        "You are signing in as "
    };
    let leave = move |()| {
        let token = fragment();
        sending.send(async move {
            session.leave().await?;
            session.carry_link(token);
            Ok(())
        });
    };
    view! {
        <Heading title="Set up two-factor authentication again"/>
        <p>
            {you_are} <b class="entry">{email}</b>
            ". This account does not need the link. If it is for another one, sign out first."
        </p>
        <div class="stack-s">
            <a class="button primary wide" href=next>"Continue"</a>
            <ActionButton sending label="Sign Out" at_work="Signing out…" class="secondary wide" press=leave/>
        </div>
        <Trouble sending/>
    }
}

/// The link is of no use any more.
#[component]
fn Gone(stands: Stands) -> impl IntoView {
    let (to, words) = match stands {
        Stands::Due => (Page::Identity, "Enter the code"),
        Stands::Outside | Stands::Elsewhere => (Page::SignIn, "Go to sign-in"),
    };
    view! {
        <Heading title=GONE/>
        <p>{INSTEAD}</p>
        <p class="ways"><a href=to.path()>{words}</a></p>
    }
}
