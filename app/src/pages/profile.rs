//! The Profile tab: name and time zone.

use leptos::html;
use leptos::prelude::*;

use crate::api::profile::{Profile, profile, save_profile};
use crate::components::field::Described;
use crate::components::heading::Heading;
use crate::components::house::House;
use crate::components::name_field::{NameField, name_problem};
use crate::components::needed::Needed;
use crate::components::sending::{Sending, Submit, Trouble};
use crate::components::session::use_session;
use crate::route::Page;
use crate::text;

/// The page.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let needed = Needed::new(profile);
    view! { <House page=Page::Profile>{needed.show(|profile| view! { <ProfileForm profile/> }.into_any())}</House> }
}

/// The form. It says that it has saved where it is; the rest of the page follows at once.
#[component]
fn ProfileForm(profile: Profile) -> impl IntoView {
    let Profile { name, email, time_zone, zones } = profile;
    let session = use_session();
    let sending = Sending::new("name");
    let (named, zone) = (NodeRef::<html::Input>::new(), NodeRef::<html::Select>::new());
    let saved = RwSignal::new(false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (Some(field), Some(zone)) = (named.get_untracked(), zone.get_untracked()) else { return };
        let (name, zone) = (field.value(), Some(zone.value()).filter(|zone| !zone.is_empty()));
        if let Some(problem) = name_problem(&name) {
            return sending.refuse(vec![problem]);
        }
        let Some(record) = session.record() else { return };
        sending.send(async move {
            let view = save_profile(record, name, zone).await?;
            // Spaces around it are gone.
            if let Some(person) = &view.person {
                field.set_value(&person.name);
            }
            session.update(view);
            saved.try_set(true);
            Ok(())
        });
    };
    view! {
        <Heading title="Profile"/>
        <section class="panel">
            <form class="stack-l" method="post" novalidate on:submit=submit on:input=move |_| saved.set(false)>
                <NameField sending input=named name last=true/>
                <div>
                    <p class="label">"Email"</p>
                    <p class="hint">"You sign in with it. If it has to change, ask your administrator or support."</p>
                    <p class="entry">{email}</p>
                </div>
                <ZoneField sending input=zone chosen=time_zone zones/>
                <Trouble sending/>
                <Submit sending label="Save" at_work="Saving…"/>
                <div role="status">
                    {move || saved.get().then(|| view! { <p class="note ok">"Saved"</p> }.into_any())}
                </div>
            </form>
        </section>
    }
}

/// A list of the browser's own: every device has a good one.
#[component]
fn ZoneField(
    sending: Sending,
    input: NodeRef<html::Select>,
    /// The one that holds; none: the device's.
    chosen: Option<String>,
    zones: Vec<String>,
) -> impl IntoView {
    let described = Described::new(sending, "time_zone", "time_zone", true);
    let option = |zone: String| {
        let selected = chosen.as_ref() == Some(&zone);
        let words = text::zone(&zone);
        view! { <option value=zone selected=selected>{words}</option> }.into_any()
    };
    view! {
        <div class="field" class:bad=move || described.is_bad()>
            <label for="time_zone">"Time zone"</label>
            {described.hint(|| "Dates and times are shown in it.")}
            {described.error()}
            <select
                node_ref=input
                id="time_zone"
                name="time_zone"
                data-field="time_zone"
                aria-invalid=move || described.invalid()
                aria-describedby=move || described.by()
            >
                <option value="">"As on this device"</option>
                {zones.into_iter().map(option).collect::<Vec<_>>()}
            </select>
        </div>
    }
}
