//! S51, attack 17: a whole journey at trace level, and none of its secrets in the log, in an answer that is not
//! theirs, in a mail or in the audit log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::challenge::other_than;
use crate::support::{App, PASSWORD, Reply, flow_and_key};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

const WRONG_PASSWORD: &str = "canary-wrong-password";

/// The journey: the secrets that were made on it, and the answers that may carry none of them.
async fn journey(app: &App) -> (Vec<String>, Vec<Reply>) {
    let mut answers = Vec::new();
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    let mut tokens: Vec<String> = browser.cookies.values().cloned().collect();
    let set_up = browser.call("start_app_set_up", json!({ "record": reply.record() })).await;
    let (flow, key) = flow_and_key(&set_up);
    let code = app.code(&key);
    answers.push(browser.call("confirm_app", json!({ "flow": flow, "code": other_than(&code) })).await);
    answers.push(browser.call("confirm_app", json!({ "flow": flow, "code": code })).await);
    tokens.extend(browser.cookies.values().cloned());
    let staged = browser.call("stage_recovery_code", json!({})).await;
    let recovery_code = staged.json["code"].as_str().unwrap().to_owned();
    answers.push(browser.call("acknowledge_recovery_code", json!({ "id": staged.json["id"] })).await);
    tokens.extend(browser.cookies.values().cloned());
    answers.push(browser.call("security", json!({})).await);
    app.next_step();
    let (mut second, reply) = app.challenged("anna@example.com").await;
    let next_code = app.code(&key);
    answers.push(second.challenge(&reply.record(), &next_code).await);
    tokens.extend(second.cookies.values().cloned());
    answers.push(app.browser().sign_in_with("anna@example.com", WRONG_PASSWORD).await);
    answers.push(second.call("sign_out", json!({})).await);
    app.mail().await;

    let mut secrets = vec![PASSWORD.to_owned(), WRONG_PASSWORD.to_owned(), code, next_code];
    secrets.extend([key.replace(' ', ""), recovery_code.replace(' ', ""), key, recovery_code]);
    secrets.extend(tokens);
    (secrets, answers)
}

#[tokio::test]
async fn no_secret_of_a_journey_is_in_the_log_in_an_answer_in_a_mail_or_in_the_audit() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("trace"))
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = App::start().await;
    tracing::info!("the log is being written");
    let (secrets, answers) = journey(&app).await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the log is being written"));
    let mails: Vec<String> = app.mail().await.into_iter().map(|(_, subject, body)| subject + &body).collect();
    assert_eq!(mails.len(), 3);
    let audit = audit(&app).await;
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "a secret is in the log: {secret}");
        for answer in &answers {
            assert!(!answer.text.contains(secret.as_str()), "{secret} is in {}", answer.text);
        }
        for mail in &mails {
            assert!(!mail.contains(secret.as_str()), "{secret} is in {mail}");
        }
        assert!(!audit.contains(secret.as_str()), "{secret} is in the audit log");
    }
}

async fn audit(app: &App) -> String {
    use sea_orm::EntityTrait;
    let rows = vestibule_core::store::entities::audit_event::Entity::find();
    let rows = rows.all(app.vestibule.store().reader()).await.unwrap();
    assert!(rows.len() >= 8, "{}", rows.len());
    format!("{rows:?}")
}
