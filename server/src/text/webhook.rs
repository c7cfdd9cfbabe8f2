//! The operator's own gateway: each message as signed JSON. `docs/configuration.md` says how it verifies and answers.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use data_encoding::HEXLOWER;
use domain::{OutboxId, SECOND};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use vestibule_core::clock::Clock;
use vestibule_core::outbox::{Channel, Message, SendError, Sender, Undeliverable};

use super::client::{Answer, Client};
use crate::config::{Secret, WebhookSettings};

/// Hands messages to a gateway of the operator's own.
pub struct Webhook {
    secret: Secret,
    client: Client,
    clock: Arc<dyn Clock>,
}

/// What is sent.
#[derive(Serialize)]
struct Text<'a> {
    /// The same at every try, so that a message that comes twice is sent once.
    id: OutboxId,
    channel: Channel,
    to: &'a str,
    body: &'a str,
}

/// What is answered about a recipient who cannot be reached.
#[derive(Deserialize)]
struct Refusal {
    reason: String,
}

#[async_trait::async_trait]
impl Sender for Webhook {
    async fn send(&self, id: OutboxId, message: &Message) -> Result<(), SendError> {
        let request = self.request(id, message).map_err(SendError::Refused)?;
        self.judge(&self.client.ask(request).await.map_err(SendError::Later)?)
    }
}

impl Webhook {
    /// A sender that connects when there is something to send. The clock tells the gateway when that was.
    ///
    /// # Errors
    /// A sentence about a setting.
    pub fn new(settings: WebhookSettings, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let WebhookSettings { endpoint, secret } = settings;
        Ok(Self { secret, client: Client::new(endpoint)?, clock })
    }

    /// With another limit on an exchange.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { client: self.client.with_patience(patience), ..self }
    }

    /// Connects as for a message.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn check(&self) -> Result<(), String> {
        self.client.reach().await
    }

    fn request(&self, id: OutboxId, message: &Message) -> Result<Request<Body>, String> {
        let text = Text { id, channel: message.channel, to: &message.to, body: &message.body };
        let body = serde_json::to_string(&text).map_err(|error| error.to_string())?;
        let timestamp = self.clock.now().0.div_euclid(SECOND);
        Request::post(self.client.path())
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-vestibule-timestamp", timestamp)
            .header("x-vestibule-signature", signature(&self.secret, timestamp, &body))
            .body(Body::from(body))
            .map_err(|error| error.to_string())
    }

    fn judge(&self, answer: &Answer) -> Result<(), SendError> {
        let status = answer.status.as_u16();
        let sentence = format!("{} answered: {status}", self.client.server());
        match status {
            200..=299 => Ok(()),
            408 | 429 | 500.. => Err(SendError::Later(sentence)),
            422 => Err(reason(answer).map_or(SendError::Refused(sentence), SendError::Undeliverable)),
            _ => Err(SendError::Refused(sentence)),
        }
    }
}

fn reason(answer: &Answer) -> Option<Undeliverable> {
    let refusal: Refusal = serde_json::from_slice(&answer.body).ok()?;
    Undeliverable::parse(&refusal.reason)
}

/// Over time and text, so that neither can be changed, nor an old message be sent again much later.
fn signature(secret: &Secret, timestamp: i64, body: &str) -> String {
    // HMAC takes keys of any length.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.as_str().as_bytes()) else { return String::new() };
    let mac = mac.chain_update(timestamp.to_string()).chain_update(".").chain_update(body);
    format!("v1={}", HEXLOWER.encode(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Computed with another program: printf '1772434800.{}' | openssl dgst -sha256 -hmac THE-SECRET
    #[test]
    fn time_and_text_are_signed() {
        let secret = Secret::parse("0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(
            signature(&secret, 1_772_434_800, "{}"),
            "v1=4a9b24a59cc332d835fd3c7de49e007b28842be4748ef9648a44fb42ee612c39"
        );
    }
}
