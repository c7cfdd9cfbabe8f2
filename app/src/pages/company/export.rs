//! A company's list or log as a file for a spreadsheet, after a step-up.

use domain::SessionId;
use leptos::prelude::*;
use leptos::server_fn::codec::ByteStream;

use crate::api::ApiError;
use crate::components::announcer::use_announcer;
use crate::components::export::save_csv;
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;

/// The button.
#[component]
pub fn Export<F, Answer>(
    /// What is done, as the step-up names it.
    act: &'static str,
    /// The name of the file.
    name: impl Fn() -> String + Copy + Send + Sync + 'static,
    /// Asks for its lines.
    ask: F,
) -> impl IntoView
where
    F: Fn(SessionId) -> Answer + Copy + Send + Sync + 'static,
    Answer: Future<Output = Result<ByteStream<ApiError>, ApiError>> + 'static,
{
    let session = use_session();
    let announcer = use_announcer();
    let step_up = use_step_up();
    let sending = Sending::new("");
    let export = move |()| {
        let Some(record) = session.record() else { return };
        step_up.then(act, sending, move || async move {
            save_csv(ask(record).await?, &name()).await?;
            announcer.say("Downloaded");
            Ok(())
        });
    };
    view! {
        <ActionButton sending label="Export CSV" at_work="Exporting…" press=export/>
        <Trouble sending/>
    }
}
