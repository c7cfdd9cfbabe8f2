//! The pages of a company, for its administrators.

mod activity;
mod adoption;
mod ask;
mod draft;
mod export;
mod figures;
mod invite;
mod manage;
mod member_dialog;
mod members;
mod members_table;
mod policy_form;
mod requests;
mod reset;
mod review;
mod search;
mod security;
mod send_again;

use std::time::Duration;

use leptos::prelude::*;

pub use self::activity::CompanyActivityPage;
pub use self::adoption::CompanyAdoptionPage;
pub use self::members::CompanyMembersPage;
pub use self::security::CompanySecurityPage;
use crate::api::session::Administered;
use crate::browser::focus;
use crate::components::session::use_session;

/// The company that a page is about.
#[derive(Clone, Copy)]
struct Company(StoredValue<Administered>);

impl Company {
    /// The one that the address names, if the person administers it.
    fn here() -> Option<Self> {
        use_session().company().map(|company| Self(StoredValue::new(company)))
    }

    /// Its name in addresses.
    fn slug(self) -> String {
        self.0.with_value(|company| company.slug.clone())
    }

    /// Its name, as people know it.
    fn name(self) -> String {
        self.0.with_value(|company| company.name.clone())
    }
}

/// What has just been done on this page, or has been in its way.
#[derive(Clone, Copy)]
struct Told(RwSignal<Option<(String, &'static str)>>);

impl Told {
    /// Nothing yet.
    fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Says what was done.
    fn done(self, words: &str) {
        self.say(words, "note ok told");
    }

    /// Says what was in the way.
    fn warn(self, words: &str) {
        self.say(words, "note warn told");
    }

    fn say(self, words: &str, class: &'static str) {
        // The page may be gone by now.
        self.0.try_set(Some((words.to_owned(), class)));
        // A dialog that closes gives the focus back first.
        set_timeout(|| focus(".told".to_owned()), Duration::ZERO);
    }
}

/// Where it is said: before the heading, and with the focus.
#[component]
fn Telling(told: Told) -> impl IntoView {
    view! {
        {move || {
            told.0.get().map(|(words, class)| {
                view! { <p class=class role="status" tabindex="-1">{words}</p> }.into_any()
            })
        }}
    }
}
