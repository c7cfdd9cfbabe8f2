//! The program as it serves: over TCP, beside commands, until it is told to stop.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use tempfile::TempDir;

/// A program that serves a demonstration, and the people who were printed.
struct Serving {
    folder: TempDir,
    child: Child,
    _log: BufReader<ChildStderr>,
    port: u16,
}

fn vestibule(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command.current_dir(folder).env_clear();
    command
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

impl Serving {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("dist")).unwrap();
        let index = "<title>{{product}}</title><!--sign-in--><form></form><!--/sign-in-->";
        std::fs::write(folder.path().join("dist/index.html"), index).unwrap();
        assert!(vestibule(folder.path()).arg("demo").stdout(Stdio::null()).status().unwrap().success());
        let port = free_port();
        let mut child = vestibule(folder.path())
            .args(["serve", "--dist", "dist", "--listen", &format!("127.0.0.1:{port}")])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("serving http://localhost") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the server ended before it served");
        }
        Self { folder, child, _log: log, port }
    }

    /// The answer to a request of HTTP/1.1 that closes the connection.
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends SIGTERM; gives the exit code.
    fn stop(mut self) -> Option<i32> {
        let told = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(told.success());
        self.child.wait().unwrap().code()
    }
}

// S56
#[test]
fn the_server_answers_over_tcp_and_stops_in_order_when_it_is_told_to() {
    let serving = Serving::start();
    let page = serving.ask("GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.contains("<form>"), "{page}");
    let wal = serving.folder.path().join("vestibule.db-wal");
    assert!(wal.exists());
    let folder = serving.folder.path().to_owned();
    assert_eq!(serving.stop(), Some(0));
    assert!(!folder.join("vestibule.db-wal").exists());
}

// S55
#[test]
fn commands_work_beside_a_running_server() {
    let serving = Serving::start();
    let mut required = vestibule(serving.folder.path());
    required.args(["company", "require-mfa", "tideway-survey", "--from", "now"]);
    assert!(required.stdout(Stdio::null()).status().unwrap().success());
    let body = r#"{"email":"ines@example.com","password":"copper-kettle-41-drift","return_to":null}"#;
    let answer = serving.ask(&format!(
        "POST /api/sign_in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nOrigin: http://localhost:{}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        serving.port,
        body.len()
    ));
    assert!(answer.contains(r#""state":"enrol_only""#), "{answer}");
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn a_port_that_is_taken_is_a_sentence() {
    let serving = Serving::start();
    let output = vestibule(serving.folder.path())
        .args(["serve", "--dist", "dist", "--listen", &format!("127.0.0.1:{}", serving.port)])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains(&format!("listen: 127.0.0.1:{} cannot be listened on", serving.port)), "{told}");
    assert_eq!(serving.stop(), Some(0));
}
