//! A question before something that cannot be taken back.

use leptos::prelude::*;

use super::dialog::Modal;
use crate::browser::focus;

/// What is asked, and what can be answered.
#[derive(Clone, Copy)]
pub struct Question {
    /// What is asked.
    pub title: &'static str,
    /// What follows from a yes.
    pub effect: &'static str,
    /// The words on the button that does it.
    pub act: &'static str,
    /// The words on the one that does not.
    pub keep: &'static str,
}

/// The dialog. Whoever presses Enter without reading changes nothing.
#[component]
pub fn Confirm(
    /// Whether it is asked.
    asked: RwSignal<bool>,
    /// The id of its title.
    id: &'static str,
    /// What it asks.
    question: Question,
    /// Does it.
    confirmed: Callback<()>,
) -> impl IntoView {
    let open = Memo::new(move |_| asked.get());
    let cancel = Callback::new(move |()| asked.set(false));
    view! { <Modal open titled_by=id cancel><Answers asked id question confirmed/></Modal> }
}

#[component]
fn Answers(
    asked: RwSignal<bool>,
    id: &'static str,
    question: Question,
    confirmed: Callback<()>,
) -> impl IntoView {
    let yes = move |_| {
        asked.set(false);
        confirmed.run(());
    };
    focus("#keep".to_owned());
    view! {
        <div class="stack">
            <h2 id=id>{question.title}</h2>
            <p>{question.effect}</p>
            <div class="row">
                <button type="button" class="danger" on:click=yes>{question.act}</button>
                <button id="keep" type="button" class="secondary" on:click=move |_| asked.set(false)>
                    {question.keep}
                </button>
            </div>
        </div>
    }
}
