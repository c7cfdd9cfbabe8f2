//! After a reset: the code that was handed over in person, or the link of the mail where that was opened before.

use leptos::prelude::*;

use super::EnterCode;
use crate::browser::focus;
use crate::components::heading::Heading;
use crate::components::session::use_session;
use crate::pages::set_up_again::{GONE, INSTEAD, UseLink};

/// What is asked, and the form for it.
#[component]
pub fn InPerson() -> impl IntoView {
    let ways = match use_session().carried_link() {
        Some(token) => view! { <Either token/> }.into_any(),
        None => view! {
            <Heading title="Enter the code that you were handed"/>
            <p>
                "Your two-factor authentication was reset. Before you set it up again, show that it is you, with the \
                code that you were handed in person. It never comes by phone or email."
            </p>
        }
        .into_any(),
    };
    view! {
        {ways}
        <EnterCode hint="It works for one hour."/>
    }
}

/// The link that was opened before the password, above the field for the code.
#[component]
fn Either(token: String) -> impl IntoView {
    let gone = RwSignal::new(false);
    let is_gone = Callback::new(move |()| {
        gone.set(true);
        // The button that had it is not there any more.
        focus("[data-field=code]".to_owned());
    });
    let link = move || {
        let token = token.clone();
        (!gone.get()).then(|| {
            view! {
                <p>"You opened the link of your mail."</p>
                <UseLink token is_gone/>
                <p>"Or enter the code that you were handed in person. It never comes by phone or email."</p>
            }
            .into_any()
        })
    };
    let why = move || gone.get().then(|| view! { <p class="note warn">{GONE} " " {INSTEAD}</p> }.into_any());
    view! {
        <Heading title="Show that it is you"/>
        <p>"Your two-factor authentication was reset. Before you set it up again, show that it is you."</p>
        {link}
        <div role="status">{why}</div>
    }
}
