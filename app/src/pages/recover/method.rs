//! A method in a recovery, and what can be done about it.

use domain::MethodKind;
use leptos::prelude::*;

use crate::api::recovery::{Fate, Recovery, RecoveryMethod, keep_app, keep_phone, recovery, send_keep_text};
use crate::api::text::{PhoneWay, Texted};
use crate::api::{ApiError, Code};
use crate::browser::focus;
use crate::components::code_field::CodeForm;
use crate::components::field::Described;
use crate::components::icon::{Icon, MESSAGE, PHONE};
use crate::components::method::{Pill, Tone, facts};
use crate::components::needed::Needed;
use crate::components::sending::Sending;
use crate::components::session::{Session, use_session};
use crate::components::text_code::{TextCode, Texting, Texts};
use crate::route::Page;

/// What the methods' choices have in common.
#[derive(Clone, Copy)]
pub(super) struct Choices {
    pub needed: Needed<Recovery>,
    pub described: Described,
    pub texts: Option<Texts>,
    /// The method that is being shown to work: one at a time has its field on the page.
    pub keeping: RwSignal<Option<MethodKind>>,
    /// Whether nothing else is to be done on the page yet.
    pub first: bool,
}

/// A method, what becomes of it, and what can be done about that.
#[component]
pub(super) fn Method(method: RecoveryMethod, choices: Choices) -> impl IntoView {
    let RecoveryMethod { kind, added_at, last_used_at, fate } = method;
    let (name, icon) = match (kind, choices.texts) {
        (MethodKind::App, _) => ("Authenticator app ".to_owned(), PHONE),
        (MethodKind::Phone, Some(texts)) => {
            (["Phone number ending ", &texts.ending(), " "].concat(), MESSAGE)
        }
        (MethodKind::Phone, None) => ("Phone number ".to_owned(), MESSAGE),
    };
    let (words, tone) = match fate {
        Fate::Open => ("Will be removed", Tone::Warning),
        Fate::Proved => ("Works", Tone::Good),
        Fate::New => ("New", Tone::Good),
    };
    let choices = (fate == Fate::Open).then(|| view! { <MethodChoices kind choices/> }.into_any());
    view! {
        <li class="stack">
            <div class="method-head">
                <span class="glyph"><Icon of=icon/></span>
                <div>
                    <h2>{name} <Pill words tone/></h2>
                    <p class="soft">{facts(added_at, last_used_at)}</p>
                </div>
            </div>
            {choices}
        </li>
    }
}

/// A new method in the place of the old one, or a code of the old one.
#[component]
fn MethodChoices(kind: MethodKind, choices: Choices) -> impl IntoView {
    let Choices { described, keeping, first, .. } = choices;
    let (page, new, old, id) = match kind {
        MethodKind::App => (Page::SignInApp, "Set Up a New App", " (authenticator app)", "keep-app"),
        MethodKind::Phone => (Page::SignInPhone, "Set Up a New Number", " (phone number)", "keep-phone"),
    };
    let keeps = move || keeping.get() == Some(kind);
    let toggle = move |_| keeping.update(|now| *now = if *now == Some(kind) { None } else { Some(kind) });
    let form = move || match (kind, choices.texts) {
        (MethodKind::Phone, Some(texts)) => view! { <KeepPhone texts needed=choices.needed/> }.into_any(),
        _ => view! { <KeepApp needed=choices.needed/> }.into_any(),
    };
    view! {
        <a
            class=if first { "button primary wide" } else { "button secondary wide" }
            href=page.path()
            data-field="methods"
            aria-describedby=move || described.by()
        >
            {new}
        </a>
        <button
            type="button"
            class="secondary wide"
            aria-expanded=move || if keeps() { "true" } else { "false" }
            aria-controls=id
            on:click=toggle
        >
            "My old one still works"
            <span class="unseen">{old}</span>
        </button>
        <div id=id class="stack" hidden=move || !keeps()>
            {move || keeps().then(form)}
        </div>
    }
}

/// Shows with a code that the old app still works.
#[component]
fn KeepApp(needed: Needed<Recovery>) -> impl IntoView {
    let session = use_session();
    let send = Callback::new(move |(sending, code): (Sending, String)| {
        let Some(record) = session.record() else { return };
        sending.send(async move {
            let recovery = keep_app(record, code).await?;
            session.notice().set(Some("Your authenticator app works. It stays."));
            needed.set(recovery);
            Ok(())
        });
    });
    focus("[data-field=code]".to_owned());
    view! {
        <CodeForm
            label="Enter the code from your old authenticator app"
            hint="It changes every 30 seconds."
            button="Keep This App"
            close=true
            send
        />
    }
}

/// Shows with a code that the old number still works.
#[component]
fn KeepPhone(texts: Texts, needed: Needed<Recovery>) -> impl IntoView {
    let session = use_session();
    let enter = Callback::new(move |(sending, code): (Sending, String)| {
        let Some(record) = session.record() else { return };
        sending.send(async move {
            let recovery = keep_phone(record, code).await?;
            session.notice().set(Some("Your phone number works. It stays."));
            needed.set(recovery);
            Ok(())
        });
    });
    focus("[data-field=code]".to_owned());
    view! { <TextCode texts label="Enter the 6-digit code" button="Keep This Number" close=true enter/> }
}

/// Codes to the old number.
pub(super) fn texts_to(session: Session, way: PhoneWay) -> Texts {
    let send = Callback::new(move |()| -> Texting {
        Box::pin(async move {
            let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
            Ok(last_code(send_keep_text(record).await?))
        })
    });
    let look =
        Callback::new(move |()| -> Texting { Box::pin(async move { Ok(last_code(recovery().await?)) }) });
    Texts::of(way, send, look)
}

fn last_code(recovery: Recovery) -> Option<Texted> {
    recovery.phone?.texted
}
