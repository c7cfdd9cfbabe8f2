//! Adding and changing the phone number, from the profile. One address for all its steps: the server knows at which one the
//! flow stands, so a reload and a second tab go on with it.

use domain::{MethodKind, SessionId, SessionState};
use leptos::prelude::*;

use crate::api::security::{Security, security};
use crate::api::set_up_phone::{PhoneSetUp, PhoneStep, open_phone_set_up, phone_set_up};
use crate::api::{ApiError, Code};
use crate::browser::navigation::Entry;
use crate::components::cancel_set_up::CancelSetUp;
use crate::components::door::Door;
use crate::components::enter_password::{EnterPassword, SetUpStep};
use crate::components::needed::Needed;
use crate::components::phone_number::{NumberStep, NumberSteps, Typed, look};
use crate::components::prove::Prove;
use crate::components::save_code::SaveCode;
use crate::components::sending::Call;
use crate::components::session::{Session, use_session};
use crate::route::Page;

/// Where the set-up stands.
#[derive(Clone)]
enum Stage {
    /// None is open.
    Password {
        /// The last two digits of the number that there is.
        present: Option<String>,
    },
    /// One is.
    Open(PhoneSetUp),
}

/// What lasts as long as the page.
#[derive(Clone, Copy)]
struct SetUp {
    session: Session,
    stage: Needed<Stage>,
    /// Whether a method is proved on the way.
    proves: StoredValue<bool>,
    /// What was typed of the new number.
    typed: StoredValue<Typed>,
}

/// The page.
#[component]
pub fn SecurityPhone() -> impl IntoView {
    let session = use_session();
    let proves = StoredValue::new(false);
    let stage = Needed::new(move || async move {
        if let Some(set_up) = phone_set_up().await? {
            return Ok(Stage::Open(set_up));
        }
        if !untrack(|| session.is(SessionState::Full)) {
            // The set-up that was going on has ended: the sign-in has its own.
            session.go(Page::Required.path(), Entry::Replaced);
        }
        let Security { app, phone, .. } = security().await?;
        proves.try_set_value(app.is_some() || phone.is_some());
        Ok(Stage::Password { present: phone.map(|phone| phone.ending) })
    });
    let set_up = SetUp { session, stage, proves, typed: StoredValue::new(Typed::default()) };
    view! { <Door>{stage.show(move |at| set_up.draw(at))}</Door> }
}

impl SetUp {
    fn draw(self, at: Stage) -> AnyView {
        match at {
            Stage::Password { present } => self.password(present),
            Stage::Open(open) => self.open(open),
        }
    }

    /// Who changes a number is sent a code to the present one by the password's Continue, and is told so before.
    fn password(self, present: Option<String>) -> AnyView {
        let besides = present.map(|ending| {
            ["Continue also texts a code to your present number, ending ", &ending, "."].concat()
        });
        let act = Callback::new(move |(record, password): (SessionId, String)| -> Call {
            Box::pin(async move {
                let opened = open_phone_set_up(record, password).await.map_err(not_at_a_field)?;
                self.stage.set(Stage::Open(opened));
                Ok(())
            })
        });
        let step = SetUpStep::Password.of(self.proves.get_value());
        view! { <EnterPassword step besides act/> }.into_any()
    }

    fn open(self, open: PhoneSetUp) -> AnyView {
        let PhoneSetUp { flow, changing, .. } = open;
        if changing || matches!(open.step, PhoneStep::Prove(_)) {
            self.proves.set_value(true);
        }
        let step = |step: SetUpStep| step.of(self.proves.get_value());
        let again = Callback::new(move |()| self.stage.again());
        match open.step {
            PhoneStep::Prove(ways) => {
                let proved = Callback::new(move |view| {
                    self.session.update(view);
                    self.stage.again();
                });
                let step = step(SetUpStep::Prove);
                view! {
                    <Prove flow step ways kind=MethodKind::Phone look=look() proved/>
                    <CancelSetUp flow back=Page::Security/>
                }
                .into_any()
            }
            PhoneStep::SaveCode => {
                let done = Callback::new(move |view| {
                    self.session.notice().set(Some(done_words(changing)));
                    self.session.update(view);
                    self.session.go(Page::Security.path(), Entry::Replaced);
                });
                view! { <SaveCode step=step(SetUpStep::Save) done/> }.into_any()
            }
            PhoneStep::Enter | PhoneStep::Confirm { .. } => {
                let done = Callback::new(move |view| {
                    self.session.update(view);
                    self.stage.set(Stage::Open(PhoneSetUp { flow, changing, step: PhoneStep::SaveCode }));
                });
                let show = Callback::new(move |next| self.stage.set(Stage::Open(next)));
                let steps = NumberSteps { typed: self.typed, show, done, again };
                view! {
                    <NumberStep set_up=open step=Some(step(SetUpStep::New)) steps/>
                    <CancelSetUp flow back=Page::Security/>
                }
                .into_any()
            }
        }
    }
}

/// What is said once the recovery code is saved.
const fn done_words(changing: bool) -> &'static str {
    if changing {
        "Phone number changed. Other devices were signed out."
    } else {
        "Phone number added. Other devices were signed out."
    }
}

/// Text messages are not accepted: the number is no field of this page.
fn not_at_a_field(error: ApiError) -> ApiError {
    if error.field.as_deref() == Some("number") {
        ApiError { code: Code::WrongState, field: None, ..error }
    } else {
        error
    }
}
