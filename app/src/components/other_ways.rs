//! The ways on and out for somebody who cannot do what a page of the sign-in asks.

use leptos::prelude::*;

use super::sending::{Sending, Trouble};
use super::session::use_session;
use crate::route::Page;

/// Other ways on, in the same order on every page.
#[component]
pub fn OtherWays(
    /// Whether there is another method to choose.
    #[prop(optional)]
    different: RwSignal<bool>,
    /// Whether the recovery code is one of them.
    #[prop(optional)]
    recovery_code: bool,
) -> impl IntoView {
    let way = |page: Page, words: &'static str| view! { <li><a href=page.path()>{words}</a></li> }.into_any();
    view! {
        <ul class="ways">
            {move || different.get().then(|| way(Page::Challenge, "Use a different method"))}
            {recovery_code.then(|| way(Page::UseRecoveryCode, "Use your recovery code"))}
            {way(Page::Help, "I can't use any of these")}
        </ul>
    }
}

/// The way out: this sign-in ends, and somebody else can begin one.
#[component]
pub fn SomeoneElse() -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("");
    view! {
        <div>
            <button type="button" class="quiet" on:click=move |_| sending.send(session.leave())>
                "Sign in as someone else"
            </button>
            <Trouble sending/>
        </div>
    }
}
