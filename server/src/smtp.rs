//! The `smtp` sender: each message to a mail server, as text and, where there is one, as HTML.

use std::path::Path;
use std::time::Duration;

use data_encoding::HEXLOWER;
use domain::OutboxId;
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, Tls, TlsParameters,
};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::{Error, commands};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use vestibule_core::outbox::{Message, SendError, Sender};
use vestibule_core::random::{self, SystemRandomness};

use crate::config::{Protection, SmtpSettings};
use crate::line_by_line::{self, Failure};

/// How long an exchange may take. The outbox waits longer, so that the log says who did not answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long a connection is good for the next message. Servers and firewalls keep theirs longer.
const KEEP: Duration = Duration::from_secs(30);
/// How long a connection that was kept may take to show that it is there.
const TEST: Duration = Duration::from_secs(2);
/// Answers about who we are, and not about the message (RFC 4954).
const ABOUT_SIGN_IN: [u16; 4] = [530, 534, 535, 538];
/// What an answer may fill of a line in the log.
const LONGEST_ANSWER: usize = 300;

/// Hands messages to a mail server.
///
/// It keeps its connection itself: lettre's pool would also take one back whose message was cut off when its time was
/// over, and would then read the answer to that one as the answer to the next.
pub struct Smtp {
    settings: SmtpSettings,
    tls: Tls,
    /// What it calls itself: the machine's name.
    name: ClientId,
    patience: Duration,
    kept: Mutex<Vec<Kept>>,
}

/// The connection of a message that was sent, for another one.
struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
}

#[async_trait::async_trait]
impl Sender for Smtp {
    async fn send(&self, _: OutboxId, message: &Message) -> Result<(), SendError> {
        let connection = self.in_time(self.hand_over(message)).await?;
        self.kept.lock().await.push(Kept { connection, since: Instant::now() });
        Ok(())
    }
}

impl Smtp {
    /// A sender that connects when there is something to send.
    ///
    /// # Errors
    /// A sentence about the file of `mail_ca`.
    pub fn new(settings: SmtpSettings) -> Result<Self, String> {
        let tls = tls(&settings)?;
        Ok(Self { settings, tls, name: ClientId::default(), patience: PATIENCE, kept: Mutex::default() })
    }

    /// With another limit on an exchange.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Connects and signs in as for a message.
    ///
    /// # Errors
    /// [`SendError`], whose text is a sentence for the operator.
    pub async fn check(&self) -> Result<(), SendError> {
        self.in_time(self.visit()).await
    }

    async fn visit(&self) -> Result<(), SendError> {
        let mut connection = self.connect().await.map_err(|failure| self.unreached(&failure))?;
        // It says good-bye.
        connection.abort().await;
        Ok(())
    }

    async fn in_time<T>(
        &self,
        exchange: impl Future<Output = Result<T, SendError>> + Send,
    ) -> Result<T, SendError> {
        timeout(self.patience, exchange).await.unwrap_or_else(|_| {
            let (server, seconds) = (self.settings.server(), self.patience.as_secs());
            Err(SendError::Later(format!("{server} did not answer within {seconds} s")))
        })
    }

    /// Gives the connection, which is good for another message now.
    async fn hand_over(&self, message: &Message) -> Result<AsyncSmtpConnection, SendError> {
        let (to, letter) = self.letter(message)?;
        let mut connection = self.connection().await.map_err(|failure| self.unreached(&failure))?;
        let parameters = self.parameters(&connection, &message.to)?;
        let from = Some(self.settings.from.email.clone());
        let begun = connection.command(commands::Mail::new(from, parameters)).await;
        // Another sender is the operator's to name: it is not this message that is wrong.
        begun.map_err(|error| self.later(&error))?;
        let taken = connection.command(commands::Rcpt::new(to, Vec::new())).await;
        taken.map_err(|error| self.judge(&error))?;
        connection.command(commands::Data).await.map_err(|error| self.judge(&error))?;
        connection.message(&letter).await.map_err(|error| self.judge(&error))?;
        Ok(connection)
    }

    /// The recipient, and the message as it travels.
    fn letter(&self, message: &Message) -> Result<(Address, Vec<u8>), SendError> {
        let unusable = "mail cannot be sent to an address of this form";
        let to: Address = message.to.parse().map_err(|_| SendError::Refused(unusable.to_owned()))?;
        let from = &self.settings.from;
        let id = HEXLOWER.encode(&random::bytes::<16>(&SystemRandomness));
        // So that no holiday reply comes back (RFC 3834).
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let letter = lettre::Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(message.subject.clone())
            .message_id(Some(format!("<{id}@{}>", from.email.domain())))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
        let text = message.body.clone();
        let letter = match &message.html {
            Some(html) => letter.multipart(MultiPart::alternative_plain_html(text, html.clone())),
            None => letter.singlepart(SinglePart::plain(text)),
        };
        let letter = letter.map_err(|error| SendError::Refused(error.to_string()))?;
        Ok((to, letter.formatted()))
    }

    /// What the server has to know of an address. Everything else is in ASCII.
    fn parameters(
        &self,
        connection: &AsyncSmtpConnection,
        to: &str,
    ) -> Result<Vec<MailParameter>, SendError> {
        if to.is_ascii() {
            return Ok(Vec::new());
        }
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let server = self.settings.server();
            return Err(SendError::Refused(format!("{server} takes addresses in ASCII only")));
        }
        Ok(vec![MailParameter::SmtpUtfEight, MailParameter::Body(MailBodyParameter::EightBitMime)])
    }

    /// The connection of the last message where it still answers, or else a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Failure> {
        loop {
            let last = {
                let mut kept = self.kept.lock().await;
                kept.retain(|kept| kept.since.elapsed() < KEEP);
                kept.pop()
            };
            let Some(Kept { mut connection, .. }) = last else { return self.connect().await };
            if matches!(timeout(TEST, connection.test_connected()).await, Ok(true)) {
                return Ok(connection);
            }
            // What has cut this one off has mostly cut off the others.
            self.kept.lock().await.clear();
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let server = (self.settings.host.as_str(), self.settings.port);
        let mut connection = match &self.tls {
            Tls::None => line_by_line::greet(server, &self.name).await?,
            // The second kind is never made here; it would be held to its word.
            Tls::Required(parameters) | Tls::Opportunistic(parameters) => {
                let mut connection = line_by_line::greet(server, &self.name).await?;
                connection.starttls(parameters.clone(), &self.name).await?;
                connection
            }
            Tls::Wrapper(parameters) => {
                let (patience, tls) = (Some(self.patience), Some(parameters.clone()));
                AsyncSmtpConnection::connect_tokio1(server, patience, &self.name, tls, None).await?
            }
        };
        if let Some(credentials) = &self.settings.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    /// A permanent answer to recipient or text is about them, unless it is about who brings them.
    fn judge(&self, error: &Error) -> SendError {
        let about_us = error.status().is_some_and(|code| ABOUT_SIGN_IN.contains(&code.into()));
        if error.is_permanent() && !about_us {
            SendError::Refused(self.sentence(error))
        } else {
            self.later(error)
        }
    }

    fn unreached(&self, failure: &Failure) -> SendError {
        match failure {
            Failure::Server(error) => self.later(error),
            Failure::Network(error) => {
                SendError::Later(format!("{} cannot be used: {error}", self.settings.server()))
            }
        }
    }

    fn later(&self, error: &Error) -> SendError {
        SendError::Later(self.sentence(error))
    }

    /// What the server said, or what became of the connection.
    fn sentence(&self, error: &Error) -> String {
        let server = self.settings.server();
        let why = readable(&innermost(error));
        match error.status().map(u16::from) {
            Some(code) if ABOUT_SIGN_IN.contains(&code) => {
                format!("{server} does not accept user or password: {code} {why}")
            }
            Some(code) => format!("{server} answered: {code} {why}"),
            None if why.contains("invalid peer certificate") => {
                format!("{server} has a certificate that is not trusted: {why}")
            }
            None if why == "incomplete response" => format!("{server} closed the connection"),
            None => format!("{server} cannot be used: {why}"),
        }
    }
}

/// How connections are protected.
fn tls(settings: &SmtpSettings) -> Result<Tls, String> {
    let mut parameters =
        TlsParameters::builder(settings.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
    if let Some(file) = &settings.ca {
        parameters = parameters.add_root_certificate(authority(file)?);
    }
    let parameters = parameters.build().map_err(|error| format!("mail_ca: {}", innermost(&error)))?;
    Ok(match settings.protection {
        Protection::StartTls => Tls::Required(parameters),
        Protection::Tls => Tls::Wrapper(parameters),
        Protection::None => Tls::None,
    })
}

fn authority(file: &Path) -> Result<Certificate, String> {
    let shown = file.display();
    let pem = std::fs::read(file).map_err(|error| format!("mail_ca: {shown} cannot be read: {error}"))?;
    let is_pem = String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----");
    let certificate = Certificate::from_pem(&pem).ok().filter(|_| is_pem);
    certificate.ok_or_else(|| format!("mail_ca: {shown} holds no certificate in the form PEM"))
}

/// The error that the others are wrapped around.
fn innermost(error: &Error) -> String {
    let mut innermost: &(dyn std::error::Error + 'static) = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// An answer on one line that is not too long. Filters quote links, which may be the message's and secret.
fn readable(text: &str) -> String {
    let words = text.split_whitespace().map(|word| if word.contains("://") { "…" } else { word });
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().filter(|sign| !sign.is_control()).take(LONGEST_ANSWER).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // S51
    #[test]
    fn an_answer_is_one_short_line_without_links() {
        assert_eq!(
            readable(
                "5.7.1 Rejected:\r\n\thttps://login.example.com/reset-password#canary \u{1b}[31mis on a list"
            ),
            "5.7.1 Rejected: … [31mis on a list"
        );
        assert_eq!(readable(&"long ".repeat(500)).chars().count(), LONGEST_ANSWER);
    }

    #[test]
    fn an_authority_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let url = "smtps://mail.example.com";
        let told = || Smtp::new(SmtpSettings::parse(url, "login@example.com", Some(file.clone())).unwrap());
        assert!(told().err().unwrap().contains("ca.pem cannot be read"));
        std::fs::write(&file, "no certificate").unwrap();
        assert!(told().err().unwrap().contains("ca.pem holds no certificate"));
    }
}
