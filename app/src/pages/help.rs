//! Lost everything: what may still help, and who can.

use domain::SessionState;
use leptos::prelude::*;

use crate::api::recovery::{Administrator, Help, who_can_help};
use crate::components::copy_button::CopyButton;
use crate::components::door::Door;
use crate::components::heading::Heading;
use crate::components::icon::{BACK, Icon};
use crate::components::needed::Needed;
use crate::components::session::use_session;
use crate::route::{self, Page};
use crate::text::{self, Lost};

/// The page.
#[component]
pub fn HelpPage() -> impl IntoView {
    let session = use_session();
    let back = untrack(|| session.read(route::next));
    let help = Needed::new(who_can_help);
    view! {
        <Door>
            {help.show(|help| view! { <Heading title="Lost everything?"/> <StillHelps/> <WhoCanHelp help/> }.into_any())}
            <p><a class="back" href=back><Icon of=BACK/> "Back"</a></p>
        </Door>
    }
}

/// What may still help, before anybody has to be asked. Where there is no method nothing does.
#[component]
fn StillHelps() -> impl IntoView {
    let session = use_session();
    let state = untrack(|| session.read(|view| Some(view.state)));
    if state == Some(SessionState::IdentityDue) {
        return None;
    }
    let product = session.product().get_untracked();
    // Who is recovering has spent it.
    let file = (state == Some(SessionState::Challenge)).then(|| {
        view! {
            <li>
                "A saved file: search your devices, mail and cloud storage for "
                <b class="entry">{text::recovery_file_start(&product)}</b> ". The code in it is the one for "
                <a href=Page::UseRecoveryCode.path()>"Use your recovery code"</a> "."
            </li>
        }
        .into_any()
    });
    let ways = view! {
        <div class="stack-s">
            <h2>"First, look for these"</h2>
            <ul class="reasons">
                <li>
                    "Another device: you may still be signed in there, or have your authenticator app on it."
                </li>
                <li>"The backup of your authenticator app: restored on a new device, it shows the same codes."</li>
                {file}
            </ul>
        </div>
    };
    Some(ways.into_any())
}

/// Those who can reset the methods, or else the support.
#[component]
fn WhoCanHelp(help: Help) -> impl IntoView {
    let Help { administrators, support } = help;
    let who = match (administrators.is_empty(), support) {
        (false, _) => view! { <Administrators administrators/> }.into_any(),
        (true, Some(support)) => view! {
            <p>"You have no administrator who could reset your two-factor authentication. Contact:"</p>
            <p><Contact support/></p>
        }
        .into_any(),
        (true, None) => view! {
            <p>
                "You have no administrator who could reset your two-factor authentication, and no support contact is \
                known here. Ask the people from whom you have your account."
            </p>
        }
        .into_any(),
    };
    view! {
        <div class="stack">
            <h2>"Ask for help"</h2>
            {who}
        </div>
    }
}

/// Everybody by name, and what to write to them.
#[component]
fn Administrators(administrators: Vec<Administrator>) -> impl IntoView {
    let session = use_session();
    let email = session.person().map(|person| person.email).unwrap_or_default();
    let lost = match session.read(|view| (view.state == SessionState::IdentityDue, view.mfa_reset)) {
        (true, true) => Lost::HandedCode,
        (true, false) => Lost::Mailbox,
        (false, _) => Lost::Methods,
    };
    let message = text::call_for_help(&session.product().get_untracked(), &email, lost);
    let person = |Administrator { name, email, company }: Administrator| {
        let link = ["mailto:", &email].concat();
        view! {
            <li>
                <b>{name}</b>
                <span class="soft">{company}</span>
                <a href=link>{email}</a>
            </li>
        }
        .into_any()
    };
    view! {
        <p>"Only an administrator can reset your two-factor authentication; we never do by phone or email."</p>
        <ul class="people">{administrators.into_iter().map(person).collect::<Vec<_>>()}</ul>
        <p class="note entry">{message.clone()}</p>
        <div class="row">
            <CopyButton label="Copy Message" failure="Couldn't copy. Select the message instead." text=message/>
        </div>
    }
}

/// The support contact: an address, or a link.
#[component]
fn Contact(support: String) -> impl IntoView {
    let link = if support.starts_with("https://") { support.clone() } else { ["mailto:", &support].concat() };
    view! { <a class="entry" href=link>{support}</a> }
}
