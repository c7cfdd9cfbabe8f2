//! What holds when the program is killed at what people do about their passwords, methods and mails: as `faults`, the
//! old state or the new one.

use serde_json::{Value, json};

use crate::support::{ANNA, NEW_PASSWORD, PASSWORD, Story, When, record_is};

const DAY: i64 = 86_400;

/// Which of the two passwords works: the one of before where the step was not committed.
async fn passwords_are(story: &mut Story, when: When) {
    let (works, wrong) = match when {
        When::Before => (PASSWORD, NEW_PASSWORD),
        When::After => (NEW_PASSWORD, PASSWORD),
    };
    story.browser.sign_in_with(ANNA, wrong).await.refused(401, "wrong_credentials");
    story.password = works;
    story.sign_in().await.state("challenge");
}

#[tokio::test]
async fn killed_at_a_new_password_by_mail_the_old_or_the_new_one_works() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "reset_password"))).await;
        story.browser.forgot_password(ANNA).await.answered();
        let token = story.operator.mailed_link("/reset-password").await;
        story.killed_at("reset_password", json!({ "token": token, "new": NEW_PASSWORD })).await;
        // The link is spent with what it does, and not before.
        let opened = story.browser.open_link("reset_password", &token).await;
        match when {
            When::Before => opened.answered(),
            When::After => opened.refused(410, "link_gone"),
        };
        passwords_are(&mut story, when).await;
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_at_a_request_for_a_link_it_is_mailed_afterwards_or_can_be_asked_for_again() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "request_password_reset"))).await;
        story.killed_at("request_password_reset", json!({ "email": ANNA })).await;
        if when == When::Before {
            story.browser.forgot_password(ANNA).await.answered();
        }
        let token = story.operator.mailed_link("/reset-password").await;
        story.browser.reset_password(&token, NEW_PASSWORD).await.answered();
        passwords_are(&mut story, When::After).await;
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_at_a_change_of_the_password_the_old_or_the_new_one_works() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "change_password"))).await;
        story.sign_in().await.state("challenge");
        story.go_on().await;
        let record = story.browser.session().await.record();
        let body = json!({ "record": record, "current": PASSWORD, "new": NEW_PASSWORD });
        story.killed_at("change_password", body).await;
        record_is(&mut story, when, "full").await;
        passwords_are(&mut story, when).await;
        story.go_on().await;
        story.is_whole().await;
    }
}

// With the app go the recovery code and the place among those who have a method, or nothing does.
#[tokio::test]
async fn killed_at_a_removal_the_app_is_there_with_its_recovery_code_or_neither_is() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.operator.done(&["company", "require-mfa", "harbour", "--off"]);
        story.start(Some((when, "remove_method"))).await;
        story.sign_in().await.state("challenge");
        story.go_on().await;
        story.browser.step_up_password().await.answered();
        let record = story.browser.session().await.record();
        story.killed_at("remove_method", json!({ "record": record, "kind": "app" })).await;
        record_is(&mut story, when, "full").await;
        if when == When::Before {
            story.sign_in().await.state("challenge");
            story.go_on().await;
            story.is_whole().await;
        } else {
            story.sign_in().await.state("full");
            let security = story.browser.call("security", json!({})).await;
            assert_eq!(security.json["app"], Value::Null);
            assert_eq!(security.json["recovery_code_since"], Value::Null);
            story.stop();
            let companies = story.operator.done(&["company", "list"]);
            assert!(companies.contains("0 of 1 members have a method"), "{companies}");
        }
    }
}

#[tokio::test]
async fn killed_at_this_wasnt_me_the_link_still_works_or_sign_in_is_blocked() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "not_me"))).await;
        let token = story.operator.mailed_link("/not-me").await;
        story.killed_at("not_me", json!({ "token": token })).await;
        if when == When::Before {
            story.sign_in().await.state("challenge");
            story.browser.call("not_me", json!({ "token": token })).await.answered();
        }
        story.sign_in().await.refused(403, "suspended");
        story.browser.open_link("not_me", &token).await.refused(410, "link_gone");
        story.operator.done(&["user", "reset-mfa", ANNA]);
        story.sign_in().await.state("identity_due");
        story.stop();
    }
}

// The code that was promised comes, or another can be asked for at once.
#[tokio::test]
async fn killed_at_a_mailed_code_it_is_mailed_afterwards_or_can_be_asked_for_again() {
    for when in [When::Before, When::After] {
        let mut story = Story::begin().await;
        story.start(Some((when, "send_mailed_code"))).await;
        story.wait(90 * DAY).await;
        let record = story.sign_in().await.state("identity_due").record();
        story.killed_at("send_mailed_code", json!({ "record": record })).await;
        // The record did not move: the same browser goes on.
        story.browser.session().await.state("identity_due");
        let mailed = story.browser.call("mailed_code", json!({})).await;
        assert_eq!(mailed.answered().json.is_null(), when == When::Before, "{}", mailed.text);
        if when == When::Before {
            story.browser.call("send_mailed_code", json!({ "record": record })).await.answered();
        }
        let code = story.operator.mailed_code().await;
        let body = json!({ "record": record, "code": code });
        story.browser.call("confirm_identity", body).await.state("enrol_only");
        story.go_on().await;
        story.is_whole().await;
    }
}
