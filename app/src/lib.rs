//! Vestibule's single-page application: what both sides share.
//!
//! [`api`] holds the server functions: in the browser (`csr`) each is a call, on the server (`ssr`) a handler.
//! `pages` and `components` exist in the browser only; [`text`] is what they say that can be tested anywhere.

pub mod api;

#[cfg(feature = "csr")]
mod browser;
#[cfg(feature = "csr")]
mod components;
#[cfg(feature = "csr")]
mod pages;
#[cfg(feature = "csr")]
pub use pages::App;
