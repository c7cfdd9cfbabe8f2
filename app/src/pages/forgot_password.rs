//! Forgot your password?: a link to a new one, by mail.

use leptos::html;
use leptos::prelude::*;

use crate::api::password::request_password_reset;
use crate::components::announcer::use_announcer;
use crate::components::door::Door;
use crate::components::email_field::{EmailField, email_problem};
use crate::components::heading::Heading;
use crate::components::icon::{BACK, Icon};
use crate::components::resend::{Resend, Sent};
use crate::components::sending::{Sending, Submit, Trouble};
use crate::components::session::use_session;
use crate::route::Page;

/// Whether the address has an account is not for everybody to know.
const ON_ITS_WAY: &str = "If it has an account, a link is on its way. It works once, for one hour.";

/// Whose password it is, and whether a link was asked for.
#[derive(Clone, Copy)]
struct Request {
    input: NodeRef<html::Input>,
    email: RwSignal<String>,
    sent: RwSignal<bool>,
}

impl Request {
    /// The address as it is on the page.
    fn typed(self) -> String {
        let field = self.input.get_untracked().filter(|_| !self.sent.get_untracked());
        field.map_or_else(|| self.email.get_untracked(), |field| field.value())
    }
}

/// The page: first the address, which the sign-in has carried here, then what to do about the mail.
#[component]
pub fn ForgotPassword() -> impl IntoView {
    let session = use_session();
    let request = Request {
        input: NodeRef::new(),
        email: RwSignal::new(session.carried_email()),
        sent: RwSignal::new(false),
    };
    let back = move |_| session.carry_email(&request.typed());
    view! {
        <Door>
            {move || if request.sent.get() {
                view! { <CheckEmail request/> }.into_any()
            } else {
                view! { <Ask request/> }.into_any()
            }}
            <p><a class="back" href=Page::SignIn.path() on:click=back><Icon of=BACK/> "Back to sign-in"</a></p>
        </Door>
    }
}

#[component]
fn Ask(request: Request) -> impl IntoView {
    let announcer = use_announcer();
    let sending = Sending::new("email");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.is_busy() {
            return;
        }
        let email = request.typed();
        if let Some(problem) = email_problem(&email) {
            return sending.refuse(vec![problem]);
        }
        sending.send(async move {
            request_password_reset(email.clone()).await?;
            request.email.try_set(email);
            request.sent.try_set(true);
            announcer.say(ON_ITS_WAY);
            Ok(())
        });
    };
    view! {
        <Heading title="Reset your password"/>
        <p class="soft">"We mail you a link that lets you choose a new one."</p>
        <form class="stack-l" method="post" novalidate on:submit=submit>
            <EmailField sending input=request.input value=request.email.get_untracked() enter="send"/>
            <Trouble sending/>
            <Submit sending label="Send Link" at_work="Sending…"/>
        </form>
    }
}

#[component]
fn CheckEmail(request: Request) -> impl IntoView {
    let send = Callback::new(move |()| -> Sent {
        let email = request.email.get_untracked();
        Box::pin(async move {
            request_password_reset(email).await?;
            // The server says when it has been enough.
            Ok(0)
        })
    });
    view! {
        <Heading title="Check your email"/>
        <p class="entry"><b>{request.email.get_untracked()}</b></p>
        <p>{ON_ITS_WAY}</p>
        <p class="soft">"It may take a few minutes. Look in your spam folder too."</p>
        <Resend wait=0 said="Sent again, if it has an account." send/>
        <button type="button" class="quiet" on:click=move |_| request.sent.set(false)>
            "Use a different address"
        </button>
    }
}
