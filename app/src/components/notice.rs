//! What has just been done, said on the page that it led to.

use leptos::prelude::*;

use super::heading::use_title;
use super::session::use_session;

/// Says it. It comes before the heading, and takes the focus in its place.
#[component]
pub fn Notice() -> impl IntoView {
    let notice = use_session().notice().try_update(Option::take).flatten();
    notice.map(|notice| {
        use_title().focus_instead(".note.ok");
        view! { <p class="note ok" role="status" tabindex="-1">{notice}</p> }.into_any()
    })
}
