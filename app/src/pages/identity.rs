//! After a reset: the code that was handed over in person, before anything can be set up.

use leptos::prelude::*;

use crate::api::session::confirm_identity;
use crate::api::{ApiError, Code};
use crate::components::code_field::CodeForm;
use crate::components::door::Door;
use crate::components::heading::Heading;
use crate::components::other_ways::{OtherWays, SomeoneElse};
use crate::components::sending::Sending;
use crate::components::session::use_session;

/// The page.
#[component]
pub fn Identity() -> impl IntoView {
    let session = use_session();
    let send = Callback::new(move |(sending, code): (Sending, String)| {
        sending.send(async move {
            let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
            session.enter(confirm_identity(record, code).await?);
            Ok(())
        });
    });
    view! {
        <Door>
            <Heading title="Enter the code that you were handed"/>
            <p>
                "Your two-factor authentication was reset. Before you set it up again, show that it is you, with the code \
                that you were handed in person. It never comes by phone or email."
            </p>
            <CodeForm label="6-digit code" hint="It works for one hour." send/>
            <OtherWays/>
            <SomeoneElse/>
        </Door>
    }
}
