//! Removing the authenticator app from the profile (S29).

use serde_json::{Value, json};

use crate::races::{AT_ONCE, at_once, succeeded};
use crate::support::{App, Browser, flow_and_key};

const ANNA: &str = "anna@example.com";

/// Anna with an app that nobody requires, who has just given her password; and the app's key and the recovery code.
async fn about_to_remove(app: &App) -> (Browser, String, String) {
    let (mut browser, key, recovery_code) = app.enrolled_with_code(ANNA).await;
    app.vestibule.require_mfa("anna", None).await.unwrap();
    browser.step_up_password().await.answered();
    (browser, key, recovery_code)
}

/// What a removal changes: methods, members with one, recovery codes that work, and events of the log.
async fn standing(app: &App) -> [i64; 4] {
    [
        app.count("SELECT COUNT(*) FROM methods").await,
        app.count("SELECT members_with_method FROM companies WHERE slug = 'anna'").await,
        app.count(
            "SELECT COUNT(*) FROM recovery_codes \
             WHERE acknowledged_at IS NOT NULL AND consumed_at IS NULL AND void_at IS NULL",
        )
        .await,
        app.count("SELECT COUNT(*) FROM audit_events WHERE event = 'app_removed'").await,
    ]
}

const KEPT: [i64; 4] = [1, 1, 1, 0];
const REMOVED: [i64; 4] = [0, 0, 0, 1];

#[tokio::test]
async fn a_removal_needs_the_password_and_a_proof() {
    let app = App::start().await;
    let (mut browser, key) = app.enrolled(ANNA).await;
    app.vestibule.require_mfa("anna", None).await.unwrap();
    browser.remove_app().await.refused(403, "step_up_needed");
    app.advance_minutes(6);
    browser.step_up_password().await.answered();
    browser.remove_app().await.refused(403, "step_up_needed");
    assert_eq!(standing(&app).await, KEPT);
    browser.step_up_app(&app.code(&key)).await.answered();
    browser.remove_app().await.state("full");
    assert_eq!(standing(&app).await, REMOVED);
}

// S30, S32, attacks 8 and 10
#[tokio::test]
async fn a_removed_app_is_asked_for_no_more_and_everything_else_is_over() {
    let app = App::start().await;
    let (mut browser, key, recovery_code) = about_to_remove(&app).await;
    let (mut other, reply) = app.challenged(ANNA).await;
    other.challenge(&reply.record(), &app.code(&key)).await.state("full");
    let (mut pending, reply) = app.challenged(ANNA).await;
    let mut before = browser.clone();
    app.mail().await;
    browser.remove_app().await.state("full");
    before.session().await.state("anonymous");
    assert_eq!(other.session().await.json["ended"]["reason"], "changed");
    pending.recover(&reply.record(), &recovery_code).await.refused(401, "signed_out");
    assert_eq!(standing(&app).await, REMOVED);
    let security = browser.call("security", json!({})).await;
    assert_eq!((&security.json["app"], &security.json["recovery_code_since"]), (&Value::Null, &Value::Null));
    app.browser().sign_in(ANNA).await.state("full");
    let subjects: Vec<String> = app.mail().await.into_iter().map(|(_, subject, _)| subject).collect();
    assert_eq!(
        subjects.iter().filter(|subject| *subject == "Vestibule: Authenticator app removed").count(),
        1
    );
}

// What was guessed of the app that is gone does not hold up the next one.
#[tokio::test]
async fn another_app_can_be_set_up_after_a_removal() {
    let app = App::start().await;
    let (mut browser, key, _) = about_to_remove(&app).await;
    let (mut stranger, reply) = app.challenged(ANNA).await;
    for _ in 0..5 {
        let wrong = crate::challenge::other_than(&app.code(&key));
        stranger.challenge(&reply.record(), &wrong).await.refused(422, "wrong_code");
    }
    browser.remove_app().await.state("full");
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts WHERE kind = 'app'").await, 0);
    app.vestibule.require_mfa("anna", Some("2026-12-01")).await.unwrap();
    let (flow, key) = flow_and_key(&browser.open_set_up().await);
    browser.call("confirm_app", json!({ "flow": flow, "code": app.code(&key) })).await.state("full");
    browser.save_recovery_code().await;
    app.next_step();
    let (mut next, reply) = app.challenged(ANNA).await;
    next.challenge(&reply.record(), &app.code(&key)).await.state("full");
    assert_eq!(standing(&app).await, [1, 1, 1, 1]);
}

// S29
#[tokio::test]
async fn the_last_app_stays_while_a_company_requires_it() {
    let app = App::start().await;
    let (mut browser, key) = app.enrolled(ANNA).await;
    let (mut other, reply) = app.challenged(ANNA).await;
    other.challenge(&reply.record(), &app.code(&key)).await.state("full");
    browser.step_up_password().await.answered();
    let refused = browser.remove_app().await;
    refused.refused(409, "last_method");
    assert_eq!(refused.json["message"], "anna requires one method. Add another first.");
    assert_eq!(browser.call("security", json!({})).await.json["app"]["required_by"], json!(["anna"]));
    // Every company that does is named.
    app.advance(1);
    app.add_company("pier", &[ANNA]).await;
    app.vestibule.require_mfa("pier", Some("now")).await.unwrap();
    let refused = browser.remove_app().await;
    refused.refused(409, "last_method");
    assert_eq!(refused.json["message"], "anna and pier require one method. Add another first.");
    assert_eq!(browser.call("security", json!({})).await.json["app"]["required_by"], json!(["anna", "pier"]));
    // Nothing has changed.
    assert_eq!(standing(&app).await, KEPT);
    browser.session().await.state("full");
    other.session().await.state("full");
    assert!(!app.mail().await.iter().any(|(_, subject, _)| subject.contains("removed")));
    app.next_step();
    let (mut next, reply) = app.challenged(ANNA).await;
    next.challenge(&reply.record(), &app.code(&key)).await.state("full");
}

// S29
#[tokio::test]
async fn while_the_day_is_ahead_it_may_go() {
    let app = App::start().await;
    let (mut browser, _, _) = about_to_remove(&app).await;
    app.vestibule.require_mfa("anna", Some("2026-12-01")).await.unwrap();
    assert_eq!(browser.call("security", json!({})).await.json["app"]["required_by"], json!([]));
    let removed = browser.remove_app().await;
    assert!(removed.state("full").json["requirement"]["upcoming"].is_object(), "{}", removed.text);
    assert_eq!(standing(&app).await, REMOVED);
}

#[tokio::test]
async fn what_is_not_there_is_not_removed() {
    let app = App::start().await;
    let (mut browser, _, _) = about_to_remove(&app).await;
    let record = browser.session().await.record();
    let phone = json!({ "record": record, "kind": "phone" });
    browser.call("remove_method", phone).await.refused(409, "stale");
    browser
        .call("remove_method", json!({ "record": record, "kind": "all" }))
        .await
        .refused(400, "bad_request");
    assert_eq!(standing(&app).await, KEPT);
    browser.remove_app().await.state("full");
    browser.remove_app().await.refused(409, "stale");
    assert_eq!(standing(&app).await, REMOVED);
}

// Pairs
#[tokio::test(flavor = "multi_thread")]
async fn removals_at_once_have_one_outcome() {
    let app = App::start().await;
    let (mut browser, _, _) = about_to_remove(&app).await;
    let record = browser.session().await.record();
    let replies = at_once(&browser, AT_ONCE, |mut browser, _| {
        let body = json!({ "record": record, "kind": "app" });
        async move { browser.call("remove_method", body).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    assert_eq!(standing(&app).await, REMOVED);
}

// Pairs: whoever passed the challenge just before the removal is out after it; whoever came later was out already.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_and_a_challenge_at_once_have_one_serial_outcome() {
    for _ in 0..8 {
        let app = App::start().await;
        let (mut owner, key, _) = about_to_remove(&app).await;
        let record = owner.session().await.record();
        let (mut other, reply) = app.challenged(ANNA).await;
        let (pending, code) = (reply.record(), app.code(&key));
        let body = json!({ "record": record, "kind": "app" });
        let (removed, challenged) =
            tokio::join!(owner.call("remove_method", body), other.challenge(&pending, &code));
        removed.state("full");
        let fair = ["", "signed_out", "stale", "wrong_code"];
        assert!(fair.contains(&challenged.error()), "{}", challenged.text);
        other.session().await.state("anonymous");
        owner.session().await.state("full");
        assert_eq!(standing(&app).await, REMOVED);
    }
}

// Pairs, S29: nobody keeps a session of before without the method that is required.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_and_a_requirement_at_once_have_one_serial_outcome() {
    for _ in 0..8 {
        let app = App::start().await;
        let (mut owner, _, _) = about_to_remove(&app).await;
        let record = owner.session().await.record();
        let body = json!({ "record": record, "kind": "app" });
        let (removed, required) =
            tokio::join!(owner.call("remove_method", body), app.vestibule.require_mfa("anna", Some("now")));
        required.unwrap();
        let state = if removed.status == 200 {
            "password_due"
        } else {
            removed.refused(409, "last_method");
            "full"
        };
        owner.session().await.state(state);
        assert_eq!(standing(&app).await, if removed.status == 200 { REMOVED } else { KEPT });
    }
}
