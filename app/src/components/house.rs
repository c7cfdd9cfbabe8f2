//! The layout of what is behind the doors: a bar at the top, the sections at the left, the page beside them.

use leptos::prelude::*;

use super::account_menu::AccountMenu;
use super::icon::Mark;
use super::step_up::{StepUp, StepUpDialog};
use crate::route::Page;

/// A page of the profile.
#[component]
pub fn House(
    /// The page.
    children: Children,
) -> impl IntoView {
    let profile = Page::Security.path();
    let step_up = StepUp::new();
    provide_context(step_up);
    view! {
        <a class="skip" href="#content">"Skip to content"</a>
        <header class="bar">
            <div>
                <a class="home" href=profile><Mark/></a>
                <AccountMenu/>
            </div>
        </header>
        <div class="house">
            <nav class="side" aria-labelledby="side-title">
                <p id="side-title">"My Profile Settings"</p>
                <a href=profile aria-current="page">"Password & Security"</a>
            </nav>
            <main id="content" tabindex="-1" class="stack-l">{children()}</main>
        </div>
        <StepUpDialog step_up/>
    }
}
