//! After a reset: the code that was handed over in person.

use leptos::prelude::*;

use super::EnterCode;
use crate::components::heading::Heading;

/// What is asked, and the form for it.
#[component]
pub fn InPerson() -> impl IntoView {
    view! {
        <Heading title="Enter the code that you were handed"/>
        <p>
            "Your two-factor authentication was reset. Before you set it up again, show that it is you, with the code \
            that you were handed in person. It never comes by phone or email."
        </p>
        <EnterCode hint="It works for one hour."/>
    }
}
