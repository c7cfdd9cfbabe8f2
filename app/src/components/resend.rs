//! Sending a message again, which has to wait between two times.

use std::pin::Pin;
use std::time::Duration;

use leptos::prelude::*;

use super::announcer::use_announcer;
use super::sending::{Sending, Trouble};
use crate::api::ApiError;
use crate::browser::now;
use crate::text;

/// A message on its way: what comes of it, and in how many seconds there can be another.
pub type Sent = Pin<Box<dyn Future<Output = Result<u32, ApiError>>>>;

/// The button. It stays where it is, says how long it has to wait, and what it has done. Nothing is sent by itself.
#[component]
pub fn Resend(
    /// How many seconds it has to wait at first.
    wait: u32,
    /// The words on it while it has not to wait.
    #[prop(default = "Send Again")]
    label: &'static str,
    /// What to say when it has sent.
    said: &'static str,
    /// Sends.
    send: Callback<(), Sent>,
) -> impl IntoView {
    let sending = Sending::new("");
    let countdown = Countdown::start(wait);
    let again = RwSignal::new(false);
    let press = move |_| {
        if sending.is_busy() || countdown.left.get_untracked() > 0 {
            return;
        }
        again.set(false);
        let call = send.run(());
        sending.send(async move {
            match call.await {
                Ok(wait) => {
                    countdown.begin(wait);
                    again.try_set(true);
                    Ok(())
                }
                Err(error) => {
                    countdown.begin(error.retry_after_s.unwrap_or_default());
                    // There is no field here to say it at.
                    Err(ApiError { field: None, ..error })
                }
            }
        });
    };
    let waits = move || sending.busy() || countdown.left.get() > 0;
    let words = move || match countdown.left.get() {
        _ if sending.busy() => "Sending…".to_owned(),
        0 => label.to_owned(),
        left => ["Send again in ", &text::countdown(left)].concat(),
    };
    view! {
        <div class="stack-s">
            <button
                type="button"
                class="secondary wide digits"
                aria-disabled=move || waits().then_some("true")
                on:click=press
            >
                {move || words()}
            </button>
            <div role="status">{move || again.get().then(|| view! { <p class="soft">{said}</p> }.into_any())}</div>
            <Trouble sending/>
        </div>
    }
}

/// Counts seconds down, by the clock: a page in the background is not called every second.
#[derive(Clone, Copy)]
struct Countdown {
    left: RwSignal<u32>,
    end: StoredValue<f64>,
}

impl Countdown {
    fn start(seconds: u32) -> Self {
        let countdown = Self { left: RwSignal::new(0), end: StoredValue::new(0.0) };
        countdown.begin(seconds);
        let announcer = use_announcer();
        let tick = move || {
            if let Some(spoken) = countdown.tick() {
                announcer.say(spoken);
            }
        };
        if let Ok(interval) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || interval.clear());
        }
        countdown
    }

    fn begin(self, seconds: u32) {
        // The page may be gone by now.
        self.end.try_set_value(now() + f64::from(seconds) * 1_000.0);
        self.left.try_set(seconds);
    }

    /// A second has passed. Gives what is to be said of it.
    fn tick(self) -> Option<&'static str> {
        let left = ((self.end.try_get_value()? - now()) / 1_000.0).ceil().max(0.0) as u32;
        if self.left.try_get_untracked()? == left {
            return None;
        }
        self.left.set(left);
        text::resend(left)
    }
}
