//! Request New Code, and the step-up that it needs.

use serde_json::json;

use crate::challenge::other_than;
use crate::support::App;

const ANNA: &str = "anna@example.com";

#[tokio::test]
async fn a_new_code_needs_the_password_and_a_proof() {
    let app = App::start().await;
    let (mut browser, key) = app.enrolled(ANNA).await;
    app.advance_minutes(6);
    browser.request_recovery_code().await.refused(403, "step_up_needed");
    assert_eq!(
        browser.call("step_up", json!({})).await.json,
        json!({ "password": true, "proof": ["app"], "phone": null })
    );
    // The proof comes after the password.
    browser.step_up_app(&app.code(&key)).await.refused(403, "step_up_needed");
    let missing = browser.step_up_password().await;
    assert_eq!(missing.json, json!({ "password": false, "proof": ["app"], "phone": null }));
    browser.request_recovery_code().await.refused(403, "step_up_needed");
    let missing = browser.step_up_app(&app.code(&key)).await;
    assert_eq!(missing.json, json!({ "password": false, "proof": [], "phone": null }));
    browser.request_recovery_code().await.answered();
    browser.save_recovery_code().await;
    // For five minutes the proof is not asked again.
    browser.request_recovery_code().await.answered();
    browser.save_recovery_code().await;
    app.advance_minutes(5);
    browser.request_recovery_code().await.refused(403, "step_up_needed");
}

// The password that was just typed at the first door is asked again: the browser may be somebody else's by now.
#[tokio::test]
async fn the_password_of_the_sign_in_does_not_count_and_its_proof_does() {
    let app = App::start().await;
    let (_, key) = app.enrolled(ANNA).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    browser.challenge(&reply.record(), &app.code(&key)).await.state("full");
    assert_eq!(
        browser.call("step_up", json!({})).await.json,
        json!({ "password": true, "proof": [], "phone": null })
    );
    browser.step_up_password().await.answered();
    browser.request_recovery_code().await.answered();
}

// S30
#[tokio::test]
async fn a_step_up_gives_a_new_token_and_kills_the_old_one() {
    let app = App::start().await;
    let (mut browser, key) = app.enrolled(ANNA).await;
    app.advance_minutes(6);
    let mut before = browser.clone();
    browser.step_up_password().await.answered();
    before.session().await.state("anonymous");
    let mut between = browser.clone();
    browser.step_up_app(&app.code(&key)).await.answered();
    between.session().await.state("anonymous");
    browser.session().await.state("full");
}

// S13, S48, attack 4
#[tokio::test]
async fn codes_and_passwords_of_a_step_up_are_counted_and_work_once() {
    let app = App::start().await;
    let (_, key) = app.enrolled(ANNA).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    let code = app.code(&key);
    browser.challenge(&reply.record(), &code).await.state("full");
    app.advance_minutes(6);
    browser.step_up_password().await.answered();
    // A code that another sign-in has used.
    let used = app.code(&key);
    let (mut other, reply) = app.challenged(ANNA).await;
    other.challenge(&reply.record(), &used).await.state("full");
    browser.step_up_app(&used).await.refused(422, "used_code");
    for _ in 0..4 {
        browser.step_up_app(&other_than(&used)).await.refused(422, "wrong_code");
    }
    browser.step_up_app(&other_than(&used)).await.refused(429, "paused");
    let record = browser.session().await.record();
    for _ in 0..10 {
        let body = json!({ "record": record, "password": "not the password" });
        browser.call("step_up_password", body).await.refused(401, "wrong_credentials");
    }
    browser.step_up_password().await.refused(429, "paused");
}

// S24: the code that there was works until the new one is acknowledged.
#[tokio::test]
async fn a_requested_code_replaces_the_old_one_only_once_it_is_saved() {
    let app = App::start().await;
    let (mut browser, _, old) = app.enrolled_with_code(ANNA).await;
    browser.step_up_password().await.answered();
    browser.request_recovery_code().await.answered();
    browser.call("stage_recovery_code", json!({})).await.answered();
    // The tab is closed here.
    let (mut elsewhere, reply) = app.challenged(ANNA).await;
    elsewhere.recover(&reply.record(), &old).await.state("recovering");
    assert_eq!(browser.session().await.json["ended"]["reason"], "changed");
}

// S24
#[tokio::test]
async fn a_requested_code_that_was_saved_voids_the_old_one() {
    let app = App::start().await;
    let (mut browser, _, old) = app.enrolled_with_code(ANNA).await;
    browser.step_up_password().await.answered();
    browser.request_recovery_code().await.answered();
    let new = browser.save_recovery_code().await;
    let (mut elsewhere, reply) = app.challenged(ANNA).await;
    elsewhere.recover(&reply.record(), &old).await.refused(422, "wrong_code");
    elsewhere.recover(&reply.record(), &new).await.state("recovering");
}

#[tokio::test]
async fn who_has_no_method_has_no_code_to_ask_for() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    let mut browser = app.browser();
    browser.sign_in(ANNA).await.state("full");
    browser.step_up_password().await.answered();
    browser.request_recovery_code().await.refused(403, "wrong_state");
}

#[tokio::test]
async fn a_form_of_another_persons_page_does_not_act_in_this_ones_session() {
    let app = App::start().await;
    let (mut first, _) = app.enrolled(ANNA).await;
    let foreign = first.session().await.record();
    let (mut second, _) = app.enrolled("bea@example.com").await;
    for (function, body) in [
        ("step_up_password", json!({ "record": foreign, "password": crate::support::PASSWORD })),
        ("step_up_app", json!({ "record": foreign, "code": "123456" })),
        ("request_recovery_code", json!({ "record": foreign })),
    ] {
        second.call(function, body).await.refused(409, "stale");
    }
}
