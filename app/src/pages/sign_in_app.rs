//! Secure your Account, where the sign-in requires it.

use leptos::prelude::*;

use crate::api::set_up_app::{AppStep, start_app_set_up};
use crate::api::{ApiError, Code};
use crate::components::door::Door;
use crate::components::needed::{Needed, Skeleton};
use crate::components::secure_account::{Key, SecureAccount};
use crate::components::session::use_session;

/// The page. A reload shows the same key.
#[component]
pub fn SignInApp() -> impl IntoView {
    let session = use_session();
    let set_up = Needed::new(move || async move {
        let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
        start_app_set_up(record).await
    });
    let done = Callback::new(move |view| session.enter(view));
    let again = Callback::new(move |()| set_up.again());
    let page = set_up.show(move |set_up| match set_up.step {
        AppStep::Confirm { qr, key, uri, account } => {
            let key = Key { qr, key, uri, account };
            view! { <SecureAccount flow=set_up.flow key step=(2, 3) done again/> }.into_any()
        }
        // At sign-in there is nothing to prove, and the recovery code has its own page.
        AppStep::Prove | AppStep::SaveCode => {
            session.refresh();
            view! { <Skeleton/> }.into_any()
        }
    });
    view! { <Door>{page}</Door> }
}
