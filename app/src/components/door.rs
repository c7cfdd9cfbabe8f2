//! The layout of sign-in and set-up: one task, one card.

use leptos::prelude::*;

use super::icon::Mark;

/// Which step of how many.
pub type Step = (u32, u32);

/// A card on an otherwise empty page.
#[component]
pub fn Door(
    /// What is in the card.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="door">
            <header><Mark/></header>
            <main class="card stack-l">{children()}</main>
        </div>
    }
}

/// How far along the person is, where there are several steps.
#[component]
pub fn Steps(
    /// Which step of how many; nothing where that is not known.
    #[prop(into)]
    at: Option<Step>,
) -> impl IntoView {
    at.map(|(step, of)| {
        let bar = |bar| view! { <i class=if bar <= step { "on" } else { "" }></i> }.into_any();
        let words = ["Step ", &step.to_string(), " of ", &of.to_string()].concat();
        view! {
            <p class="steps">
                <span class="steps-bars" aria-hidden="true">{(1..=of).map(bar).collect::<Vec<_>>()}</span>
                {words}
            </p>
        }
        .into_any()
    })
}
