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
    let demands = Memo::new(move |_| {
        session.read(|view| match &view.requirement {
            Some(Requirement::Required { demands }) => demands.clone(),
            _ => Vec::new(),
        })
    });
    let reasons = move || demands.get().iter().map(|demand| view! { <li>{sentence(demand)}</li> }).collect_view();
    let until = move || session.deadline().map(|deadline| dates::time(dates::instant(deadline)));
    view! {
        <Door>
            <Heading title="Two-Factor Authentication Required"/>
            <p>"After your password you show one more thing: a code that only you have. It keeps your account safe when somebody else learns your password."</p>
            <ul class="reasons">{reasons}</ul>
            <div class="stack-s">
                <h2>"What you need"</h2>
                <p>"A phone with an authenticator app, or such an app on this computer. It takes about two minutes."</p>
                {move || until().map(|time| view! {
                    <p class="soft small">"You have until " {time} " for the next step. If you need longer, we ask before then."</p>
                })}
            </div>
            <div class="stack-s">
                <a class="button primary wide" href=Page::Method.path()>"Set Up Now"</a>
                <button type="button" class="secondary wide" on:click=move |_| sending.send(session.leave())>"Sign Out"</button>
            </div>
            <Trouble sending/>
        </Door>
    }
}

fn sentence(demand: &Demand) -> String {
    text::required(demand, &dates::weekday(demand.from))
}
