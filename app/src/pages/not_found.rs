//! Nothing here, or not yours: both read the same.

use leptos::prelude::*;

use crate::components::door::Door;
use crate::components::heading::Heading;
use crate::route::Page;

/// The page for every address that is none.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Door>
            <Heading title="This page isn't here, or isn't yours."/>
            <p class="soft">"The address may be mistyped, or the page may belong to somebody else."</p>
            <a class="button secondary wide" href=Page::Security.path()>"Go to Password & Security"</a>
        </Door>
    }
}
