//! The program as it serves: over TCP, beside commands, until it is told to stop.

use std::io::{BufRead, Read};
use std::process::Stdio;

use axum::http::StatusCode;
use serde_json::Value;

use crate::support::{Operator, PASSWORD, free_port};

// S56
#[tokio::test]
async fn the_server_answers_over_tcp_and_stops_in_order_when_it_is_told_to() {
    let operator = Operator::set_up().await;
    let serving = operator.serve();
    let page = serving.browser().get("/sign-in").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("<form>"), "{}", page.text);
    let on_sqlite = operator.database().starts_with("sqlite:");
    assert_eq!(operator.path("vestibule.db-wal").exists(), on_sqlite);
    assert_eq!(serving.stop(), Some(0));
    assert!(!operator.path("vestibule.db-wal").exists());
}

// S56: a load balancer sees that it is to send nobody any more, while those who come are still served.
#[tokio::test]
async fn a_server_that_was_told_to_stop_is_not_ready_and_answers_until_it_is_told_again() {
    let operator = Operator::set_up().await;
    let mut serving = operator.serve_with(|command| {
        command.args(["--drain-s", "600"]);
    });
    let mut browser = serving.browser();
    assert_eq!(browser.get("/ready").await.text, "ready\n");
    serving.terminate();
    let mut line = String::new();
    while !line.contains("not ready any more") {
        line.clear();
        assert!(serving.log.read_line(&mut line).unwrap() > 0, "the server ended");
    }
    let ready = browser.get("/ready").await;
    assert_eq!((ready.status, ready.text.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"));
    assert_eq!(browser.get("/health").await.status, StatusCode::OK);
    assert_eq!(browser.get("/sign-in").await.status, StatusCode::OK);
    assert_eq!(serving.stop(), Some(0));
}

// S55
#[tokio::test]
async fn commands_work_beside_a_running_server() {
    let operator = Operator::set_up().await;
    let serving = operator.serve();
    operator.add_member("anna@example.com");
    serving.browser().sign_in("anna@example.com").await.state("enrol_only");
    operator.done(&["company", "require-mfa", "harbour", "--off"]);
    serving.browser().sign_in("anna@example.com").await.state("full");
    let changed =
        operator.with_password(&["user", "set-password", "anna@example.com"], "another horse entirely");
    assert!(changed.status.success());
    serving.browser().sign_in("anna@example.com").await.refused(401, "wrong_credentials");
    assert_eq!(serving.stop(), Some(0));
}

// S55: SQLite serves one at a time, PostgreSQL several.
#[tokio::test]
async fn a_second_server_on_one_sqlite_file_is_refused() {
    let operator = Operator::set_up().await;
    let serving = operator.serve();
    if operator.database().starts_with("sqlite:") {
        let told =
            operator.refused(&["serve", "--dist", "dist", "--listen", &format!("127.0.0.1:{}", free_port())]);
        assert!(told.contains("is served by another program already"), "{told}");
    } else {
        let second = operator.serve();
        operator.add_member("anna@example.com");
        serving.browser().sign_in("anna@example.com").await.state("enrol_only");
        second.browser().sign_in("anna@example.com").await.state("enrol_only");
        assert_eq!(second.stop(), Some(0));
    }
    assert_eq!(serving.stop(), Some(0));
    // The lock ends with the program.
    assert_eq!(operator.serve().stop(), Some(0));
}

// S40: a thousand places are there for requests, and bodies that do not come take none of them.
#[tokio::test]
async fn stalled_bodies_keep_nobody_out() {
    use std::io::Write;
    let operator = Operator::set_up().await;
    let serving = operator.serve();
    let head = format!(
        "POST /api/session HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:{}\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n\r\n",
        serving.port
    );
    let mut stalled = Vec::new();
    while let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", serving.port)) {
        if stalled.len() == 1_100 || stream.write_all(head.as_bytes()).is_err() {
            break;
        }
        stalled.push(stream);
    }
    assert_eq!(serving.browser().get("/sign-in").await.status, StatusCode::OK);
    drop(stalled);
    assert_eq!(serving.stop(), Some(0));
}

#[tokio::test]
async fn a_port_that_is_taken_is_a_sentence() {
    let operator = Operator::set_up().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let told = operator.refused(&["serve", "--dist", "dist", "--listen", &address]);
    assert!(told.contains(&format!("listen: {address} cannot be listened on")), "{told}");
    let told = operator.refused(&["serve", "--dist", "dist", "--metrics-listen", &address]);
    assert!(told.contains(&format!("metrics_listen: {address} cannot be listened on")), "{told}");
}

#[tokio::test]
async fn metrics_count_calls_events_and_hashes_and_name_nobody() {
    let operator = Operator::set_up().await;
    operator.add_member("anna@example.com");
    let metrics_port = free_port();
    let serving = operator.serve_with(|command| {
        command.args(["--metrics-listen", &format!("127.0.0.1:{metrics_port}")]);
    });
    let mut browser = serving.browser();
    browser.sign_in("anna@example.com").await.state("enrol_only");
    browser.sign_in_with("anna@example.com", "not the password").await.refused(401, "wrong_credentials");
    for _ in 0..10 {
        browser.sign_in_with("nobody@example.com", "wrong").await.refused(401, "wrong_credentials");
    }
    browser.sign_in_with("nobody@example.com", "wrong").await.refused(429, "paused");
    let metrics = browser.moved_to(metrics_port).get("/metrics").await;
    for line in [
        "vestibule_calls_total{function=\"sign_in\",status=\"200\"} 1",
        "vestibule_calls_total{function=\"sign_in\",status=\"401\"} 11",
        "vestibule_events_total{event=\"password_entered\",outcome=\"success\"} 1",
        "vestibule_attempts_held_back_total{kind=\"password\",reason=\"paused\"} 1",
        "vestibule_password_hashes_total 12",
        "vestibule_password_queue 0",
        "vestibule_call_seconds_count{function=\"sign_in\"} 13",
    ] {
        assert!(metrics.text.lines().any(|found| found == line), "{line} is not in\n{}", metrics.text);
    }
    assert!(!metrics.text.contains('@'), "{}", metrics.text);
    // They are not on the people's address.
    assert!(!browser.get("/metrics").await.text.contains("vestibule_"));
    assert_eq!(serving.stop(), Some(0));
}

#[tokio::test]
async fn the_log_is_json_where_that_is_wanted_and_names_what_was_refused() {
    let operator = Operator::set_up().await;
    operator.add_member("anna@example.com");
    let port = free_port();
    let mut command =
        operator.command(&["serve", "--dist", "dist", "--listen", &format!("127.0.0.1:{port}")]);
    command.args(["--log-format", "json"]).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut serving = crate::support::Serving::start(command, port);
    let mut browser = serving.browser();
    browser.sign_in_with("anna@example.com", "not the password").await.refused(401, "wrong_credentials");
    browser.sign_in_with("anna@example.com", PASSWORD).await.state("enrol_only");
    serving.terminate();
    let mut log = String::new();
    serving.log.read_to_string(&mut log).unwrap();
    assert_eq!(serving.wait().code(), Some(0));
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let call = lines.iter().find(|line| line["message"] == "call").unwrap();
    assert_eq!((&call["function"], &call["status"]), (&"sign_in".into(), &401.into()));
    assert_eq!(call["client"], "127.0.0.1");
    assert!(!log.contains(PASSWORD) && !log.contains("not the password"));
}
