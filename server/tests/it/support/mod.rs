//! What the tests are written with.

mod app;
mod browser;
mod mail_server;
mod oathtool;
mod program;
mod story;

pub use app::{App, NEW_PASSWORD, Options, PASSWORD};
pub use browser::{Browser, Reply, flow_and_key};
pub use mail_server::{FROM, MailServer};
pub use oathtool::code;
pub use program::{Operator, Serving, free_port};
pub use story::{ANNA, Story, When, record_is};
