//! Password & Security: how the account is secured, and what to do about it. One file for each section.

mod activity;
mod devices;
mod methods;
mod password;
mod recovery_code;

use domain::Requirement;
use leptos::prelude::*;

use self::activity::RecentActivity;
use self::devices::Devices;
use self::methods::Methods;
use self::password::Password;
use self::recovery_code::RecoveryCode;
use crate::api::security::{Security, security};
use crate::browser::dates;
use crate::components::heading::Heading;
use crate::components::house::House;
use crate::components::needed::Needed;
use crate::components::notice::Notice;
use crate::route::Page;
use crate::text;

/// The page.
#[component]
pub fn SecurityPage() -> impl IntoView {
    let needed = Needed::new(security);
    view! {
        <House page=Page::Security>
            {needed.show(move |security| view! { <Sections security needed/> }.into_any())}
        </House>
    }
}

#[component]
fn Sections(security: Security, needed: Needed<Security>) -> impl IntoView {
    let method = security.app.is_some() || security.phone.is_some();
    let (changed_at, since) = (security.password_changed_at, security.recovery_code_since);
    let requirement = security.requirement.clone();
    view! {
        <Notice/>
        <EarlyEnrolment requirement ready=method/>
        <Heading title="Password & Security"/>
        <Password changed_at/>
        <Methods security needed/>
        <RecoveryCode since method/>
        <Devices/>
        <RecentActivity/>
    }
}

/// Says before the date what will be asked, while it can be done in peace.
#[component]
fn EarlyEnrolment(requirement: Requirement, ready: bool) -> impl IntoView {
    let Requirement::Upcoming { demands } = requirement else { return None };
    let earliest = demands.first().filter(|_| !ready)?.from;
    let sentence = text::upcoming(&demands, &dates::weekday_and_time(earliest));
    let banner = view! {
        <section class="note warn banner" aria-label="Important">
            <p><b>{sentence}</b></p>
            <a class="button primary" href=Page::SecurityApp.path()>"Set Up Now"</a>
        </section>
    };
    Some(banner.into_any())
}
