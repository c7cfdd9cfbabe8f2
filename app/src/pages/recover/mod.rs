//! Recovering: every method is set up anew, shown to work, or let go.

mod method;

use domain::MethodKind;
use leptos::prelude::*;

use self::method::{Choices, Method, texts_to};
use crate::api::recovery::{Fate, Recovery, RecoveryMethod, finish_recovery, recovery};
use crate::api::{ApiError, Code};
use crate::browser::{dates, now};
use crate::components::door::Door;
use crate::components::field::Described;
use crate::components::heading::Heading;
use crate::components::needed::Needed;
use crate::components::notice::Notice;
use crate::components::other_ways::{OtherWays, SomeoneElse};
use crate::components::sending::{Problem, Sending, Submit, Trouble};
use crate::components::session::use_session;
use crate::text;

/// The page.
#[component]
pub fn Recover() -> impl IntoView {
    let needed = Needed::new(recovery);
    // Whether the list has turned out to be another than the one that was on the page.
    let changed = StoredValue::new(false);
    view! {
        <Door>
            {needed.show(move |recovery| view! { <Methods recovery needed changed/> }.into_any())}
            <OtherWays/>
            <SomeoneElse/>
        </Door>
    }
}

/// Every method with its choices, and the form that ends the recovery.
#[component]
fn Methods(recovery: Recovery, needed: Needed<Recovery>, changed: StoredValue<bool>) -> impl IntoView {
    let Recovery { methods, ends_in_s, phone } = recovery;
    let end = dates::time(dates::instant(now() + f64::from(ends_in_s) * 1_000.0));
    let sending = Sending::new("methods");
    let described = Described::new(sending, "methods", "methods", false);
    let open: Vec<MethodKind> =
        methods.iter().filter(|method| method.fate == Fate::Open).map(|method| method.kind).collect();
    // What is still to be done comes first; then Continue is the button to press.
    let none_kept = open.len() == methods.len();
    let choices = Choices {
        needed,
        described,
        texts: phone.map(|way| texts_to(use_session(), way)),
        keeping: RwSignal::new(None),
        first: none_kept,
    };
    let row = |method: RecoveryMethod| view! { <Method method choices/> }.into_any();
    let news = changed.try_update_value(std::mem::take).unwrap_or_default().then(|| {
        view! {
            <p class="note warn" role="status">
                "Something has changed meanwhile. Look through your methods again before you continue."
            </p>
        }
        .into_any()
    });
    view! {
        <Notice/>
        <Heading title="You're in. Now set up your new device."/>
        {news}
        <p>"Your other devices were signed out. " {text::recovery_ends(ends_in_s, &end)}</p>
        <p>
            "A new method takes the place of the old one. If you still have the old one, show that it works, and it stays. \
            A method that you do neither for is removed, because somebody else may have it."
        </p>
        {described.error()}
        <ul class="methods">{methods.into_iter().map(row).collect::<Vec<_>>()}</ul>
        <Finish sending open none_kept needed changed/>
    }
}

/// The form that ends the recovery, and says beforehand what that takes away.
#[component]
fn Finish(
    sending: Sending,
    /// What is removed.
    open: Vec<MethodKind>,
    /// Whether nothing would be left.
    none_kept: bool,
    needed: Needed<Recovery>,
    changed: StoredValue<bool>,
) -> impl IntoView {
    let session = use_session();
    let held = RwSignal::new(none_kept);
    let removal = (!open.is_empty() && !none_kept).then(|| {
        let sentence = [&text::removing(&open), " If you still have it, show first that it works."].concat();
        view! { <p class="note warn">{sentence}</p> }.into_any()
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if none_kept {
            let problem = "Set up a new method first, or show that an old one still works.";
            return sending.refuse(vec![Problem::new("methods", problem)]);
        }
        let Some(record) = session.record() else { return };
        let removing = open.clone();
        sending.send(async move {
            match finish_recovery(record, removing).await {
                Ok(view) => session.enter(view),
                // Another window has done something meanwhile.
                Err(ApiError { code: Code::Stale, .. }) => {
                    session.ask().await?;
                    if changed.try_set_value(true).is_none() {
                        needed.again();
                    }
                }
                Err(error) => return Err(error),
            }
            Ok(())
        });
    };
    view! {
        <form class="stack" method="post" novalidate on:submit=submit>
            {removal}
            <p class="soft">"Next you save a new recovery code: the one that you have used does not work again."</p>
            <Trouble sending/>
            <Submit sending held/>
        </form>
    }
}
