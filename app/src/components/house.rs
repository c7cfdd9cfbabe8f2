//! The layout of what is behind the doors: a bar at the top, the sections at the left, the page beside them.

use leptos::prelude::*;

use super::account_menu::AccountMenu;
use super::icon::Mark;
use super::step_up::{StepUp, StepUpDialog};
use crate::route::Page;

/// The sections of the profile, and the pages that they are.
const SECTIONS: [(&str, Page); 2] = [("Profile", Page::Profile), ("Password & Security", Page::Security)];

/// A page of the profile.
#[component]
pub fn House(
    /// Which page.
    page: Page,
    /// What is on it.
    children: Children,
) -> impl IntoView {
    let section = move |(name, at): (&'static str, Page)| {
        let current = (at == page).then_some("page");
        view! { <a href=at.path() aria-current=current>{name}</a> }.into_any()
    };
    let step_up = StepUp::new();
    provide_context(step_up);
    view! {
        <a class="skip" href="#content">"Skip to content"</a>
        <header class="bar">
            <div>
                <a class="home" href=Page::Security.path()><Mark/></a>
                <AccountMenu/>
            </div>
        </header>
        <div class="house">
            <nav class="side" aria-labelledby="side-title">
                <p id="side-title">"My Profile Settings"</p>
                {SECTIONS.map(section).into_iter().collect::<Vec<_>>()}
            </nav>
            <main id="content" tabindex="-1" class="stack-l">{children()}</main>
        </div>
        <StepUpDialog step_up/>
    }
}
