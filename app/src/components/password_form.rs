//! A form that asks for the password and nothing else.

use domain::SessionId;
use leptos::html;
use leptos::prelude::*;

use super::password_field::{PasswordField, Username, clear_wrong, password};
use super::sending::{Call, Sending, Submit, Trouble};
use super::session::use_session;

/// The form, for the record that it is drawn for.
#[component]
pub fn PasswordForm(
    /// Whether it stands between other things, closer together.
    #[prop(optional)]
    close: bool,
    /// What is done with record and password.
    act: Callback<(SessionId, String), Call>,
) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("password");
    let input = NodeRef::<html::Input>::new();
    let email = session.person().map(|person| person.email).unwrap_or_default();
    let record = session.record();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.is_busy() {
            return;
        }
        let (Some(password), Some(record)) = (password(sending, input), record) else { return };
        let call = act.run((record, password));
        sending.send(async move {
            let answer = call.await;
            clear_wrong(&answer, input);
            answer
        });
    };
    view! {
        <form class=if close { "stack" } else { "stack-l" } method="post" novalidate on:submit=submit>
            <Username email/>
            <PasswordField sending input/>
            <Trouble sending/>
            <Submit sending/>
        </form>
    }
}
