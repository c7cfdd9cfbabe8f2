//! A company's list or log as a file for a spreadsheet, after a step-up.

use domain::SessionId;
use leptos::prelude::*;
use leptos::server_fn::codec::ByteStream;

use crate::api::ApiError;
use crate::components::announcer::use_announcer;
use crate::components::export::save_csv;
use crate::components::sending::{ActionButton, Answer, Sending, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;

/// The button.
#[component]
pub fn Export(
    /// What is done, as the step-up names it.
    act: &'static str,
    /// The name of the file.
    #[prop(into)]
    name: Callback<(), String>,
    /// Asks for its lines.
    ask: Callback<SessionId, Answer<ByteStream<ApiError>>>,
) -> impl IntoView {
    let session = use_session();
    let announcer = use_announcer();
    let step_up = use_step_up();
    let sending = Sending::new("");
    let export = move |()| {
        let Some(record) = session.record() else { return };
        let name = name.run(());
        step_up.then(act, sending, move || {
            let name = name.clone();
            async move {
                // The page may be gone by now.
                let Some(asked) = ask.try_run(record) else { return Ok(()) };
                save_csv(asked.await?, &name).await?;
                announcer.say("Downloaded");
                Ok(())
            }
        });
    };
    view! {
        <ActionButton sending label="Export CSV" at_work="Exporting…" press=export/>
        <Trouble sending/>
    }
}
