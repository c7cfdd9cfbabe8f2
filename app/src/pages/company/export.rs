//! Every member as a file for a spreadsheet.

use futures_util::TryStreamExt;
use leptos::prelude::*;

use super::Company;
use crate::api::company::members::members_csv;
use crate::api::{ApiError, Code};
use crate::browser::{dates, file, now};
use crate::components::announcer::use_announcer;
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;
use crate::text;

/// The button.
#[component]
pub fn Export(company: Company) -> impl IntoView {
    let session = use_session();
    let announcer = use_announcer();
    let step_up = use_step_up();
    let sending = Sending::new("");
    let export = move |()| {
        let Some(record) = session.record() else { return };
        let slug = company.slug();
        step_up.then("export the members", sending, move || {
            let slug = slug.clone();
            async move {
                // Bytes: a piece of it may end in the middle of a letter.
                let pieces: Vec<_> =
                    members_csv(record, slug.clone()).await?.into_inner().try_collect().await?;
                let csv = String::from_utf8(pieces.concat()).unwrap_or_default();
                let name = text::members_file_name(&slug, &dates::iso_day(dates::instant(now())));
                if file::save(&name, file::CSV, &csv).is_err() {
                    return Err(ApiError::new(
                        Code::Internal,
                        "The browser did not save the file. Try again.",
                    ));
                }
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
