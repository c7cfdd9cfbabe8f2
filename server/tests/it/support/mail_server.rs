//! A mail server that somebody else wrote: npm's smtp-server, which `end2end/smtp/server.mjs` runs.

use std::path::PathBuf;

use serde_json::Value;
use server::config::SmtpSettings;
use server::smtp::Smtp;

use super::peer::Peer;

/// Who writes in the tests.
pub const FROM: &str = "Vestibule <login@example.com>";

/// A mail server on this machine.
pub struct MailServer {
    peer: Peer,
    pub port: u16,
    /// The certificate authority that its certificate is from.
    pub ca: PathBuf,
}

impl MailServer {
    /// Starts one and waits until it listens; the options are those of `server.mjs`.
    pub fn start(options: &[&str]) -> Self {
        let (peer, first) = Peer::start("smtp/server.mjs", options);
        let port = first["port"].as_u64().unwrap().try_into().unwrap();
        Self { peer, port, ca: first["ca"].as_str().unwrap().into() }
    }

    /// The sender of an application that is set up with this URL. PORT stands for the server's port.
    pub fn sender(&self, url: &str) -> Smtp {
        Smtp::new(SmtpSettings::parse(&self.url(url), FROM, Some(self.ca.clone())).unwrap()).unwrap()
    }

    /// The URL with the server's port in the place of PORT.
    pub fn url(&self, url: &str) -> String {
        url.replace("PORT", &self.port.to_string())
    }

    /// Says how it behaves from now on.
    pub fn behave(&mut self, behaviour: &str) {
        self.peer.behave(behaviour);
    }

    /// Closes every connection.
    pub fn hang_up(&mut self) {
        self.peer.ask("hang-up", "behaviour");
    }

    /// The mails that it has taken since this was asked last.
    pub fn taken(&mut self) -> Vec<Value> {
        self.peer.taken()
    }

    /// Waits for the next mail.
    pub fn next_mail(&mut self) -> Value {
        self.peer.next_taken()
    }
}
