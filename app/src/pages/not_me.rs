//! This Wasn't Me: somebody has set up a first authentication method, and the owner of the account did not.

use leptos::prelude::*;

use crate::api::link::{LinkKind, not_me};
use crate::api::{ApiError, Code};
use crate::browser::forget_fragment;
use crate::components::door::Door;
use crate::components::heading::Heading;
use crate::components::mailed_link::{MailedLink, mailed_link};
use crate::components::needed::Needed;
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::components::session::use_session;
use crate::route::Page;
use crate::text;

/// The page.
#[component]
pub fn NotMe() -> impl IntoView {
    let link = mailed_link(LinkKind::NotMe);
    // Whose account was blocked here, and who can help.
    let blocked = RwSignal::new(None::<(String, String)>);
    let ask = move |works: Option<MailedLink>| match works {
        Some(at) => view! { <Ask at link blocked/> }.into_any(),
        None => view! { <Gone/> }.into_any(),
    };
    view! {
        <Door>
            {move || match blocked.get() {
                Some((email, helper)) => view! { <Done email helper/> }.into_any(),
                None => link.show(ask),
            }}
        </Door>
    }
}

/// Says what will happen before it does.
#[component]
fn Ask(
    at: MailedLink,
    link: Needed<Option<MailedLink>>,
    blocked: RwSignal<Option<(String, String)>>,
) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("");
    let email = at.email.clone();
    let helper = text::helper(at.helper.as_deref());
    let helped = helper.clone();
    let block = move |()| {
        let MailedLink { token, email, .. } = at.clone();
        let helper = helped.clone();
        sending.send(async move {
            match not_me(token).await {
                Ok(()) => {}
                // It was used meanwhile, or its seven days are over.
                Err(ApiError { code: Code::LinkGone, .. }) => {
                    link.set(None);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
            forget_fragment();
            blocked.try_set(Some((email, helper)));
            // Whoever was signed in here may not be any more.
            let _ = session.ask().await;
            Ok(())
        });
    };
    view! {
        <Heading title="Was this you?"/>
        <p>
            "Two-factor authentication was set up for " <b class="entry">{email.clone()}</b>
            ". If it wasn't you, somebody else knows your password."
        </p>
        <p class="note warn">
            <b>"This Wasn't Me"</b> " ends every session and blocks sign-in to " <span class="entry">{email}</span>
            " until " <span class="entry">{helper}</span>
            " has reset your two-factor authentication. Nothing is removed."
        </p>
        <Trouble sending/>
        <ActionButton
            sending
            label="This Wasn't Me"
            at_work="Blocking sign-in…"
            class="primary wide"
            press=block
        />
        <div>
            <p class="soft">"If it was you, there is nothing to do."</p>
            <p class="ways"><a href=Page::SignIn.path()>"It was me"</a></p>
        </div>
    }
}

/// It is done; what follows is for others to do, and then for the person.
#[component]
fn Done(email: String, helper: String) -> impl IntoView {
    view! {
        <Heading title="Sign-in is blocked"/>
        <p>"Every session of " <b class="entry">{email}</b> " has ended, and nobody can sign in to it."</p>
        <div class="stack-s">
            <h2>"What happens next"</h2>
            <ol class="reasons">
                <li>"Ask " <span class="entry">{helper}</span> " to reset your two-factor authentication."</li>
                <li>"Then sign in, and set up two-factor authentication yourself."</li>
                <li>"Change your password: whoever did this knows it."</li>
            </ol>
        </div>
    }
}

/// The link is of no use any more: what else can be done.
#[component]
fn Gone() -> impl IntoView {
    view! {
        <Heading title="This link has been used or is older than seven days."/>
        <p>"If it wasn't you who set up two-factor authentication:"</p>
        <ol class="reasons">
            <li>
                "If you can still sign in, " <a href=Page::ChangePassword.path()>"change your password"</a>
                ". That signs out every other device."
            </li>
            <li>
                "If you can't, ask your administrator, or whoever supports you, to reset your two-factor authentication."
            </li>
        </ol>
        <p class="ways"><a href=Page::SignIn.path()>"Go to sign-in"</a></p>
    }
}
