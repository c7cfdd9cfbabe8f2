//! A new password, with a mailed link. It signs nobody in.

use leptos::html;
use leptos::prelude::*;

use crate::api::link::LinkKind;
use crate::api::password::reset_password;
use crate::api::{ApiError, Code};
use crate::browser::navigation::Entry;
use crate::components::door::Door;
use crate::components::heading::Heading;
use crate::components::icon::{BACK, Icon};
use crate::components::mailed_link::{MailedLink, mailed_link};
use crate::components::needed::Needed;
use crate::components::new_password_field::{NewPasswordField, new_password};
use crate::components::password_field::Username;
use crate::components::sending::{Sending, Submit, Trouble};
use crate::components::session::use_session;
use crate::route::Page;

/// The page.
#[component]
pub fn ResetPassword() -> impl IntoView {
    let link = mailed_link(LinkKind::ResetPassword);
    view! {
        <Door>
            {link.show(move |works| match works {
                Some(at) => view! { <Choose at link/> }.into_any(),
                None => view! { <Gone/> }.into_any(),
            })}
        </Door>
    }
}

/// The form. The link is spent when it is sent, and not before.
#[component]
fn Choose(at: MailedLink, link: Needed<Option<MailedLink>>) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("new");
    let input = NodeRef::<html::Input>::new();
    let MailedLink { token, email, .. } = at.clone();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.is_busy() {
            return;
        }
        let Some(new) = new_password(sending, input) else { return };
        let MailedLink { token, email, .. } = at.clone();
        sending.send(async move {
            match reset_password(token, new).await {
                Ok(()) => {}
                // It was used meanwhile, or its hour is over.
                Err(ApiError { code: Code::LinkGone, .. }) => {
                    link.set(None);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
            // Whoever was signed in here may not be any more.
            let _ = session.ask().await;
            session.notice().set(Some("Password changed. Sign in with it."));
            session.carry_email(&email);
            session.go(Page::SignIn.path(), Entry::Replaced);
            Ok(())
        });
    };
    view! {
        <Heading title="Choose a new password"/>
        <p class="soft">"For " <b class="entry">{email.clone()}</b> ". You are signed out on every device."</p>
        <p class="note warn">"If someone told you to do this, stop."</p>
        <form class="stack-l" method="post" novalidate on:submit=submit>
            <Username email/>
            <NewPasswordField sending input token/>
            <Trouble sending/>
            <Submit sending label="Change Password"/>
        </form>
    }
}

/// The link is of no use any more.
#[component]
fn Gone() -> impl IntoView {
    view! {
        <Heading title="This link has been used or is older than an hour."/>
        <p class="soft">"Once a password is set with one link, no other works. If you have just set yours, sign in with it."</p>
        <a class="button primary wide" href=Page::ForgotPassword.path()>"Send a New Link"</a>
        <p><a class="back" href=Page::SignIn.path()><Icon of=BACK/> "Back to sign-in"</a></p>
    }
}
