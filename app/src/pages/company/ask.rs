//! A question within a dialog, before something that cannot be taken back.

use leptos::prelude::*;

use crate::browser::focus;
use crate::components::sending::{ActionButton, Sending, Trouble};

/// The question. Whoever presses Enter without reading changes nothing; the dialog stays until the act is done.
#[component]
pub fn AskOnce(
    /// The id of its title.
    id: &'static str,
    /// What is asked.
    title: String,
    /// What follows from a yes.
    effect: String,
    /// The words on the button that does it.
    act: &'static str,
    /// The words on the one that does not.
    keep: &'static str,
    /// The act.
    sending: Sending,
    /// Does it.
    confirmed: Callback<()>,
    /// Does not.
    back: Callback<()>,
) -> impl IntoView {
    focus("#keep".to_owned());
    view! {
        <h2 id=id>{title}</h2>
        <p>{effect}</p>
        <Trouble sending/>
        <div class="row">
            <ActionButton sending label=act at_work="Working…" class="danger" press=confirmed/>
            <button id="keep" type="button" class="secondary" on:click=move |_| back.run(())>{keep}</button>
        </div>
    }
}
