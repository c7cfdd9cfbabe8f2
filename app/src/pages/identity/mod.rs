//! Before a set-up that the password alone must not lead to: a code that was mailed, or handed over in person.

mod in_person;
mod mailed;

use leptos::prelude::*;

use self::in_person::InPerson;
use self::mailed::Mailed;
use crate::api::identity::confirm_identity;
use crate::api::{ApiError, Code};
use crate::components::code_field::CodeForm;
use crate::components::door::Door;
use crate::components::other_ways::{OtherWays, SomeoneElse};
use crate::components::sending::Sending;
use crate::components::session::use_session;

/// The page. After an administrator's reset only the code that was handed over counts.
#[component]
pub fn Identity() -> impl IntoView {
    let reset = use_session().read(|view| view.mfa_reset);
    view! {
        <Door>
            {if reset {
                view! { <InPerson/> }.into_any()
            } else {
                view! { <Mailed/> }.into_any()
            }}
            <OtherWays/>
            <SomeoneElse/>
        </Door>
    }
}

/// The form for either code.
#[component]
fn EnterCode(
    /// What to know before filling it in.
    hint: &'static str,
) -> impl IntoView {
    let session = use_session();
    let send = Callback::new(move |(sending, code): (Sending, String)| {
        sending.send(async move {
            let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
            session.enter(confirm_identity(record, code).await?);
            Ok(())
        });
    });
    view! { <CodeForm label="6-digit code" hint send/> }
}
