//! After a reset: the code that was handed over in person, before anything can be set up.

use leptos::html;
use leptos::prelude::*;

use crate::api::session::confirm_identity;
use crate::api::{ApiError, Code};
use crate::components::code_field::{CodeField, code};
use crate::components::door::Door;
use crate::components::heading::Heading;
use crate::components::other_ways::{OtherWays, SomeoneElse};
use crate::components::sending::{Sending, Submit, Trouble};
use crate::components::session::use_session;

/// The page.
#[component]
pub fn Identity() -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("code");
    let input = NodeRef::<html::Input>::new();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.is_busy() {
            return;
        }
        let Some(code) = code(sending, input) else { return };
        sending.send(async move {
            let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
            session.enter(confirm_identity(record, code).await?);
            Ok(())
        });
    };
    view! {
        <Door>
            <Heading title="Enter the code that you were handed"/>
            <p>
                "Your two-factor authentication was reset. Before you set it up again, show that it is you, with the code \
                that you were handed in person. It never comes by phone or email."
            </p>
            <form class="stack-l" method="post" novalidate on:submit=submit>
                <CodeField sending input label="6-digit code" hint="It works for one hour."/>
                <Trouble sending/>
                <Submit sending/>
            </form>
            <OtherWays/>
            <SomeoneElse/>
        </Door>
    }
}
