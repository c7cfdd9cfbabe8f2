//! PASSWORD: the present one.

use leptos::html;
use leptos::prelude::*;

use super::announcer::use_announcer;
use super::field::Described;
use super::sending::{Problem, Sending};

/// The password field, which can be shown, and hides again when it is sent.
#[component]
pub fn PasswordField(
    /// The form.
    sending: Sending,
    /// The field.
    input: NodeRef<html::Input>,
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
    let described = Described::new(sending, "password", "password", false);
    view! {
        <div class="field" class:bad=move || described.is_bad()>
            <label for="password">"Password"</label>
            {described.error()}
            <div class="with-button">
                <input
                    node_ref=input
                    id="password"
                    name="password"
                    data-field="password"
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete="current-password"
                    autocapitalize="none"
                    spellcheck="false"
                    enterkeyhint="go"
                    aria-invalid=move || described.invalid()
                    aria-describedby=move || described.by()
                />
                <button type="button" class="quiet" aria-controls="password" on:click=toggle>
                    {move || if shown.get() { "Hide" } else { "Show" }}
                    <span class="unseen">" password"</span>
                </button>
            </div>
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
