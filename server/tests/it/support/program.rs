//! The program itself, as an operator runs it.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;

use super::app::{code_in, database, dist, token_in};
use super::phone::texted_code_in;
use super::{Browser, PASSWORD};

/// How long a message may take until it has come: only a test that fails waits as long.
const MESSAGE_WAIT: Duration = Duration::from_secs(10);

/// An operator with a folder, and a database in it or on the server of the tests.
pub struct Operator {
    pub folder: TempDir,
    database: Option<String>,
    /// What the servers have printed: their messages, a line of JSON each.
    messages: watch::Sender<Vec<Value>>,
}

impl Operator {
    /// With the default database, a SQLite file in the folder.
    pub fn new() -> Self {
        Self::with(tempfile::tempdir().unwrap(), None)
    }

    /// With a database of the kind that the tests run on, keys, and the browser's files.
    pub async fn set_up() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        dist(&folder);
        let operator = Self::with(folder, Some(database));
        operator.done(&["key", "new"]);
        operator
    }

    fn with(folder: TempDir, database: Option<String>) -> Self {
        Self { folder, database, messages: watch::Sender::new(Vec::new()) }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The database's URL.
    pub fn database(&self) -> &str {
        self.database.as_deref().unwrap_or("sqlite://vestibule.db")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/bin");
        if let Some(database) = &self.database {
            command.env("VESTIBULE_DATABASE", database).env("VESTIBULE_KEYS", "vestibule.keys");
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed; gives what it printed.
    #[track_caller]
    pub fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail; gives the sentence.
    #[track_caller]
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    /// Runs a command that reads a password from standard input.
    pub fn with_password(&self, arguments: &[&str], password: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
        child.wait_with_output().unwrap()
    }

    /// Adds a person; gives the exit and what was printed.
    pub fn add_user(&self, email: &str, password: &str) -> Output {
        self.with_password(&["user", "add", email, "--name", "Anna Berg"], password)
    }

    /// Adds a person, and a company that requires MFA of her.
    pub fn add_member(&self, email: &str) {
        assert!(self.add_user(email, PASSWORD).status.success());
        self.done(&["company", "add", "harbour", "--name", "Harbour Build", "--zone", "Europe/Berlin"]);
        self.done(&["company", "add-member", "harbour", email]);
        self.done(&["company", "require-mfa", "harbour", "--from", "now"]);
    }

    /// The token of the last link to the page `path` that the servers have mailed, once there is one.
    pub async fn mailed_link(&self, path: &str) -> String {
        self.once_printed(|messages| messages.iter().rev().find_map(|mail| token_in(body(mail), path))).await
    }

    /// The last code that the servers have mailed, once there is one.
    pub async fn mailed_code(&self) -> String {
        self.once_printed(|messages| messages.iter().rev().find_map(|mail| code_in(body(mail)))).await
    }

    /// The code of the `nth` text message with one to the number, once it was sent.
    pub async fn texted_code(&self, number: &str, nth: usize) -> String {
        let texted = |messages: &[Value]| {
            let to = messages.iter().filter(|message| message["to"] == number);
            to.filter_map(|message| texted_code_in(body(message))).nth(nth - 1)
        };
        self.once_printed(texted).await
    }

    /// What is found in the messages of the servers, the last one last, as soon as it is.
    async fn once_printed(&self, find: impl Fn(&[Value]) -> Option<String>) -> String {
        let mut messages = self.messages.subscribe();
        let found = messages.wait_for(|messages| find(messages).is_some());
        let found = tokio::time::timeout(MESSAGE_WAIT, found).await;
        let messages = found.expect("that message has not come").unwrap();
        find(&messages).unwrap()
    }

    /// Starts the server.
    pub fn serve(&self) -> Serving {
        self.serve_with(|_| {})
    }

    /// Starts the server; `change` adds to the command.
    pub fn serve_with(&self, change: impl FnOnce(&mut Command)) -> Serving {
        let port = free_port();
        let mut command =
            self.command(&["serve", "--dist", "dist", "--listen", &format!("127.0.0.1:{port}")]);
        change(&mut command);
        let mut serving = Serving::start_printing_to(Stdio::piped(), command, port);
        let (printed, messages) = (serving.child.stdout.take().unwrap(), self.messages.clone());
        // Ends with the server.
        std::thread::spawn(move || keep_messages(printed, &messages));
        serving
    }
}

fn keep_messages(printed: ChildStdout, messages: &watch::Sender<Vec<Value>>) {
    for line in BufReader::new(printed).lines() {
        if let Ok(message) = serde_json::from_str(&line.unwrap()) {
            messages.send_modify(|messages| messages.push(message));
        }
    }
}

fn body(message: &Value) -> &str {
    message["body"].as_str().unwrap_or_default()
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// The program as it serves.
pub struct Serving {
    child: Child,
    pub log: BufReader<ChildStderr>,
    pub port: u16,
}

impl Serving {
    /// Starts `command`, which serves at `port`, and waits until it does.
    pub fn start(command: Command, port: u16) -> Self {
        Self::start_printing_to(Stdio::null(), command, port)
    }

    /// As [`Serving::start`]; what it prints, its messages, goes to `printed`.
    fn start_printing_to(printed: Stdio, mut command: Command, port: u16) -> Self {
        let mut child = command.stdout(printed).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("serving http") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the server ended before it served");
        }
        Self { child, log, port }
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::over_tcp(self.port)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        assert!(Command::new("kill").arg(self.id().to_string()).status().unwrap().success());
    }

    /// Waits for the end.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Stops it in order; gives the exit code.
    pub fn stop(self) -> Option<i32> {
        self.terminate();
        self.wait().code()
    }

    /// Waits for the end that a fault test has asked for.
    #[track_caller]
    pub fn was_killed(self) {
        assert_eq!(self.wait().signal(), Some(9));
    }
}

impl Drop for Serving {
    /// A test that fails leaves no program behind.
    fn drop(&mut self) {
        // One that has ended already cannot be killed, and need not be.
        let _ = self.child.kill();
    }
}
