//! PASSWORD: the present one.

use leptos::html;
use leptos::prelude::*;

use super::announcer::use_announcer;
use super::field::Described;
use super::sending::Sending;

/// The password field, which can be shown, and hides again when it is sent.
#[component]
pub fn PasswordField(
    /// The form.
    sending: Sending,
    /// The field.
    input: NodeRef<html::Input>,
    /// What is in it at first.
    #[prop(optional, into)]
    value: String,
) -> impl IntoView {
    let announcer = use_announcer();
    let shown = RwSignal::new(false);
    Effect::new(move || {
        if sending.busy() {
            shown.set(false);
        }
    });
    let toggle = move |_| {
        shown.update(|shown| *shown = !*shown);
        let now = if shown.get_untracked() { "Your password is visible" } else { "Your password is hidden" };
        announcer.say(now);
    };
    let described = Described::new(sending, "password", "password", false, input);
    let (invalid, by) = (described.clone(), described.clone());
    view! {
        <div class="field" class:bad=move || described.problem.read().is_some()>
            <label for="password">"Password"</label>
            {by.error()}
            <div class="with-button">
                <input
                    node_ref=input
                    id="password"
                    name="password"
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete="current-password"
                    autocapitalize="none"
                    spellcheck="false"
                    enterkeyhint="go"
                    aria-invalid=move || invalid.invalid()
                    aria-describedby=move || by.by()
                    prop:value=value
                />
                <button type="button" class="quiet" aria-controls="password" on:click=toggle>
                    {move || if shown.get() { "Hide" } else { "Show" }}
                    <span class="unseen">" password"</span>
                </button>
            </div>
        </div>
    }
}

/// What is in a password field; `None`, with a word to the person, if nothing is.
pub fn password(sending: Sending, input: NodeRef<html::Input>) -> Option<String> {
    let password = input.get_untracked()?.value();
    if password.is_empty() {
        sending.refuse(vec![super::sending::Problem::new("password", "Enter your password.")]);
        return None;
    }
    Some(password)
}
