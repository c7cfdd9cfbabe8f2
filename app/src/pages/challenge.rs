//! The second door: a code of the authenticator app.

use leptos::prelude::*;

use crate::api::session::challenge_app;
use crate::api::{ApiError, Code};
use crate::components::code_field::CodeForm;
use crate::components::disclosure::Disclosure;
use crate::components::door::Door;
use crate::components::heading::Heading;
use crate::components::other_ways::{OtherWays, SomeoneElse};
use crate::components::sending::Sending;
use crate::components::session::use_session;

/// The page.
#[component]
pub fn Challenge() -> impl IntoView {
    let session = use_session();
    let send = Callback::new(move |(sending, code): (Sending, String)| {
        sending.send(async move {
            let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
            session.enter(challenge_app(record, code).await?);
            Ok(())
        });
    });
    view! {
        <Door>
            <Heading title="Enter the code from your authenticator app"/>
            <p class="soft">"Find " <b class="entry">{move || entry()}</b> " in your app."</p>
            <CodeForm
                label="6-digit code"
                hint="We check it as soon as you enter the sixth digit."
                sends_itself=true
                send
            />
            <Disclosure question="Code not working?">
                <ul>
                    <li>"Use the authenticator app that you set up for this account."</li>
                    <li>"Look for the entry " <b class="entry">{move || entry()}</b> ". Others have other codes."</li>
                    <li>"Turn on automatic date and time on the device with the app."</li>
                    <li>"On a new device, restore the app's own backup: the entry comes back with it."</li>
                </ul>
            </Disclosure>
            <OtherWays recovery_code=true/>
            <SomeoneElse/>
        </Door>
    }
}

/// The name of the entry in the app.
fn entry() -> String {
    let session = use_session();
    let email = session.person().map(|person| person.email).unwrap_or_default();
    [&session.product().get(), " (", &email, ")"].concat()
}
