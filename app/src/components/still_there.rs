//! Asks whether somebody is still there two minutes before a session ends, and clears the page when it has ended.

use std::time::Duration;

use domain::SessionState;
use leptos::leptos_dom::helpers::{IntervalHandle, TimeoutHandle};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::dialog::Modal;
use super::sending::{Sending, Trouble};
use super::session::{Session, use_session};
use crate::api::session::stay_signed_in;
use crate::browser::now;
use crate::text;

/// How long before the end the question is asked, in seconds.
const WARNING: u32 = 120;

/// The watch over the session's end.
#[derive(Clone, Copy)]
struct Watch {
    session: Session,
    /// Seconds that are left, while the dialog is open.
    left: RwSignal<Option<u32>>,
    /// Whether the end cannot be put off any more. That of a recovery never can.
    last: RwSignal<bool>,
    /// Whether the person knows that, and does not want to be told again.
    told: StoredValue<bool>,
    wake: StoredValue<Option<TimeoutHandle>>,
    tick: StoredValue<Option<IntervalHandle>>,
}

impl Watch {
    /// Seconds until the record ends, rounded up; `None`: nothing ends.
    fn remaining(self) -> Option<u32> {
        let milliseconds = untrack(|| self.session.deadline())? - now();
        Some((milliseconds / 1_000.0).ceil().max(0.0) as u32)
    }

    /// Looks at the clock, and comes back when there is something to do.
    fn look(self) {
        self.rest();
        let Some(remaining) = self.remaining() else { return };
        let asks = untrack(|| {
            self.session.read(|view| {
                !matches!(
                    view.state,
                    SessionState::Anonymous | SessionState::PasswordDue | SessionState::Challenge
                )
            })
        });
        let ahead = if asks && !self.told.get_value() { WARNING } else { 0 };
        if remaining == 0 {
            self.end();
        } else if remaining <= ahead {
            self.left.set(Some(remaining));
            let tick = set_interval_with_handle(move || self.count(), Duration::from_secs(1));
            self.tick.set_value(tick.ok());
        } else {
            let wait = Duration::from_secs((remaining - ahead).into());
            self.wake.set_value(set_timeout_with_handle(move || self.ask(), wait).ok());
        }
    }

    /// The time has come, unless the session was used meanwhile, here or in another tab: the server knows.
    fn ask(self) {
        spawn_local(async move {
            if self.session.ask().await.is_err() {
                self.look();
            }
        });
    }

    /// A second has passed.
    fn count(self) {
        match self.remaining() {
            Some(0) => self.end(),
            left => self.left.set(left),
        }
    }

    /// The record has ended. What is on the screen goes first; the server then says what is left.
    fn end(self) {
        self.rest();
        self.session.blank();
        self.session.refresh();
    }

    /// Whether all that can be done is to finish in time; tracked.
    fn is_last(self) -> bool {
        self.last.get() || self.session.is(SessionState::Recovering)
    }

    /// The person is there: the session goes on, or, where it cannot, the dialog makes way.
    fn stay(self, sending: Sending) {
        if untrack(|| self.is_last()) {
            self.told.set_value(true);
            self.look();
            return;
        }
        sending.send(async move {
            self.session.update(stay_signed_in().await?);
            // Nothing makes a session last longer than the longest that any may.
            self.last.set(self.remaining().is_some_and(|left| left <= WARNING));
            Ok(())
        });
    }

    /// Closes the dialog and waits for nothing.
    fn rest(self) {
        self.left.set(None);
        self.wake.update_value(|wake| wake.take().into_iter().for_each(|wake| wake.clear()));
        self.tick.update_value(|tick| tick.take().into_iter().for_each(|tick| tick.clear()));
    }
}

/// The dialog, and the watch that opens it.
#[component]
pub fn StillThere() -> impl IntoView {
    let watch = Watch {
        session: use_session(),
        left: RwSignal::new(None),
        last: RwSignal::new(false),
        told: StoredValue::new(false),
        wake: StoredValue::new(None),
        tick: StoredValue::new(None),
    };
    Effect::new(move || {
        // Another end than the one that the person knows of.
        if watch.session.deadline().is_none_or(|deadline| deadline - now() > f64::from(WARNING) * 1_000.0) {
            watch.last.set(false);
            watch.told.set_value(false);
        }
        watch.look();
    });
    // A device that slept has missed its timers, and another tab may have signed out.
    let _ = window_event_listener_untyped("visibilitychange", move |_| {
        if !document().hidden() {
            if watch.remaining() == Some(0) { watch.end() } else { watch.session.refresh() }
        }
    });

    let sending = Sending::new("");
    let open = Memo::new(move |_| watch.left.read().is_some());
    // Escape is somebody who is there.
    let cancel = Callback::new(move |()| watch.stay(sending));
    view! { <Modal open titled_by="still-there" cancel><Question watch sending/></Modal> }
}

/// What the dialog says and offers.
#[component]
fn Question(watch: Watch, sending: Sending) -> impl IntoView {
    let state = move || watch.session.read(|view| Some(view.state));
    let title = move || match state() {
        Some(SessionState::Recovering) => "Time is running out",
        _ => "Still there?",
    };
    let beginning = move || match state() {
        Some(SessionState::Full) => "You will be signed out in ",
        Some(SessionState::Recovering) => "This recovery ends in ",
        _ => "This sign-in ends in ",
    };
    let sentence = move || match state() {
        Some(SessionState::Recovering) => {
            "It can't be put off: finish before then. The recovery code that you have used does not work again."
        }
        _ if watch.last.get() => {
            "It can't be put off any more: finish what you are doing, then sign in again."
        }
        Some(SessionState::Full) => "Nothing has happened here for a while.",
        Some(SessionState::IdentityDue) => "If you are still waiting for your code, take the time you need.",
        _ => "If you are still installing an app, take the time you need.",
    };
    let left = move || watch.left.get().unwrap_or_default();
    // Spoken every half minute, not every second.
    let spoken = move || left().div_ceil(30) * 30;
    view! {
        <div class="stack">
            <h2 id="still-there">{move || title()}</h2>
            <p>
                {move || beginning()} <b class="digits">{move || text::countdown(left())}</b> ". " {move || sentence()}
            </p>
            <p role="status" class="unseen">
                {move || match spoken() {
                    WARNING.. => String::new(),
                    left => [beginning(), &text::remaining(left), "."].concat(),
                }}
            </p>
            <Trouble sending/>
            <div class="row">
                <button type="button" class="primary" on:click=move |_| watch.stay(sending)>
                    {move || if watch.is_last() { "Close" } else { "Stay Signed In" }}
                </button>
                <button type="button" class="secondary" on:click=move |_| sending.send(watch.session.leave())>
                    "Sign Out"
                </button>
            </div>
        </div>
    }
}
