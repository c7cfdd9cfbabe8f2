//! What is said to people who do not see the page. The regions are there from the beginning: one that appears
//! together with its text is not read out.

use std::time::Duration;

use leptos::prelude::*;

/// Says things.
#[derive(Clone, Copy)]
pub struct Announcer(RwSignal<String>);

impl Announcer {
    /// An announcer that has said nothing.
    pub fn new() -> Self {
        Self(RwSignal::new(String::new()))
    }

    /// Says something when the person is not being told anything else.
    pub fn say(self, text: &str) {
        // Emptied first, so that the same words are a change the second time too.
        self.0.set(String::new());
        let text = text.to_owned();
        set_timeout(move || self.0.set(text), Duration::from_millis(100));
    }
}

/// The announcer.
pub fn use_announcer() -> Announcer {
    expect_context()
}

/// The region that it writes into.
#[component]
pub fn Announcements() -> impl IntoView {
    let announcer = use_announcer();
    view! { <div role="status" class="unseen">{move || announcer.0.get()}</div> }
}
