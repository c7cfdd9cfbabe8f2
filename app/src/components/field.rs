//! What all fields have in common.

use leptos::html;
use leptos::prelude::*;

use super::icon::{ALERT, Icon};
use super::sending::Sending;

/// What a field looks like and is told by: its problem, and what describes it.
#[derive(Clone)]
pub struct Described {
    /// What is wrong with it, if anything; tracked.
    pub problem: Memo<Option<String>>,
    error_id: String,
    hint_id: Option<String>,
}

impl Described {
    /// Of the field `id`, which problems call `name`. A problem gives it the focus, unless there are several.
    pub fn new(sending: Sending, name: &'static str, id: &str, hinted: bool, input: NodeRef<html::Input>) -> Self {
        Effect::new(move || {
            let focus = sending.problems().with(|all| matches!(&all[..], [only] if only.field == name));
            if let Some(input) = input.get_untracked().filter(|_| focus) {
                let _ = input.focus();
                input.select();
            }
        });
        Self {
            problem: Memo::new(move |_| sending.problem(name)),
            error_id: [id, "-error"].concat(),
            hint_id: hinted.then(|| [id, "-hint"].concat()),
        }
    }

    /// The value of `aria-invalid`; tracked.
    pub fn invalid(&self) -> Option<&'static str> {
        self.problem.read().is_some().then_some("true")
    }

    /// The value of `aria-describedby`; tracked.
    pub fn by(&self) -> Option<String> {
        let error = self.problem.read().is_some().then_some(&*self.error_id);
        let ids: Vec<&str> = self.hint_id.as_deref().into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// What is wrong, in words. Not a live region: the field that it describes has the focus.
    pub fn error(&self) -> impl IntoView + use<> {
        let (problem, id) = (self.problem, self.error_id.clone());
        move || {
            problem.get().map(|message| {
                view! {
                    <p class="err" id=id.clone()>
                        <Icon of=ALERT/>
                        <span>{message}</span>
                    </p>
                }
            })
        }
    }

    /// What to know before filling it in.
    pub fn hint(&self, words: Option<&'static str>) -> impl IntoView + use<> {
        let id = self.hint_id.clone();
        words.map(|words| view! { <p class="hint" id=id>{words}</p> })
    }
}
