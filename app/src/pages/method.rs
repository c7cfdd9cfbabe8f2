//! Select an Authentication Method.

use domain::MethodKind;
use leptos::prelude::*;

use crate::api::countries::{Countries, countries};
use crate::browser::language;
use crate::browser::navigation::Entry;
use crate::components::choose::Tile;
use crate::components::disclosure::Disclosure;
use crate::components::door::{Door, Steps};
use crate::components::heading::Heading;
use crate::components::needed::Needed;
use crate::components::phone_number::Places;
use crate::components::session::use_session;
use crate::route::Page;

/// The page.
#[component]
pub fn Method() -> impl IntoView {
    let needed = Needed::new(move || countries(language()));
    view! { <Door>{needed.show(|places| view! { <Select places/> }.into_any())}</Door> }
}

/// The choice. Nothing happens before Continue.
#[component]
fn Select(places: Countries) -> impl IntoView {
    let session = use_session();
    let Countries { countries, refused, .. } = places;
    let chosen = RwSignal::new(MethodKind::App);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let page = match chosen.get_untracked() {
            MethodKind::App => Page::SignInApp,
            MethodKind::Phone => Page::SignInPhone,
        };
        session.go(page.path(), Entry::New);
    };
    let available = refused.is_none().then(|| view! { <Places countries/> }.into_any());
    let disabled = refused.is_some();
    let note = refused.unwrap_or_else(|| "Needs a phone that gets texts, each time you sign in.".into());
    view! {
        <Steps at=(1, 3)/>
        <form class="stack-l" on:submit=submit>
            <fieldset class="stack">
                <legend><Heading title="Select an Authentication Method"/></legend>
                <Tile
                    kind=MethodKind::App
                    name="Authenticator App"
                    note="Works without signal. Also on a computer."
                    chosen
                />
                <Tile kind=MethodKind::Phone name="Text Message" note chosen disabled/>
            </fieldset>
            <div>
                <Disclosure question="What is an authenticator app?">
                    <p>
                        "An app that shows a new 6-digit code every 30 seconds. Any app for time-based one-time codes works, \
                        on a phone or on a computer."
                    </p>
                    <p>"Ask your IT or security team before you install one on a work device."</p>
                </Disclosure>
                {available}
            </div>
            <button type="submit" class="primary wide">"Continue"</button>
        </form>
    }
}
