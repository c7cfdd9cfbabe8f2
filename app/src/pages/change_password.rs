//! Changing the password: the current one, and the one that comes in its place.

use leptos::html;
use leptos::prelude::*;

use crate::api::password::change_password;
use crate::browser::navigation::Entry;
use crate::components::door::Door;
use crate::components::error_summary::ErrorSummary;
use crate::components::heading::Heading;
use crate::components::icon::{BACK, Icon};
use crate::components::new_password_field::{NewPasswordField, new_password_problem};
use crate::components::password_field::{PasswordField, Username, clear_wrong};
use crate::components::sending::{Problem, Sending, Submit, Trouble};
use crate::components::session::use_session;
use crate::route::Page;

/// The page.
#[component]
pub fn ChangePassword() -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("password");
    let (present, next) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let email = session.person().map(|person| person.email).unwrap_or_default();
    let record = session.record();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.is_busy() {
            return;
        }
        let (Some(field), Some(new)) = (present.get_untracked(), next.get_untracked()) else { return };
        let (current, new) = (field.value(), new.value());
        let problems = missing(&current, &new);
        if !problems.is_empty() {
            return sending.refuse(problems);
        }
        let Some(record) = record else { return };
        sending.send(async move {
            let answer = change_password(record, current, new).await;
            clear_wrong(&answer, present);
            session.update(answer?);
            session.notice().set(Some("Password changed. Other devices were signed out."));
            session.go(Page::Security.path(), Entry::Replaced);
            Ok(())
        });
    };
    view! {
        <Door>
            <Heading title="Change Password"/>
            <p class="soft">"Your other devices are signed out when you change it."</p>
            <ErrorSummary sending/>
            <form class="stack-l" method="post" novalidate on:submit=submit>
                <Username email/>
                <PasswordField sending input=present label="Current password"/>
                <NewPasswordField sending input=next/>
                <Trouble sending/>
                <Submit sending label="Change Password"/>
            </form>
            <p><a class="back" href=Page::Security.path()><Icon of=BACK/> "Back to Password & Security"</a></p>
        </Door>
    }
}

/// What has to be filled in before it is worth asking the server.
fn missing(current: &str, new: &str) -> Vec<Problem> {
    let current = current.is_empty().then(|| Problem::new("password", "Enter your current password."));
    current.into_iter().chain(new_password_problem(new)).collect()
}
