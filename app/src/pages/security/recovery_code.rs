//! The recovery code.

use domain::Timestamp;
use leptos::prelude::*;

use crate::api::recovery_code::request_recovery_code;
use crate::browser::dates;
use crate::browser::navigation::Entry;
use crate::components::icon::{Icon, KEY};
use crate::components::method::{Pill, Tone};
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;
use crate::route::Page;

/// The recovery code, and a new one for who has a method.
#[component]
pub fn RecoveryCode(
    /// Since when there is one.
    since: Option<Timestamp>,
    /// Whether there is a method.
    method: bool,
) -> impl IntoView {
    let session = use_session();
    let step_up = use_step_up();
    let sending = Sending::new("");
    let request = move |()| {
        let Some(record) = session.record() else { return };
        step_up.then("request a new recovery code", sending, move || async move {
            request_recovery_code(record).await?;
            session.go(Page::SecurityCode.path(), Entry::New);
            Ok(())
        });
    };
    let facts = match since {
        Some(at) => ["Since ", &dates::day(at), ". A new code replaces it."].concat(),
        None if method => "You are asked to save one when you next sign in.".into(),
        None => "You get one when you add an authentication method.".into(),
    };
    let (state, tone) = if since.is_some() { ("Saved", Tone::Good) } else { ("Not saved", Tone::Plain) };
    let action = method.then(|| {
        view! {
            <ActionButton sending label="Request New Code" at_work="Checking…" press=request/>
        }
        .into_any()
    });
    view! {
        <section class="panel">
            <div class="item">
                <span class="glyph"><Icon of=KEY/></span>
                <div>
                    <h2>"Account Recovery Code " <Pill words=state tone/></h2>
                    <p class="soft">{facts}</p>
                    <Trouble sending/>
                </div>
                {action}
            </div>
        </section>
    }
}
