//! NAME: what somebody is called.

use leptos::html;
use leptos::prelude::*;

use super::field::Described;
use super::sending::{Problem, Sending};
use crate::text;

/// The field.
#[component]
pub fn NameField(
    /// The form.
    sending: Sending,
    /// The field.
    input: NodeRef<html::Input>,
    /// What is in it at first.
    name: String,
    /// Whether no other field follows it.
    #[prop(optional)]
    last: bool,
) -> impl IntoView {
    let described = Described::new(sending, "name", "name", false);
    view! {
        <div class="field" class:bad=move || described.is_bad()>
            <label for="name">"Name"</label>
            {described.error()}
            <input
                node_ref=input
                id="name"
                name="name"
                data-field="name"
                type="text"
                autocomplete="name"
                enterkeyhint=if last { "go" } else { "next" }
                value=name
                aria-invalid=move || described.invalid()
                aria-describedby=move || described.by()
            />
        </div>
    }
}

/// What is wrong with a name before the server has seen it, if anything is.
pub fn name_problem(name: &str) -> Option<Problem> {
    text::name_problem(name).map(|problem| Problem::new("name", &problem))
}
