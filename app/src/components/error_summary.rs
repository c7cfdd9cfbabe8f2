//! What is wrong with several fields at once.

use leptos::prelude::*;
use web_sys::MouseEvent;

use super::sending::{Problem, Sending};
use crate::browser::focus;

/// The summary at the top of a form, which takes the focus. One problem alone is told at its field only.
#[component]
pub fn ErrorSummary(
    /// The form.
    sending: Sending,
) -> impl IntoView {
    view! {
        {move || {
            let problems = sending.problems();
            (problems.len() > 1).then(|| view! { <Summary problems/> }.into_any())
        }}
    }
}

#[component]
fn Summary(problems: Vec<Problem>) -> impl IntoView {
    focus(".summary".to_owned());
    let link = |Problem { field, message }: Problem| {
        let target = ["#", &field].concat();
        let show = move |event: MouseEvent| {
            event.prevent_default();
            reveal(&field);
        };
        view! { <li><a href=target on:click=show>{message}</a></li> }.into_any()
    };
    view! {
        <div class="summary stack-s" role="group" aria-labelledby="problem" tabindex="-1">
            <h2 id="problem">"There is a problem"</h2>
            <ul>{problems.into_iter().map(link).collect::<Vec<_>>()}</ul>
        </div>
    }
}

/// Brings a field's label into view, and then focuses the field: the other way round the label may stay hidden.
fn reveal(field: &str) {
    if let Ok(Some(label)) = document().query_selector(&["label[for=", field, "]"].concat()) {
        label.scroll_into_view();
    }
    focus(["#", field].concat());
}
