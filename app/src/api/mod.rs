//! Server functions: what the browser may ask.
//!
//! A function is four steps: who is calling, parse, call `vestibule-core`, answer. To add one: write it in the
//! file of its subject with `prefix = "/api"`, an endpoint and JSON in and out, give it a line in
//! [`table::FUNCTIONS`] with the session states that may call it, and a section in `docs/api.md`. Tests compare
//! all three, and the server refuses a call that the table does not allow before the function runs.

pub mod activity;
pub mod challenge;
pub mod company;
#[cfg(feature = "ssr")]
pub mod cookies;
pub mod countries;
pub mod devices;
mod error;
#[cfg(feature = "ssr")]
mod failure;
pub mod identity;
pub mod link;
pub mod methods;
pub mod password;
pub mod profile;
pub mod proofs;
pub mod recovery;
pub mod recovery_code;
#[cfg(feature = "ssr")]
pub mod request;
pub mod security;
pub mod session;
pub mod set_up_app;
pub mod set_up_phone;
#[cfg(feature = "ssr")]
mod shown;
#[cfg(feature = "ssr")]
mod shown_company;
pub mod step_up;
pub mod table;
pub mod text;

pub use error::{ApiError, Code};
#[cfg(feature = "ssr")]
pub use failure::Asked;
