//! A page's name: in its heading, in the window's title, and where the focus goes at a page change.

use leptos::prelude::*;

use super::session::use_session;
use crate::browser::{focus, shell};

/// The window's title.
#[derive(Clone, Copy)]
pub struct Title {
    page: RwSignal<String>,
    error: RwSignal<bool>,
    /// Whether what appears next takes the focus. Where the shell is, the first page does not: somebody may be typing
    /// there already.
    takes_focus: StoredValue<bool>,
}

impl Title {
    /// Begins to keep the window's title.
    pub fn start() -> Self {
        let title = Self {
            page: RwSignal::new(String::new()),
            error: RwSignal::new(false),
            takes_focus: StoredValue::new(!shell::is_there()),
        };
        let product = use_session().product();
        Effect::new(move || {
            let page = title.page.get();
            if !page.is_empty() {
                let error = if title.error.get() { "Error: " } else { "" };
                document().set_title(&[error, &*page, " · ", &*product.get()].concat());
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

    /// Gives the focus to something other than the heading that comes next.
    pub fn focus_instead(self, selector: &str) {
        self.takes_focus.set_value(false);
        focus(selector.to_owned());
    }

    fn appear(self, title: &str) {
        self.page.set(title.to_owned());
        self.show_error(false);
        if self.takes_focus.get_value() {
            focus("h1".to_owned());
        }
        self.takes_focus.set_value(true);
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
    #[prop(into)]
    title: String,
) -> impl IntoView {
    use_title().appear(&title);
    view! { <h1 tabindex="-1">{title}</h1> }
}
