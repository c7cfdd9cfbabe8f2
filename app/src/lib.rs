//! Vestibule's single-page application: what both sides share.
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

/// Begins: the application takes over the page.
#[cfg(feature = "csr")]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        leptos::logging::error!("{panic}");
        browser::shell::apologise();
    }));
    leptos::mount::mount_to_body(pages::App);
}
