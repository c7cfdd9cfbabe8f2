//! Adding and changing the authenticator app, from the profile. One address for all its steps: the server knows
//! at which one the flow stands, so a reload and a second tab go on with it.

use domain::{MethodKind, SessionId, SessionState};
use leptos::prelude::*;

use crate::api::security::{Security, security};
use crate::api::set_up_app::{AppSetUp, AppStep, app_set_up, open_app_set_up};
use crate::api::text::Texted;
use crate::browser::navigation::Entry;
use crate::components::cancel_set_up::CancelSetUp;
use crate::components::door::Door;
use crate::components::enter_password::{EnterPassword, SetUpStep};
use crate::components::needed::Needed;
use crate::components::prove::Prove;
use crate::components::save_code::SaveCode;
use crate::components::secure_account::{Key, SecureAccount};
use crate::components::sending::Call;
use crate::components::session::{Session, use_session};
use crate::components::text_code::Texting;
use crate::route::Page;

/// Where the set-up stands.
#[derive(Clone)]
enum Stage {
    /// None is open.
    Password,
    /// One is.
    Open(AppSetUp),
}

/// What lasts as long as the page.
#[derive(Clone, Copy)]
struct SetUp {
    session: Session,
    stage: Needed<Stage>,
    /// Whether a method is proved on the way.
    proves: StoredValue<bool>,
}

/// The page.
#[component]
pub fn SecurityApp() -> impl IntoView {
    let session = use_session();
    let proves = StoredValue::new(false);
    let stage = Needed::new(move || async move {
        if let Some(set_up) = app_set_up().await? {
            return Ok(Stage::Open(set_up));
        }
        if !untrack(|| session.is(SessionState::Full)) {
            // The set-up that was going on has ended: the sign-in has its own.
            session.go(Page::Required.path(), Entry::Replaced);
        }
        let Security { app, phone, .. } = security().await?;
        proves.try_set_value(app.is_some() || phone.is_some());
        Ok(Stage::Password)
    });
    let set_up = SetUp { session, stage, proves };
    view! { <Door>{stage.show(move |at| set_up.draw(at))}</Door> }
}

impl SetUp {
    fn draw(self, at: Stage) -> AnyView {
        match at {
            Stage::Password => self.password(),
            Stage::Open(open) => self.open(open),
        }
    }

    fn password(self) -> AnyView {
        let act = Callback::new(move |(record, password): (SessionId, String)| -> Call {
            Box::pin(async move {
                self.stage.set(Stage::Open(open_app_set_up(record, password).await?));
                Ok(())
            })
        });
        let step = SetUpStep::Password.of(self.proves.get_value());
        view! { <EnterPassword step besides=None act/> }.into_any()
    }

    fn open(self, AppSetUp { flow, changing, step: waits }: AppSetUp) -> AnyView {
        if changing || matches!(waits, AppStep::Prove(_)) {
            self.proves.set_value(true);
        }
        let step = |step: SetUpStep| step.of(self.proves.get_value());
        match waits {
            AppStep::Prove(ways) => {
                let proved = Callback::new(move |view| {
                    self.session.update(view);
                    self.stage.again();
                });
                let step = step(SetUpStep::Prove);
                view! {
                    <Prove flow step ways kind=MethodKind::App look=look() proved/>
                    <CancelSetUp flow back=Page::Security/>
                }
                .into_any()
            }
            AppStep::Confirm { qr, key, uri, account } => {
                let key = Key { qr, key, uri, account };
                let done = Callback::new(move |view| {
                    self.session.update(view);
                    self.stage.set(Stage::Open(AppSetUp { flow, changing, step: AppStep::SaveCode }));
                });
                let again = Callback::new(move |()| self.stage.again());
                view! {
                    <SecureAccount flow key step=step(SetUpStep::New) done again/>
                    <CancelSetUp flow back=Page::Security/>
                }
                .into_any()
            }
            AppStep::SaveCode => {
                let done = Callback::new(move |view| {
                    self.session.notice().set(Some(done_words(changing)));
                    self.session.update(view);
                    self.session.go(Page::Security.path(), Entry::Replaced);
                });
                view! { <SaveCode step=step(SetUpStep::Save) done/> }.into_any()
            }
        }
    }
}

/// What is said once the recovery code is saved.
const fn done_words(changing: bool) -> &'static str {
    if changing {
        "Authenticator app changed. Other devices were signed out."
    } else {
        "Authenticator app added. Other devices were signed out."
    }
}

/// Looks what has become of the code that was texted last, for the proof.
fn look() -> Callback<(), Texting> {
    Callback::new(move |()| -> Texting {
        Box::pin(async move { Ok(app_set_up().await?.and_then(last_code)) })
    })
}

fn last_code(set_up: AppSetUp) -> Option<Texted> {
    match set_up.step {
        AppStep::Prove(ways) => ways.phone?.texted,
        AppStep::Confirm { .. } | AppStep::SaveCode => None,
    }
}
