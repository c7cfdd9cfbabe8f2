//! Save Your Recovery Code, where a new one was requested in the profile.

use leptos::prelude::*;

use crate::browser::navigation::Entry;
use crate::components::door::Door;
use crate::components::icon::{BACK, Icon};
use crate::components::save_code::SaveCode;
use crate::components::session::use_session;
use crate::route::Page;

/// The page. Whoever leaves it keeps the code that works.
#[component]
pub fn SecurityCode() -> impl IntoView {
    let session = use_session();
    let done = Callback::new(move |view| {
        session.notice().set(Some("New recovery code saved. Other devices were signed out."));
        session.update(view);
        session.go(Page::Security.path(), Entry::Replaced);
    });
    view! {
        <Door>
            <SaveCode otherwise=Page::Security done/>
            <div>
                <p class="soft">"Nothing changes until you press Continue."</p>
                <p><a class="back" href=Page::Security.path()><Icon of=BACK/> "Back to Password & Security"</a></p>
            </div>
        </Door>
    }
}
