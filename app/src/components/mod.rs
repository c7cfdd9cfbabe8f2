//! The parts that pages are made of.

pub mod account_menu;
pub mod announcer;
pub mod code_field;
pub mod copy_button;
pub mod disclosure;
pub mod door;
pub mod email_field;
pub mod error_summary;
pub mod field;
pub mod groups;
pub mod heading;
pub mod house;
pub mod icon;
pub mod needed;
pub mod password_field;
pub mod save_code;
pub mod secure_account;
pub mod sending;
pub mod session;
pub mod still_there;
