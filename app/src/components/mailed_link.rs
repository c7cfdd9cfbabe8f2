//! The page that a mailed link opens. What the link is worth is looked at first; opening it changes nothing.

use leptos::prelude::*;

use super::needed::Needed;
use crate::api::link::{LinkKind, link};
use crate::api::{ApiError, Code};
use crate::browser::fragment;

/// A link that works.
#[derive(Clone)]
pub struct MailedLink {
    /// What makes it work. It stays in the address until it is used, so that a reload shows the same page.
    pub token: String,
    /// The address of the account that it belongs to.
    pub email: String,
    /// Who can help its owner.
    pub helper: Option<String>,
}

/// The link in the address. `None`: it was used, it is too old, or it is none.
pub fn mailed_link(kind: LinkKind) -> Needed<Option<MailedLink>> {
    let needed = Needed::new(move || async move {
        let token = fragment();
        if token.is_empty() {
            return Ok(None);
        }
        match link(kind, token.clone()).await {
            Ok(view) => Ok(Some(MailedLink { token, email: view.email, helper: view.helper })),
            Err(ApiError { code: Code::LinkGone, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    });
    // A newer link that is opened over this one is another page to the person; to the browser it is the same.
    let listener = window_event_listener_untyped("hashchange", move |_| needed.again());
    on_cleanup(move || listener.remove());
    needed
}
