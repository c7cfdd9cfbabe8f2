//! What is wrong with several fields at once.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, MouseEvent};

use super::sending::{Problem, Sending};

/// The summary at the top of a form, which takes the focus. One problem alone is told at its field only.
#[component]
pub fn ErrorSummary(
    /// The form.
    sending: Sending,
) -> impl IntoView {
    let several = move || Some(sending.problems().get()).filter(|all| all.len() > 1);
    move || several().map(|problems| view! { <Summary problems/> })
}

#[component]
fn Summary(problems: Vec<Problem>) -> impl IntoView {
    let summary = NodeRef::<html::Div>::new();
    summary.on_load(|summary| drop(summary.focus()));
    let links = problems.into_iter().map(|Problem { field, message }| {
        let target = ["#", &field].concat();
        let show = move |event: MouseEvent| {
            event.prevent_default();
            reveal(&field);
        };
        view! { <li><a href=target on:click=show>{message}</a></li> }
    });
    view! {
        <div class="summary stack-s" role="group" aria-labelledby="problem" tabindex="-1" node_ref=summary>
            <h2 id="problem">"There is a problem"</h2>
            <ul>{links.collect_view()}</ul>
        </div>
    }
}

/// Brings a field's label into view, and then focuses the field: the other way round the label may stay hidden.
fn reveal(field: &str) {
    let label = document().query_selector(&["label[for=", field, "]"].concat()).ok().flatten();
    if let Some(label) = label {
        label.scroll_into_view();
    }
    if let Some(input) = document().get_element_by_id(field).and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        let _ = input.focus();
    }
}
