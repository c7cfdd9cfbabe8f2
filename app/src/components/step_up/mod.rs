//! Step-up: before an act that needs it, a dialog asks once more whether it is you, and then the act runs by itself.

mod code;

use std::sync::Arc;

use domain::SessionId;
use leptos::prelude::*;

use self::code::EnterCode;
use super::dialog::Modal;
use super::heading::{Title, use_title};
use super::password_form::PasswordForm;
use super::sending::{Call, Sending};
use crate::api::step_up::{StepUp as Missing, step_up as read_missing, step_up_password};
use crate::api::{ApiError, Code};
use crate::browser::focus;

/// What takes the focus when another question is asked. The act may have been begun in a dialog, which is then open too.
const FIRST_FIELD: &str = "dialog[aria-labelledby=step-up] :is([data-field], :checked)";

/// Something that may need a step-up.
#[derive(Clone)]
struct Act {
    /// What it is called: "Confirm it's you to …".
    name: &'static str,
    /// What it was begun by: that is where it says what came of it.
    opener: Sending,
    run: Arc<dyn Fn() -> Call + Send + Sync>,
}

/// Runs acts that may need a step-up.
#[derive(Clone, Copy)]
pub struct StepUp {
    act: StoredValue<Option<Act>>,
    /// What is to be given, while the dialog is open.
    missing: RwSignal<Option<Missing>>,
    title: Title,
}

impl StepUp {
    /// One for a page, which draws its [`StepUpDialog`].
    pub fn new() -> Self {
        Self { act: StoredValue::new(None), missing: RwSignal::new(None), title: use_title() }
    }

    /// Runs an act, with a step-up before it where it needs one. `name` goes on after "Confirm it's you to".
    pub fn then<F>(self, name: &'static str, opener: Sending, act: impl Fn() -> F + Send + Sync + 'static)
    where
        F: Future<Output = Result<(), ApiError>> + 'static,
    {
        let run = Arc::new(move || -> Call { Box::pin(act()) });
        opener.send(self.attempt(Act { name, opener, run }));
    }

    /// Runs it; where something is missing, opens the dialog instead.
    async fn attempt(self, act: Act) -> Result<(), ApiError> {
        let Err(error) = (act.run)().await else { return Ok(()) };
        if error.code != Code::StepUpNeeded {
            return Err(error);
        }
        let missing = read_missing().await?;
        if is_nothing(&missing) {
            return Err(error);
        }
        self.act.try_set_value(Some(act));
        self.missing.try_set(Some(missing));
        Ok(())
    }

    /// Something was given, and this is still missing. Nothing: the act runs.
    fn given(self, missing: Missing) {
        // The page may be gone by now, or the dialog closed.
        let Some(act) = self.act.try_with_value(|act| act.clone()).flatten() else { return };
        if is_nothing(&missing) {
            self.close();
            act.opener.send(self.attempt(act));
        } else {
            self.missing.set(Some(missing));
        }
    }

    /// A code was entered.
    async fn proved(self, answer: Result<Missing, ApiError>) -> Result<(), ApiError> {
        let missing = match answer {
            // The password was given too long ago by now.
            Err(ApiError { code: Code::StepUpNeeded, .. }) => read_missing().await?,
            answer => answer?,
        };
        self.given(missing);
        Ok(())
    }

    fn close(self) {
        self.title.show_error(false);
        self.act.set_value(None);
        self.missing.set(None);
    }
}

fn is_nothing(missing: &Missing) -> bool {
    !missing.password && missing.proof.is_empty()
}

/// The page's step-up.
pub fn use_step_up() -> StepUp {
    expect_context()
}

/// The dialog.
#[component]
pub fn StepUpDialog(
    /// Whose.
    step_up: StepUp,
) -> impl IntoView {
    let open = Memo::new(move |_| step_up.missing.read().is_some());
    let cancel = Callback::new(move |()| step_up.close());
    view! { <Modal open titled_by="step-up" cancel><Questions step_up/></Modal> }
}

/// What is missing, one after the other: the password, then a code.
#[component]
fn Questions(step_up: StepUp) -> impl IntoView {
    let name = step_up.act.with_value(|act| act.as_ref().map_or("", |act| act.name));
    let ask = move |missing: Missing| {
        focus(FIRST_FIELD.to_owned());
        if missing.password {
            view! { <EnterPassword step_up/> }.into_any()
        } else {
            view! { <EnterCode step_up missing/> }.into_any()
        }
    };
    view! {
        <div class="stack">
            <h2 id="step-up">{["Confirm it's you to ", name].concat()}</h2>
            {move || step_up.missing.get().map(ask)}
            <button type="button" class="secondary wide" on:click=move |_| step_up.close()>"Cancel"</button>
        </div>
    }
}

#[component]
fn EnterPassword(step_up: StepUp) -> impl IntoView {
    let act = Callback::new(move |(record, password): (SessionId, String)| -> Call {
        Box::pin(async move {
            step_up.given(step_up_password(record, password).await?);
            Ok(())
        })
    });
    view! { <PasswordForm close=true act/> }
}
