//! Buttons that say what of a list is shown. One of them is pressed.

use leptos::prelude::*;

/// One of them.
#[component]
pub fn Chip(
    /// The words on it.
    words: &'static str,
    /// How many it lets through, where that is known.
    #[prop(optional_no_strip)]
    count: Option<String>,
    /// Whether it is pressed.
    #[prop(into)]
    pressed: Signal<bool>,
    /// Shows what it stands for.
    #[prop(into)]
    press: Callback<()>,
) -> impl IntoView {
    let count = count.map(|count| view! { <span class="digits">{count}</span> }.into_any());
    view! {
        <button
            type="button"
            class="secondary chip"
            aria-pressed=move || if pressed.get() { "true" } else { "false" }
            on:click=move |_| press.run(())
        >
            <span>{words}</span>
            {count}
        </button>
    }
}

/// All of them, as a group.
#[component]
pub fn ChipGroup(
    /// The buttons.
    children: Children,
) -> impl IntoView {
    view! { <div class="chips" role="group" aria-label="Show only">{children()}</div> }
}
