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
const WRONG_RECOVERY_CODE: &str = "CANARYCANARYCANARYCANARYCA";

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
    let mut secrets = vec![PASSWORD.to_owned(), WRONG_PASSWORD.to_owned(), code, next_code];
    secrets.extend([
        key.replace(' ', ""),
        recovery_code.replace(' ', ""),
        key.clone(),
        recovery_code.clone(),
    ]);
    app.next_step();
    way_back(app, &key, &recovery_code, (&mut secrets, &mut answers)).await;
    app.mail().await;
    secrets.extend(tokens);
    (secrets, answers)
}

/// The journey's second half: a recovery, a step-up, a reset.
async fn way_back(
    app: &App,
    key: &str,
    recovery_code: &str,
    (secrets, answers): (&mut Vec<String>, &mut Vec<Reply>),
) {
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    let record = reply.record();
    answers.push(browser.recover(&record, WRONG_RECOVERY_CODE).await);
    answers.push(browser.recover(&record, recovery_code).await);
    let kept = app.code(key);
    answers.push(browser.call("keep_app", json!({ "record": record, "code": kept })).await);
    answers.push(browser.finish_recovery(&[]).await);
    let second_code = browser.save_recovery_code().await;
    answers.push(browser.step_up_password().await);
    answers.push(browser.request_recovery_code().await);
    let handed_over = app.vestibule.reset_mfa(&domain::Email::parse("anna@example.com").unwrap()).await;
    let handed_over = handed_over.unwrap().code.as_str().to_owned();
    let mut last = app.browser();
    let record = last.sign_in("anna@example.com").await.record();
    let given = json!({ "record": record, "code": handed_over });
    answers.push(last.call("confirm_identity", given).await);
    secrets.extend([
        WRONG_RECOVERY_CODE.to_owned(),
        kept,
        second_code.replace(' ', ""),
        second_code,
        handed_over,
    ]);
    secrets.extend(browser.cookies.into_values().chain(last.cookies.into_values()));
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
    assert_eq!(mails.len(), 7);
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
