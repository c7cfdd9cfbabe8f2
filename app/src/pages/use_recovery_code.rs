//! The second door without a method: the recovery code.

use leptos::prelude::*;

use crate::api::challenge::use_recovery_code;
use crate::api::{ApiError, Code};
use crate::components::door::Door;
use crate::components::heading::Heading;
use crate::components::icon::{BACK, Icon};
use crate::components::other_ways::OtherWays;
use crate::components::recovery_code_field::RecoveryCodeForm;
use crate::components::sending::Sending;
use crate::components::session::use_session;
use crate::route::Page;

/// The page.
#[component]
pub fn UseRecoveryCode() -> impl IntoView {
    let session = use_session();
    let send = Callback::new(move |(sending, code): (Sending, String)| {
        sending.send(async move {
            let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
            session.enter(use_recovery_code(record, code).await?);
            Ok(())
        });
    });
    view! {
        <Door>
            <Heading title="Enter your recovery code"/>
            <RecoveryCodeForm send/>
            <OtherWays/>
            <p><a class="back" href=Page::Challenge.path()><Icon of=BACK/> "Back"</a></p>
        </Door>
    }
}
