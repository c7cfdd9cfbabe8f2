//! Secure your Account: linking an authenticator app, at sign-in and from the profile.

use domain::FlowId;
use leptos::html;
use leptos::prelude::*;

use super::code_field::{CodeField, code};
use super::copy_button::CopyButton;
use super::disclosure::Disclosure;
use super::door::{Step, Steps};
use super::groups::Groups;
use super::heading::Heading;
use super::sending::{Sending, Submit, Told, Trouble, too_late};
use super::session::use_session;
use crate::api::session::SessionView;
use crate::api::set_up_app::{QrCode, confirm_app};
use crate::api::{ApiError, Code};
use crate::browser::on_a_phone;

/// The new app's key, in every form in which an app takes it.
#[derive(Clone)]
pub struct Key {
    /// As a picture.
    pub qr: QrCode,
    /// In groups of four.
    pub key: String,
    /// As a link.
    pub uri: String,
    /// The name of the entry to come.
    pub account: String,
}

/// What to say where the key is of no use any more.
const TOO_LATE: &str =
    "That took too long. Begin again: an entry that you have already added to your app can be deleted.";

/// The page: the key, and the field for the first code.
#[component]
pub fn SecureAccount(
    /// The flow that the form belongs to.
    flow: FlowId,
    /// The key.
    key: Key,
    /// Which step this is; nothing where there are no steps.
    #[prop(into)]
    step: Option<Step>,
    /// What to do once the app is confirmed.
    done: Callback<SessionView>,
    /// What to do where the key is of no use any more: another tab has gone on, or it took too long.
    again: Callback<()>,
) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("code");
    let input = NodeRef::<html::Input>::new();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Some(code) = code(sending, input) {
            sending.send(async move {
                match confirm_app(flow, code).await {
                    // The page may be gone by now.
                    Ok(view) => drop(done.try_run(view)),
                    Err(ApiError { code: Code::Stale, .. }) => too_late(session, TOO_LATE, again),
                    Err(error) => return Err(error),
                }
                Ok(())
            });
        }
    };
    let account = key.account.clone();
    view! {
        <Steps at=step/>
        <Heading title="Secure your Account"/>
        <Told/>
        <ol class="tasks">
            <li class="stack"><AddToApp key/></li>
            <li>
                <form class="stack" method="post" novalidate on:submit=submit>
                    <p>"Your app now shows an entry called " <b class="entry">{account}</b> "."</p>
                    <CodeField
                        sending
                        input
                        label="Enter the 6-digit verification code"
                        hint="It changes every 30 seconds."
                    />
                    <Trouble sending/>
                    <Submit sending/>
                </form>
            </li>
        </ol>
    }
}

/// The ways to get the key into the app. A phone cannot scan its own screen: there the link comes first.
#[component]
fn AddToApp(key: Key) -> impl IntoView {
    let phone = on_a_phone();
    let Key { qr, key, uri, .. } = key;
    let first = if phone {
        view! {
            <p>"Open your authenticator app with the new entry:"</p>
            <a class="button secondary wide" href=uri>"Open in authenticator app"</a>
            <SetupKey key label="Trouble Scanning"/>
            <p>"Or scan this with an authenticator app on another device:"</p>
            <Picture qr/>
        }
        .into_any()
    } else {
        view! {
            <p>"Open your authenticator app and scan this QR code with it."</p>
            <Picture qr/>
            <SetupKey key label="Get a Setup Key"/>
        }
        .into_any()
    };
    view! {
        {first}
        <Disclosure question="Why isn't my phone's camera scanning the QR code?">
            <p>"The QR code must be scanned from within the authenticator app, not with your phone's camera."</p>
            <p>"Open the authenticator app and use its built-in scanner."</p>
        </Disclosure>
    }
}

/// The QR code, dark on light whatever the theme, with the quiet zone of four modules that scanners need.
#[component]
fn Picture(qr: QrCode) -> impl IntoView {
    let side = (qr.size + 8).to_string();
    let area = ["-4 -4 ", &side, " ", &side].concat();
    view! {
        <svg
            class="qr"
            viewBox=area
            role="img"
            aria-label="QR code for your authenticator app. To type a key instead, choose Get a Setup Key."
        >
            <path d=qr.path/>
        </svg>
    }
}

/// The key to type or copy, which shows itself on request.
#[component]
fn SetupKey(key: String, label: &'static str) -> impl IntoView {
    let open = RwSignal::new(false);
    let key = StoredValue::new(key);
    let shown = move || {
        let key = key.get_value();
        let bare: String = key.split_whitespace().collect();
        view! {
            <Groups code=key/>
            <div class="row"><CopyButton label="Copy Key" failure="Couldn't copy. Select the key instead." text=bare/></div>
            <p class="soft">"In your app, add an account by its key. Type of code: Time-based, 6 digits, every 30 seconds."</p>
        }
        .into_any()
    };
    view! {
        <div class="stack">
            <button
                type="button"
                class="quiet"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls="setup-key"
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {label}
            </button>
            <div id="setup-key" class="stack" hidden=move || !open.get()>
                {move || open.get().then(shown)}
            </div>
        </div>
    }
}
