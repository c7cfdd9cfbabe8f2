//! What all fields have in common.

use leptos::prelude::*;

use super::icon::{ALERT, Icon};
use super::sending::Sending;

/// What a field is told by: its problem, and what describes it.
#[derive(Clone, Copy)]
pub struct Described {
    problem: Memo<Option<String>>,
    error_id: StoredValue<String>,
    hint_id: StoredValue<Option<String>>,
}

impl Described {
    /// Of the field `id`, which problems call `name`.
    pub fn new(sending: Sending, name: &'static str, id: &str, hinted: bool) -> Self {
        Self {
            problem: Memo::new(move |_| sending.problem(name)),
            error_id: StoredValue::new([id, "-error"].concat()),
            hint_id: StoredValue::new(hinted.then(|| [id, "-hint"].concat())),
        }
    }

    /// Whether there is a problem; tracked.
    pub fn is_bad(self) -> bool {
        self.problem.read().is_some()
    }

    /// The value of `aria-invalid`; tracked.
    pub fn invalid(self) -> Option<&'static str> {
        self.is_bad().then_some("true")
    }

    /// The value of `aria-describedby`; tracked.
    pub fn by(self) -> Option<String> {
        let error = self.is_bad().then(|| self.error_id.get_value());
        match (self.hint_id.get_value(), error) {
            (Some(hint), Some(error)) => Some([&*hint, " ", &*error].concat()),
            (hint, error) => hint.or(error),
        }
    }

    /// What is wrong, in words. Not a live region: the field that it describes has the focus.
    pub fn error(self) -> AnyView {
        view! {
            {move || {
                self.problem.get().map(|message| view! { <Wrong message id=self.error_id.get_value()/> }.into_any())
            }}
        }
        .into_any()
    }

    /// What to know before filling it in.
    pub fn hint(self, words: impl Fn() -> &'static str + Send + 'static) -> AnyView {
        view! { <p class="hint" id=self.hint_id.get_value()>{move || words()}</p> }.into_any()
    }
}

/// Says that something is wrong.
#[component]
pub fn Wrong(
    /// What, and what to do next.
    #[prop(into)]
    message: String,
    /// For what it describes.
    #[prop(optional)]
    id: Option<String>,
) -> impl IntoView {
    view! {
        <p class="err" id=id>
            <Icon of=ALERT/>
            <span>{message}</span>
        </p>
    }
}
