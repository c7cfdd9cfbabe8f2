//! Looking for members: by name or address, and by what they need.

use std::time::Duration;

use leptos::html;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use super::members::List;
use crate::api::company::members::MemberFilter;
use crate::browser::navigation::Entry;
use crate::components::chip::{Chip, ChipGroup};
use crate::text;

/// How long nothing is typed until it is looked for.
const PAUSE: Duration = Duration::from_millis(400);

/// The field. It looks by itself after a pause, and at once when Enter is pressed.
#[component]
pub fn Search(list: List) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let pause = StoredValue::new(None::<TimeoutHandle>);
    let searched = Memo::new(move |_| list.query.read().search.clone());
    let look = move || {
        // The page may be gone by now.
        let Some(search) = input.try_get_untracked().flatten().map(|input| input.value()) else { return };
        if searched.with_untracked(|searched| *searched != search) {
            list.look_for(list.query.read_untracked().filter, &search, Entry::Replaced);
        }
    };
    let stop = move || {
        if let Some(pause) = pause.try_update_value(Option::take).flatten() {
            pause.clear();
        }
    };
    let typed = move |_| {
        stop();
        pause.set_value(set_timeout_with_handle(look, PAUSE).ok());
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        stop();
        look();
    };
    on_cleanup(stop);
    view! {
        <form class="field" role="search" method="get" on:submit=submit>
            <label for="search">"Search by name or email"</label>
            <input
                node_ref=input
                id="search"
                type="search"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="search"
                prop:value=move || searched.get()
                on:input=typed
            />
        </form>
    }
}

/// The filters, each with how many it lets through.
#[component]
pub fn Chips(list: List) -> impl IntoView {
    let current = Memo::new(move |_| list.query.read().filter);
    let chip = move |(filter, words, count): (MemberFilter, &'static str, u32)| {
        let pressed = Signal::derive(move || current.get() == filter);
        let press = move |()| list.look_for(filter, &list.query.read_untracked().search, Entry::New);
        let count = list.counts.read().is_some().then(|| text::number(count));
        view! { <Chip words count pressed press/> }.into_any()
    };
    let chips = move || {
        let counts = list.counts.get().unwrap_or_default();
        text::filters(&counts).into_iter().map(chip).collect::<Vec<_>>()
    };
    view! { <ChipGroup>{chips}</ChipGroup> }
}
