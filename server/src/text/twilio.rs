//! Twilio: each message by its Messages API (version 2010-04-01), and what its error codes mean.
//!
//! Twilio takes no key by which it would know a message that is brought twice: one whose answer got lost is sent again.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, header};
use data_encoding::BASE64;
use domain::OutboxId;
use serde::Deserialize;
use url::form_urlencoded;
use vestibule_core::outbox::{Message, SendError, Sender, Undeliverable};

use super::client::{Answer, Client};
use crate::config::TwilioSettings;

/// The path below the public URL where Twilio reports what became of a message; its id follows.
pub(crate) const REPORTS: &str = "/callbacks/twilio";
/// How long Twilio may keep a message with a code waiting, in seconds: the code is of no use afterwards.
const CODE_LASTS_S: &str = "300";
/// Messages to this country are switched off in the account.
const COUNTRY_IS_OFF: u32 = 21408;

/// Hands messages to Twilio.
pub struct Twilio {
    settings: TwilioSettings,
    client: Client,
    credentials: HeaderValue,
}

/// What Twilio says of an error. Its sentence quotes the number, and is not read.
#[derive(Deserialize)]
struct Failure {
    code: Option<u32>,
}

#[async_trait::async_trait]
impl Sender for Twilio {
    async fn send(&self, id: OutboxId, message: &Message) -> Result<(), SendError> {
        let request = self.request(Method::POST, "/Messages.json", self.form(id, message));
        let answer = self.client.ask(request.map_err(SendError::Refused)?).await;
        self.judge(&answer.map_err(SendError::Later)?)
    }
}

impl Twilio {
    /// A sender that connects when there is something to send.
    ///
    /// # Errors
    /// A sentence about a setting.
    pub fn new(settings: TwilioSettings) -> Result<Self, String> {
        let client = Client::new(settings.endpoint.clone())?;
        let account = format!("{}:{}", settings.account, settings.token.as_str());
        let credentials = HeaderValue::from_str(&format!("Basic {}", BASE64.encode(account.as_bytes())));
        let mut credentials = credentials.map_err(|error| format!("twilio_token: {error}"))?;
        credentials.set_sensitive(true);
        Ok(Self { settings, client, credentials })
    }

    /// With another limit on an exchange.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { client: self.client.with_patience(patience), ..self }
    }

    /// Asks for the account, as for a message.
    ///
    /// # Errors
    /// [`SendError`], whose text is a sentence for the operator.
    pub async fn check(&self) -> Result<(), SendError> {
        let request = self.request(Method::GET, ".json", String::new());
        let answer = self.client.ask(request.map_err(SendError::Refused)?).await;
        self.judge(&answer.map_err(SendError::Later)?)
    }

    /// A request about the account, or something of it.
    fn request(&self, method: Method, of_it: &str, form: String) -> Result<Request<Body>, String> {
        let mut request = Request::builder()
            .method(&method)
            .uri(format!("/2010-04-01/Accounts/{}{of_it}", self.settings.account))
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, &self.credentials);
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        request.body(Body::from(form)).map_err(|error| error.to_string())
    }

    fn form(&self, id: OutboxId, message: &Message) -> String {
        let from = if self.settings.by_service() { "MessagingServiceSid" } else { "From" };
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("To", &message.to);
        form.append_pair(from, &self.settings.from);
        form.append_pair("Body", &message.body);
        if let Some(public_url) = &self.settings.public_url {
            form.append_pair("StatusCallback", &format!("{public_url}{REPORTS}/{id}"));
        }
        if carries_code(&message.body) {
            form.append_pair("ValidityPeriod", CODE_LASTS_S);
        }
        form.finish()
    }

    fn judge(&self, answer: &Answer) -> Result<(), SendError> {
        if answer.status.is_success() {
            return Ok(());
        }
        let failure = serde_json::from_slice(&answer.body).unwrap_or(Failure { code: None });
        let sentence = self.sentence(answer, failure.code);
        Err(match (answer.status.as_u16(), failure.code.and_then(undeliverable)) {
            // Too much at once is a matter of seconds, and not of this recipient.
            (408 | 429 | 500.., _) | (_, Some(Undeliverable::Throttled)) => SendError::Later(sentence),
            (_, Some(why)) => SendError::Undeliverable(why),
            (401 | 403, None) if failure.code != Some(COUNTRY_IS_OFF) => SendError::Later(sentence),
            _ => SendError::Refused(sentence),
        })
    }

    /// What was answered, without a word of Twilio's own.
    fn sentence(&self, answer: &Answer, code: Option<u32>) -> String {
        let (server, status) = (self.client.server(), answer.status.as_u16());
        let explained =
            code.map_or_else(String::new, |code| format!(", error {code} (twilio.com/docs/errors/{code})"));
        match (status, code) {
            (_, Some(COUNTRY_IS_OFF)) => {
                format!(
                    "{server} does not send to this country, which is switched off in the account{explained}"
                )
            }
            (401 | 403, _) => {
                format!("{server} does not accept twilio_account and twilio_token: {status}{explained}")
            }
            _ => format!("{server} answered: {status}{explained}"),
        }
    }
}

/// Whether a message ends with the line by which phones know a code.
fn carries_code(body: &str) -> bool {
    body.lines().last().is_some_and(|line| line.starts_with('@') && line.contains(" #"))
}

/// What an error code of Twilio says of the recipient, in an answer or in a report; `None`: nothing.
pub(crate) fn undeliverable(code: u32) -> Option<Undeliverable> {
    Some(match code {
        // Not a number; not valid; unknown.
        21211 | 21217 | 30005 => Undeliverable::Invalid,
        // Switched off or out of reach.
        30003 => Undeliverable::Unreachable,
        // Its owner has answered STOP; the carrier blocks or filters.
        21610 | 30004 | 30007 => Undeliverable::Blocked,
        21614 | 30006 => Undeliverable::Landline,
        // Too many of us, of the number that sends, in the queue, for the carrier; waited for too long.
        14107 | 20429 | 30001 | 30022 | 30036 => Undeliverable::Throttled,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_by_its_last_line() {
        assert!(carries_code("012345 is your Vestibule code.\n\n@login.example.com #012345"));
        for body in ["", "Your number was removed.", "@login.example.com #012345\nVestibule", "@nobody"] {
            assert!(!carries_code(body), "{body}");
        }
    }
}
