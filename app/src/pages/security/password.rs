//! The password.

use domain::Timestamp;
use leptos::prelude::*;

use crate::browser::dates;
use crate::components::icon::{Icon, LOCK};
use crate::route::Page;

/// Since when it is what it is, and the way to change it.
#[component]
pub fn Password(
    /// When it was last set.
    changed_at: Timestamp,
) -> impl IntoView {
    view! {
        <section class="panel">
            <div class="item">
                <span class="glyph"><Icon of=LOCK/></span>
                <div>
                    <h2>"Password"</h2>
                    <p class="soft">"Changed " {dates::recent_day(changed_at)}</p>
                </div>
                <a class="button secondary" href=Page::ChangePassword.path()>"Change Password"</a>
            </div>
        </section>
    }
}
