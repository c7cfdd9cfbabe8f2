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
) -> impl IntoView {
    let described = Described::new(sending, "email", "email", false);
    view! {
        <div class="field" class:bad=move || described.is_bad()>
            <label for="email">"Email"</label>
            {described.error()}
            <input
                node_ref=input
                id="email"
                name="email"
                data-field="email"
                type="email"
                autocomplete="username"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="next"
                aria-invalid=move || described.invalid()
                aria-describedby=move || described.by()
            />
        </div>
    }
}
