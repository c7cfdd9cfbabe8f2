//! A page's name: in its heading, in the window's title, and where the focus goes at a page change.

use leptos::html;
use leptos::prelude::*;

use super::session::use_session;

/// The window's title.
#[derive(Clone, Copy)]
pub struct Title {
    page: RwSignal<&'static str>,
    error: RwSignal<bool>,
    /// Whether a page has been shown before this one: the first one does not take the focus.
    moved: StoredValue<bool>,
}

impl Title {
    /// Begins to keep the window's title.
    pub fn start() -> Self {
        let title = Self { page: RwSignal::new(""), error: RwSignal::new(false), moved: StoredValue::new(false) };
        let product = use_session().product();
        Effect::new(move || {
            let page = title.page.get();
            if !page.is_empty() {
                let error = if title.error.get() { "Error: " } else { "" };
                document().set_title(&[error, page, " · ", &product.get()].concat());
            }
        });
        title
    }

    /// Says in the title whether the page has found an error in what was entered.
    pub fn show_error(self, error: bool) {
        if self.error.get_untracked() != error {
            self.error.set(error);
        }
    }

    /// Leaves the focus to something that comes before the next heading.
    pub fn keep_focus(self) {
        self.moved.set_value(false);
    }

    /// Whether the focus should go to what has just appeared. From the second page on it does.
    fn takes_focus(self) -> bool {
        let moved = self.moved.get_value();
        self.moved.set_value(true);
        moved
    }
}

/// The window's title.
pub fn use_title() -> Title {
    expect_context()
}

/// A page's heading.
#[component]
pub fn Heading(
    /// What the page is called.
    title: &'static str,
) -> impl IntoView {
    let window_title = use_title();
    let heading = NodeRef::<html::H1>::new();
    window_title.page.set(title);
    window_title.show_error(false);
    heading.on_load(move |heading| {
        if window_title.takes_focus() {
            let _ = heading.focus();
        }
    });
    view! { <h1 node_ref=heading tabindex="-1">{title}</h1> }
}
