//! Where text messages are available.

use leptos::prelude::*;

use crate::api::countries::Country;
use crate::components::disclosure::Disclosure;

/// The list, which shows itself on request.
#[component]
pub fn Places(
    /// The countries, by name.
    countries: Vec<Country>,
) -> impl IntoView {
    let place = |country: Country| view! { <li>{country.name}</li> }.into_any();
    view! {
        <Disclosure question="Where are text messages available?">
            <p>"Authenticator apps work everywhere. Text messages are available in:"</p>
            <ul class="places">{countries.into_iter().map(place).collect::<Vec<_>>()}</ul>
        </Disclosure>
    }
}
