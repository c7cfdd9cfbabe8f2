//! Reset MFA by the operator, and the code that is handed over in person (S43, S60).

use domain::Email;
use serde_json::json;

use crate::support::App;

const ANNA: &str = "anna@example.com";

async fn reset(app: &App) -> String {
    let handed_over = app.vestibule.reset_mfa(&Email::parse(ANNA).unwrap()).await.unwrap();
    handed_over.code.as_str().to_owned()
}

#[tokio::test]
async fn a_reset_takes_everything_away_and_tells_the_person() {
    let app = App::start().await;
    let (mut browser, _, code) = app.enrolled_with_code(ANNA).await;
    let (mut pending, reply) = app.challenged(ANNA).await;
    reset(&app).await;
    assert_eq!(browser.session().await.json["ended"]["reason"], "changed");
    pending.recover(&reply.record(), &code).await.refused(401, "signed_out");
    assert_eq!(app.count("SELECT COUNT(*) FROM methods").await, 0);
    assert_eq!(app.count("SELECT members_with_method FROM companies").await, 0);
    assert_eq!(app.count("SELECT COUNT(*) FROM recovery_codes WHERE void_at IS NULL").await, 0);
    assert_eq!(app.count("SELECT COUNT(*) FROM known_browsers").await, 0);
    let mail = app.mail().await;
    let (to, subject, body) = mail.last().unwrap();
    assert_eq!((to.as_str(), subject.as_str()), (ANNA, "Vestibule: Two-factor authentication reset"));
    assert!(body.contains("the operator's command line") && body.contains("handed in person"), "{body}");
}

// S43: whatever is required, and not on the password alone.
#[tokio::test]
async fn after_a_reset_nothing_is_set_up_before_the_code_was_given() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let code = reset(&app).await;
    app.vestibule.require_mfa("anna", None).await.unwrap();
    let mut browser = app.browser();
    let reply = browser.sign_in(ANNA).await;
    reply.state("identity_due");
    assert_eq!(reply.json["mfa_reset"], true);
    for function in
        ["start_app_set_up", "open_app_set_up", "app_set_up", "confirm_app", "stage_recovery_code"]
    {
        browser.call(function, json!({ "record": reply.record() })).await.refused(403, "wrong_state");
    }
    let body = json!({ "record": reply.record(), "code": code });
    let entered = browser.call("confirm_identity", body).await;
    entered.state("enrol_only");
    browser.set_up_app(entered.record(), app.now()).await;
    browser.save_recovery_code().await;
    assert_eq!(browser.session().await.json["mfa_reset"], false);
    assert_eq!(app.count("SELECT members_with_method FROM companies").await, 1);
}

#[tokio::test]
async fn the_code_works_once_for_an_hour_and_a_new_reset_replaces_it() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let first = reset(&app).await;
    let mut second = reset(&app).await;
    while first == second {
        second = reset(&app).await;
    }
    let mut browser = app.browser();
    let reply = browser.sign_in(ANNA).await;
    let record = reply.record();
    let give = |code: &str| json!({ "record": record, "code": code });
    browser.call("confirm_identity", give(&first)).await.refused(422, "wrong_code");
    browser.call("confirm_identity", give(&second)).await.state("enrol_only");
    let mut other = app.browser();
    let reply = other.sign_in(ANNA).await;
    let used = other.call("confirm_identity", json!({ "record": reply.record(), "code": second })).await;
    used.refused(422, "used_code");
    assert_eq!(used.json["message"], "That code has been used. Ask for a new one.");
    let third = reset(&app).await;
    app.advance_minutes(60);
    let mut late = app.browser();
    let reply = late.sign_in(ANNA).await;
    let expired = late.call("confirm_identity", json!({ "record": reply.record(), "code": third })).await;
    expired.refused(422, "expired_code");
    assert_eq!(expired.json["message"], "That code is too old. Ask for a new one.");
}

// An answer that was lost on its way is no lock-out: the same browser gives the same code again.
#[tokio::test]
async fn the_browser_that_gave_the_code_may_give_it_again_until_something_is_set_up() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let code = reset(&app).await;
    let mut browser = app.browser();
    for _ in 0..2 {
        let reply = browser.sign_in(ANNA).await;
        let body = json!({ "record": reply.record(), "code": code });
        browser.call("confirm_identity", body).await.state("enrol_only");
    }
    let record = browser.session().await.record();
    browser.set_up_app(record, app.now()).await;
    browser.sign_in(ANNA).await.state("challenge");
}

// S44, S48
#[tokio::test]
async fn guesses_at_the_code_are_counted_across_sign_ins() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let code = reset(&app).await;
    let mut answers = Vec::new();
    for _ in 0..3 {
        let mut browser = app.browser();
        let reply = browser.sign_in(ANNA).await;
        for _ in 0..2 {
            let wrong = crate::challenge::other_than(&code);
            let body = json!({ "record": reply.record(), "code": wrong });
            answers.push(browser.call("confirm_identity", body).await.error().to_owned());
        }
    }
    assert_eq!(answers, ["wrong_code", "wrong_code", "wrong_code", "wrong_code", "wrong_code", "paused"]);
}

// S43: what was enrolled after a reset frees the person of it; before, not even a date that moves does.
#[tokio::test]
async fn a_reset_holds_until_something_was_set_up() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let code = reset(&app).await;
    let mut browser = app.browser();
    let reply = browser.sign_in(ANNA).await;
    let entered = browser.call("confirm_identity", json!({ "record": reply.record(), "code": code })).await;
    entered.state("enrol_only");
    app.vestibule.require_mfa("anna", None).await.unwrap();
    // Nobody requires it any more, and still: who was reset sets up.
    browser.session().await.state("enrol_only");
    let mut other = app.browser();
    other.sign_in(ANNA).await.state("identity_due");
}

// A dormant account, a dead mailbox: also of somebody who has nothing to take away.
#[tokio::test]
async fn a_person_without_methods_can_be_reset_too() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    let code = reset(&app).await;
    let mut browser = app.browser();
    let reply = browser.sign_in(ANNA).await;
    reply.state("identity_due");
    browser
        .call("confirm_identity", json!({ "record": reply.record(), "code": code }))
        .await
        .state("enrol_only");
    let nobody = app.vestibule.reset_mfa(&Email::parse("nobody@example.com").unwrap()).await;
    assert_eq!(nobody.unwrap_err().to_string(), "there is no user nobody@example.com");
}
