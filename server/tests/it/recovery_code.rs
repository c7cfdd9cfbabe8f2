//! Save Your Recovery Code.

use serde_json::json;

use crate::support::{App, flow_and_key};

// S22, S24
#[tokio::test]
async fn a_code_has_26_characters_and_is_shown_once() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    browser.set_up_app(reply.record(), app.now()).await;
    let staged = browser.call("stage_recovery_code", json!({})).await;
    assert_eq!(staged.headers["cache-control"], "no-store");
    let code = staged.json["code"].as_str().unwrap();
    assert_eq!(code.split(' ').map(str::len).collect::<Vec<_>>(), [4, 4, 4, 4, 4, 4, 2]);
    assert_eq!(staged.json["shown_before"], false);
    browser.call("acknowledge_recovery_code", json!({ "id": staged.json["id"] })).await.state("full");
    browser.call("stage_recovery_code", json!({})).await.refused(403, "wrong_state");
}

// S24
#[tokio::test]
async fn a_reload_shows_another_code_and_the_older_pages_continue_is_refused() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    browser.set_up_app(reply.record(), app.now()).await;
    let first = browser.call("stage_recovery_code", json!({})).await;
    let second = browser.call("stage_recovery_code", json!({})).await;
    assert_ne!(first.json["code"], second.json["code"]);
    assert_eq!(second.json["shown_before"], true);
    browser.call("acknowledge_recovery_code", json!({ "id": first.json["id"] })).await.refused(409, "stale");
    browser.session().await.state("save_code");
    browser.call("acknowledge_recovery_code", json!({ "id": second.json["id"] })).await.state("full");
    browser
        .call("acknowledge_recovery_code", json!({ "id": second.json["id"] }))
        .await
        .refused(403, "wrong_state");
}

// S24: closing the page keeps the code that there was.
#[tokio::test]
async fn the_old_code_is_void_only_once_the_new_one_is_acknowledged() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolled("anna@example.com").await;
    let valid = "SELECT COUNT(*) FROM recovery_codes \
                 WHERE acknowledged_at IS NOT NULL AND void_at IS NULL AND consumed_at IS NULL";
    let old = app.count(&format!("{valid} AND created_at = {}", app.now().0 - 30_000)).await;
    assert_eq!(old, 1);
    let (flow, key) = flow_and_key(&browser.open_set_up().await);
    browser.call("confirm_app", json!({ "flow": flow, "code": app.code(&key) })).await.state("full");
    let staged = browser.call("stage_recovery_code", json!({})).await;
    assert_eq!(app.count(&format!("{valid} AND created_at = {}", app.now().0 - 30_000)).await, 1);
    browser.call("acknowledge_recovery_code", json!({ "id": staged.json["id"] })).await.state("full");
    assert_eq!(app.count(valid).await, 1);
    assert_eq!(app.count(&format!("{valid} AND created_at = {}", app.now().0)).await, 1);
}

// S32
#[tokio::test]
async fn a_new_code_ends_the_other_sessions() {
    let app = App::start().await;
    let (mut browser, key) = app.enrolled("anna@example.com").await;
    let (flow, new) = flow_and_key(&browser.open_set_up().await);
    browser.call("confirm_app", json!({ "flow": flow, "code": app.code(&new) })).await.state("full");
    app.next_step();
    let (mut other, reply) = app.challenged("anna@example.com").await;
    other.challenge(&reply.record(), &app.code(&new)).await.state("full");
    browser.save_recovery_code().await;
    other.session().await.state("anonymous");
    assert_ne!(key, new);
}

#[tokio::test]
async fn another_sessions_code_cannot_be_acknowledged() {
    let app = App::start().await;
    let (mut first, reply) = app.enrolling("anna@example.com").await;
    let key = first.set_up_app(reply.record(), app.now()).await;
    app.next_step();
    let (mut second, reply) = app.challenged("anna@example.com").await;
    second.challenge(&reply.record(), &app.code(&key)).await.state("save_code");
    let staged = first.call("stage_recovery_code", json!({})).await;
    second.call("acknowledge_recovery_code", json!({ "id": staged.json["id"] })).await.refused(409, "stale");
    first.call("acknowledge_recovery_code", json!({ "id": staged.json["id"] })).await.state("full");
}
