//! The avatar and what opens under it.

use leptos::html;
use leptos::prelude::*;

use super::sending::{Sending, Trouble};
use super::session::use_session;
use crate::api::session::Administered;
use crate::browser::theme::Theme;
use crate::route::{Page, company};
use crate::text;

/// The menu of the person who is signed in. The browser opens it, closes it and says which.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let session = use_session();
    let menu = NodeRef::<html::Div>::new();
    let name = move || session.person().map(|person| person.name).unwrap_or_default();
    let email = move || session.person().map(|person| person.email).unwrap_or_default();
    let sending = Sending::new("");
    let close = move |_| {
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.hide_popover();
        }
    };
    let company = move |Administered { slug, name }: Administered| {
        let words = [&name, ": security"].concat();
        view! { <a class="menu-item" href=company::security(&slug) on:click=close>{words}</a> }.into_any()
    };
    view! {
        <button type="button" class="avatar" popovertarget="account-menu">
            <span aria-hidden="true">{move || text::initials(&name())}</span>
            <span class="unseen">"Account menu of " {move || name()}</span>
        </button>
        <div id="account-menu" class="menu stack" popover="auto" node_ref=menu>
            <p class="menu-person">
                <b>{move || name()}</b>
                <span class="soft">{move || email()}</span>
            </p>
            <a class="menu-item" href=Page::Security.path() on:click=close>"My Profile Settings"</a>
            {move || session.companies().into_iter().map(company).collect::<Vec<_>>()}
            <ThemeChoice/>
            <Trouble sending/>
            <button type="button" class="secondary wide" on:click=move |_| sending.send(session.leave())>
                {move || if sending.busy() { "Signing out…" } else { "Sign Out" }}
            </button>
        </div>
    }
}

/// Light, dark, or as the device has it.
#[component]
fn ThemeChoice() -> impl IntoView {
    let chosen = Theme::chosen();
    let choice = move |theme: Theme| {
        view! {
            <label>
                <input
                    type="radio"
                    name="theme"
                    checked=theme == chosen
                    on:change=move |_| theme.choose()
                />
                <span>{theme.label()}</span>
            </label>
        }
        .into_any()
    };
    view! {
        <fieldset class="segments">
            <legend>"Theme"</legend>
            <div>{Theme::ALL.map(choice).into_iter().collect::<Vec<_>>()}</div>
        </fieldset>
    }
}
