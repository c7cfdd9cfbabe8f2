//! PASSWORD: the present one, and what every field for a password has in common.

use leptos::html;
use leptos::prelude::*;

use super::announcer::use_announcer;
use super::field::Described;
use super::sending::{Problem, Sending};
use crate::api::{ApiError, Code};

/// The password field.
#[component]
pub fn PasswordField(
    /// The form.
    sending: Sending,
    /// The field.
    input: NodeRef<html::Input>,
    /// What it is called.
    #[prop(default = "Password")]
    label: &'static str,
) -> impl IntoView {
    let described = Described::new(sending, "password", "password", false);
    let called = label.to_ascii_lowercase();
    view! {
        <div class="field" class:bad=move || described.is_bad()>
            <label for="password">{label}</label>
            {described.error()}
            <SecretInput sending input described name="password" called autocomplete="current-password"/>
        </div>
    }
}

/// What is typed into stays hidden unless it is asked to be shown, and hides again when it is sent.
#[component]
pub fn SecretInput(
    /// The form.
    sending: Sending,
    /// The field.
    input: NodeRef<html::Input>,
    /// What describes it.
    described: Described,
    /// Its `id` and `name`, which stay the same: password managers know the page by them. Problems call it so too.
    name: &'static str,
    /// What it is called within a sentence.
    #[prop(into)]
    called: String,
    /// What password managers fill in.
    autocomplete: &'static str,
) -> impl IntoView {
    let announcer = use_announcer();
    let shown = RwSignal::new(false);
    Effect::new(move || {
        if sending.busy() {
            shown.set(false);
        }
    });
    let toggle = move |_| {
        let show = !shown.get_untracked();
        shown.set(show);
        announcer.say(if show { "Your password is visible" } else { "Your password is hidden" });
    };
    view! {
        <div class="with-button">
            <input
                node_ref=input
                id=name
                name=name
                data-field=name
                type=move || if shown.get() { "text" } else { "password" }
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="go"
                aria-invalid=move || described.invalid()
                aria-describedby=move || described.by()
            />
            <button type="button" class="quiet" aria-controls=name on:click=toggle>
                {move || if shown.get() { "Hide" } else { "Show" }}
                <span class="unseen">" " {called}</span>
            </button>
        </div>
    }
}

/// For password managers, which fill in the password of the account that they see.
#[component]
pub fn Username(
    /// The address that signs in.
    email: String,
) -> impl IntoView {
    view! {
        <input
            class="unseen"
            type="text"
            name="username"
            autocomplete="username"
            value=email
            readonly
            tabindex="-1"
            aria-hidden="true"
        />
    }
}

/// What is in a password field; `None`, with a word to the person, if nothing is.
pub fn password(sending: Sending, input: NodeRef<html::Input>) -> Option<String> {
    let password = input.get_untracked()?.value();
    if password.is_empty() {
        sending.refuse(vec![Problem::new("password", "Enter your password.")]);
        return None;
    }
    Some(password)
}

/// Empties a field whose password was wrong: it is of no use to anybody. One that was not looked at stays.
pub fn clear_wrong<T>(answer: &Result<T, ApiError>, input: NodeRef<html::Input>) {
    // The page may be gone by now.
    if matches!(answer, Err(ApiError { code: Code::WrongCredentials, .. }))
        && let Some(input) = input.try_get_untracked().flatten()
    {
        input.set_value("");
    }
}
