//! A form on its way to the server: once at a time, with what came of it.

use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::heading::{Title, use_title};
use super::session::{Session, use_session};
use crate::api::{ApiError, Code};
use crate::browser::{dates, focus, now};
use crate::text;

/// What the server will say.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// A call as something that can be passed on; what it is passed to is compiled once for all calls.
pub fn answer<T>(call: impl Future<Output = Result<T, ApiError>> + 'static) -> Answer<T> {
    Box::pin(call)
}

/// What is wrong with one field.
#[derive(Clone, PartialEq)]
pub struct Problem {
    /// The field's id, or the name by which the server knows it.
    pub field: String,
    /// What happened and what to do next.
    pub message: String,
}

impl Problem {
    /// Of this field.
    pub fn new(field: &str, message: &str) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// The state of a form.
#[derive(Clone, Copy)]
pub struct Sending {
    busy: RwSignal<bool>,
    problems: RwSignal<Vec<Problem>>,
    trouble: RwSignal<Option<ApiError>>,
    field: &'static str,
    session: Session,
    title: Title,
}

/// A call under way.
pub type Call = Answer<()>;

impl Sending {
    /// A form that has not been sent. `field` is the one that an answer is about which names none.
    pub fn new(field: &'static str) -> Self {
        Self {
            busy: RwSignal::new(false),
            problems: RwSignal::new(Vec::new()),
            trouble: RwSignal::new(None),
            field,
            session: use_session(),
            title: use_title(),
        }
    }

    /// Whether it is on its way; tracked.
    pub fn busy(self) -> bool {
        self.busy.get()
    }

    /// Whether it is on its way; not tracked.
    pub fn is_busy(self) -> bool {
        self.busy.get_untracked()
    }

    /// What is wrong with the fields; tracked.
    pub fn problems(self) -> Vec<Problem> {
        self.problems.get()
    }

    /// What is wrong with this field; tracked.
    pub fn problem(self, field: &str) -> Option<String> {
        self.problems.with(|all| all.iter().find(|one| one.field == field).map(|one| one.message.clone()))
    }

    /// Sends it, unless it is on its way: pressing the button again is the same request.
    pub fn send(self, call: impl Future<Output = Result<(), ApiError>> + 'static) {
        // The form may be gone by now.
        if self.busy.try_get_untracked() == Some(false) {
            self.begin(Box::pin(call));
        }
    }

    /// Does not send it: these fields have to be mended first. One alone gets the focus; several have a summary.
    pub fn refuse(self, problems: Vec<Problem>) {
        self.title.show_error(!problems.is_empty());
        let field = match &problems[..] {
            [only] => Some(["[data-field=", &only.field, "]"].concat()),
            _ => None,
        };
        self.trouble.try_set(None);
        self.problems.try_set(problems);
        if let Some(field) = field {
            focus(field);
        }
    }

    /// Whether it has failed in a way that the next time may not; tracked.
    fn can_try_again(self) -> bool {
        self.trouble.with(|trouble| trouble.as_ref().is_some_and(|error| error.code != Code::Suspended))
    }

    fn begin(self, call: Call) {
        let lost = self.trouble.with_untracked(|trouble| {
            trouble.as_ref().is_some_and(|trouble| matches!(trouble.code, Code::Offline | Code::Timeout))
        });
        self.busy.set(true);
        self.refuse(Vec::new());
        spawn_local(async move {
            let outcome = if lost { self.ask_then(call).await } else { call.await };
            // The page may be gone by now.
            self.busy.try_set(false);
            match outcome {
                Ok(()) => self.session.was_used(),
                Err(error) => self.fail(error).await,
            }
        });
    }

    /// After a lost connection: what was sent may have arrived, and a code be spent. The server knows.
    async fn ask_then(self, call: Call) -> Result<(), ApiError> {
        let how = move || untrack(|| self.session.read(|view| Some((view.state, view.record))));
        let before = how();
        self.session.ask().await?;
        if how() == before { call.await } else { Ok(()) }
    }

    async fn fail(self, error: ApiError) {
        if self.busy.is_disposed() {
            return;
        }
        match error.code {
            Code::WrongCredentials
            | Code::Invalid
            | Code::WrongCode
            | Code::UsedCode
            | Code::ExpiredCode
            | Code::ClockOff
            | Code::Refused => self.blame(error),
            Code::Paused => {
                let message = self.paused(&error);
                self.blame(ApiError { message, ..error });
            }
            // The page does not belong to the state any more: the answer leads to the one that does.
            Code::SignedOut | Code::WrongState | Code::NotFound | Code::Stale => {
                let _ = self.session.ask().await;
                self.trouble.try_set(Some(error));
            }
            // Nothing was typed that could be lost.
            Code::Offline if self.field.is_empty() => {
                self.trouble.try_set(Some(ApiError { message: "No connection. Try again.".into(), ..error }));
            }
            _ => {
                self.trouble.try_set(Some(error));
            }
        }
    }

    /// Says it at the field that it is about; where there is none, beside the button.
    fn blame(self, mut error: ApiError) {
        let field = error.field.take().unwrap_or_else(|| self.field.into());
        if field.is_empty() {
            self.trouble.try_set(Some(error));
        } else {
            self.refuse(vec![Problem { field, message: error.message }]);
        }
    }

    /// When to try again: how long for a password, at what time for a code; for anything else the server says it.
    fn paused(self, error: &ApiError) -> String {
        let seconds = match (error.retry_after_s, self.field) {
            (Some(seconds), "password") => {
                return ["Too many attempts. Try again ", &text::wait(seconds), "."].concat();
            }
            (Some(seconds), "code") => seconds,
            _ => return error.message.clone(),
        };
        let at = now() + f64::from(seconds) * 1_000.0;
        let ends_before = untrack(|| self.session.deadline()).is_some_and(|deadline| deadline < at);
        // A minute is shown as over when it is.
        let time = dates::time(dates::instant(at + 59_999.0));
        [
            "Too many wrong codes. ",
            if ends_before { "Sign in again at " } else { "Try again at " },
            &time,
            ".",
        ]
        .concat()
    }
}

/// What happened to the form as a whole. A region that is there from the beginning; the focus stays where it is.
#[component]
pub fn Trouble(
    /// The form.
    sending: Sending,
) -> impl IntoView {
    view! {
        <div role="status">
            {move || sending.trouble.get().map(|error| view! { <p class="note warn">{error.message}</p> }.into_any())}
        </div>
    }
}

/// A step is of no use any more: another tab has gone on, or it took too long. Says so, and has its page ask anew.
pub fn too_late(session: Session, words: &'static str, again: Callback<()>) {
    session.notice().set(Some(words));
    if again.try_run(()).is_none() {
        // The page was left meanwhile: there is nothing to say.
        session.notice().set(None);
    }
}

/// What the step before has left to be said.
#[component]
pub fn Told() -> impl IntoView {
    let notice = use_session().notice().try_update(Option::take).flatten();
    notice.map(|notice| view! { <p class="note warn" role="status">{notice}</p> }.into_any())
}

/// A form's button. It says that it is at work, and keeps the focus meanwhile.
#[component]
pub fn Submit(
    /// The form.
    sending: Sending,
    /// The words on it.
    #[prop(default = "Continue")]
    label: &'static str,
    /// The words on it while it is at work.
    #[prop(default = "Checking…")]
    at_work: &'static str,
    /// Whether something has to be done before it works; pressing it says what.
    #[prop(optional)]
    held: RwSignal<bool>,
) -> impl IntoView {
    let words = move || {
        if sending.busy.get() {
            at_work
        } else if sending.can_try_again() {
            "Try Again"
        } else {
            label
        }
    };
    view! {
        <button type="submit" class="primary wide" aria-disabled=move || (sending.busy.get() || held.get()).then_some("true")>
            {move || words()}
        </button>
    }
}

/// A button for an act that is no form. It says that it is at work, and keeps the focus meanwhile.
#[component]
pub fn ActionButton(
    /// The act.
    sending: Sending,
    /// The words on it.
    #[prop(into)]
    label: String,
    /// The words on it while it is at work.
    at_work: &'static str,
    /// What follows the words for who doesn't see what the button stands beside.
    #[prop(optional)]
    of: String,
    /// How it looks.
    #[prop(default = "secondary")]
    class: &'static str,
    /// The field that problems are about, where there is none to show them at.
    #[prop(optional)]
    field: Option<&'static str>,
    /// What pressing it does.
    #[prop(into)]
    press: Callback<()>,
) -> impl IntoView {
    let of = (!of.is_empty()).then(|| view! { <span class="unseen">" " {of}</span> }.into_any());
    view! {
        <button
            type="button"
            class=class
            data-field=field
            aria-disabled=move || sending.busy().then_some("true")
            on:click=move |_| press.run(())
        >
            {move || if sending.busy() { at_work.to_owned() } else { label.clone() }}
            {of}
        </button>
    }
}
