//! A company's security: whether it requires MFA, from when, and how far its members are.

use leptos::prelude::*;

use super::figures::{FigureList, Readiness};
use super::policy_form::PolicyForm;
use super::{Company, Telling, Told};
use crate::api::company::policy::{CompanySecurity, company_security};
use crate::browser::{dates, now};
use crate::components::heading::Heading;
use crate::components::house::House;
use crate::components::method::{Pill, Tone};
use crate::components::needed::Needed;
use crate::route::Page;
use crate::text;

/// The page.
#[component]
pub fn CompanySecurityPage() -> impl IntoView {
    let company = Company::here()?;
    let told = Told::new();
    let needed = Needed::new(move || company_security(company.slug()));
    let page = view! {
        <House page=Page::CompanySecurity>
            <Telling told/>
            <Heading title=[&company.name(), ": security"].concat()/>
            {needed.show_part("content", move |security| {
                view! { <RequireMfa company security needed told/> }.into_any()
            })}
        </House>
    };
    Some(page.into_any())
}

/// The card: the state at a glance, the people, and the form.
#[component]
fn RequireMfa(
    company: Company,
    security: CompanySecurity,
    needed: Needed<CompanySecurity>,
    told: Told,
) -> impl IntoView {
    let figures = security.figures;
    let from = security.required_from;
    let past = from.is_some_and(|from| from <= dates::instant(now()));
    let words = text::policy_state(from.map(dates::day).as_deref(), past);
    let tone = match from {
        None => Tone::Plain,
        Some(_) if past => Tone::Good,
        Some(_) => Tone::Warning,
    };
    let capped = security.texts_capped.then(|| {
        view! {
            <p class="note warn">
                "Text messages are held back today: a daily limit is reached. People can use an authenticator app."
            </p>
        }
        .into_any()
    });
    let shared = text::shared_numbers(security.shared_numbers)
        .map(|words| view! { <p class="note">{words}</p> }.into_any());
    view! {
        <section class="panel">
            <header class="stack-s">
                <h2>"Require MFA " <Pill words tone/></h2>
                <p class="soft">
                    "From the enforcement date, everybody needs a second step after the password. Until then, people \
                    can set it up early."
                </p>
            </header>
            <div class="inside stack">
                <Readiness figures/>
                <FigureList of=company figures/>
                {capped}
                {shared}
            </div>
            <PolicyForm company security needed told/>
        </section>
    }
}
