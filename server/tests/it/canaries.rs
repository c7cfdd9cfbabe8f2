//! S51, attack 17: a whole journey at trace level, and none of its secrets in the log, in an answer that is not
//! theirs, in a mail or in the audit log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::challenge::other_than;
use crate::support::{App, NEW_PASSWORD, PASSWORD, Reply, flow_and_key};

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
const LAST_PASSWORD: &str = "canary-lantern-58-fjord";

/// What came up on a journey.
#[derive(Default)]
struct Journey {
    /// Nobody but their owner sees them.
    secrets: Vec<String>,
    /// They are in the mails to their owner, and nowhere else.
    mailed: Vec<String>,
    /// Answers that may carry none of them.
    answers: Vec<Reply>,
}

/// The whole journey.
async fn journey(app: &App) -> Journey {
    let mut journey = Journey::default();
    set_up(app, &mut journey).await;
    passwords(app, &mut journey).await;
    journey
}

/// Its beginning: a set-up and a challenge, and the way back.
async fn set_up(app: &App, journey: &mut Journey) {
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    journey.secrets.extend(browser.cookies.values().cloned());
    let set_up = browser.call("start_app_set_up", json!({ "record": reply.record() })).await;
    let (flow, key) = flow_and_key(&set_up);
    let code = app.code(&key);
    let wrong = json!({ "flow": flow, "code": other_than(&code) });
    journey.answers.push(browser.call("confirm_app", wrong).await);
    journey.answers.push(browser.call("confirm_app", json!({ "flow": flow, "code": code })).await);
    journey.secrets.extend(browser.cookies.values().cloned());
    let staged = browser.call("stage_recovery_code", json!({})).await;
    let recovery_code = staged.json["code"].as_str().unwrap().to_owned();
    let saved = json!({ "id": staged.json["id"] });
    journey.answers.push(browser.call("acknowledge_recovery_code", saved).await);
    journey.secrets.extend(browser.cookies.values().cloned());
    journey.answers.push(browser.call("security", json!({})).await);
    app.next_step();
    let (mut second, reply) = app.challenged("anna@example.com").await;
    let next_code = app.code(&key);
    journey.answers.push(second.challenge(&reply.record(), &next_code).await);
    journey.secrets.extend(second.cookies.values().cloned());
    journey.answers.push(app.browser().sign_in_with("anna@example.com", WRONG_PASSWORD).await);
    journey.answers.push(second.call("sign_out", json!({})).await);
    journey.secrets.extend([PASSWORD.to_owned(), WRONG_PASSWORD.to_owned(), code, next_code]);
    journey.secrets.extend([key.replace(' ', ""), recovery_code.replace(' ', "")]);
    app.next_step();
    way_back(app, &key, &recovery_code, journey).await;
    journey.secrets.extend([key, recovery_code]);
    journey.mailed.extend(app.mailed_links("/not-me").await);
}

/// Its end: passwords that are changed and forgotten, and a code that is mailed to somebody who was long away.
async fn passwords(app: &App, journey: &mut Journey) {
    let bea = "bea@example.com";
    app.add_user(bea).await;
    let mut browser = app.browser();
    journey.answers.push(browser.sign_in(bea).await);
    let measured = json!({ "new": NEW_PASSWORD, "token": null });
    journey.answers.push(browser.call("password_strength", measured).await);
    journey.answers.push(browser.change_password(PASSWORD, NEW_PASSWORD).await);
    journey.answers.push(browser.forgot_password(bea).await);
    let token = app.mailed_links("/reset-password").await.pop().unwrap();
    journey.answers.push(browser.open_link("reset_password", &token).await);
    journey.secrets.extend(browser.cookies.values().cloned());
    journey.answers.push(browser.reset_password(&token, LAST_PASSWORD).await);
    journey.answers.push(browser.sign_in_with(bea, LAST_PASSWORD).await);
    for function in ["profile", "devices", "activity"] {
        journey.answers.push(browser.call(function, json!({})).await);
    }
    app.mail().await;
    app.add_company("pier", &[bea]).await;
    app.vestibule.require_mfa("pier", Some("now")).await.unwrap();
    app.advance(90 * 86_400);
    let record = browser.sign_in_with(bea, LAST_PASSWORD).await.record();
    journey.answers.push(browser.call("send_mailed_code", json!({ "record": record })).await);
    let code = app.mailed_codes().await.pop().unwrap();
    let entered = browser.call("confirm_identity", json!({ "record": record, "code": code })).await;
    entered.state("enrol_only");
    journey.answers.push(entered);
    journey.mailed.extend([token, code.clone(), format!("{} {}", &code[..3], &code[3..])]);
    journey.secrets.extend([NEW_PASSWORD.to_owned(), LAST_PASSWORD.to_owned()]);
    journey.secrets.extend(browser.cookies.into_values());
}

/// Its middle: a recovery, a step-up, a reset.
async fn way_back(app: &App, key: &str, recovery_code: &str, journey: &mut Journey) {
    let answers = &mut journey.answers;
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
    journey.secrets.extend([
        WRONG_RECOVERY_CODE.to_owned(),
        kept,
        second_code.replace(' ', ""),
        second_code,
        handed_over,
    ]);
    journey.secrets.extend(browser.cookies.into_values().chain(last.cookies.into_values()));
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
    let Journey { secrets, mailed, answers } = journey(&app).await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the log is being written"));
    let mails: Vec<String> = app.mail().await.into_iter().map(|(_, subject, body)| subject + &body).collect();
    assert_eq!(mails.len(), 11);
    let audit = audit(&app).await;
    for secret in secrets.iter().chain(&mailed) {
        assert!(!log.contains(secret.as_str()), "a secret is in the log: {secret}");
        for answer in &answers {
            assert!(!answer.text.contains(secret.as_str()), "{secret} is in {}", answer.text);
        }
        for mail in mails.iter().filter(|_| !mailed.contains(secret)) {
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
