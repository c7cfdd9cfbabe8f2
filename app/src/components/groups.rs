//! A secret in groups of four: large, and never broken within a group.

use leptos::prelude::*;

/// The groups, as they stand in the text.
#[component]
pub fn Groups(
    /// The secret, with spaces between its groups.
    code: String,
) -> impl IntoView {
    let group = |group: &str| view! { <span>{group.to_owned()}</span> " " }.into_any();
    view! { <p class="key">{code.split_whitespace().map(group).collect::<Vec<_>>()}</p> }
}
