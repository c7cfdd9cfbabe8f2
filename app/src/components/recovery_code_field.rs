//! The recovery code, at sign-in and as a proof in a set-up.

use domain::RecoveryCode;
use leptos::html;
use leptos::prelude::*;

use super::field::Described;
use super::sending::{Problem, Sending, Submit, Trouble};

/// The form, with what using the code means. There is never a field for a one-time code beside it: browsers that know
/// such codes would fill in both.
#[component]
pub fn RecoveryCodeForm(
    /// What sends the code, as it was typed.
    send: Callback<(Sending, String)>,
) -> impl IntoView {
    let sending = Sending::new("code");
    let input = NodeRef::<html::Input>::new();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.is_busy() {
            return;
        }
        if let Some(code) = recovery_code(sending, input) {
            send.run((sending, code));
        }
    };
    view! {
        <form class="stack-l" method="post" novalidate on:submit=submit>
            <p class="note warn">
                "Continue uses up this code and signs your other devices out. You then set up a new device and save a new code."
            </p>
            <RecoveryCodeField sending input/>
            <Trouble sending/>
            <Submit sending/>
        </form>
    }
}

/// The field. No greatest length, or a pasted code with spaces is cut.
#[component]
fn RecoveryCodeField(sending: Sending, input: NodeRef<html::Input>) -> impl IntoView {
    let described = Described::new(sending, "code", "recovery-code", true);
    view! {
        <div class="field secret" class:bad=move || described.is_bad()>
            <label for="recovery-code">"Recovery code"</label>
            {described.hint(|| "It works once. Spaces, dashes and capitals don't matter.")}
            {described.error()}
            <input
                node_ref=input
                id="recovery-code"
                data-field="code"
                type="text"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="go"
                aria-invalid=move || described.invalid()
                aria-describedby=move || described.by()
            />
        </div>
    }
}

/// The code that is in the field, as it is sent; `None`, with a word to the person, if it is none.
fn recovery_code(sending: Sending, input: NodeRef<html::Input>) -> Option<String> {
    let typed = input.get_untracked()?.value();
    let problem = if typed.trim().is_empty() {
        "Enter your recovery code.".to_owned()
    } else {
        match RecoveryCode::parse(&typed) {
            Ok(_) => return Some(typed),
            Err(error) => error.to_string(),
        }
    };
    sending.refuse(vec![Problem::new("code", &problem)]);
    None
}
