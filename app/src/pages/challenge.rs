//! The second door: where there are two methods one of them is chosen, and then a code of it is entered.

use domain::MethodKind;
use leptos::prelude::*;

use crate::api::challenge::{Challenge, challenge, challenge_app, challenge_phone, send_challenge_text};
use crate::api::text::{PhoneWay, Texted};
use crate::api::{ApiError, Code};
use crate::browser::navigation::Entry;
use crate::components::choose::Choose;
use crate::components::code_field::CodeForm;
use crate::components::disclosure::Disclosure;
use crate::components::door::Door;
use crate::components::heading::Heading;
use crate::components::needed::Needed;
use crate::components::other_ways::{OtherWays, SomeoneElse};
use crate::components::sending::Sending;
use crate::components::session::{Session, use_session};
use crate::components::text_code::{TextCode, Texting, Texts};
use crate::route;

/// The page.
#[component]
pub fn ChallengePage() -> impl IntoView {
    let needed = Needed::new(challenge);
    let different = RwSignal::new(false);
    view! {
        <Door>
            {needed.show(move |challenge| view! { <Ways challenge different/> }.into_any())}
            <OtherWays different recovery_code=true/>
            <SomeoneElse/>
        </Door>
    }
}

/// The choice, or the way that is the only one, or that the address says: so the back button leads to the choice.
#[component]
fn Ways(
    challenge: Challenge,
    /// Whether there is a choice to go back to.
    different: RwSignal<bool>,
) -> impl IntoView {
    let session = use_session();
    let Challenge { methods, last_used, phone, texts_failing: failing } = challenge;
    let texts = phone.map(|way| texts_to(session, way));
    let both = methods.len() > 1;
    let only = methods.first().copied().filter(|_| !both);
    let way = Memo::new(move |_| {
        let by = || session.parameter(route::BY).and_then(|by| MethodKind::parse(&by));
        only.or_else(by)
    });
    let preselected = last_used.filter(|_| !failing).unwrap_or(MethodKind::App);
    let chosen = RwSignal::new(preselected);
    Effect::new(move || different.set(both && way.get().is_some()));
    view! {
        {move || match (way.get(), texts) {
            (None, Some(texts)) => view! { <ChooseMethod texts chosen last_used failing/> }.into_any(),
            (Some(MethodKind::Phone), Some(texts)) => view! { <EnterTextCode texts failing/> }.into_any(),
            _ => view! { <EnterAppCode/> }.into_any(),
        }}
    }
}

/// The choice. Continue sends the text, where that is chosen and none was sent.
#[component]
fn ChooseMethod(
    texts: Texts,
    chosen: RwSignal<MethodKind>,
    last_used: Option<MethodKind>,
    /// Whether text messages do not get through at this moment.
    failing: bool,
) -> impl IntoView {
    let session = use_session();
    let go_on = Callback::new(move |(sending, kind): (Sending, MethodKind)| {
        sending.send(async move {
            if kind == MethodKind::Phone && !texts.is_sent() {
                texts.send().await?;
            }
            session.go(route::challenge_by(kind), Entry::New);
            Ok(())
        });
    });
    view! {
        {failing.then(|| warning("Text messages are failing at this moment. Use your authenticator app."))}
        <Choose ending=texts.ending() chosen last_used go_on>
            <Heading title="How do you want to confirm it's you?"/>
        </Choose>
    }
}

#[component]
fn EnterAppCode() -> impl IntoView {
    let session = use_session();
    let send = Callback::new(move |(sending, code): (Sending, String)| {
        sending.send(async move {
            let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
            session.enter(challenge_app(record, code).await?);
            Ok(())
        });
    });
    view! {
        <Heading title="Enter the code from your authenticator app"/>
        <p class="soft">"Find " <b class="entry">{move || entry()}</b> " in your app."</p>
        <CodeForm
            label="6-digit code"
            hint="We check it as soon as you enter the sixth digit."
            sends_itself=true
            send
        />
        <Disclosure question="Code not working?">
            <ul>
                <li>"Use the authenticator app that you set up for this account."</li>
                <li>"Look for the entry " <b class="entry">{move || entry()}</b> ". Others have other codes."</li>
                <li>"Turn on automatic date and time on the device with the app."</li>
                <li>"On a new device, restore the app's own backup: the entry comes back with it."</li>
            </ul>
        </Disclosure>
    }
}

/// Nothing is sent because the page is opened.
#[component]
fn EnterTextCode(texts: Texts, failing: bool) -> impl IntoView {
    let session = use_session();
    let enter = Callback::new(move |(sending, code): (Sending, String)| {
        sending.send(async move {
            let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
            session.enter(challenge_phone(record, code).await?);
            Ok(())
        });
    });
    view! {
        <Heading title="Confirm with a text message"/>
        {failing.then(|| warning("Text messages are failing at this moment. You can use another way."))}
        <TextCode texts hint="We check it as soon as you enter the sixth digit." sends_itself=true enter/>
    }
}

fn warning(words: &'static str) -> AnyView {
    view! { <p class="note warn">{words}</p> }.into_any()
}

/// Codes to the person's number, for this door.
fn texts_to(session: Session, way: PhoneWay) -> Texts {
    let send = Callback::new(move |()| -> Texting {
        Box::pin(async move {
            let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
            let sent = send_challenge_text(record).await?;
            // The sign-in waits for the message: its end is another now.
            session.refresh();
            Ok(last_code(sent))
        })
    });
    let look =
        Callback::new(move |()| -> Texting { Box::pin(async move { Ok(last_code(challenge().await?)) }) });
    Texts::of(way, send, look)
}

fn last_code(challenge: Challenge) -> Option<Texted> {
    challenge.phone?.texted
}

/// The name of the entry in the app.
fn entry() -> String {
    let session = use_session();
    let email = session.person().map(|person| person.email).unwrap_or_default();
    [&session.product().get(), " (", &email, ")"].concat()
}
