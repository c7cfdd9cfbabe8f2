//! What is of no use any more goes, and what is of use stays.

use serde_json::json;

use crate::challenge::other_than;
use crate::support::App;

const ANNA: &str = "anna@example.com";
const DAY: i64 = 86_400;

#[tokio::test]
async fn ended_sign_ins_go_and_live_ones_stay() {
    let app = App::start().await;
    let (mut browser, key) = app.enrolled(ANNA).await;
    app.challenged(ANNA).await;
    app.vestibule.clean_up().await.unwrap();
    assert_eq!(app.count("SELECT COUNT(*) FROM sessions").await, 2);
    app.advance(4 * DAY);
    let (mut live, reply) = app.challenged(ANNA).await;
    live.challenge(&reply.record(), &app.code(&key)).await.state("full");
    app.vestibule.clean_up().await.unwrap();
    assert_eq!(app.count("SELECT COUNT(*) FROM sessions").await, 1);
    assert_eq!(app.count("SELECT COUNT(*) FROM flows").await, 0);
    live.call("security", json!({})).await.answered();
    browser.session().await.state("anonymous");
    // The recovery code outlives the session that it was saved in.
    assert_eq!(app.count("SELECT COUNT(*) FROM recovery_codes WHERE acknowledged_at IS NOT NULL").await, 1);
}

// S45: a hundred wrong codes cannot be waited out; wrong passwords of addresses that nobody has do not pile up.
#[tokio::test]
async fn wrong_passwords_are_forgotten_after_a_day_and_wrong_codes_are_not() {
    let app = App::start().await;
    let (_, key) = app.enrolled(ANNA).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    browser.challenge(&reply.record(), &other_than(&app.code(&key))).await.refused(422, "wrong_code");
    app.browser().sign_in_with("nobody@example.com", "wrong").await.refused(401, "wrong_credentials");
    app.vestibule.clean_up().await.unwrap();
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts").await, 2);
    app.advance(DAY + 1);
    app.vestibule.clean_up().await.unwrap();
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts WHERE kind = 'password'").await, 0);
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts WHERE kind = 'app'").await, 1);
}

#[tokio::test]
async fn sent_messages_go_after_a_month_and_waiting_ones_stay() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    app.mail().await;
    let sent = app.count("SELECT COUNT(*) FROM outbox").await;
    assert_eq!(sent, 2);
    app.advance(31 * DAY);
    app.vestibule.reset_mfa(&domain::Email::parse(ANNA).unwrap()).await.unwrap();
    app.vestibule.clean_up().await.unwrap();
    assert_eq!(app.count("SELECT COUNT(*) FROM outbox").await, 1);
    assert_eq!(app.mail().await.len(), 3);
}
