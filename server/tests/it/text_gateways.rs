//! Text messages by gateways: Twilio's, by Twilio's own specification and library, and an operator's own (S35; fault tests
//! of a gateway).

use std::sync::Arc;
use std::time::Duration;

use domain::{OutboxId, Timestamp};
use serde_json::json;
use server::config::{Endpoint, Secret, TwilioSettings, WebhookSettings};
use server::text::{Senders, Twilio, Webhook};
use uuid::Uuid;
use vestibule_core::clock::Clock;
use vestibule_core::outbox::{Channel, Message, SendError, Sender};

use crate::support::{
    ACCOUNT, Gateway, Mailbox, Operator, PUBLIC_URL, SECRET, SENDER, Specification, TOKEN, free_port,
    twilio_settings, webhook_settings,
};

/// A message and its number, which are in no sentence.
pub const ID: OutboxId = OutboxId(Uuid::from_u128(0x0199_7a3c_5b00_7000_8000_0000_0000_0007));
pub const TO: &str = "+15005550006";
const BODY: &str = "012345 is your Vestibule code. Never share it.\n\n@login.example.com #012345";

/// A clock that shows one time.
struct At(i64);

impl Clock for At {
    fn now(&self) -> Timestamp {
        Timestamp(self.0)
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(At(1_772_434_800_999))
}

fn text() -> Message {
    Message {
        channel: Channel::Text,
        to: TO.to_owned(),
        subject: String::new(),
        body: BODY.to_owned(),
        html: None,
    }
}

/// What an outcome means, and the sentence that it says to the operator, which holds nothing that is secret.
#[track_caller]
fn meaning(outcome: Result<(), SendError>) -> (&'static str, String) {
    let (meaning, told) = match outcome {
        Ok(()) => ("taken", String::new()),
        Err(SendError::Later(told)) => ("later", told),
        Err(SendError::Refused(told)) => ("refused", told),
        Err(SendError::Undeliverable(why)) => (why.as_str(), why.to_string()),
    };
    for secret in [TO, "012345", "canary", ACCOUNT] {
        assert!(!told.contains(secret), "{told}");
    }
    (meaning, told)
}

/// Why it is tried again soon.
#[track_caller]
fn later(outcome: Result<(), SendError>) -> String {
    let (meaning, told) = meaning(outcome);
    assert_eq!(meaning, "later", "{told}");
    told
}

#[tokio::test]
async fn twilios_own_specification_allows_what_twilio_is_sent() {
    let specification = Specification::start();
    let by_number = specification.settings();
    let service = "MG0123456789abcdef0123456789abcdef".to_owned();
    let by_service = TwilioSettings { from: service, ..by_number.clone() };
    for settings in [by_number.clone(), by_service] {
        let twilio = Twilio::new(settings).unwrap();
        twilio.send(ID, &text()).await.unwrap();
        twilio.check().await.unwrap();
    }
    // What it does not allow is refused.
    let nobody = TwilioSettings { account: "AC1".to_owned(), ..by_number };
    let (refused, told) = meaning(Twilio::new(nobody).unwrap().send(ID, &text()).await);
    assert_eq!(refused, "refused");
    assert!(told.ends_with("answered: 422"), "{told}");
    // Except for names of parameters, which are overlooked where nobody knows them.
    let mut gateway = Gateway::start();
    gateway.twilio().send(ID, &text()).await.unwrap();
    let taken = gateway.taken();
    for name in taken[0]["form"].as_object().unwrap().keys() {
        assert!(specification.parameters.contains(name), "{name}");
    }
}

#[tokio::test]
async fn twilio_is_told_the_number_the_text_who_sends_and_where_to_report() {
    let mut gateway = Gateway::start();
    gateway.twilio().send(ID, &text()).await.unwrap();
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    let reports = format!("{PUBLIC_URL}/callbacks/twilio/{ID}");
    let form = json!({
        "To": TO, "From": SENDER, "Body": BODY, "StatusCallback": reports, "ValidityPeriod": "300",
    });
    assert_eq!(gateway.taken(), [json!({ "path": path, "form": form })]);
    // What is no code may come late; and a public URL of this machine is none that Twilio could report to.
    let endpoint = Endpoint::parse(&gateway.url("/"), None).unwrap();
    let settings = TwilioSettings { public_url: None, ..twilio_settings(endpoint) };
    let notice = Message { body: "Your number was replaced.".to_owned(), ..text() };
    Twilio::new(settings).unwrap().send(ID, &notice).await.unwrap();
    let form = json!({ "To": TO, "From": SENDER, "Body": notice.body });
    assert_eq!(gateway.taken(), [json!({ "path": path, "form": form })]);
}

#[tokio::test]
async fn each_answer_of_twilio_has_its_meaning_and_its_sentence_quotes_nothing() {
    let mut gateway = Gateway::start();
    let twilio = gateway.twilio();
    for (answer, expected) in [
        ("accept", "taken"),
        ("status 400 21211", "invalid"),
        ("status 400 21217", "invalid"),
        ("status 400 21614", "landline"),
        ("status 400 21610", "blocked"),
        ("status 403 21610", "blocked"),
        ("status 400 21408", "refused"),
        ("status 403 21408", "refused"),
        ("status 400 21606", "refused"),
        ("status 400 99999", "refused"),
        ("status 400", "refused"),
        ("status 404 20404", "refused"),
        ("status 307", "refused"),
        ("status 400 14107", "later"),
        ("status 400 30001", "later"),
        ("status 400 30022", "later"),
        ("status 429 20429", "later"),
        ("status 429", "later"),
        ("status 401 20003", "later"),
        ("status 403 20003", "later"),
        ("status 408", "later"),
        ("status 500 20500", "later"),
        ("status 503", "later"),
    ] {
        gateway.behave(answer);
        let (meaning, told) = meaning(twilio.send(ID, &text()).await);
        assert_eq!(meaning, expected, "{answer}: {told}");
    }
    assert_eq!(gateway.taken().len(), 1);
    let server = format!("localhost:{}", gateway.port);
    for (answer, sentence) in [
        (
            "status 401 20003",
            "does not accept twilio_account and twilio_token: 401, error 20003 (twilio.com/docs/errors/20003)",
        ),
        ("status 400 21606", "answered: 400, error 21606 (twilio.com/docs/errors/21606)"),
        (
            "status 400 21408",
            "does not send to this country, which is switched off in the account, error 21408 \
             (twilio.com/docs/errors/21408)",
        ),
        ("status 503", "answered: 503"),
    ] {
        gateway.behave(answer);
        assert_eq!(meaning(twilio.send(ID, &text()).await).1, format!("{server} {sentence}"));
    }
}

#[tokio::test]
async fn an_account_with_a_wrong_token_takes_no_message_and_none_is_lost() {
    let mut gateway = Gateway::start();
    let endpoint = Endpoint::parse(&gateway.url("/"), None).unwrap();
    let token = Secret::parse("another-canary-0123456789abcdef0123").unwrap();
    let settings = TwilioSettings { token, ..twilio_settings(endpoint) };
    later(Twilio::new(settings).unwrap().send(ID, &text()).await);
    assert!(gateway.taken().is_empty());
}

#[tokio::test]
async fn a_message_to_the_operators_own_gateway_is_signed_with_its_time() {
    let mut gateway = Gateway::start();
    gateway.webhook(clock()).send(ID, &text()).await.unwrap();
    let message = json!({ "id": ID.to_string(), "channel": "text", "to": TO, "body": BODY });
    let expected = |timestamp: i64, signed: bool| {
        json!({
            "path": "/send?from=here", "json": message, "timestamp": timestamp, "signed": signed,
        })
    };
    assert_eq!(gateway.taken(), [expected(1_772_434_800, true)]);
    // The same message once more is known by its id.
    gateway.webhook(Arc::new(At(1_772_434_860_000))).send(ID, &text()).await.unwrap();
    assert_eq!(gateway.taken(), [expected(1_772_434_860, true)]);
    let endpoint = Endpoint::parse(&gateway.url("/send?from=here"), None).unwrap();
    let secret = Secret::parse("another-canary-0123456789abcdef0123").unwrap();
    let stranger = Webhook::new(WebhookSettings { endpoint, secret }, clock()).unwrap();
    stranger.send(ID, &text()).await.unwrap();
    assert_eq!(gateway.taken(), [expected(1_772_434_800, false)]);
}

#[tokio::test]
async fn each_answer_of_the_operators_own_gateway_has_its_meaning() {
    let mut gateway = Gateway::start();
    let webhook = gateway.webhook(clock());
    for (answer, expected) in [
        ("accept", "taken"),
        ("status 204", "taken"),
        ("reason invalid", "invalid"),
        ("reason unreachable", "unreachable"),
        ("reason blocked", "blocked"),
        ("reason landline", "landline"),
        ("reason throttled", "throttled"),
        ("reason tired", "refused"),
        ("status 422", "refused"),
        ("status 400", "refused"),
        ("status 401", "refused"),
        ("status 404", "refused"),
        ("status 307", "refused"),
        ("status 408", "later"),
        ("status 429", "later"),
        ("status 500", "later"),
        ("status 503", "later"),
    ] {
        gateway.behave(answer);
        let (meaning, told) = meaning(webhook.send(ID, &text()).await);
        assert_eq!(meaning, expected, "{answer}: {told}");
    }
    assert_eq!(gateway.taken().len(), 1);
}

// Fault tests: a gateway that hangs, or accepts without answering.
#[tokio::test]
async fn a_gateway_that_does_not_answer_is_asked_again_later() {
    for mut gateway in [Gateway::start(), Gateway::start_with_tls()] {
        let patience = Duration::from_secs(1);
        let twilio = gateway.twilio().with_patience(patience);
        let webhook = gateway.webhook(clock()).with_patience(patience);
        let message = text();
        for (behaviour, taken) in [("silent", 0), ("swallow", 2)] {
            gateway.behave(behaviour);
            let (by_twilio, by_webhook) =
                futures::future::join(twilio.send(ID, &message), webhook.send(ID, &message)).await;
            for outcome in [by_twilio, by_webhook] {
                let told = later(outcome);
                assert!(told.ends_with("did not answer within 1 s"), "{told}");
            }
            assert_eq!(gateway.taken().len(), taken, "{behaviour}");
        }
        gateway.behave("accept");
        twilio.send(ID, &message).await.unwrap();
        assert_eq!(gateway.taken().len(), 1);
    }
}

#[tokio::test]
async fn a_gateway_that_hangs_up_or_is_not_there_is_asked_again_later() {
    let mut gateway = Gateway::start();
    gateway.behave("drop");
    for outcome in
        [gateway.twilio().send(ID, &text()).await, gateway.webhook(clock()).send(ID, &text()).await]
    {
        let told = later(outcome);
        assert!(told.ends_with("closed the connection"), "{told}");
    }
    assert!(gateway.taken().is_empty());
    let nobody = Endpoint::parse(&format!("http://localhost:{}", free_port()), None).unwrap();
    let told = later(Twilio::new(twilio_settings(nobody)).unwrap().send(ID, &text()).await);
    assert!(told.contains("cannot be used: Connection refused"), "{told}");
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_read_to_its_end() {
    let mut gateway = Gateway::start();
    gateway.behave("flood");
    for outcome in
        [gateway.twilio().send(ID, &text()).await, gateway.webhook(clock()).send(ID, &text()).await]
    {
        let (meaning, told) = meaning(outcome);
        assert_eq!(meaning, "refused", "{told}");
        assert!(told.ends_with("answered: 400"), "{told}");
    }
}

#[tokio::test]
async fn a_gateway_whose_certificate_is_not_trusted_gets_nothing() {
    let mut gateway = Gateway::start_with_tls();
    let endpoint = |path| Endpoint::parse(&gateway.url(path), None).unwrap();
    let twilio = Twilio::new(twilio_settings(endpoint("/"))).unwrap();
    let webhook = Webhook::new(webhook_settings(endpoint("/send")), clock()).unwrap();
    for outcome in [twilio.send(ID, &text()).await, webhook.send(ID, &text()).await] {
        let told = later(outcome);
        assert!(told.contains("has a certificate that is not trusted: "), "{told}");
    }
    assert!(gateway.taken().is_empty());
    // With `text_ca` it is.
    gateway.twilio().send(ID, &text()).await.unwrap();
    gateway.webhook(clock()).send(ID, &text()).await.unwrap();
    assert_eq!(gateway.taken().len(), 2);
}

#[tokio::test]
async fn each_message_goes_by_who_carries_its_kind() {
    let (mail, texts) = (Arc::new(Mailbox::default()), Arc::new(Mailbox::default()));
    let senders = Senders::new(mail.clone(), Some(texts.clone()));
    let letter = Message { channel: Channel::Mail, to: "anna@example.com".to_owned(), ..text() };
    senders.send(ID, &text()).await.unwrap();
    senders.send(ID, &letter).await.unwrap();
    assert!(*mail.messages.lock().unwrap() == [letter.clone()]);
    assert!(*texts.messages.lock().unwrap() == [text()]);
    let mail_alone = Senders::new(mail.clone(), None);
    mail_alone.send(ID, &letter).await.unwrap();
    assert_eq!(meaning(mail_alone.send(ID, &text()).await).0, "refused");
    assert_eq!(mail.messages.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn check_says_whether_the_gateway_can_be_used_and_sends_nothing() {
    let operator = Operator::set_up().await;
    operator.done(&["migrate"]);
    let mut gateway = Gateway::start();
    let secured = Gateway::start_with_tls();
    let check = |settings: &[(&str, &str)]| {
        let mut command = operator.command(&["check"]);
        command.envs(settings.iter().map(|(key, value)| (format!("VESTIBULE_{key}"), *value)));
        let output = command.output().unwrap();
        let told = if output.status.success() { output.stdout } else { output.stderr };
        String::from_utf8(told).unwrap()
    };
    let (plain, here) = (gateway.url("/send"), gateway.url(""));
    let (safe, nobody) = (secured.url("/send"), format!("http://localhost:{}", free_port()));
    let (port, safe_port, ca) = (gateway.port, secured.port, secured.ca.to_str().unwrap().to_owned());
    let twilio = |token: &'static str, url: &str| {
        check(&[
            ("TEXT", "twilio"),
            ("TWILIO_ACCOUNT", ACCOUNT),
            ("TWILIO_TOKEN", token),
            ("TWILIO_FROM", SENDER),
            ("TWILIO_URL", url),
        ])
    };
    let webhook = |url: &str, ca: &[(&str, &str)]| {
        let settings = [("TEXT", "webhook"), ("WEBHOOK_URL", url), ("WEBHOOK_SECRET", SECRET)];
        check(&[&settings[..], ca].concat())
    };
    for (told, sentence) in [
        (check(&[]), "text: written to standard output\n".to_owned()),
        (check(&[("TEXT", "none")]), "text: nobody is sent text messages\n".to_owned()),
        (twilio(TOKEN, &here), format!("text: localhost:{port} answers and accepts account and token\n")),
        (
            twilio("another-canary-0123456789abcdef0123", &here),
            format!(
                "text: localhost:{port} does not accept twilio_account and twilio_token: 401, error 20003"
            ),
        ),
        (twilio(TOKEN, &nobody), "cannot be used: Connection refused".to_owned()),
        (webhook(&plain, &[]), format!("text: localhost:{port} takes connections\n")),
        (webhook(&safe, &[]), format!("text: localhost:{safe_port} has a certificate that is not trusted: ")),
        (
            webhook(&safe, &[("TEXT_CA", ca.as_str())]),
            format!("text: localhost:{safe_port} takes connections\n"),
        ),
    ] {
        assert!(told.contains(&sentence) && !told.contains("canary"), "{told}");
    }
    assert!(gateway.taken().is_empty());
}
