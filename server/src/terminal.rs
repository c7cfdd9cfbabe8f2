//! The `terminal` sender: each message as a line of JSON on standard output. For demonstrations and tests; it is
//! refused unless the public URL is this machine.

use std::io::Write;

use domain::OutboxId;
use serde::Serialize;
use vestibule_core::outbox::{Channel, Message, SendError, Sender};

/// Writes messages to standard output.
#[derive(Clone, Copy, Debug)]
pub struct Terminal;

/// What a line holds. The HTML says the same once more.
#[derive(Serialize)]
struct Line<'a> {
    channel: Channel,
    to: &'a str,
    subject: &'a str,
    body: &'a str,
}

impl<'a> From<&'a Message> for Line<'a> {
    fn from(message: &'a Message) -> Self {
        Self { channel: message.channel, to: &message.to, subject: &message.subject, body: &message.body }
    }
}

#[async_trait::async_trait]
impl Sender for Terminal {
    async fn send(&self, _: OutboxId, message: &Message) -> Result<(), SendError> {
        let line = serde_json::to_string(&Line::from(message));
        let line = line.map_err(|error| SendError::Later(error.to_string()))?;
        // One write, so that lines of two messages do not mix.
        let written = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
        written.map_err(|error| SendError::Later(format!("standard output: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_the_text_and_no_html() {
        let message = Message {
            channel: Channel::Mail,
            to: "anna@example.com".to_owned(),
            subject: "Hello".to_owned(),
            body: "Hello Anna,\n".to_owned(),
            html: Some("<p>Hello Anna,".to_owned()),
        };
        let line = serde_json::to_string(&Line::from(&message)).unwrap();
        assert_eq!(
            line,
            r#"{"channel":"mail","to":"anna@example.com","subject":"Hello","body":"Hello Anna,\n"}"#
        );
    }

    #[test]
    fn a_text_message_has_no_subject() {
        let message = Message {
            channel: Channel::Text,
            to: "+15005550006".to_owned(),
            subject: String::new(),
            body: "012345".to_owned(),
            html: None,
        };
        let line = serde_json::to_string(&Line::from(&message)).unwrap();
        assert_eq!(line, r#"{"channel":"text","to":"+15005550006","subject":"","body":"012345"}"#);
    }
}
