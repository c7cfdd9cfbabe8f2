//! CODE: six digits in one field.

use domain::OneTimeCode;
use leptos::html;
use leptos::prelude::*;

use super::field::Described;
use super::sending::{Problem, Sending, Submit, Trouble};
use crate::browser::{fresh_id, otp};

/// The code field. It has no name and a fresh id, or browsers offer old codes; no greatest length, or a pasted
/// "123 456" is cut.
#[component]
pub fn CodeField(
    /// The form.
    sending: Sending,
    /// The field.
    input: NodeRef<html::Input>,
    /// What it is called.
    label: &'static str,
    /// What to know before filling it in.
    hint: &'static str,
    /// Whether the sixth digit sends the form. It does so once: after an error only the button does. The hint has
    /// to say so beforehand.
    #[prop(optional)]
    sends_itself: bool,
    /// Whether the code comes by text message: browsers that read it there fill it in.
    #[prop(optional)]
    by_text: bool,
) -> impl IntoView {
    let id = fresh_id("code");
    let armed = RwSignal::new(sends_itself);
    let typed = move || {
        let Some(input) = input.get_untracked().filter(|_| armed.get_untracked()) else { return };
        if OneTimeCode::parse(&OneTimeCode::typed(&input.value())).is_ok() {
            armed.set(false);
            if let Some(form) = input.form() {
                let _ = form.request_submit();
            }
        }
    };
    if by_text {
        fill_in(sending, input, typed);
    }
    let described = Described::new(sending, "code", &id, true);
    let hint = move || {
        // Said beforehand, and no longer once it is not so.
        if sends_itself && !armed.get() { "Press Continue when you have entered it." } else { hint }
    };
    view! {
        <div class="field code" class:bad=move || described.is_bad()>
            <label for=id.clone()>{label}</label>
            {described.hint(hint)}
            {described.error()}
            <input
                node_ref=input
                id=id
                data-field="code"
                type="text"
                inputmode="numeric"
                autocomplete="one-time-code"
                spellcheck="false"
                enterkeyhint="go"
                aria-invalid=move || described.invalid()
                aria-describedby=move || described.by()
                on:input=move |_| typed()
            />
        </div>
    }
}

/// Puts the code of a text message into the field, as long as nothing is sent and the field is there.
fn fill_in(sending: Sending, input: NodeRef<html::Input>, filled: impl Fn() + 'static) {
    let waiting = StoredValue::new_local(otp::wait(move |code| {
        // The page may be gone by now.
        if let Some(input) = input.try_get_untracked().flatten() {
            input.set_value(&code);
            filled();
        }
    }));
    let stop = move || {
        if let Some(waiting) = waiting.try_update_value(Option::take).flatten() {
            waiting.abort();
        }
    };
    Effect::new(move || {
        if sending.busy() {
            stop();
        }
    });
    on_cleanup(stop);
}

/// A form that asks for a code and nothing else.
#[component]
pub fn CodeForm(
    /// What the field is called.
    label: &'static str,
    /// What to know before filling it in.
    hint: &'static str,
    /// Whether the sixth digit sends the form.
    #[prop(optional)]
    sends_itself: bool,
    /// Whether the code comes by text message.
    #[prop(optional)]
    by_text: bool,
    /// The words on its button.
    #[prop(default = "Continue")]
    button: &'static str,
    /// Whether it stands between other things, closer together.
    #[prop(optional)]
    close: bool,
    /// What sends the code.
    send: Callback<(Sending, String)>,
) -> impl IntoView {
    let sending = Sending::new("code");
    let input = NodeRef::<html::Input>::new();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.is_busy() {
            return;
        }
        if let Some(code) = code(sending, input) {
            send.run((sending, code));
        }
    };
    view! {
        <form class=if close { "stack" } else { "stack-l" } method="post" novalidate on:submit=submit>
            <CodeField sending input label hint sends_itself by_text/>
            <Trouble sending/>
            <Submit sending label=button/>
        </form>
    }
}

/// The code that is in the field, as it is sent; `None`, with a word to the person, if it is none.
pub fn code(sending: Sending, input: NodeRef<html::Input>) -> Option<String> {
    let typed = OneTimeCode::typed(&input.get_untracked()?.value());
    match OneTimeCode::parse(&typed) {
        Ok(_) => Some(typed),
        Err(error) => {
            sending.refuse(vec![Problem::new("code", &error.to_string())]);
            None
        }
    }
}
