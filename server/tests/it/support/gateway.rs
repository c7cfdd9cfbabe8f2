//! Gateways for text messages: `end2end/gateway/server.mjs`, which behaves as it is told, and Twilio's own
//! specification, which `end2end/gateway/prism.mjs` serves.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use server::config::{Endpoint, Secret, TwilioSettings, WebhookSettings};
use server::text::{Twilio, Webhook};
use vestibule_core::clock::Clock;

use super::peer::Peer;

/// The account at Twilio, and who sends.
pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub const SENDER: &str = "+15005550001";
/// What the gateways and we know.
pub const TOKEN: &str = "canary-of-twilio-0123456789abcdef";
pub const SECRET: &str = "canary-of-webhook-0123456789abcdef";
/// Where people reach the application, and Twilio too.
pub const PUBLIC_URL: &str = "https://login.example.com";

/// A gateway on this machine.
pub struct Gateway {
    peer: Peer,
    scheme: &'static str,
    pub port: u16,
    /// The certificate authority that its certificate is from.
    pub ca: PathBuf,
}

impl Gateway {
    pub fn start() -> Self {
        Self::start_with("http", &[])
    }

    /// With a certificate of its own authority.
    pub fn start_with_tls() -> Self {
        Self::start_with("https", &["--security", "tls"])
    }

    fn start_with(scheme: &'static str, options: &[&str]) -> Self {
        let known = ["--account", ACCOUNT, "--token", TOKEN, "--secret", SECRET];
        let (peer, first) = Peer::start("gateway/server.mjs", &[&known[..], options].concat());
        let port = first["port"].as_u64().unwrap().try_into().unwrap();
        Self { peer, scheme, port, ca: first["ca"].as_str().unwrap().into() }
    }

    /// An address of this gateway.
    pub fn url(&self, path: &str) -> String {
        format!("{}://localhost:{}{path}", self.scheme, self.port)
    }

    fn endpoint(&self, path: &str) -> Endpoint {
        Endpoint::parse(&self.url(path), Some(self.ca.clone())).unwrap()
    }

    /// The sender of an application whose Twilio this is.
    pub fn twilio(&self) -> Twilio {
        Twilio::new(twilio_settings(self.endpoint("/"))).unwrap()
    }

    /// The sender of an application whose own gateway this is.
    pub fn webhook(&self, clock: Arc<dyn Clock>) -> Webhook {
        Webhook::new(webhook_settings(self.endpoint("/send?from=here")), clock).unwrap()
    }

    /// Says how it behaves from now on.
    pub fn behave(&mut self, behaviour: &str) {
        self.peer.behave(behaviour);
    }

    /// The messages that it has taken since this was asked last.
    pub fn taken(&mut self) -> Vec<Value> {
        self.peer.taken()
    }

    /// The signature of a report, by Twilio's own library.
    pub fn signature(&mut self, url: &str, form: &[(&str, &str)]) -> String {
        let form: serde_json::Map<_, _> =
            form.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let signed = self.peer.ask(&format!("sign {}", json!({ "url": url, "form": form })), "signature");
        signed.as_str().unwrap().to_owned()
    }
}

/// Twilio's own specification.
pub struct Specification {
    _peer: Peer,
    pub port: u16,
    /// What a message may have.
    pub parameters: Vec<String>,
}

impl Specification {
    pub fn start() -> Self {
        let (peer, first) = Peer::start("gateway/prism.mjs", &[]);
        let port = first["port"].as_u64().unwrap().try_into().unwrap();
        let parameters = first["parameters"].as_array().unwrap().iter();
        let parameters = parameters.map(|name| name.as_str().unwrap().to_owned()).collect();
        Self { _peer: peer, port, parameters }
    }

    /// The settings of an application whose Twilio this is.
    pub fn settings(&self) -> TwilioSettings {
        let url = format!("http://127.0.0.1:{}", self.port);
        twilio_settings(Endpoint::parse(&url, None).unwrap())
    }
}

pub fn twilio_settings(endpoint: Endpoint) -> TwilioSettings {
    TwilioSettings {
        endpoint,
        account: ACCOUNT.to_owned(),
        token: Secret::parse(TOKEN).unwrap(),
        from: SENDER.to_owned(),
        public_url: Some(PUBLIC_URL.to_owned()),
    }
}

pub fn webhook_settings(endpoint: Endpoint) -> WebhookSettings {
    WebhookSettings { endpoint, secret: Secret::parse(SECRET).unwrap() }
}
