//! Help that opens on request.

use leptos::prelude::*;

/// A question, with its answer folded away.
#[component]
pub fn Disclosure(
    /// The question.
    question: &'static str,
    /// The answer.
    children: Children,
) -> impl IntoView {
    view! {
        <details>
            <summary>{question}</summary>
            <div class="answer stack-s">{children()}</div>
        </details>
    }
}
