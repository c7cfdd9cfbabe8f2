//! A code by text message: it is sent when somebody asks for it, and then entered.

mod texts;

use leptos::prelude::*;

pub use self::texts::{Texting, Texts};
use super::announcer::use_announcer;
use super::code_field::CodeForm;
use super::resend::{Resend, Sent};
use super::sending::{ActionButton, Sending, Trouble};
use super::session::use_session;
use crate::browser::{dates, focus};
use crate::text;

/// Sending comes first, then the field.
#[component]
pub fn TextCode(
    /// The number, and what is known of the last code.
    texts: Texts,
    /// What the field is called.
    #[prop(default = "6-digit code")]
    label: &'static str,
    /// What to know before filling it in.
    #[prop(default = "It is in the newest message.")]
    hint: &'static str,
    /// Whether the sixth digit sends the form; the hint says so.
    #[prop(optional)]
    sends_itself: bool,
    /// The words on the form's button.
    #[prop(default = "Continue")]
    button: &'static str,
    /// Whether it stands between other things, closer together.
    #[prop(optional)]
    close: bool,
    /// What sends the code that was entered.
    enter: Callback<(Sending, String)>,
) -> impl IntoView {
    texts.watch();
    let sent = Memo::new(move |_| texts.texted.read().is_some());
    view! {
        {move || if sent.get() {
            view! {
                <Message texts/>
                <CodeForm label hint sends_itself by_text=true button close send=enter/>
                <Again texts/>
            }
            .into_any()
        } else {
            view! { <SendFirst texts/> }.into_any()
        }}
    }
}

/// Nothing is sent before this is pressed.
#[component]
fn SendFirst(texts: Texts) -> impl IntoView {
    let announcer = use_announcer();
    let sending = Sending::new("");
    let press = move |()| {
        let call = texts.send();
        sending.send(async move {
            call.await?;
            announcer.say("Code sent");
            focus("[data-field=code]".to_owned());
            Ok(())
        });
    };
    view! {
        <p>"Text a code to " {texts.named()} "?"</p>
        <Trouble sending/>
        <ActionButton sending label="Send Text Message" at_work="Sending…" class="primary wide" field="code" press/>
    }
}

/// When a code was sent and to where, and what has become of it.
#[component]
fn Message(texts: Texts) -> impl IntoView {
    let product = use_session().product();
    let time = move || texts.texted.get().map(|texted| dates::time(texted.sent_at));
    let failure = Memo::new(move |_| texts.failure());
    let failed = move |why: &'static str| {
        view! {
            <p class="note warn">
                <b>"The message could not be delivered to " {texts.named()} "."</b>
                " " {why} {texts.after_failure()}
            </p>
        }
        .into_any()
    };
    view! {
        <div class="stack-s">
            <p>"We sent a code at " {time} " to " {texts.named()} ". It may take a few minutes. It works for 5."</p>
            <p class="soft">"Nobody from " {product} " will ask you for it."</p>
        </div>
        <div role="status">{move || failure.get().map(failed)}</div>
    }
}

/// Another code where the first one does not come or is too old, and how many there can be before the waits are long.
#[component]
fn Again(texts: Texts) -> impl IntoView {
    let more = move || texts.texted.get().map(|texted| text::before_long_pause(texted.before_long_pause));
    let send = Callback::new(move |()| -> Sent {
        let call = texts.send();
        Box::pin(async move { Ok(call.await?.map_or(0, |texted| texted.again_in_s)) })
    });
    view! {
        <div class="stack-s">
            <Resend
                wait=texts.wait()
                label="Send a New Code"
                said="Sent again. Codes sent earlier still work until they expire."
                send
            />
            <p class="soft">{more}</p>
        </div>
    }
}
