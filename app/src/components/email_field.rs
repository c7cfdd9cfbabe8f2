//! EMAIL: the address that signs in.

use leptos::html;
use leptos::prelude::*;

use super::field::Described;
use super::sending::Sending;

/// The email field. Its `id` and `name` stay the same: password managers know the page by them.
#[component]
pub fn EmailField(
    /// The form.
    sending: Sending,
    /// The field.
    input: NodeRef<html::Input>,
    /// What is in it at first.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    let described = Described::new(sending, "email", "email", false, input);
    let (invalid, by) = (described.clone(), described.clone());
    view! {
        <div class="field" class:bad=move || described.problem.read().is_some()>
            <label for="email">"Email"</label>
            {by.error()}
            <input
                node_ref=input
                id="email"
                name="email"
                type="email"
                autocomplete="username"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="next"
                aria-invalid=move || invalid.invalid()
                aria-describedby=move || by.by()
                prop:value=value
            />
        </div>
    }
}
