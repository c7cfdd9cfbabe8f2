//! Select an Authentication Method.

use leptos::prelude::*;

use crate::browser::navigation::Entry;
use crate::components::disclosure::Disclosure;
use crate::components::door::{Door, Steps};
use crate::components::heading::Heading;
use crate::components::session::use_session;
use crate::route::Page;

/// The page. Nothing happens before Continue.
#[component]
pub fn Method() -> impl IntoView {
    let session = use_session();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        session.go(Page::SignInApp.path(), Entry::New);
    };
    view! {
        <Door>
            <Steps at=(1, 3)/>
            <form class="stack-l" on:submit=submit>
                <fieldset class="stack">
                    <legend><Heading title="Select an Authentication Method"/></legend>
                    <label class="tile">
                        <input type="radio" name="method" value="app" checked=true/>
                        <span>
                            <b>"Authenticator App"</b>
                            <span class="soft">"Works without signal. Also on a computer."</span>
                        </span>
                    </label>
                </fieldset>
                <Disclosure question="What is an authenticator app?">
                    <p>
                        "An app that shows a new 6-digit code every 30 seconds. Any app for time-based one-time codes works, \
                        on a phone or on a computer."
                    </p>
                    <p>"Ask your IT or security team before you install one on a work device."</p>
                </Disclosure>
                <button type="submit" class="primary wide">"Continue"</button>
            </form>
        </Door>
    }
}
