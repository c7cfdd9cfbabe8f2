//! Invitations that are not delivered, sent again: to those people only.

use leptos::prelude::*;

use super::members::List;
use crate::api::company::invitations::invite_undelivered_again;
use crate::api::company::members::MemberFilter;
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;
use crate::text;

/// The button, where these are the members that are shown.
#[component]
pub fn SendAgain(list: List) -> impl IntoView {
    let shown = Memo::new(move |_| {
        list.query.read().filter == MemberFilter::NotDelivered && !list.rows.read().is_empty()
    });
    view! { {move || shown.get().then(|| view! { <ToThose list/> }.into_any())} }
}

#[component]
fn ToThose(list: List) -> impl IntoView {
    let session = use_session();
    let step_up = use_step_up();
    let sending = Sending::new("");
    let send = move |()| {
        let Some(record) = session.record() else { return };
        let slug = list.company.slug();
        step_up.then("send invitations again", sending, move || {
            let slug = slug.clone();
            async move {
                let mailed = invite_undelivered_again(record, slug).await?;
                list.changed(&text::sent_again(mailed));
                Ok(())
            }
        });
    };
    view! {
        <div class="inside">
            <ActionButton sending label="Send These Again" at_work="Sending…" press=send/>
            <Trouble sending/>
        </div>
    }
}
