//! A number that codes are sent to, and what is known of the last one.

use std::pin::Pin;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::text::{Delivery, PhoneWay, Texted};
use crate::api::{ApiError, Code};
use crate::browser::now;
use crate::text;

/// How often the server is asked what has become of a message.
const LOOK: Duration = Duration::from_secs(5);

/// A call that ends with the code that was sent last, if it still works.
pub type Texting = Pin<Box<dyn Future<Output = Result<Option<Texted>, ApiError>>>>;

/// A number that codes are sent to, and what is known of the last one.
#[derive(Clone, Copy)]
pub struct Texts {
    number: StoredValue<String>,
    /// Whether the number is all of it, and not its last two digits.
    whole: bool,
    pub(super) texted: RwSignal<Option<Texted>>,
    /// From when there can be another, by this device's clock.
    again_at: StoredValue<f64>,
    send: Callback<(), Texting>,
    look: Callback<(), Texting>,
    /// Whether it is worth looking what has become of the message.
    watched: StoredValue<bool>,
}

impl Texts {
    /// Of the number that the person has. `send` sends a code, `look` only asks.
    pub fn of(way: PhoneWay, send: Callback<(), Texting>, look: Callback<(), Texting>) -> Self {
        Self::new(way.ending, false, way.texted, send, look)
    }

    /// Of a number that is being set up, which its owner is shown.
    pub fn of_new(
        number: String,
        texted: Option<Texted>,
        send: Callback<(), Texting>,
        look: Callback<(), Texting>,
    ) -> Self {
        Self::new(number, true, texted, send, look)
    }

    fn new(
        number: String,
        whole: bool,
        texted: Option<Texted>,
        send: Callback<(), Texting>,
        look: Callback<(), Texting>,
    ) -> Self {
        Self {
            number: StoredValue::new(number),
            whole,
            texted: RwSignal::new(texted),
            again_at: StoredValue::new(again_at(texted)),
            send,
            look,
            watched: StoredValue::new(true),
        }
    }

    /// The last two digits of the number.
    pub fn ending(self) -> String {
        self.number.get_value()
    }

    /// Whether a code was sent that still works.
    pub fn is_sent(self) -> bool {
        self.texted.with_untracked(Option::is_some)
    }

    /// Sends a code.
    pub fn send(self) -> Texting {
        let call = self.send.run(());
        Box::pin(async move {
            let texted = call.await?;
            // The page may be gone by now.
            self.watched.try_set_value(true);
            self.again_at.try_set_value(again_at(texted));
            self.texted.try_set(texted);
            Ok(texted)
        })
    }

    /// In how many seconds there can be another.
    pub(super) fn wait(self) -> u32 {
        ((self.again_at.get_value() - now()) / 1_000.0).ceil().max(0.0) as u32
    }

    /// The number within a sentence. All of it reads from left to right in every language.
    pub(super) fn named(self) -> AnyView {
        let number = self.number.get_value();
        if self.whole {
            view! { <bdi class="entry" dir="ltr">{number}</bdi> }.into_any()
        } else {
            ["the number ending ", &number].concat().into_any()
        }
    }

    /// Why the message does not arrive, if it does not; empty where nobody knows.
    pub(super) fn failure(self) -> Option<&'static str> {
        match self.texted.get()?.delivery {
            Delivery::Waiting | Delivery::Sent | Delivery::Delivered => None,
            Delivery::GivenUp => Some(""),
            Delivery::Failed { reason } => Some(text::undeliverable(reason)),
        }
    }

    /// What can be done then.
    pub(super) fn after_failure(self) -> &'static str {
        if self.whole {
            " Change the number, or send another one."
        } else {
            " Send another one, or use another way below."
        }
    }

    /// Looks from time to time what has become of the message, as long as that is open and somebody sees the page.
    pub(super) fn watch(self) {
        let look = move || {
            if document().hidden() || !self.is_on_its_way() {
                return;
            }
            let call = self.look.run(());
            spawn_local(async move { self.seen(call.await) });
        };
        if let Ok(interval) = set_interval_with_handle(look, LOOK) {
            on_cleanup(move || interval.clear());
        }
    }

    fn is_on_its_way(self) -> bool {
        let texted = self.texted.try_get_untracked().flatten();
        let open = texted.is_some_and(|texted| matches!(texted.delivery, Delivery::Waiting | Delivery::Sent));
        open && self.watched.try_get_value() == Some(true)
    }

    /// What has become of the message. What is typed meanwhile stays: nothing else of the page changes.
    fn seen(self, answer: Result<Option<Texted>, ApiError>) {
        match answer {
            Ok(Some(latest)) => {
                let known = self.texted.try_get_untracked().flatten();
                let known = known
                    .filter(|known| known.sent_at == latest.sent_at && known.delivery != latest.delivery);
                if let Some(known) = known {
                    self.texted.try_set(Some(Texted { delivery: latest.delivery, ..known }));
                }
            }
            Err(ApiError { code: Code::Offline, .. }) => {}
            // It works no more, or the page is another's.
            Ok(None) | Err(_) => {
                self.watched.try_set_value(false);
            }
        }
    }
}

fn again_at(texted: Option<Texted>) -> f64 {
    now() + texted.map_or(0.0, |texted| f64::from(texted.again_in_s) * 1_000.0)
}
