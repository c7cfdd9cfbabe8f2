//! The second door: a code of the authenticator app.

use serde_json::{Value, json};

use crate::support::App;

#[tokio::test]
async fn a_right_code_signs_in() {
    let app = App::start().await;
    let (_, key) = app.enrolled("anna@example.com").await;
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    browser.challenge(&reply.record(), &app.code(&key)).await.state("full");
    browser.call("security", json!({})).await.answered();
}

#[tokio::test]
async fn who_has_no_recovery_code_saves_one_before_getting_in() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    let key = browser.set_up_app(reply.record(), app.now()).await;
    // The browser is closed at Save Your Recovery Code.
    app.next_step();
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    browser.challenge(&reply.record(), &app.code(&key)).await.state("save_code");
    browser.call("security", json!({})).await.refused(403, "wrong_state");
    browser.save_recovery_code().await;
}

#[tokio::test]
async fn a_wrong_code_is_said_at_its_field() {
    let app = App::start().await;
    let (_, key) = app.enrolled("anna@example.com").await;
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    let wrong = browser.challenge(&reply.record(), &other_than(&app.code(&key))).await;
    wrong.refused(422, "wrong_code");
    assert_eq!(wrong.json["field"], "code");
    assert_eq!(wrong.json["message"], "That code is not right. Wait for the next one.");
    // Signing in with the right one still works.
    browser.challenge(&reply.record(), &app.code(&key)).await.state("full");
}

// S12
#[tokio::test]
async fn a_code_is_good_for_one_step_either_side() {
    let app = App::start().await;
    let (_, key) = app.enrolled("anna@example.com").await;
    for (earlier_by, accepted) in [(30, true), (60, false), (-30, true)] {
        // Far enough from the codes that were used before.
        app.advance(120);
        let shown = app.now().plus(-earlier_by * domain::SECOND);
        let (mut browser, reply) = app.challenged("anna@example.com").await;
        let answer = browser.challenge(&reply.record(), &crate::support::code(&key, shown)).await;
        assert_eq!(answer.status == 200, accepted, "{earlier_by}: {}", answer.text);
    }
}

// S13, attack 4
#[tokio::test]
async fn a_used_code_is_refused_in_the_same_step_and_at_the_next_challenge() {
    let app = App::start().await;
    let (_, key) = app.enrolled("anna@example.com").await;
    let code = app.code(&key);
    let (mut first, first_reply) = app.challenged("anna@example.com").await;
    let (mut second, second_reply) = app.challenged("anna@example.com").await;
    first.challenge(&first_reply.record(), &code).await.state("full");
    let used = second.challenge(&second_reply.record(), &code).await;
    used.refused(422, "used_code");
    assert_eq!(used.json["message"], "That code has been used. Wait for the next one.");
    app.next_step();
    // Still within the window, and an earlier step than the last used one is no better.
    second.challenge(&second_reply.record(), &code).await.refused(422, "used_code");
    second.challenge(&second_reply.record(), &app.code(&key)).await.state("full");
}

// S13, attack 4: enrolment and step-up use steps up too.
#[tokio::test]
async fn the_code_that_confirmed_the_app_does_not_sign_in() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    let key = browser.set_up_app(reply.record(), app.now()).await;
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    browser.challenge(&reply.record(), &app.code(&key)).await.refused(422, "used_code");
}

// S13, attack 4
#[tokio::test]
async fn the_code_that_signed_in_does_not_prove_the_app_for_a_change() {
    let app = App::start().await;
    let (_, key) = app.enrolled("anna@example.com").await;
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    let code = app.code(&key);
    browser.challenge(&reply.record(), &code).await.state("full");
    // Six minutes later the proof of the sign-in is too old for a change; the code of then is asked for.
    app.advance_minutes(6);
    let flow = browser.open_set_up().await.json["flow"].clone();
    let late = app.code(&key);
    let (mut other, other_reply) = app.challenged("anna@example.com").await;
    other.challenge(&other_reply.record(), &late).await.state("full");
    browser.call("prove_app", json!({ "flow": flow, "code": late })).await.refused(422, "used_code");
}

// S11, attack 5
#[tokio::test]
async fn only_six_ascii_digits_are_evaluated() {
    let app = App::start().await;
    let (_, key) = app.enrolled("anna@example.com").await;
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    let code = app.code(&key);
    let wide: String = code.chars().map(|digit| char::from_u32(digit as u32 + 0xfee0).unwrap()).collect();
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    for text in [String::new(), wide, spaced, format!(" {code}"), code[..5].to_owned(), format!("{code}0")] {
        browser.challenge(&reply.record(), &text).await.refused(422, "invalid");
    }
    for value in [Value::Null, json!([code]), json!({ "code": code }), json!(code.parse::<u32>().unwrap())] {
        let body = json!({ "record": reply.record(), "code": value });
        browser.call("challenge_app", body).await.refused(400, "bad_request");
    }
    // None of them was counted.
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts").await, 0);
    browser.challenge(&reply.record(), &code).await.state("full");
}

// S44, S45, attack 3
#[tokio::test]
async fn wrong_codes_are_counted_across_sign_ins_and_pause_the_account() {
    let app = App::start().await;
    let (_, key) = app.enrolled("anna@example.com").await;
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    for _ in 0..4 {
        browser.challenge(&reply.record(), &other_than(&app.code(&key))).await.refused(422, "wrong_code");
    }
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    browser.challenge(&reply.record(), &other_than(&app.code(&key))).await.refused(422, "wrong_code");
    let paused = browser.challenge(&reply.record(), &app.code(&key)).await;
    paused.refused(429, "paused");
    assert_eq!(paused.json["retry_after_s"], 30);
    // The pause also holds for a new sign-in, and ends.
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    browser.challenge(&reply.record(), &app.code(&key)).await.refused(429, "paused");
    app.advance(30);
    browser.challenge(&reply.record(), &other_than(&app.code(&key))).await.refused(422, "wrong_code");
    assert_eq!(browser.challenge(&reply.record(), &app.code(&key)).await.json["retry_after_s"], 60);
    app.advance(60);
    browser.challenge(&reply.record(), &app.code(&key)).await.state("full");
}

// S7, attack 8
#[tokio::test]
async fn a_pending_sign_in_is_redeemed_by_its_own_browser_only() {
    let app = App::start().await;
    let (_, key) = app.enrolled("anna@example.com").await;
    let (mut own, reply) = app.challenged("anna@example.com").await;
    let code = app.code(&key);
    app.browser().challenge(&reply.record(), &code).await.refused(401, "signed_out");
    let (mut other, _) = app.challenged("anna@example.com").await;
    other.challenge(&reply.record(), &code).await.refused(409, "stale");
    own.challenge(&reply.record(), &code).await.state("full");
}

// S7, S32, attack 8
#[tokio::test]
async fn a_pending_sign_in_dies_when_the_method_changes() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolled("anna@example.com").await;
    let (mut pending, reply) = app.challenged("anna@example.com").await;
    let (flow, key) = crate::support::flow_and_key(&browser.open_set_up().await);
    browser.call("confirm_app", json!({ "flow": flow, "code": app.code(&key) })).await.state("full");
    app.next_step();
    pending.challenge(&reply.record(), &app.code(&key)).await.refused(401, "signed_out");
    assert_eq!(pending.session().await.json["ended"]["reason"], "changed");
}

// S45, S46: a hundred wrong codes in a row, each as soon as it may be.
#[tokio::test]
async fn after_a_hundred_wrong_codes_in_a_row_strangers_are_refused_and_a_known_browser_is_not() {
    let app = App::start().await;
    let (mut known, key) = app.enrolled("anna@example.com").await;
    known.call("sign_out", json!({})).await.state("anonymous");
    let mut wrong = 0;
    while wrong < 100 {
        let (mut browser, reply) = app.challenged("anna@example.com").await;
        let answer = browser.challenge(&reply.record(), &other_than(&app.code(&key))).await;
        match answer.error() {
            "wrong_code" => wrong += 1,
            "paused" => app.advance(answer.json["retry_after_s"].as_i64().unwrap()),
            _ => panic!("{}", answer.text),
        }
    }
    app.advance_minutes(120);
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    browser.challenge(&reply.record(), &app.code(&key)).await.refused(429, "refused");
    let reply = known.sign_in("anna@example.com").await;
    known.challenge(&reply.record(), &app.code(&key)).await.state("full");
}

// S45, S46: who knew the password only, before there was a method, is no known browser afterwards.
#[tokio::test]
async fn browsers_that_were_known_before_the_method_share_the_strangers_budget() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut minted = Vec::new();
    for _ in 0..3 {
        let mut thief = app.browser();
        thief.sign_in("anna@example.com").await.state("full");
        minted.push(thief);
    }
    app.add_company("harbour", &["anna@example.com"]).await;
    app.vestibule.require_mfa("harbour", Some("now")).await.unwrap();
    let mut own = app.browser();
    let reply = own.sign_in("anna@example.com").await;
    let key = own.set_up_app(reply.record(), app.now()).await;
    own.save_recovery_code().await;
    app.next_step();
    let mut answers = Vec::new();
    for mut thief in minted {
        let reply = thief.sign_in("anna@example.com").await;
        for _ in 0..3 {
            answers.push(
                thief.challenge(&reply.record(), &other_than(&app.code(&key))).await.error().to_owned(),
            );
        }
    }
    assert_eq!(answers.iter().filter(|answer| *answer == "wrong_code").count(), 5);
    assert_eq!(answers.iter().filter(|answer| *answer == "paused").count(), 4);
}

/// Six digits that are not `code`, nor the one before or after it but by a chance of one in 300,000.
pub fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 314_159) % 1_000_000)
}
