//! EMAIL: the address that signs in.

use leptos::html;
use leptos::prelude::*;

use super::field::Described;
use super::sending::{Problem, Sending};

/// The email field. Its `id` and `name` stay the same: password managers know the page by them.
#[component]
pub fn EmailField(
    /// The form.
    sending: Sending,
    /// The field.
    input: NodeRef<html::Input>,
    /// What is in it to begin with.
    #[prop(optional)]
    value: Option<String>,
    /// What the Enter key of a keyboard on the screen is called.
    #[prop(default = "next")]
    enter: &'static str,
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
                enterkeyhint=enter
                value=value
                aria-invalid=move || described.invalid()
                aria-describedby=move || described.by()
            />
        </div>
    }
}

/// What is wrong with an address before the server has seen it, if anything is.
pub fn email_problem(email: &str) -> Option<Problem> {
    let message = if email.trim().is_empty() {
        "Enter your email address."
    } else if !email.contains('@') {
        "Enter an email address like name@example.com."
    } else {
        return None;
    };
    Some(Problem::new("email", message))
}
