//! The way out of a set-up.

use domain::FlowId;
use leptos::prelude::*;

use super::sending::{Sending, Trouble};
use super::session::use_session;
use crate::api::proofs::cancel_set_up;
use crate::api::{ApiError, Code};
use crate::browser::navigation::Entry;
use crate::route::Page;

/// The way back; what works stays as it is.
#[component]
pub fn CancelSetUp(
    /// The set-up.
    flow: FlowId,
    /// Where it was opened.
    back: Page,
) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("");
    let cancel = move |_| {
        sending.send(async move {
            match cancel_set_up(flow).await {
                // One that has ended by itself is as good.
                Ok(()) | Err(ApiError { code: Code::Stale | Code::NotFound, .. }) => {}
                Err(error) => return Err(error),
            }
            session.go(back.path(), Entry::Replaced);
            Ok(())
        });
    };
    view! {
        <div>
            <button type="button" class="quiet" on:click=cancel>"Cancel"</button>
            <Trouble sending/>
        </div>
    }
}
