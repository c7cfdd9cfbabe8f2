//! The set-up of a phone number, where the sign-in requires a method, and in a recovery.

use domain::SessionState;
use leptos::prelude::*;

use crate::api::session::SessionView;
use crate::api::set_up_phone::{PhoneStep, start_phone_set_up};
use crate::api::{ApiError, Code};
use crate::components::cancel_set_up::CancelSetUp;
use crate::components::door::{Door, Step};
use crate::components::icon::{BACK, Icon};
use crate::components::needed::{Needed, Skeleton};
use crate::components::phone_number::{NumberStep, NumberSteps, Typed};
use crate::components::session::use_session;
use crate::route::Page;

/// The page. A reload goes on at the same step.
#[component]
pub fn SignInPhone() -> impl IntoView {
    let session = use_session();
    // A recovery has no steps to count: each method is a way of its own, and leads back to the others.
    let recovering = untrack(|| session.is(SessionState::Recovering));
    let step: Option<Step> = (!recovering).then_some((2, 3));
    let set_up = Needed::new(move || async move {
        let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
        start_phone_set_up(record).await
    });
    let done = Callback::new(move |view: SessionView| {
        if view.state == SessionState::Recovering {
            session.notice().set(Some("Your new phone number is set up."));
        }
        session.enter(view);
    });
    let steps = NumberSteps {
        typed: StoredValue::new(Typed::default()),
        show: Callback::new(move |next| set_up.set(next)),
        done,
        again: Callback::new(move |()| set_up.again()),
    };
    let page = set_up.show(move |set_up| match set_up.step {
        PhoneStep::Enter | PhoneStep::Confirm { .. } => {
            let flow = set_up.flow;
            view! {
                <NumberStep set_up step steps/>
                {if recovering {
                    view! { <CancelSetUp flow back=Page::Recover/> }.into_any()
                } else {
                    view! { <OtherMethod/> }.into_any()
                }}
            }
            .into_any()
        }
        // At sign-in there is nothing to prove, and the recovery code has its own page.
        PhoneStep::Prove(_) | PhoneStep::SaveCode => {
            session.refresh();
            view! { <Skeleton/> }.into_any()
        }
    });
    view! { <Door>{page}</Door> }
}

/// The way back to the choice.
#[component]
fn OtherMethod() -> impl IntoView {
    view! { <p><a class="back" href=Page::Method.path()><Icon of=BACK/> "Choose another method"</a></p> }
}
