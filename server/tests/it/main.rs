//! The application from the outside: the real router over a real database, a clock that the tests move, mail that
//! is kept, and codes of an authenticator app that somebody else wrote (oathtool).
//!
//! On SQLite, a file of its own for each test; with `TEST_POSTGRES` set to a server's URL, a database of
//! its own there. What only one of the two can show is in `sqlite_only` and `postgres_only`. Tests that cover a
//! requirement or an attack of `docs/security.md` name its number.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod activity;
mod api_document;
mod canaries;
mod challenge;
mod command_line;
mod company_campaigns;
mod company_members;
mod company_policy;
mod configuration_document;
mod data;
mod devices;
mod faults;
mod faults_phone;
mod faults_profile;
mod housekeeping;
mod identity;
mod instances;
mod invitations;
mod mail;
mod member_reset;
mod mfa_reset;
mod migrations;
mod notices;
mod outbox;
mod password_change;
mod password_reset;
mod people;
mod phone_change;
mod phone_numbers;
mod phone_set_up;
mod postgres_only;
mod profile;
mod races;
mod recovery;
mod recovery_code;
mod remove_method;
mod requests;
mod requirement;
mod security_document;
mod serving;
mod sessions;
mod set_up_app;
mod sign_in;
mod sqlite_only;
mod states;
mod step_up;
mod support;
mod suspension;
mod text_budgets;
mod text_challenge;
mod text_delivery;
mod text_gateways;
mod text_proofs;
mod text_reports;
