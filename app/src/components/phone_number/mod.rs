//! The set-up of a phone number, at sign-in and from the profile: the number, and then a code that is sent to it.

mod confirm;
mod enter;
mod places;

use leptos::prelude::*;

use self::confirm::ConfirmNumber;
use self::enter::EnterNumber;
pub use self::places::Places;
use super::door::Step;
use super::text_code::Texting;
use crate::api::session::SessionView;
use crate::api::set_up_phone::{PhoneSetUp, PhoneStep, phone_set_up};
use crate::api::text::{ProofWays, Texted};

/// What was typed of a number, which is not typed twice.
#[derive(Clone, Default)]
pub struct Typed {
    /// The selected country.
    pub country: String,
    /// The number.
    pub number: String,
}

/// What the page does with what comes of its forms.
#[derive(Clone, Copy)]
pub struct NumberSteps {
    /// What was typed so far.
    pub typed: StoredValue<Typed>,
    /// Shows the set-up as it stands now.
    pub show: Callback<PhoneSetUp>,
    /// Goes on once the number is confirmed.
    pub done: Callback<SessionView>,
    /// Asks anew where the set-up stands: another tab has gone on, or it took too long.
    pub again: Callback<()>,
}

/// The page of the step at which the set-up is; nothing at the others.
#[component]
pub fn NumberStep(
    /// The set-up.
    set_up: PhoneSetUp,
    /// Which step this is; nothing where there are no steps.
    step: Option<Step>,
    /// What comes of the forms.
    steps: NumberSteps,
) -> impl IntoView {
    let PhoneSetUp { flow, changing, step: waits } = set_up;
    match waits {
        PhoneStep::Enter => view! { <EnterNumber flow changing step steps/> }.into_any(),
        PhoneStep::Confirm { number, texted } => {
            view! { <ConfirmNumber flow number texted step steps/> }.into_any()
        }
        PhoneStep::Prove(_) | PhoneStep::SaveCode => ().into_any(),
    }
}

/// Looks what has become of the code that the set-up has sent last, to either number.
pub fn look() -> Callback<(), Texting> {
    Callback::new(move |()| -> Texting {
        Box::pin(async move { Ok(phone_set_up().await?.and_then(last_code)) })
    })
}

/// The code that a set-up has sent last.
fn last_code(set_up: PhoneSetUp) -> Option<Texted> {
    match set_up.step {
        PhoneStep::Prove(ProofWays { phone, .. }) => phone?.texted,
        PhoneStep::Confirm { texted, .. } => texted,
        PhoneStep::Enter | PhoneStep::SaveCode => None,
    }
}
