//! After a long time without use: a code that is mailed on request.

use leptos::prelude::*;

use super::EnterCode;
use crate::api::identity::{MailedCode, mailed_code, send_mailed_code};
use crate::api::{ApiError, Code};
use crate::browser::{dates, focus};
use crate::components::announcer::use_announcer;
use crate::components::heading::Heading;
use crate::components::needed::Needed;
use crate::components::resend::{Resend, Sent};
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::components::session::{Session, use_session};

/// What is asked and why, once it is known whether a code is on its way.
#[component]
pub fn Mailed() -> impl IntoView {
    let needed = Needed::new(mailed_code);
    needed.show(|first| view! { <Proof first/> }.into_any())
}

/// Sending comes first, then the field.
#[component]
fn Proof(first: Option<MailedCode>) -> impl IntoView {
    let mailed = RwSignal::new(first);
    let sent = Memo::new(move |_| mailed.read().is_some());
    view! {
        <Heading title="Confirm that it is you"/>
        <p>
            "Your account has not been used for a long time, so your password alone is not enough to set up two-factor \
            authentication. A code that we mail you shows that it is you."
        </p>
        {move || if sent.get() {
            view! { <Enter mailed/> }.into_any()
        } else {
            view! { <SendFirst mailed/> }.into_any()
        }}
    }
}

/// Nothing is sent before this is pressed.
#[component]
fn SendFirst(mailed: RwSignal<Option<MailedCode>>) -> impl IntoView {
    let session = use_session();
    let announcer = use_announcer();
    let sending = Sending::new("");
    let send = move |()| {
        sending.send(async move {
            mail_code(session, mailed).await?;
            announcer.say("Code sent");
            focus("[data-field=code]".to_owned());
            Ok(())
        });
    };
    view! {
        <p class="soft">"We mail a 6-digit code to " <b class="entry">{email(session)}</b> "."</p>
        <Trouble sending/>
        <ActionButton sending label="Send Code" at_work="Sending…" class="primary wide" press=send/>
    }
}

/// The field, and another code where the first one does not come or is too old.
#[component]
fn Enter(mailed: RwSignal<Option<MailedCode>>) -> impl IntoView {
    let session = use_session();
    let wait = mailed.with_untracked(|mailed| mailed.map_or(0, |mailed| mailed.again_in_s));
    let time = move || mailed.get().map(|mailed| dates::time(mailed.sent_at));
    let send = Callback::new(move |()| -> Sent {
        Box::pin(async move { Ok(mail_code(session, mailed).await?.again_in_s) })
    });
    view! {
        <p>
            "We sent a code to " <b class="entry">{email(session)}</b> " at " {move || time()}
            ". It works for 15 minutes."
        </p>
        <EnterCode hint="It may take a few minutes. Look in your spam folder too."/>
        <Resend wait said="Sent again. Codes sent earlier still work until they expire." send/>
    }
}

/// Mails a code, and shows when.
async fn mail_code(session: Session, mailed: RwSignal<Option<MailedCode>>) -> Result<MailedCode, ApiError> {
    let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
    let code = send_mailed_code(record).await?;
    mailed.try_set(Some(code));
    Ok(code)
}

/// The address that codes go to.
fn email(session: Session) -> String {
    session.person().map(|person| person.email).unwrap_or_default()
}
