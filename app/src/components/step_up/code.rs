//! The second question of a step-up: a code.

use domain::MethodKind;
use leptos::prelude::*;

use super::{FIRST_FIELD, StepUp};
use crate::api::step_up::{
    StepUp as Missing, send_step_up_text, step_up as read_missing, step_up_app, step_up_phone,
};
use crate::api::text::{PhoneWay, Texted};
use crate::api::{ApiError, Code};
use crate::browser::focus;
use crate::components::choose::Choose;
use crate::components::code_field::CodeForm;
use crate::components::heading::use_title;
use crate::components::sending::Sending;
use crate::components::session::use_session;
use crate::components::text_code::{TextCode, Texting, Texts};

/// A code of the method that there is; of two, one is chosen first.
#[component]
pub(super) fn EnterCode(step_up: StepUp, missing: Missing) -> impl IntoView {
    let title = use_title();
    let texts = missing.phone.map(|way| texts_to(step_up, way));
    let app = missing.proof.contains(&MethodKind::App);
    let both = app && texts.is_some();
    let only = if app { MethodKind::App } else { MethodKind::Phone };
    let way = RwSignal::new((!both).then_some(only));
    let chosen = RwSignal::new(MethodKind::App);
    let again = move |_| {
        title.show_error(false);
        way.set(None);
        focus(FIRST_FIELD.to_owned());
    };
    let different = move || {
        (both && way.get().is_some()).then(|| {
            view! { <p><button type="button" class="quiet" on:click=again>"Use a different method"</button></p> }
                .into_any()
        })
    };
    view! {
        {move || match (way.get(), texts) {
            (None, Some(texts)) => view! { <ChooseMethod texts chosen way/> }.into_any(),
            (Some(MethodKind::Phone), Some(texts)) => view! { <EnterTextCode step_up texts/> }.into_any(),
            _ => view! { <EnterAppCode step_up/> }.into_any(),
        }}
        {different}
    }
}

/// The choice. Continue sends the text, where that is chosen and none was sent.
#[component]
fn ChooseMethod(
    texts: Texts,
    chosen: RwSignal<MethodKind>,
    way: RwSignal<Option<MethodKind>>,
) -> impl IntoView {
    let go_on = Callback::new(move |(sending, kind): (Sending, MethodKind)| {
        sending.send(async move {
            if kind == MethodKind::Phone && !texts.is_sent() {
                texts.send().await?;
            }
            way.try_set(Some(kind));
            focus(FIRST_FIELD.to_owned());
            Ok(())
        });
    });
    view! {
        <Choose ending=texts.ending() chosen last_used=None close=true go_on>
            "How do you want to confirm it's you?"
        </Choose>
    }
}

#[component]
fn EnterAppCode(step_up: StepUp) -> impl IntoView {
    let session = use_session();
    let send = Callback::new(move |(sending, code): (Sending, String)| {
        let Some(record) = session.record() else { return };
        sending.send(async move { step_up.proved(step_up_app(record, code).await).await });
    });
    view! {
        <CodeForm
            label="Enter the code from your authenticator app"
            hint="It changes every 30 seconds."
            close=true
            send
        />
    }
}

#[component]
fn EnterTextCode(step_up: StepUp, texts: Texts) -> impl IntoView {
    let session = use_session();
    let enter = Callback::new(move |(sending, code): (Sending, String)| {
        let Some(record) = session.record() else { return };
        sending.send(async move { step_up.proved(step_up_phone(record, code).await).await });
    });
    view! { <TextCode texts label="Enter the 6-digit code" close=true enter/> }
}

/// Codes to the person's number, for a step-up.
fn texts_to(step_up: StepUp, way: PhoneWay) -> Texts {
    let session = use_session();
    let send = Callback::new(move |()| -> Texting {
        Box::pin(async move {
            let record = session.record().ok_or_else(|| ApiError::new(Code::SignedOut, ""))?;
            match send_step_up_text(record).await {
                Err(error) if error.code == Code::StepUpNeeded => {
                    step_up.given(read_missing().await?);
                    Err(error)
                }
                sent => Ok(last_code(sent?)),
            }
        })
    });
    let look =
        Callback::new(move |()| -> Texting { Box::pin(async move { Ok(last_code(read_missing().await?)) }) });
    Texts::of(way, send, look)
}

fn last_code(missing: Missing) -> Option<Texted> {
    missing.phone?.texted
}
