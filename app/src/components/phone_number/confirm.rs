//! The code that was sent to the new number.

use domain::FlowId;
use leptos::prelude::*;

use super::enter::TOO_LATE;
use super::{NumberSteps, Typed, last_code, look};
use crate::api::set_up_phone::{confirm_phone, correct_number, send_number_code};
use crate::api::text::Texted;
use crate::api::{ApiError, Code};
use crate::components::door::{Step, Steps};
use crate::components::heading::Heading;
use crate::components::sending::{Sending, Told, Trouble, too_late};
use crate::components::session::use_session;
use crate::components::text_code::{TextCode, Texting, Texts};

/// The page. Only the button sends the code: somebody may still be looking whether the number is right.
#[component]
pub(super) fn ConfirmNumber(
    flow: FlowId,
    /// The whole number.
    number: String,
    /// The code that was sent last.
    texted: Option<Texted>,
    step: Option<Step>,
    steps: NumberSteps,
) -> impl IntoView {
    let session = use_session();
    let send = Callback::new(move |()| -> Texting {
        Box::pin(async move { Ok(last_code(send_number_code(flow).await?)) })
    });
    let texts = Texts::of_new(number.clone(), texted, send, look());
    let enter = Callback::new(move |(sending, code): (Sending, String)| {
        sending.send(async move {
            match confirm_phone(flow, code).await {
                // The page may be gone by now.
                Ok(view) => drop(steps.done.try_run(view)),
                Err(ApiError { code: Code::Stale, .. }) => too_late(session, TOO_LATE, steps.again),
                // The number is no field of this page.
                Err(error) => return Err(ApiError { field: None, ..error }),
            }
            Ok(())
        });
    });
    view! {
        <Steps at=step/>
        <Heading title="Confirm your phone number"/>
        <Told/>
        <TextCode texts label="Enter the 6-digit code" enter/>
        <ChangeNumber flow number steps/>
    }
}

/// The way back, to correct it.
#[component]
fn ChangeNumber(flow: FlowId, number: String, steps: NumberSteps) -> impl IntoView {
    let sending = Sending::new("");
    let correct = move |_| {
        steps.typed.update_value(|typed| {
            // Typed before a reload: with its `+` it says its country.
            if typed.number.is_empty() {
                *typed = Typed { country: String::new(), number: number.clone() };
            }
        });
        sending.send(async move {
            match correct_number(flow).await {
                Ok(set_up) => drop(steps.show.try_run(set_up)),
                Err(ApiError { code: Code::Stale, .. }) => drop(steps.again.try_run(())),
                Err(error) => return Err(error),
            }
            Ok(())
        });
    };
    view! {
        <div>
            <button type="button" class="quiet" on:click=correct>"Change number"</button>
            <Trouble sending/>
        </div>
    }
}
