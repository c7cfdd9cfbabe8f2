//! Copying a secret.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::announcer::use_announcer;
use super::field::Wrong;
use super::icon::{COPY, DONE, Icon};
use crate::browser::clipboard;

/// How long the button says that it has copied.
const SAYS_SO: Duration = Duration::from_secs(4);

/// A button that copies.
#[component]
pub fn CopyButton(
    /// The words on it.
    label: &'static str,
    /// What to say when the browser refuses.
    failure: &'static str,
    /// What it copies.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let announcer = use_announcer();
    let copied = RwSignal::new(None::<bool>);
    let text = StoredValue::new(text);
    let copy = move |_| {
        let text = text.get_value();
        spawn_local(async move {
            let worked = clipboard::copy(&text).await;
            announcer.say(if worked { "Copied" } else { failure });
            copied.try_set(Some(worked));
            if worked {
                set_timeout(
                    move || {
                        copied.try_set(None);
                    },
                    SAYS_SO,
                );
            }
        });
    };
    let done = move || copied.get() == Some(true);
    view! {
        <button type="button" class="secondary" on:click=copy>
            {move || view! { <Icon of=if done() { DONE } else { COPY }/> }.into_any()}
            <span>{move || if done() { "Copied" } else { label }}</span>
        </button>
        {move || (copied.get() == Some(false)).then(|| view! { <Wrong message=failure/> }.into_any())}
    }
}
