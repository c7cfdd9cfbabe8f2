//! A dialog, beside which nothing else can be done.

use leptos::html;
use leptos::prelude::*;

/// A modal dialog. The browser keeps the focus in it, and gives it back to whatever had it before.
#[component]
pub fn Modal(
    /// Whether it is open.
    open: Memo<bool>,
    /// The id of its title.
    titled_by: &'static str,
    /// What Escape does.
    cancel: Callback<()>,
    /// What is in it, drawn each time that it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let open = open.get();
        if let Some(dialog) = dialog.get() {
            if open { drop(dialog.show_modal()) } else { dialog.close() }
        }
    });
    let escape = move |event: web_sys::Event| {
        event.prevent_default();
        cancel.run(());
    };
    // Browsers hold nobody in a dialog: pressing Escape again closes it whatever was said to the first time.
    let closed = move |_: web_sys::Event| {
        let shut = dialog.get_untracked().is_some_and(|dialog| !dialog.open());
        if shut && open.get_untracked() {
            cancel.run(());
        }
    };
    view! {
        <dialog node_ref=dialog aria-labelledby=titled_by on:cancel=escape on:close=closed>
            {move || open.get().then(|| children())}
        </dialog>
    }
}
