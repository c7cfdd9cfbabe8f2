//! What the machine could do at best, measured beside the application.
//!
//! - C1, [`hashes`]: nothing but password hashes, on every core
//! - C2 and C3, [`web`]: axum that answers a constant, and axum with the same SQL in plain sqlx
//! - C4, the folder `empty-page`: a Leptos page with a router and one server function, and nothing to see
//! - C5, [`commits`]: durable commits, one after the other

pub mod commits;
pub mod hashes;
pub mod web;
