//! Choosing a method.

use domain::MethodKind;
use leptos::prelude::*;

use super::sending::{Sending, Submit, Trouble};

/// A method to choose, the whole of which can be pressed. Choosing it does nothing else.
#[component]
pub fn Tile(
    /// Which.
    kind: MethodKind,
    /// What it is called here.
    #[prop(into)]
    name: String,
    /// What to know of it.
    #[prop(into)]
    note: String,
    /// The one that is chosen.
    chosen: RwSignal<MethodKind>,
    /// Whether it cannot be chosen; the note says why.
    #[prop(optional)]
    disabled: bool,
) -> impl IntoView {
    view! {
        <label class="tile">
            <input
                type="radio"
                name="method"
                value=kind.as_str()
                checked=chosen.get_untracked() == kind
                disabled=disabled
                on:change=move |_| chosen.set(kind)
            />
            <span>
                <b>{name}</b>
                <span class="soft">{note}</span>
            </span>
        </label>
    }
}

/// The choice between the app and a code by text message, for somebody who has both.
#[component]
pub fn Choose(
    /// The last two digits of the number.
    ending: String,
    /// The one that is chosen, which stays so when somebody comes back.
    chosen: RwSignal<MethodKind>,
    /// The one that was used last, where that is known.
    last_used: Option<MethodKind>,
    /// Whether it stands between other things, closer together.
    #[prop(optional)]
    close: bool,
    /// Goes on with the one that is chosen. For a text message, this is where somebody asks for it.
    go_on: Callback<(Sending, MethodKind)>,
    /// The question.
    children: Children,
) -> impl IntoView {
    let sending = Sending::new("");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        go_on.run((sending, chosen.get_untracked()));
    };
    let note = move |kind: MethodKind, words: &str| {
        let used = if last_used == Some(kind) { " You used it last time." } else { "" };
        [words, used].concat()
    };
    view! {
        <form class=if close { "stack" } else { "stack-l" } method="post" novalidate on:submit=submit>
            <fieldset class="stack">
                <legend>{children()}</legend>
                <Tile
                    kind=MethodKind::App
                    name="Authenticator app"
                    note=note(MethodKind::App, "A code from your app.")
                    chosen
                />
                <Tile
                    kind=MethodKind::Phone
                    name=["Text message, number ending ", &ending].concat()
                    note=note(MethodKind::Phone, "A code that we send you.")
                    chosen
                />
            </fieldset>
            <Trouble sending/>
            <Submit sending/>
        </form>
    }
}
