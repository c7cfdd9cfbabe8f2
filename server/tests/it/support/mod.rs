//! What the tests are written with.

mod app;
mod browser;
mod company;
mod gateway;
mod mail_server;
mod oathtool;
mod peer;
mod phone;
mod program;
mod story;

pub use app::{App, Mailbox, NEW_PASSWORD, Options, PASSWORD};
pub use browser::{Browser, Reply, flow_and_key};
pub use company::policy;
pub use gateway::{
    ACCOUNT, Gateway, PUBLIC_URL, SECRET, SENDER, Specification, TOKEN, twilio_settings, webhook_settings,
};
pub use mail_server::{FROM, MailServer};
pub use oathtool::code;
pub use phone::{NEW_NUMBER, NUMBER, number};
pub use program::{Operator, Serving, free_port};
pub use story::{ANNA, Story, When, record_is};
