//! Text messages: who carries them, by the setting `text`.

mod client;
pub(crate) mod twilio;
mod webhook;

use std::sync::Arc;

use domain::OutboxId;
use vestibule_core::outbox::{Channel, Message, SendError, Sender};

pub use self::twilio::Twilio;
pub use self::webhook::Webhook;

/// Sends each message by the one who carries its kind.
pub struct Senders {
    mail: Arc<dyn Sender>,
    text: Option<Arc<dyn Sender>>,
}

impl Senders {
    /// Without `text` there are no text messages.
    #[must_use]
    pub fn new(mail: Arc<dyn Sender>, text: Option<Arc<dyn Sender>>) -> Self {
        Self { mail, text }
    }
}

#[async_trait::async_trait]
impl Sender for Senders {
    async fn send(&self, id: OutboxId, message: &Message) -> Result<(), SendError> {
        match (message.channel, &self.text) {
            (Channel::Mail, _) => self.mail.send(id, message).await,
            (Channel::Text, Some(text)) => text.send(id, message).await,
            (Channel::Text, None) => {
                Err(SendError::Refused("the setting text names nobody who carries text messages".to_owned()))
            }
        }
    }
}
