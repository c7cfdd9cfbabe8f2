//! What is shown of an authentication method.

use domain::Timestamp;
use leptos::prelude::*;

use crate::browser::dates;
use crate::text;

/// When it was set up and last used, in words.
pub fn facts(added_at: Timestamp, last_used_at: Option<Timestamp>) -> String {
    let used = last_used_at.map(dates::recent_day);
    text::method_facts(&dates::recent_day(added_at), used.as_deref())
}

/// How a state is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As nothing in particular.
    Plain,
    /// As it should be.
    Good,
    /// Something to think about.
    Warning,
}

/// A state in a word or two.
#[component]
pub fn Pill(
    /// The words.
    #[prop(into)]
    words: String,
    /// How they are meant. The words alone say it too.
    tone: Tone,
) -> impl IntoView {
    let class = match tone {
        Tone::Plain => "pill",
        Tone::Good => "pill ok",
        Tone::Warning => "pill warn",
    };
    view! { <span class=class>{words}</span> }
}
