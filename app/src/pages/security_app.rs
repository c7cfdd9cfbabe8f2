//! Adding and changing the authenticator app, from the profile. One address for all its steps: the server knows
//! at which one the flow stands, so a reload and a second tab go on with it.

use domain::{FlowId, SessionId, SessionState};
use leptos::prelude::*;

use crate::api::security::security;
use crate::api::set_up_app::{
    AppSetUp, AppStep, app_set_up, open_app_set_up, prove_app, prove_with_recovery_code,
};
use crate::browser::focus;
use crate::browser::navigation::Entry;
use crate::components::cancel_set_up::CancelSetUp;
use crate::components::code_field::CodeForm;
use crate::components::door::{Door, Step, Steps};
use crate::components::heading::{Heading, use_title};
use crate::components::icon::{BACK, Icon};
use crate::components::needed::Needed;
use crate::components::password_form::PasswordForm;
use crate::components::recovery_code_field::RecoveryCodeForm;
use crate::components::save_code::SaveCode;
use crate::components::secure_account::{Key, SecureAccount};
use crate::components::sending::{Call, Sending, Told};
use crate::components::session::use_session;
use crate::route::Page;

/// Where the set-up stands.
#[derive(Clone)]
enum Stage {
    /// None is open.
    Password {
        /// Whether there is an app that works.
        changing: bool,
    },
    /// One is.
    Open(AppSetUp),
}

impl Stage {
    fn changing(&self) -> bool {
        match self {
            Self::Password { changing } => *changing,
            Self::Open(set_up) => set_up.changing,
        }
    }

    /// Which step of how many. Who changes the app also proves the one that works.
    fn step(&self) -> Step {
        let proves = u32::from(self.changing());
        let step = match self {
            Self::Password { .. } => 1,
            Self::Open(AppSetUp { step: AppStep::Prove, .. }) => 2,
            Self::Open(AppSetUp { step: AppStep::Confirm { .. }, .. }) => 2 + proves,
            Self::Open(AppSetUp { step: AppStep::SaveCode, .. }) => 3 + proves,
        };
        (step, 3 + proves)
    }
}

/// The page.
#[component]
pub fn SecurityApp() -> impl IntoView {
    let session = use_session();
    let stage = Needed::new(move || async move {
        if let Some(set_up) = app_set_up().await? {
            return Ok(Stage::Open(set_up));
        }
        if !untrack(|| session.is(SessionState::Full)) {
            // The set-up that was going on has ended: the sign-in has its own.
            session.go(Page::Required.path(), Entry::Replaced);
        }
        Ok(Stage::Password { changing: security().await?.app.is_some() })
    });
    view! { <Door>{stage.show(move |at| draw(at, stage))}</Door> }
}

fn draw(at: Stage, stage: Needed<Stage>) -> AnyView {
    let session = use_session();
    let step = at.step();
    let Stage::Open(AppSetUp { flow, changing, step: waits }) = at else {
        return view! { <EnterPassword step stage/> }.into_any();
    };
    match waits {
        AppStep::Prove => view! { <Prove flow step stage/> }.into_any(),
        AppStep::Confirm { qr, key, uri, account } => {
            let key = Key { qr, key, uri, account };
            let done = Callback::new(move |view| {
                session.update(view);
                stage.set(Stage::Open(AppSetUp { flow, changing, step: AppStep::SaveCode }));
            });
            view! {
                <SecureAccount flow key step done again=Callback::new(move |()| stage.again())/>
                <CancelSetUp flow back=Page::Security/>
            }
            .into_any()
        }
        AppStep::SaveCode => {
            let done = Callback::new(move |view| {
                session.notice().set(Some(if changing {
                    "Authenticator app changed. Other devices were signed out."
                } else {
                    "Authenticator app added. Other devices were signed out."
                }));
                session.update(view);
                session.go(Page::Security.path(), Entry::Replaced);
            });
            view! { <SaveCode step done/> }.into_any()
        }
    }
}

/// Enter Your Password: asked always, however recently it was given.
#[component]
fn EnterPassword(step: Step, stage: Needed<Stage>) -> impl IntoView {
    let email = use_session().person().map(|person| person.email).unwrap_or_default();
    let act = Callback::new(move |(record, password): (SessionId, String)| -> Call {
        Box::pin(async move {
            stage.set(Stage::Open(open_app_set_up(record, password).await?));
            Ok(())
        })
    });
    view! {
        <Steps at=step/>
        <Heading title="Enter Your Password"/>
        <Told/>
        <p class="soft">"Before you change how you sign in, show that it is you."</p>
        <div>
            <p class="label">"Email"</p>
            <p class="entry">{email}</p>
        </div>
        <PasswordForm act/>
        <p><a class="back" href=Page::Security.path()><Icon of=BACK/> "Back to Password & Security"</a></p>
    }
}

/// The app that works is shown to work, before another takes its place; or else the recovery code is spent.
#[component]
fn Prove(flow: FlowId, step: Step, stage: Needed<Stage>) -> impl IntoView {
    let title = use_title();
    let by_code = RwSignal::new(false);
    let change = move |_| {
        title.show_error(false);
        by_code.update(|by_code| *by_code = !*by_code);
        focus("[data-field=code]".to_owned());
    };
    view! {
        <Steps at=step/>
        <Heading title="Confirm it's you"/>
        {move || if by_code.get() {
            view! { <ProveWithRecoveryCode flow/> }.into_any()
        } else {
            view! { <ProveWithApp flow stage/> }.into_any()
        }}
        <button type="button" class="quiet" on:click=change>
            {move || if by_code.get() { "Use your authenticator app" } else { "Use your recovery code" }}
        </button>
        <CancelSetUp flow back=Page::Security/>
    }
}

#[component]
fn ProveWithApp(flow: FlowId, stage: Needed<Stage>) -> impl IntoView {
    let send = Callback::new(move |(sending, code): (Sending, String)| {
        sending.send(async move {
            stage.set(Stage::Open(prove_app(flow, code).await?));
            Ok(())
        });
    });
    view! {
        <CodeForm
            label="Enter the code from your current authenticator app"
            hint="It works until the new app is confirmed."
            send
        />
    }
}

/// What follows is a recovery, in which the set-up goes on.
#[component]
fn ProveWithRecoveryCode(flow: FlowId) -> impl IntoView {
    let session = use_session();
    let send = Callback::new(move |(sending, code): (Sending, String)| {
        sending.send(async move {
            session.update(prove_with_recovery_code(flow, code).await?);
            session.go(Page::SignInApp.path(), Entry::Replaced);
            Ok(())
        });
    });
    view! { <RecoveryCodeForm send/> }
}
