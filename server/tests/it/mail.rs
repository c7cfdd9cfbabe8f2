//! Mail by SMTP, to a mail server that somebody else wrote (S53; fault tests of a gateway).

use std::time::Duration;

use axum::http::StatusCode;
use domain::OutboxId;
use serde_json::json;
use server::config::SmtpSettings;
use server::smtp::Smtp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;
use vestibule_core::outbox::{Channel, Message, SendError, Sender};

use crate::support::{App, FROM, MailServer, Operator, Serving, free_port};

const ANNA: &str = "anna@example.com";

/// A server that asks for a password, and how an application is set up for it.
const WITH_PASSWORD: [&str; 6] =
    ["--security", "starttls", "--user", "vestibule", "--password", "pa ss#canary"];
const URL: &str = "smtp://vestibule:pa%20ss%23canary@localhost:PORT";
const WRONG: &str = "smtp://vestibule:wrong-canary@localhost:PORT";
const PLAIN: &str = "smtp://127.0.0.1:PORT?tls=none";

/// Any message's.
const ID: OutboxId = OutboxId(Uuid::nil());

fn message() -> Message {
    Message {
        channel: Channel::Mail,
        to: ANNA.to_owned(),
        subject: "Vestibule: Grüße".to_owned(),
        body: "Hello Ünal,\n.\n..\nthat was two lines with dots.\n".to_owned(),
        html: None,
    }
}

/// Why it is tried again soon.
#[track_caller]
fn later(outcome: Result<(), SendError>) -> String {
    match outcome {
        Err(SendError::Later(why)) => why,
        outcome => panic!("{outcome:?}"),
    }
}

/// An application with two notices for Anna in its outbox.
async fn with_two_notices() -> App {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    app
}

async fn send_due(app: &App, smtp: &Smtp) -> u32 {
    app.vestibule.send_due(smtp).await.unwrap()
}

// S53
#[tokio::test]
async fn a_notice_arrives_as_text_and_html_over_starttls_with_a_password() {
    let mut server = MailServer::start(&WITH_PASSWORD);
    let app = with_two_notices().await;
    assert_eq!(send_due(&app, &server.sender(URL)).await, 2);
    let mails = server.taken();
    assert_eq!(mails.len(), 2);
    let subject = "Vestibule: Authenticator app added";
    let mail = mails.iter().find(|mail| mail["subject"] == subject).expect(subject);
    assert_eq!(
        (&mail["to"], &mail["from"], &mail["user"]),
        (&json!([ANNA]), &json!("login@example.com"), &json!("vestibule"))
    );
    for part in ["text", "html"] {
        let said = mail[part].as_str().unwrap();
        assert!(said.contains("Hello Anna Berg,"), "{said}");
        assert!(said.contains("An authenticator app was added to your account."), "{said}");
    }
    let header = |name: &str| mail["headers"][name].as_str().expect(name);
    assert_eq!(header("from"), FROM);
    assert_eq!(header("to"), ANNA);
    assert_eq!(header("auto-submitted"), "auto-generated");
    assert_eq!(header("mime-version"), "1.0");
    assert!(header("content-type").starts_with("multipart/alternative;"), "{mail}");
    assert!(header("date").ends_with(" +0000"), "{mail}");
    assert!(header("message-id").ends_with("@example.com>"), "{mail}");
    assert_ne!(mails[0]["headers"]["message-id"], mails[1]["headers"]["message-id"]);
    // One after the other, and not one connection for each.
    assert_eq!(mails[0]["session"], mails[1]["session"]);
}

#[tokio::test]
async fn a_message_without_html_arrives_as_text_over_tls_from_the_beginning() {
    let mut server = MailServer::start(&["--security", "tls"]);
    server.sender("smtps://localhost:PORT").send(ID, &message()).await.unwrap();
    let mails = server.taken();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["subject"], message().subject);
    assert_eq!(mails[0]["text"].as_str().unwrap().trim_end(), message().body.trim_end());
    assert!(mails[0]["html"].is_null(), "{}", mails[0]);
}

#[tokio::test]
async fn a_relay_on_this_machine_needs_no_tls() {
    let mut server = MailServer::start(&[]);
    server.sender(PLAIN).send(ID, &message()).await.unwrap();
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_server_without_starttls_gets_neither_password_nor_message() {
    let mut server = MailServer::start(&["--user", "vestibule", "--password", "pa ss#canary"]);
    let told = later(server.sender(URL).send(ID, &message()).await);
    assert!(told.contains("STARTTLS is not supported"), "{told}");
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_refused() {
    for (security, url) in [("starttls", "smtp://localhost:PORT"), ("tls", "smtps://localhost:PORT")] {
        let mut server = MailServer::start(&["--security", security]);
        let settings = SmtpSettings::parse(&server.url(url), FROM, None).unwrap();
        let told = later(Smtp::new(settings).unwrap().send(ID, &message()).await);
        let expected = server.url("localhost:PORT has a certificate that is not trusted: ");
        assert!(told.starts_with(&expected), "{told}");
        assert!(server.taken().is_empty());
    }
}

/// Stands between a sender and the server, and slips answers in behind the server's word that TLS may begin. Gives its
/// port.
async fn slipping_in_answers(server: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
        let mut bytes = [0; 4096];
        let mut answers = 0;
        while let Ok(length @ 1..) = from_server.read(&mut bytes).await {
            let mut said = bytes[..length].to_vec();
            answers += usize::from(said.starts_with(b"220 "));
            // The second is the one to STARTTLS.
            if answers == 2 && said.starts_with(b"220 ") {
                said.extend(b"250 slipped-in\r\n250 in\r\n250 in\r\n354 in\r\n250 in\r\n");
            }
            if to_client.write_all(&said).await.is_err() {
                return;
            }
        }
    });
    port
}

// S53
#[tokio::test]
async fn answers_that_were_slipped_in_before_tls_are_not_believed() {
    let mut server = MailServer::start(&["--security", "starttls"]);
    let port = slipping_in_answers(server.port).await;
    let url = format!("smtp://localhost:{port}");
    let settings = SmtpSettings::parse(&url, FROM, Some(server.ca.clone())).unwrap();
    later(Smtp::new(settings).unwrap().send(ID, &message()).await);
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn a_certificate_of_another_host_is_refused() {
    let mut server = MailServer::start(&["--security", "tls", "--host", "127.0.0.2"]);
    let told = later(server.sender("smtps://127.0.0.2:PORT").send(ID, &message()).await);
    assert!(told.contains("has a certificate that is not trusted"), "{told}");
    assert!(server.taken().is_empty());
}

// S53
#[tokio::test]
async fn a_wrong_password_loses_nothing() {
    let mut server = MailServer::start(&WITH_PASSWORD);
    let app = with_two_notices().await;
    let wrong = server.sender(WRONG);
    assert_eq!(send_due(&app, &wrong).await, 0);
    let told = later(wrong.send(ID, &message()).await);
    let expected = server.url("localhost:PORT does not accept user or password: 535 ");
    assert!(told.starts_with(&expected) && !told.contains("canary"), "{told}");
    assert!(server.taken().is_empty());
    app.advance_minutes(1);
    assert_eq!(send_due(&app, &server.sender(URL)).await, 2);
    assert_eq!(server.taken().len(), 2);
}

#[tokio::test]
async fn a_recipient_who_was_refused_is_tried_again_after_an_hour() {
    let mut server = MailServer::start(&[]);
    let smtp = server.sender(PLAIN);
    let app = with_two_notices().await;
    server.behave("refuse-recipients");
    assert_eq!(send_due(&app, &smtp).await, 0);
    let Err(SendError::Refused(told)) = smtp.send(ID, &message()).await else { panic!("it was not refused") };
    assert!(told.contains("answered: 550 5.1.1 There is no such mailbox"), "{told}");
    server.behave("accept");
    app.advance_minutes(59);
    assert_eq!(send_due(&app, &smtp).await, 0);
    app.advance_minutes(1);
    assert_eq!(send_due(&app, &smtp).await, 2);
    assert_eq!(server.taken().len(), 2);
}

// S53, fault tests: a gateway that fails, hangs up in the middle, or accepts without answering.
#[tokio::test]
async fn what_a_server_did_not_take_is_delivered_exactly_once_afterwards() {
    let mut server = MailServer::start(&[]);
    let smtp = server.sender(PLAIN);
    let app = with_two_notices().await;
    for behaviour in ["busy", "drop"] {
        server.behave(behaviour);
        assert_eq!(send_due(&app, &smtp).await, 0, "{behaviour}");
        app.advance_minutes(1);
    }
    server.behave("silent");
    let impatient = server.sender(PLAIN).with_patience(Duration::from_secs(1));
    assert_eq!(send_due(&app, &impatient).await, 0);
    let told = later(impatient.send(ID, &message()).await);
    assert!(told.ends_with("did not answer within 1 s"), "{told}");
    server.behave("accept");
    app.advance_minutes(1);
    assert_eq!(send_due(&app, &smtp).await, 2);
    assert_eq!(server.taken().len(), 2);
    app.advance_minutes(24 * 60);
    assert_eq!(send_due(&app, &smtp).await, 0);
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn a_connection_that_the_server_has_closed_meanwhile_is_replaced() {
    let mut server = MailServer::start(&WITH_PASSWORD);
    let smtp = server.sender(URL);
    smtp.send(ID, &message()).await.unwrap();
    server.hang_up();
    smtp.send(ID, &message()).await.unwrap();
    let mails = server.taken();
    assert_eq!(mails.len(), 2);
    assert_ne!(mails[0]["session"], mails[1]["session"]);
}

// A message that ran out of time leaves no answer behind that the next one could take for its own.
#[tokio::test]
async fn a_connection_that_ran_out_of_time_is_not_used_again() {
    let mut server = MailServer::start(&[]);
    let smtp = server.sender(PLAIN);
    smtp.send(ID, &message()).await.unwrap();
    server.behave("silent");
    let smtp = smtp.with_patience(Duration::from_secs(1));
    later(smtp.send(ID, &message()).await);
    server.behave("accept");
    let smtp = smtp.with_patience(Duration::from_secs(8));
    smtp.send(ID, &message()).await.unwrap();
    let mails = server.taken();
    assert_eq!(mails.len(), 2);
    assert_ne!(mails[0]["session"], mails[1]["session"]);
}

// S53, fault tests: mail down for an hour.
#[tokio::test]
async fn a_mail_server_that_is_down_for_an_hour_loses_nothing() {
    let port = free_port();
    let url = PLAIN.replace("PORT", &port.to_string());
    let smtp = Smtp::new(SmtpSettings::parse(&url, FROM, None).unwrap()).unwrap();
    let app = with_two_notices().await;
    for _ in 0..60 {
        assert_eq!(send_due(&app, &smtp).await, 0);
        app.advance_minutes(1);
    }
    let mut server = MailServer::start(&["--port", &port.to_string()]);
    app.advance_minutes(15);
    assert_eq!(send_due(&app, &smtp).await, 2);
    assert_eq!(server.taken().len(), 2);
}

#[tokio::test]
async fn check_says_whether_the_mail_server_can_be_used() {
    let operator = Operator::set_up().await;
    operator.done(&["migrate"]);
    let server = MailServer::start(&WITH_PASSWORD);
    let check = |url: &str, ca: bool| {
        let mut command = operator.command(&["check"]);
        command.env("VESTIBULE_MAIL", server.url(url)).env("VESTIBULE_MAIL_FROM", FROM);
        if ca {
            command.env("VESTIBULE_MAIL_CA", &server.ca);
        }
        let output = command.output().unwrap();
        let told = if output.status.success() { output.stdout } else { output.stderr };
        String::from_utf8(told).unwrap()
    };
    let nobody = free_port();
    let there = format!("smtps://localhost:{nobody}");
    for (url, ca, sentence) in [
        (URL, true, "mail: localhost:PORT answers and accepts user and password".to_owned()),
        (WRONG, true, "mail: localhost:PORT does not accept user or password: 535 ".to_owned()),
        (URL, false, "mail: localhost:PORT has a certificate that is not trusted: ".to_owned()),
        (there.as_str(), true, format!("mail: localhost:{nobody} cannot be used: Connection refused")),
    ] {
        let told = check(url, ca);
        assert!(told.contains(&server.url(&sentence)) && !told.contains("canary"), "{told}");
    }
}

// S53: with a mail server people elsewhere are served, and what a command has put into the outbox is sent.
#[tokio::test]
async fn the_program_serves_people_elsewhere_and_mails_them() {
    let operator = Operator::set_up().await;
    operator.add_member(ANNA);
    let mut server = MailServer::start(&WITH_PASSWORD);
    let port = free_port();
    let mut command =
        operator.command(&["serve", "--dist", "dist", "--listen", &format!("127.0.0.1:{port}")]);
    command
        .env("VESTIBULE_PUBLIC_URL", "https://login.example.com")
        .env("VESTIBULE_MAIL", server.url(URL))
        .env("VESTIBULE_MAIL_FROM", FROM)
        .env("VESTIBULE_MAIL_CA", &server.ca);
    let serving = Serving::start(command, port);
    assert_eq!(serving.browser().get("/health").await.status, StatusCode::OK);
    let changed = operator.with_password(&["user", "set-password", ANNA], "another horse entirely");
    assert!(changed.status.success());
    // Beside it the announcement that her company requires a second factor.
    let mut subjects = Vec::new();
    while !subjects.contains(&json!("Vestibule: Password changed")) {
        let mail = server.next_mail();
        assert_eq!(mail["to"], json!([ANNA]));
        subjects.push(mail["subject"].clone());
    }
    assert_eq!(serving.stop(), Some(0));
}
