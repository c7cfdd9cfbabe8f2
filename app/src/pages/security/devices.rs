//! Signed-in devices: spotting a stranger, and signing them out.

use leptos::prelude::*;

use crate::api::devices::{Device, devices, end_device, end_other_devices};
use crate::browser::{dates, focus};
use crate::components::announcer::use_announcer;
use crate::components::confirm::{Confirm, Question};
use crate::components::icon::{COMPUTER, Icon, PHONE};
use crate::components::method::{Pill, Tone};
use crate::components::needed::Needed;
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::components::session::use_session;
use crate::text;

/// The section, which asks for itself: the rest of the page does not wait for it.
#[component]
pub fn Devices() -> impl IntoView {
    let needed = Needed::new(devices);
    view! {
        <section class="panel">
            <header><h2 id="devices" tabindex="-1">"Signed-in devices"</h2></header>
            {needed.show_part("devices", move |devices| view! { <List devices needed/> }.into_any())}
        </section>
    }
}

/// This device first, then the others.
#[component]
fn List(devices: Vec<Device>, needed: Needed<Vec<Device>>) -> impl IntoView {
    let others = devices.iter().any(|device| !device.this);
    let row = |(at, device): (usize, Device)| view! { <Row device at needed/> }.into_any();
    view! {
        <ul id="device-list" class="rows">{devices.into_iter().enumerate().map(row).collect::<Vec<_>>()}</ul>
        {others.then(|| view! { <AllOthers needed/> }.into_any())}
    }
}

/// A device, and signing it out where it is another.
#[component]
fn Row(
    device: Device,
    /// Its place in the list, from 0.
    at: usize,
    needed: Needed<Vec<Device>>,
) -> impl IntoView {
    let Device { id, this, name, address, since, used_at } = device;
    let session = use_session();
    let announcer = use_announcer();
    let sending = Sending::new("");
    let announced = [&name, " is signed out"].concat();
    let end = move |()| {
        let Some(record) = session.record() else { return };
        let announced = announced.clone();
        sending.send(async move {
            let left = end_device(record, id).await?;
            let next = at.min(left.len().saturating_sub(1));
            needed.set(left);
            announcer.say(&announced);
            focus(button_of(next));
            Ok(())
        });
    };
    let active =
        if this { "Active now".into() } else { ["Last active ", &dates::recent_time(used_at)].concat() };
    let here = this.then(|| view! { " " <Pill words="This device" tone=Tone::Good/> }.into_any());
    let action = (!this).then(|| {
        view! {
            <ActionButton sending label="Sign Out" at_work="Signing out…" of=name.clone() press=end/>
        }
        .into_any()
    });
    view! {
        <li class="item">
            <span class="glyph"><Icon of=if text::is_handheld(&name) { PHONE } else { COMPUTER }/></span>
            <div>
                <h3>{name.clone()} {here}</h3>
                <p class="soft">{active}</p>
                <p class="soft entry">{text::signed_in_since(&dates::recent_time(since), &address)}</p>
                <Trouble sending/>
            </div>
            {action}
        </li>
    }
}

/// The button of the row at this place; this device has none, and there its section's heading stands in.
fn button_of(at: usize) -> String {
    if at == 0 {
        return "#devices".to_owned();
    }
    ["#device-list > :nth-child(", &(at + 1).to_string(), ") button"].concat()
}

/// Signs everything out but this device; asked once more.
#[component]
fn AllOthers(needed: Needed<Vec<Device>>) -> impl IntoView {
    const QUESTION: Question = Question {
        title: "Sign out all other devices?",
        effect: "Whoever uses them has to sign in again. This device stays signed in.",
        act: "Sign Out All Others",
        keep: "Keep Them",
    };
    let session = use_session();
    let announcer = use_announcer();
    let sending = Sending::new("");
    let asked = RwSignal::new(false);
    let confirmed = Callback::new(move |()| {
        let Some(record) = session.record() else { return };
        sending.send(async move {
            needed.set(end_other_devices(record).await?);
            announcer.say("All other devices are signed out");
            focus(button_of(0));
            Ok(())
        });
    });
    view! {
        <div class="item">
            <div>
                <p class="soft">"If you don't know one of these, sign it out and change your password."</p>
                <Trouble sending/>
            </div>
            <ActionButton
                sending
                label="Sign Out All Others"
                at_work="Signing out…"
                press=move |()| asked.set(!sending.is_busy())
            />
            <Confirm asked id="sign-out-others" question=QUESTION confirmed/>
        </div>
    }
}
