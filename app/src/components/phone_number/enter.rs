//! The number: one that can be texted.

use domain::FlowId;
use leptos::html;
use leptos::prelude::*;

use super::{NumberSteps, Places, Typed};
use crate::api::countries::{Countries, Country, countries};
use crate::api::set_up_phone::enter_number;
use crate::api::{ApiError, Code};
use crate::browser::language;
use crate::components::door::{Step, Steps};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::Described;
use crate::components::heading::Heading;
use crate::components::needed::Needed;
use crate::components::sending::{Problem, Sending, Submit, Told, Trouble, too_late};
use crate::components::session::use_session;
use crate::text;

/// What to say where the set-up has ended or gone on elsewhere.
pub(super) const TOO_LATE: &str = "That took too long, or was done on another page. Go on here.";

/// The page.
#[component]
pub(super) fn EnterNumber(
    flow: FlowId,
    /// Whether there is a number already.
    changing: bool,
    step: Option<Step>,
    steps: NumberSteps,
) -> impl IntoView {
    let needed = Needed::new(move || countries(language()));
    needed.show(move |places| {
        view! {
            <Steps at=step/>
            <Heading title=if changing { "Change Phone Number" } else { "Add Phone Number" }/>
            <Told/>
            {changing.then(|| view! { <p class="soft">"The present one works until the new one is confirmed."</p> }.into_any())}
            <NumberForm flow places=places.clone() steps/>
            <Places countries=places.countries/>
        }
        .into_any()
    })
}

#[component]
fn NumberForm(flow: FlowId, places: Countries, steps: NumberSteps) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("number");
    let (country, number) = (NodeRef::<html::Select>::new(), NodeRef::<html::Input>::new());
    let Typed { country: selected, number: typed } = steps.typed.get_value();
    let Countries { mut countries, likely, .. } = places;
    let said = text::country_of(&typed, &selected, &countries).map(str::to_owned);
    let selected = said.or(Some(selected).filter(|code| !code.is_empty())).or(likely);
    // The likely one comes first, the others by name.
    countries.sort_by_key(|country| selected.as_ref() != Some(&country.code));
    let known = StoredValue::new(countries.clone());
    // A number with its `+` selects its country.
    let follow = move |_| {
        let (Some(country), Some(number)) = (country.get_untracked(), number.get_untracked()) else { return };
        known.with_value(|known| {
            if let Some(code) = text::country_of(&number.value(), &country.value(), known) {
                country.set_value(code);
            }
        });
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (Some(country), Some(number)) = (country.get_untracked(), number.get_untracked()) else { return };
        let (country, number) = (country.value(), number.value());
        let problems = missing(&country, &number);
        if !problems.is_empty() {
            return sending.refuse(problems);
        }
        steps.typed.set_value(Typed { country: country.clone(), number: number.clone() });
        sending.send(async move {
            match enter_number(flow, country, number).await {
                // The page may be gone by now.
                Ok(set_up) => drop(steps.show.try_run(set_up)),
                Err(ApiError { code: Code::Stale, .. }) => too_late(session, TOO_LATE, steps.again),
                Err(error) => return Err(error),
            }
            Ok(())
        });
    };
    view! {
        <ErrorSummary sending/>
        <form class="stack-l" method="post" novalidate on:submit=submit on:input=follow>
            <CountryField sending input=country countries selected/>
            <NumberField sending input=number typed/>
            <Trouble sending/>
            <Submit sending label="Send Text Message" at_work="Sending…"/>
        </form>
    }
}

/// A list of the browser's own: every device has a good one.
#[component]
fn CountryField(
    sending: Sending,
    input: NodeRef<html::Select>,
    countries: Vec<Country>,
    selected: Option<String>,
) -> impl IntoView {
    let described = Described::new(sending, "country", "country", false);
    let unknown =
        selected.is_none().then(|| view! { <option value="">"Select a country"</option> }.into_any());
    let option = |country: Country| {
        let chosen = selected.as_ref() == Some(&country.code);
        let words = text::country(&country);
        view! { <option value=country.code selected=chosen>{words}</option> }.into_any()
    };
    view! {
        <div class="field" class:bad=move || described.is_bad()>
            <label for="country">"Select Your Country Code"</label>
            {described.error()}
            <select
                node_ref=input
                id="country"
                name="country"
                data-field="country"
                autocomplete="tel-country-code"
                aria-invalid=move || described.invalid()
                aria-describedby=move || described.by()
            >
                {unknown}
                {countries.into_iter().map(option).collect::<Vec<_>>()}
            </select>
        </div>
    }
}

/// National, or with a `+`; it stays as it is typed.
#[component]
fn NumberField(sending: Sending, input: NodeRef<html::Input>, typed: String) -> impl IntoView {
    let described = Described::new(sending, "number", "number", true);
    view! {
        <div class="field" class:bad=move || described.is_bad()>
            <label for="number">"Enter Your Phone Number"</label>
            {described.hint(|| "Only for codes. Message rates may apply.")}
            {described.error()}
            <input
                node_ref=input
                id="number"
                name="number"
                data-field="number"
                type="tel"
                autocomplete="tel-national"
                enterkeyhint="send"
                dir="ltr"
                value=typed
                aria-invalid=move || described.invalid()
                aria-describedby=move || described.by()
            />
        </div>
    }
}

/// What has to be filled in before it is worth asking the server. A number with its `+` says its country itself.
fn missing(country: &str, number: &str) -> Vec<Problem> {
    let number = number.trim();
    let no_country = country.is_empty() && !number.starts_with('+');
    let country = no_country.then(|| Problem::new("country", "Select your country code."));
    let number = number.is_empty().then(|| Problem::new("number", "Enter your phone number."));
    country.into_iter().chain(number).collect()
}
