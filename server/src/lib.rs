//! Vestibule's server: HTTP, configuration, start-up and the command line around `vestibule-core`.
//!
//! [`application::Application`] is what `vestibule serve` starts, and what the tests start too. The server
//! functions come with the crate `app`; `http::api` lets a call through to them only as the table there allows.

pub mod application;
pub mod cli;
mod commands;
pub mod config;
mod http;
mod key_file;
mod line_by_line;
pub mod logging;
mod metrics;
pub mod settings;
pub mod smtp;
mod terminal;
pub mod text;

pub use commands::run;
