//! A mail server that somebody else wrote: npm's smtp-server, which `end2end/smtp/server.mjs` runs.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;
use server::config::SmtpSettings;
use server::smtp::Smtp;

/// Who writes in the tests.
pub const FROM: &str = "Vestibule <login@example.com>";

/// A mail server on this machine.
pub struct MailServer {
    child: Child,
    commands: ChildStdin,
    lines: BufReader<ChildStdout>,
    behaviour: &'static str,
    taken: VecDeque<Value>,
    pub port: u16,
    /// The certificate authority that its certificate is from.
    pub ca: PathBuf,
}

impl MailServer {
    /// Starts one and waits until it listens; the options are those of `server.mjs`.
    pub fn start(options: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end/smtp/server.mjs");
        let mut command = Command::new("node");
        command.arg(script).args(options).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("Node is there for `make test`");
        let (commands, lines) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut server = Self {
            child,
            commands,
            lines: BufReader::new(lines),
            behaviour: "accept",
            taken: VecDeque::new(),
            port: 0,
            ca: PathBuf::new(),
        };
        let first = server.line();
        server.port = first["port"].as_u64().unwrap().try_into().unwrap();
        server.ca = first["ca"].as_str().unwrap().into();
        server
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
    pub fn behave(&mut self, behaviour: &'static str) {
        self.behaviour = behaviour;
        self.say(behaviour);
    }

    /// Closes every connection.
    pub fn hang_up(&mut self) {
        self.say("hang-up");
    }

    /// The mails that it has taken since this was asked last.
    pub fn taken(&mut self) -> Vec<Value> {
        self.say(self.behaviour);
        self.taken.drain(..).collect()
    }

    /// Waits for the next mail.
    pub fn next_mail(&mut self) -> Value {
        self.taken.pop_front().unwrap_or_else(|| self.line())
    }

    /// Says something and reads up to the answer: the mails before it were taken before.
    fn say(&mut self, command: &str) {
        writeln!(self.commands, "{command}").unwrap();
        loop {
            let line = self.line();
            if line.get("behaviour").is_some() {
                return;
            }
            self.taken.push_back(line);
        }
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        assert!(self.lines.read_line(&mut line).unwrap() > 0, "the mail server ended");
        serde_json::from_str(&line).expect(&line)
    }
}

impl Drop for MailServer {
    /// A test that fails leaves no program behind.
    fn drop(&mut self) {
        // One that has ended already cannot be killed, and need not be.
        let _ = self.child.kill();
    }
}
