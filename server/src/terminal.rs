//! The `terminal` sender: each message as a line of JSON on standard output. For demonstrations and tests; it is
//! refused unless the public URL is this machine.

use std::io::Write;

use vestibule_core::outbox::{Message, SendError, Sender};

/// Writes messages to standard output.
#[derive(Clone, Copy, Debug)]
pub struct Terminal;

#[async_trait::async_trait]
impl Sender for Terminal {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let line = serde_json::to_string(message).map_err(|error| SendError(error.to_string()))?;
        // One write, so that lines of two messages do not mix.
        let written = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
        written.map_err(|error| SendError(format!("standard output: {error}")))
    }
}
