//! A reset of one's own two-factor authentication that an administrator has asked for, confirmed with a mailed link.

use leptos::prelude::*;

use crate::api::company::reset::confirm_own_reset;
use crate::api::{ApiError, Code};
use crate::browser::{forget_fragment, fragment};
use crate::components::door::Door;
use crate::components::heading::Heading;
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::components::session::use_session;
use crate::route::Page;

/// What has become of the link.
#[derive(Clone, Copy)]
enum Step {
    /// Nothing yet.
    Ask,
    /// It was used here.
    Done,
    /// It is of no use.
    Gone,
}

impl Step {
    /// Of the link in the address, of which nothing is known before it is used.
    fn first() -> Self {
        if fragment().is_empty() { Self::Gone } else { Self::Ask }
    }
}

/// The page.
#[component]
pub fn ConfirmResetPage() -> impl IntoView {
    let step = RwSignal::new(Step::first());
    // A newer link that is opened over this one is another page to the person; to the browser it is the same.
    let listener = window_event_listener_untyped("hashchange", move |_| step.set(Step::first()));
    on_cleanup(move || listener.remove());
    view! {
        <Door>
            {move || match step.get() {
                Step::Ask => view! { <Ask step/> }.into_any(),
                Step::Done => view! { <Done/> }.into_any(),
                Step::Gone => view! { <Gone/> }.into_any(),
            }}
        </Door>
    }
}

/// Says what will happen before it does.
#[component]
fn Ask(step: RwSignal<Step>) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("");
    let confirm = move |()| {
        sending.send(async move {
            match confirm_own_reset(fragment()).await {
                Ok(()) => {}
                Err(ApiError { code: Code::LinkGone, .. }) => {
                    step.try_set(Step::Gone);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
            forget_fragment();
            step.try_set(Step::Done);
            // Whoever was signed in here may not be any more.
            let _ = session.ask().await;
            Ok(())
        });
    };
    view! {
        <Heading title="Reset your two-factor authentication?"/>
        <p>"An administrator of one of your companies has asked for it. If you confirm it:"</p>
        <ul class="reasons">
            <li>"Your authenticator app and your phone number are removed from your account."</li>
            <li>"You are signed out on every device."</li>
            <li>"Your recovery code stops working."</li>
            <li>
                "At your next sign-in you set up two-factor authentication again. For that you need your password, and \
                the link of the next mail or the code that an administrator hands over to you in person."
            </li>
        </ul>
        <p class="note warn">"If you did not ask for this, leave this page and tell your administrators."</p>
        <Trouble sending/>
        <ActionButton
            sending
            label="Confirm the Reset"
            at_work="Resetting…"
            class="primary wide"
            press=confirm
        />
    }
}

/// It is done; setting up again begins with the next sign-in.
#[component]
fn Done() -> impl IntoView {
    view! {
        <Heading title="Your two-factor authentication is reset."/>
        <p>
            "Open the link of the mail that is on its way, or ask your administrator for the code. Then sign in, and set \
            it up again."
        </p>
        <a class="button primary wide" href=Page::SignIn.path()>"Sign In"</a>
    }
}

/// The link is of no use any more.
#[component]
fn Gone() -> impl IntoView {
    view! {
        <Heading title="This link has been used or is too old."/>
        <p>"If your two-factor authentication still has to be reset, ask your administrator to reset it again."</p>
        <p class="ways"><a href=Page::SignIn.path()>"Go to sign-in"</a></p>
    }
}
