//! Vestibule's application: what both sides share. The browser has two programs of it, one at the doors and one behind
//! them ([`route::Program`]).
//!
//! [`api`] holds the server functions: in the browser (`csr`) each is a call, on the server (`ssr`) a handler.
//! `pages` and `components` exist in the browser only; [`route`] and [`text`] are those of their decisions and
//! sentences that can be tested anywhere.

pub mod api;
pub mod route;
pub mod text;

#[cfg(feature = "csr")]
mod browser;
#[cfg(feature = "csr")]
mod components;
#[cfg(feature = "csr")]
mod pages;

/// Begins at the doors: the program takes over the page.
#[cfg(feature = "csr")]
pub fn start_door() {
    start(route::Program::Door, pages::draw_door_page);
}

/// Begins behind them.
#[cfg(feature = "csr")]
pub fn start_house() {
    start(route::Program::House, pages::draw_house_page);
}

/// The pages are passed in: what nothing in a program refers to, the linker leaves out of it.
#[cfg(feature = "csr")]
fn start(program: route::Program, draw_page: pages::DrawPage) {
    use leptos::prelude::*;
    use pages::App;

    std::panic::set_hook(Box::new(|panic| {
        leptos::logging::error!("{panic}");
        browser::shell::apologise();
    }));
    mount_to_body(move || view! { <App program draw_page/> });
}
