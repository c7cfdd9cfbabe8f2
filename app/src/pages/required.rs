//! Two-Factor Authentication Required: who asks, since when, and what is needed.

use domain::{Demand, Requirement};
use leptos::prelude::*;

use crate::browser::dates;
use crate::components::door::Door;
use crate::components::heading::Heading;
use crate::components::sending::{Sending, Trouble};
use crate::components::session::use_session;
use crate::route::Page;
use crate::text;

/// The page.
#[component]
pub fn Required() -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("");
    let demands = move || {
        session.read(|view| match &view.requirement {
            Some(Requirement::Required { demands }) => demands.iter().map(demand).collect::<Vec<_>>(),
            _ => Vec::new(),
        })
    };
    let reset = move || session.read(|view| view.mfa_reset);
    let why = move || {
        let demands = demands();
        (!demands.is_empty()).then(|| view! { <ul class="reasons">{demands}</ul> }.into_any())
    };
    let until = move || {
        let time = dates::time(dates::instant(session.deadline()?));
        Some(
            ["You have until ", &time, " for the next step. If you need longer, we ask before then."]
                .concat(),
        )
    };
    view! {
        <Door>
            <Heading title="Two-Factor Authentication Required"/>
            <p>"After your password you show one more thing: a code that only you have. It keeps your account safe when somebody else learns your password."</p>
            {move || reset().then(|| view! { <p class="note">"Your two-factor authentication was reset. Set it up again to go on."</p> }.into_any())}
            {move || why()}
            <div class="stack-s">
                <h2>"What you need"</h2>
                <p>"A phone, or an authenticator app on this computer. It takes about two minutes."</p>
                <p class="soft">{move || until().unwrap_or_default()}</p>
            </div>
            <div class="stack-s">
                <a class="button primary wide" href=Page::Method.path()>"Set Up Now"</a>
                <button type="button" class="secondary wide" on:click=move |_| sending.send(session.leave())>"Sign Out"</button>
            </div>
            <Trouble sending/>
        </Door>
    }
}

/// One company, and since when.
fn demand(demand: &Demand) -> AnyView {
    let sentence = text::required(demand, &dates::weekday(demand.from));
    view! { <li>{sentence}</li> }.into_any()
}
