//! Save Your Recovery Code, the last step of a sign-in.

use leptos::prelude::*;

use crate::components::door::Door;
use crate::components::save_code::SaveCode;
use crate::components::session::use_session;

/// The page.
#[component]
pub fn SaveCodePage() -> impl IntoView {
    let session = use_session();
    let done = Callback::new(move |view| session.enter(view));
    view! { <Door><SaveCode step=(3, 3) done/></Door> }
}
