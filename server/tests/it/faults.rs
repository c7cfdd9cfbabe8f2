//! What holds when the program is killed: the real one, ended by SIGKILL just before or after a step is committed
//! (`FAIL_POINT`). What follows is the old state or the new one, and the person gets in by the ways that there are.

use serde_json::json;

use crate::support::{ANNA, PASSWORD, Story, When, code, flow_and_key, record_is};

#[tokio::test]
async fn killed_at_the_password_the_next_sign_in_works() {
    for when in [When::Before, When::After] {
        let mut story = Story::begin().await;
        story.start(Some((when, "enrol_only"))).await;
        let body = json!({ "email": ANNA, "password": PASSWORD, "return_to": null });
        story.killed_at("sign_in", body).await;
        story.sign_in().await.state("enrol_only");
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_at_the_beginning_of_a_set_up_the_sign_in_goes_on() {
    for when in [When::Before, When::After] {
        let mut story = Story::begin().await;
        story.start(Some((when, "start_app_set_up"))).await;
        let record = story.sign_in().await.record();
        story.killed_at("start_app_set_up", json!({ "record": record })).await;
        // The record did not move: the same browser goes on.
        story.browser.session().await.state("enrol_only");
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_at_the_confirmation_there_is_no_app_or_the_new_one() {
    for when in [When::Before, When::After] {
        let mut story = Story::begin().await;
        story.start(Some((when, "confirm_app"))).await;
        story.sign_in().await.state("enrol_only");
        let flow = story.start_set_up().await;
        let code = story.next_code().await;
        story.killed_at("confirm_app", json!({ "flow": flow, "code": code })).await;
        record_is(&mut story, when, "enrol_only").await;
        let next = if when == When::Before { "enrol_only" } else { "challenge" };
        story.sign_in().await.state(next);
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_while_the_recovery_code_is_shown_or_saved_one_is_saved_in_the_end() {
    for (when, function) in [
        (When::Before, "stage_recovery_code"),
        (When::After, "stage_recovery_code"),
        (When::Before, "acknowledge_recovery_code"),
        (When::After, "acknowledge_recovery_code"),
    ] {
        let mut story = Story::begin().await;
        story.start(Some((when, function))).await;
        let record = story.sign_in().await.record();
        let now = story.now();
        story.key = story.browser.set_up_app(record, now).await;
        let mut body = json!({});
        if function == "acknowledge_recovery_code" {
            body = json!({ "id": story.browser.call("stage_recovery_code", json!({})).await.json["id"] });
        }
        story.killed_at(function, body).await;
        let old = if function == "stage_recovery_code" { When::Before } else { when };
        record_is(&mut story, old, "save_code").await;
        story.sign_in().await.state("challenge");
        let saved = (when, function) == (When::After, "acknowledge_recovery_code");
        let code = story.next_code().await;
        let record = story.browser.session().await.record();
        let next = if saved { "full" } else { "save_code" };
        story.browser.challenge(&record, &code).await.state(next);
        story.go_on().await;
        story.is_whole().await;
    }
}

// Between consuming a code and the answer: the code is spent, there is no session, the next sign-in works.
#[tokio::test]
async fn killed_at_the_challenge_the_code_is_spent_only_with_its_session() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "full"))).await;
        let record = story.sign_in().await.record();
        let code = story.next_code().await;
        story.killed_at("challenge_app", json!({ "record": record, "code": code })).await;
        record_is(&mut story, when, "challenge").await;
        story.sign_in().await.state("challenge");
        story.go_on().await;
        story.is_whole().await;
    }
}

// A recovery code that was spent is no lock-out, wherever on the way the program was killed.
#[tokio::test]
async fn killed_at_the_recovery_code_the_recovery_goes_on_in_the_same_browser() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "use_recovery_code"))).await;
        let record = story.sign_in().await.record();
        let code = story.recovery_code.clone();
        story.killed_at("use_recovery_code", json!({ "record": record, "code": code })).await;
        record_is(&mut story, when, "challenge").await;
        let record = story.sign_in().await.record();
        story.browser.recover(&record, &code).await.state("recovering");
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_on_the_way_of_a_recovery_it_goes_on() {
    for (when, point) in [
        (When::Before, "confirm_app"),
        (When::After, "confirm_app"),
        (When::Before, "save_code"),
        (When::After, "save_code"),
    ] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, point))).await;
        let record = story.sign_in().await.record();
        let code = story.recovery_code.clone();
        story.browser.recover(&record, &code).await.state("recovering");
        let old_key = story.key.clone();
        let flow = story.start_set_up().await;
        let shown = story.next_code().await;
        let confirm = json!({ "flow": flow, "code": shown });
        if point == "confirm_app" {
            story.killed_at("confirm_app", confirm).await;
        } else {
            story.browser.call("confirm_app", confirm).await.state("recovering");
            let record = story.browser.session().await.record();
            story.killed_at("finish_recovery", json!({ "record": record, "removing": [] })).await;
        }
        record_is(&mut story, when, "recovering").await;
        let record = story.sign_in().await.record();
        let reopened = story.browser.recover(&record, &code).await;
        if (when, point) == (When::After, "save_code") {
            // The recovery is over: the new app opens the second door, and a code is saved.
            reopened.refused(422, "wrong_code");
        } else {
            reopened.state("recovering");
            let fate = story.browser.call("recovery", json!({})).await.json["methods"][0]["fate"].clone();
            assert_eq!(fate, if (when, point) == (When::Before, "confirm_app") { "open" } else { "new" });
        }
        assert_ne!(old_key, story.key);
        story.go_on().await;
        story.is_whole().await;
    }
}

// The app that works is changed or it is not; it is never gone.
#[tokio::test]
async fn killed_at_a_change_of_the_app_the_old_or_the_new_one_works() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "confirm_app"))).await;
        story.sign_in().await.state("challenge");
        story.go_on().await;
        let (flow, new) = flow_and_key(&story.browser.open_set_up().await);
        let code = code(&new, story.now());
        story.killed_at("confirm_app", json!({ "flow": flow, "code": code })).await;
        if when == When::After {
            story.key = new;
        }
        record_is(&mut story, when, "full").await;
        story.sign_in().await.state("challenge");
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_at_a_reset_the_methods_are_there_or_a_code_is_needed() {
    for (when, point) in [(When::Before, "before reset_mfa"), (When::After, "after reset_mfa")] {
        let mut story = Story::enrolled().await;
        let reset = story.operator.command(&["user", "reset-mfa", ANNA]).env("FAIL_POINT", point).output();
        assert!(!reset.unwrap().status.success());
        story.start(None).await;
        let next = if when == When::Before { "challenge" } else { "identity_due" };
        story.sign_in().await.state(next);
        story.stop();
        // The code was not shown: another reset gives another.
        assert!(story.operator.done(&["user", "reset-mfa", ANNA]).contains("Hand this code over in person"));
    }
}

// An app that is shown to work is kept, or can be shown again.
#[tokio::test]
async fn killed_while_the_old_app_is_shown_to_work_the_recovery_goes_on() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "keep_app"))).await;
        let record = story.sign_in().await.record();
        let recovery_code = story.recovery_code.clone();
        story.browser.recover(&record, &recovery_code).await.state("recovering");
        let code = story.next_code().await;
        story.killed_at("keep_app", json!({ "record": record, "code": code })).await;
        // The record did not move: the same browser goes on.
        story.browser.session().await.state("recovering");
        let fate = story.browser.call("recovery", json!({})).await.json["methods"][0]["fate"].clone();
        assert_eq!(fate, if when == When::Before { "open" } else { "proved" });
        story.go_on().await;
        story.is_whole().await;
    }
}

// The proofs of a change of the app: nothing has changed yet, and nobody is locked out.
#[tokio::test]
async fn killed_at_the_proof_of_a_change_the_old_app_works() {
    for (when, function) in [
        (When::Before, "open_app_set_up"),
        (When::After, "open_app_set_up"),
        (When::Before, "prove_app"),
        (When::After, "prove_app"),
    ] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, function))).await;
        story.sign_in().await.state("challenge");
        story.go_on().await;
        story.proof_grows_old().await;
        let body = if function == "open_app_set_up" {
            json!({ "record": story.browser.session().await.record(), "password": PASSWORD })
        } else {
            let flow = story.browser.open_set_up().await.json["flow"].clone();
            json!({ "flow": flow, "code": story.next_code().await })
        };
        story.killed_at(function, body).await;
        record_is(&mut story, when, "full").await;
        story.sign_in().await.state("challenge");
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_at_the_recovery_code_as_a_proof_the_same_browser_goes_on() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "prove_with_recovery_code"))).await;
        story.sign_in().await.state("challenge");
        story.go_on().await;
        story.proof_grows_old().await;
        let flow = story.browser.open_set_up().await.json["flow"].clone();
        let body = json!({ "flow": flow, "code": story.recovery_code });
        story.killed_at("prove_with_recovery_code", body).await;
        record_is(&mut story, when, "full").await;
        let record = story.sign_in().await.record();
        let recovery_code = story.recovery_code.clone();
        story.browser.recover(&record, &recovery_code).await.state("recovering");
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_at_the_code_in_person_the_same_browser_gives_it_again() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        let printed = story.operator.done(&["user", "reset-mfa", ANNA]);
        let is_code =
            |line: &&str| line.len() == 7 && line.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ');
        let code = printed.lines().find(is_code).expect(&printed).replace(' ', "");
        story.start(Some((when, "enrol_only"))).await;
        let record = story.sign_in().await.record();
        story.killed_at("confirm_identity", json!({ "record": record, "code": code })).await;
        record_is(&mut story, when, "identity_due").await;
        let record = story.sign_in().await.record();
        let again = story.browser.call("confirm_identity", json!({ "record": record, "code": code })).await;
        again.state("enrol_only");
        story.go_on().await;
        story.is_whole().await;
    }
}
