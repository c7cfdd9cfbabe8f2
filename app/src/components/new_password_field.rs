//! PASSWORD, a new one: how strong it is is said while somebody thinks of it.

use std::time::Duration;

use leptos::html;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::field::Described;
use super::password_field::SecretInput;
use super::sending::{Problem, Sending};
use super::session::{Session, use_session};
use crate::api::password::{Strength, password_strength};
use crate::text;

/// How long nothing is typed until the server is asked.
const PAUSE: Duration = Duration::from_millis(400);
/// The steps of the meter: scores go from 0.
const STEPS: u8 = 5;

/// The field, with the meter below it. There is no second one to confirm it: it can be shown.
#[component]
pub fn NewPasswordField(
    /// The form.
    sending: Sending,
    /// The field.
    input: NodeRef<html::Input>,
    /// The token of the mailed link, for who is not signed in.
    #[prop(optional)]
    token: Option<String>,
) -> impl IntoView {
    let described = Described::new(sending, "new", "new", true);
    let meter = Meter::new(input, token);
    // Not an attribute that the framework knows.
    Effect::new(move || {
        if sending.busy() {
            meter.stop();
        }
    });
    input.on_load(|input| drop(input.set_attribute("passwordrules", "minlength: 8;")));
    view! {
        <div class="field" class:bad=move || described.is_bad() on:input=move |_| meter.typed()>
            <label for="new">"New password"</label>
            {described.hint(|| "At least 8 characters. Any characters, spaces too.")}
            {described.error()}
            <SecretInput sending input described name="new" called="new password" autocomplete="new-password"/>
            <Shown meter/>
        </div>
    }
}

/// The new password; `None`, with a word to the person, if it cannot be one.
pub fn new_password(sending: Sending, input: NodeRef<html::Input>) -> Option<String> {
    let new = input.get_untracked()?.value();
    match new_password_problem(&new) {
        Some(problem) => {
            sending.refuse(vec![problem]);
            None
        }
        None => Some(new),
    }
}

/// What is wrong with it before the server has seen it, if anything is.
pub fn new_password_problem(new: &str) -> Option<Problem> {
    text::password_problem(new).map(|problem| Problem::new("new", &problem))
}

/// How strong the password in a field is, as far as that is known.
#[derive(Clone, Copy)]
struct Meter {
    input: NodeRef<html::Input>,
    token: StoredValue<Option<String>>,
    session: Session,
    score: RwSignal<Option<u8>>,
    words: RwSignal<String>,
    pause: StoredValue<Option<TimeoutHandle>>,
    /// How often something was typed: an answer about what was there before is of no use.
    typed: StoredValue<u32>,
}

impl Meter {
    fn new(input: NodeRef<html::Input>, token: Option<String>) -> Self {
        Self {
            input,
            token: StoredValue::new(token),
            session: use_session(),
            score: RwSignal::new(None),
            words: RwSignal::new(String::new()),
            pause: StoredValue::new(None),
            typed: StoredValue::new(0),
        }
    }

    /// Something was typed: what is known holds until there is a pause.
    fn typed(self) {
        self.stop();
        self.pause.set_value(set_timeout_with_handle(move || self.look(), PAUSE).ok());
    }

    /// Asks no more about what is in the field: it is another, or on its way.
    fn stop(self) {
        self.typed.update_value(|typed| *typed += 1);
        if let Some(pause) = self.pause.try_update_value(Option::take).flatten() {
            pause.clear();
        }
    }

    /// Looks at what is in the field. What is too short needs no server.
    fn look(self) {
        // The page may be gone by now.
        let Some(new) = self.input.try_get_untracked().flatten().map(|input| input.value()) else { return };
        match new.chars().count() {
            0 => self.show(None, String::new()),
            length if length < text::SHORTEST_PASSWORD => self.show(None, "At least 8 characters".into()),
            _ => self.ask(new),
        }
    }

    fn ask(self, new: String) {
        let (Some(asked), Some(token)) = (self.typed.try_get_value(), self.token.try_get_value()) else {
            return;
        };
        spawn_local(async move {
            let answer = password_strength(new, token).await;
            if self.typed.try_get_value() != Some(asked) {
                return;
            }
            match answer {
                Ok(Strength { score, words }) => {
                    self.session.was_used();
                    self.show(Some(score), words);
                }
                // The server looks at it once more when it is sent.
                Err(_) => self.show(None, String::new()),
            }
        });
    }

    fn show(self, score: Option<u8>, words: String) {
        self.score.try_set(score);
        self.words.try_set(words);
    }
}

/// The meter: steps to see, and words, which are spoken. Their region is there from the beginning.
#[component]
fn Shown(meter: Meter) -> impl IntoView {
    let class = move || match meter.score.get() {
        None | Some(0 | 1) => "steps-bars strength",
        Some(2) => "steps-bars strength fair",
        Some(_) => "steps-bars strength good",
    };
    let step = |step: u8| {
        let reached = move || meter.score.get().is_some_and(|score| step <= score);
        view! { <i class:on=reached></i> }.into_any()
    };
    view! {
        <div class=class aria-hidden="true">{(0..STEPS).map(step).collect::<Vec<_>>()}</div>
        <p role="status" class="strength-words">{move || meter.words.get()}</p>
    }
}
