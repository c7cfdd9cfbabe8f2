//! Enter Your Password: how every set-up from the profile begins.

use domain::SessionId;
use leptos::prelude::*;

use super::door::{Step, Steps};
use super::heading::Heading;
use super::icon::{BACK, Icon};
use super::password_form::PasswordForm;
use super::sending::{Call, Told};
use super::session::use_session;
use crate::route::Page;

/// The steps of a set-up from the profile.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SetUpStep {
    /// The password is entered.
    Password,
    /// A method that there is is proved.
    Prove,
    /// The new one is set up.
    New,
    /// The recovery code is saved.
    Save,
}

impl SetUpStep {
    /// Which step of how many. `proves`: whether a method is proved on the way.
    pub fn of(self, proves: bool) -> Step {
        let proves = u32::from(proves);
        let step = match self {
            Self::Password => 1,
            Self::Prove => 2,
            Self::New => 2 + proves,
            Self::Save => 3 + proves,
        };
        (step, 3 + proves)
    }
}

/// The page: the password is asked always, however recently it was given.
#[component]
pub fn EnterPassword(
    /// Which step this is.
    step: Step,
    /// What Continue does besides, if it does.
    besides: Option<String>,
    /// What is done with record and password.
    act: Callback<(SessionId, String), Call>,
) -> impl IntoView {
    let email = use_session().person().map(|person| person.email).unwrap_or_default();
    view! {
        <Steps at=step/>
        <Heading title="Enter Your Password"/>
        <Told/>
        <p class="soft">"Before you change how you sign in, show that it is you."</p>
        {besides.map(|besides| view! { <p>{besides}</p> }.into_any())}
        <div>
            <p class="label">"Email"</p>
            <p class="entry">{email}</p>
        </div>
        <PasswordForm act/>
        <p><a class="back" href=Page::Security.path()><Icon of=BACK/> "Back to Password & Security"</a></p>
    }
}
