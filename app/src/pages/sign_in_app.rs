//! Secure your Account, where the sign-in requires it, and in a recovery.

use domain::SessionState;
use leptos::prelude::*;

use crate::api::session::SessionView;
use crate::api::set_up_app::{AppStep, start_app_set_up};
use crate::api::{ApiError, Code};
use crate::components::cancel_set_up::CancelSetUp;
use crate::components::door::{Door, Step};
use crate::components::needed::{Needed, Skeleton};
use crate::components::secure_account::{Key, SecureAccount};
use crate::components::session::use_session;
use crate::route::Page;

/// The page. A reload shows the same key.
#[component]
pub fn SignInApp() -> impl IntoView {
    let session = use_session();
    // A recovery has no steps to count: each method is a way of its own, and leads back to the others.
    let recovering = untrack(|| session.is(SessionState::Recovering));
    let step: Option<Step> = (!recovering).then_some((2, 3));
    let set_up = Needed::new(move || async move {
        let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
        start_app_set_up(record).await
    });
    let done = Callback::new(move |view: SessionView| {
        if view.state == SessionState::Recovering {
            session.notice().set(Some("Your new authenticator app is set up."));
        }
        session.enter(view);
    });
    let again = Callback::new(move |()| set_up.again());
    let page = set_up.show(move |set_up| match set_up.step {
        AppStep::Confirm { qr, key, uri, account } => {
            let key = Key { qr, key, uri, account };
            let flow = set_up.flow;
            view! {
                <SecureAccount flow key step done again/>
                {recovering.then(|| view! { <CancelSetUp flow back=Page::Recover/> }.into_any())}
            }
            .into_any()
        }
        // At sign-in there is nothing to prove, and the recovery code has its own page.
        AppStep::Prove(_) | AppStep::SaveCode => {
            session.refresh();
            view! { <Skeleton/> }.into_any()
        }
    });
    view! { <Door>{page}</Door> }
}
