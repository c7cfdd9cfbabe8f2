//! Setting up a phone number: the number, its code, and what codes are good for (S16, S17). Which numbers are taken is in
//! `phone_numbers`.

use axum::http::header;
use serde_json::{Value, json};

use crate::challenge::other_than;
use crate::instances::at;
use crate::races::{AT_ONCE, at_once, succeeded};
use crate::support::{App, Browser, NEW_NUMBER, NUMBER, Reply};

const ANNA: &str = "anna@example.com";

/// Anna's first sign-in where the code is awaited that was sent to her number: her browser, the set-up and the code.
async fn confirming(app: &App) -> (Browser, String, String) {
    let (mut browser, reply) = app.enrolling(ANNA).await;
    let flow = browser.start_phone_set_up(&reply.record()).await.flow();
    browser.enter_number(&flow, NUMBER).await.answered();
    let code = app.texted_code(NUMBER).await;
    (browser, flow, code)
}

/// Another sign-in of hers, at the same point.
async fn confirming_elsewhere(app: &App) -> (Browser, String) {
    let mut browser = app.browser();
    let reply = browser.sign_in(ANNA).await;
    reply.state("enrol_only");
    let flow = browser.start_phone_set_up(&reply.record()).await.flow();
    browser.enter_number(&flow, NUMBER).await.answered();
    (browser, flow)
}

/// Asserts a refusal that is said at the field of the code.
#[track_caller]
fn refused_at_its_field(reply: &Reply, code: &str, message: &str) {
    reply.refused(422, code);
    assert_eq!((&reply.json["field"], &reply.json["message"]), (&json!("code"), &json!(message)));
}

#[tokio::test]
async fn a_first_set_up_of_a_number_ends_signed_in_and_the_second_sign_in_asks_for_its_code() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling(ANNA).await;
    let begun = browser.start_phone_set_up(&reply.record()).await;
    assert_eq!((&begun.answered().json["step"], &begun.json["changing"]), (&json!("enter"), &json!(false)));
    // As people write it in the country that they have selected.
    let body = json!({ "flow": begun.flow(), "country": "DE", "number": "0151 23456789" });
    let sent = browser.call("enter_number", body).await;
    let mut texted = json!({
        "sent_at": app.now().0, "again_in_s": 60, "before_long_pause": 2, "delivery": "waiting",
    });
    let confirm = |texted: &Value| json!({ "confirm": { "number": NUMBER, "texted": texted } });
    assert_eq!(sent.answered().json["step"], confirm(&texted));
    let texts = app.texts().await;
    let code = app.texted_code(NUMBER).await;
    assert_eq!(texts.len(), 1);
    assert_eq!((texts[0].to.as_str(), texts[0].subject.as_str()), (NUMBER, ""));
    let says = format!("{code} is your Vestibule code. Never share it.\n\n@localhost #{code}");
    assert_eq!(texts[0].body, says);
    // A reload and a second tab go on with it.
    texted["delivery"] = json!("sent");
    for again in [browser.phone_set_up().await, browser.start_phone_set_up(&reply.record()).await] {
        assert_eq!((&again.json["step"], again.flow()), (&confirm(&texted), begun.flow()));
    }
    browser.confirm_phone(&begun.flow(), &code).await.state("save_code");
    browser.save_recovery_code().await;
    let security = browser.call("security", json!({})).await;
    let added =
        json!({ "added_at": app.now().0, "last_used_at": null, "required_by": ["anna"], "ending": "89" });
    assert_eq!((&security.json["phone"], &security.json["app"]), (&added, &Value::Null));
    assert_eq!(app.count("SELECT members_with_method FROM companies").await, 1);
    app.advance(60);
    let (mut next, reply) = app.challenged(ANNA).await;
    next.send_challenge_text(&reply.record()).await.answered();
    let code = app.texted_code(NUMBER).await;
    next.challenge_phone(&reply.record(), &code).await.state("full");
}

#[tokio::test]
async fn a_number_is_added_in_the_profile_with_the_password() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    app.add_company("harbour", &[ANNA]).await;
    app.vestibule.require_mfa("harbour", Some("2026-03-23T09:00")).await.unwrap();
    let mut browser = app.browser();
    browser.sign_in(ANNA).await.state("full");
    let record = browser.session().await.record();
    let wrong = json!({ "record": record, "password": "not the password" });
    let refused = browser.call("open_phone_set_up", wrong).await;
    assert_eq!(refused.refused(401, "wrong_credentials").json["field"], "password");
    assert_eq!(browser.phone_set_up().await.json, Value::Null);
    let opened = browser.open_phone_set_up().await;
    assert_eq!(opened.answered().json["step"], "enter");
    browser.enter_number(&opened.flow(), NUMBER).await.answered();
    let code = app.texted_code(NUMBER).await;
    browser.confirm_phone(&opened.flow(), &code).await.state("full");
    assert_eq!(browser.phone_set_up().await.json["step"], "save_code");
    browser.save_recovery_code().await;
    assert_eq!(browser.phone_set_up().await.json, Value::Null);
    assert_eq!(browser.call("security", json!({})).await.json["phone"]["ending"], "89");
}

#[tokio::test]
async fn a_wrong_number_is_corrected_without_starting_over() {
    let app = App::start().await;
    let (mut browser, flow, _) = confirming(&app).await;
    let corrected = browser.correct_number(&flow).await;
    assert_eq!((&corrected.answered().json["step"], corrected.flow()), (&json!("enter"), flow.clone()));
    // That one was sent a code counts, whoever has got it.
    let paused = browser.enter_number(&flow, NEW_NUMBER).await;
    assert_eq!(paused.refused(429, "paused").json["retry_after_s"], 60);
    assert_eq!(browser.phone_set_up().await.json["step"], "enter");
    app.advance(60);
    browser.enter_number(&flow, NEW_NUMBER).await.answered();
    let code = app.texted_code(NEW_NUMBER).await;
    browser.confirm_phone(&flow, &code).await.state("save_code");
    browser.save_recovery_code().await;
    assert_eq!(browser.call("security", json!({})).await.json["phone"]["ending"], "23");
    assert_eq!(app.texts().await.len(), 2);
}

// S18
#[tokio::test]
async fn another_code_to_a_new_number_is_sent_after_pauses_that_grow() {
    let app = App::start().await;
    let (mut browser, flow, _) = confirming(&app).await;
    for (sent, pause) in [(1_usize, 60_i64), (2, 120), (3, 300), (4, 300)] {
        let texted = browser.phone_set_up().await.json["step"]["confirm"]["texted"].clone();
        assert_eq!(texted["again_in_s"], pause);
        assert_eq!(texted["before_long_pause"], 3 - sent.min(3));
        let paused = browser.send_number_code(&flow).await;
        assert_eq!(paused.refused(429, "paused").json["retry_after_s"], pause);
        assert_eq!(paused.headers[header::RETRY_AFTER], pause.to_string().as_str());
        let told = paused.json["message"].as_str().unwrap();
        assert_eq!(told, format!("A code was sent a moment ago. Try again in {}.", minutes(pause)));
        app.advance(pause - 1);
        browser.send_number_code(&flow).await.refused(429, "paused");
        assert_eq!(app.texts().await.len(), sent);
        app.advance(1);
        browser.send_number_code(&flow).await.answered();
    }
    assert_eq!(app.texts().await.len(), 5);
}

fn minutes(seconds: i64) -> String {
    if seconds == 60 { "1 minute".to_owned() } else { format!("{} minutes", seconds / 60) }
}

// S16, S17
#[tokio::test]
async fn an_earlier_code_of_a_text_goes_on_working_for_its_five_minutes() {
    for (seconds, works) in [(299, true), (300, false)] {
        let app = App::start().await;
        let (mut browser, flow, first) = confirming(&app).await;
        app.advance(60);
        browser.send_number_code(&flow).await.answered();
        let second = app.texted_code(NUMBER).await;
        assert_ne!(first, second);
        app.advance(seconds - 60);
        let answer = browser.confirm_phone(&flow, &first).await;
        if works {
            answer.state("save_code");
        } else {
            refused_at_its_field(&answer, "expired_code", "That code is too old. Send a new one.");
            browser.confirm_phone(&flow, &second).await.state("save_code");
        }
    }
}

// S17, S45
#[tokio::test]
async fn five_wrong_codes_end_all_codes_of_a_set_up() {
    let app = App::start().await;
    let (mut browser, flow, first) = confirming(&app).await;
    app.advance(60);
    browser.send_number_code(&flow).await.answered();
    let second = app.texted_code(NUMBER).await;
    let wrong = other_than(&first);
    for _ in 0..4 {
        let refused = browser.confirm_phone(&flow, &wrong).await;
        refused_at_its_field(&refused, "wrong_code", "That code is not right. Check the newest message.");
    }
    browser.confirm_phone(&flow, &wrong).await.refused(422, "expired_code");
    assert_eq!(browser.phone_set_up().await.json["step"]["confirm"]["texted"], Value::Null);
    let paused = browser.confirm_phone(&flow, &second).await;
    assert_eq!(paused.refused(429, "paused").json["retry_after_s"], 30);
    app.advance(30);
    browser.confirm_phone(&flow, &first).await.refused(422, "expired_code");
    assert_eq!(app.count("SELECT COUNT(*) FROM methods").await, 0);
    // A new one is the way on, once the pauses are over.
    app.advance(90);
    browser.send_number_code(&flow).await.answered();
    let code = app.texted_code(NUMBER).await;
    browser.confirm_phone(&flow, &code).await.state("save_code");
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts WHERE kind = 'new_number'").await, 0);
}

// S17, S44, attack 3
#[tokio::test]
async fn wrong_codes_are_counted_across_new_codes_set_ups_sign_ins_instances_and_a_restart() {
    let one = App::start().await;
    let two = one.another_instance().await;
    let (mut browser, flow, code) = confirming(&one).await;
    let wrong = other_than(&code);
    browser.confirm_phone(&flow, &wrong).await.refused(422, "wrong_code");
    one.advance(60);
    browser.send_number_code(&flow).await.answered();
    browser.confirm_phone(&flow, &wrong).await.refused(422, "wrong_code");
    // Another set-up in the same sign-in.
    let record = browser.session().await.record();
    browser.call("start_app_set_up", json!({ "record": record })).await.answered();
    let earlier = flow;
    let flow = browser.start_phone_set_up(&record).await.flow();
    assert_ne!(flow, earlier);
    one.advance(120);
    browser.enter_number(&flow, NUMBER).await.answered();
    browser.confirm_phone(&flow, &wrong).await.refused(422, "wrong_code");
    // Another sign-in, at the other instance.
    one.advance(300);
    let (mut other, others) = confirming_elsewhere(&two).await;
    let code = two.texted_code(NUMBER).await;
    other.confirm_phone(&others, &wrong).await.refused(422, "wrong_code");
    let one = one.restarted().await;
    let mut browser = at(&one, &browser);
    browser.confirm_phone(&flow, &wrong).await.refused(422, "expired_code");
    assert_eq!(browser.confirm_phone(&flow, &wrong).await.refused(429, "paused").json["retry_after_s"], 30);
    other.confirm_phone(&others, &code).await.refused(429, "paused");
}

// S16
#[tokio::test]
async fn a_code_confirms_the_number_the_set_up_and_the_sign_in_that_it_was_sent_for_and_no_other() {
    let app = App::start().await;
    let (mut browser, flow, code) = confirming(&app).await;
    // Another set-up of the same number.
    let record = browser.session().await.record();
    browser.call("start_app_set_up", json!({ "record": record })).await.answered();
    let later = browser.start_phone_set_up(&record).await.flow();
    app.advance(60);
    browser.enter_number(&later, NUMBER).await.answered();
    let new = app.texted_code(NUMBER).await;
    browser.confirm_phone(&later, &code).await.refused(422, "wrong_code");
    browser.confirm_phone(&flow, &code).await.refused(409, "stale");
    // Another number in the same set-up.
    app.advance(120);
    browser.correct_number(&later).await.answered();
    browser.enter_number(&later, NEW_NUMBER).await.answered();
    browser.confirm_phone(&later, &new).await.refused(422, "wrong_code");
    let of_new_number = app.texted_code(NEW_NUMBER).await;
    // Another sign-in of the same person.
    let mut other = app.browser();
    let reply = other.sign_in(ANNA).await;
    let others = other.start_phone_set_up(&reply.record()).await.flow();
    other.confirm_phone(&later, &of_new_number).await.refused(409, "stale");
    other.confirm_phone(&others, &of_new_number).await.refused(409, "stale");
    browser.confirm_phone(&later, &of_new_number).await.state("save_code");
    browser.confirm_phone(&later, &of_new_number).await.refused(403, "wrong_state");
}

// S16: the same number in two sign-ins at once.
#[tokio::test]
async fn a_code_of_one_sign_in_is_worth_nothing_in_another() {
    let app = App::start().await;
    let (mut browser, flow, code) = confirming(&app).await;
    app.advance(60);
    let (mut other, others) = confirming_elsewhere(&app).await;
    let others_code = app.texted_code(NUMBER).await;
    other.confirm_phone(&others, &code).await.refused(422, "wrong_code");
    browser.confirm_phone(&flow, &others_code).await.refused(422, "wrong_code");
    browser.confirm_phone(&flow, &code).await.state("save_code");
    // The method has changed: the other sign-in is over (S32).
    other.confirm_phone(&others, &others_code).await.refused(401, "signed_out");
}

// S25
#[tokio::test]
async fn steps_of_a_phone_set_up_can_be_neither_skipped_nor_replayed() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling(ANNA).await;
    let flow = browser.start_phone_set_up(&reply.record()).await.flow();
    browser.confirm_phone(&flow, "123456").await.refused(409, "stale");
    browser.send_number_code(&flow).await.refused(409, "stale");
    browser.correct_number(&flow).await.refused(409, "stale");
    browser.prove_phone(&flow, "123456").await.refused(409, "stale");
    browser.call("send_proof_text", json!({ "flow": flow })).await.refused(409, "stale");
    browser.call("confirm_app", json!({ "flow": flow, "code": "123456" })).await.refused(409, "stale");
    assert!(app.texts().await.is_empty());
    browser.enter_number(&flow, NUMBER).await.answered();
    app.advance(60);
    browser.enter_number(&flow, NEW_NUMBER).await.refused(409, "stale");
    // The sign-in requires it: it cannot be left.
    browser.call("cancel_set_up", json!({ "flow": flow })).await.refused(403, "wrong_state");
    assert_eq!(app.texts().await.len(), 1);
}

#[tokio::test]
async fn a_phone_set_up_that_was_left_is_over_and_keeps_no_number() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolled(ANNA).await;
    let flow = browser.open_phone_set_up().await.flow();
    browser.enter_number(&flow, NUMBER).await.answered();
    let code = app.texted_code(NUMBER).await;
    let kept = "SELECT COUNT(*) FROM flows WHERE target_sealed IS NOT NULL";
    assert_eq!(app.count(kept).await, 1);
    browser.call("cancel_set_up", json!({ "flow": flow })).await.answered();
    assert_eq!(app.count(kept).await, 0);
    browser.confirm_phone(&flow, &code).await.refused(409, "stale");
    assert_eq!(browser.phone_set_up().await.json, Value::Null);
    assert_eq!(browser.call("security", json!({})).await.json["phone"], Value::Null);
}

// S16, attack 1
#[tokio::test(flavor = "multi_thread")]
async fn one_code_that_confirms_a_number_many_times_at_once_confirms_it_once() {
    let app = App::start().await;
    let (browser, flow, code) = confirming(&app).await;
    let replies = at_once(&browser, AT_ONCE, |mut browser, _| {
        let (flow, code) = (flow.clone(), code.clone());
        async move { browser.confirm_phone(&flow, &code).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    assert_eq!(app.count("SELECT COUNT(*) FROM codes WHERE consumed_at IS NOT NULL").await, 1);
    assert_eq!(app.count("SELECT COUNT(*) FROM methods").await, 1);
    assert_eq!(app.count("SELECT members_with_method FROM companies").await, 1);
    let subjects: Vec<String> = app.messages().await.into_iter().map(|message| message.subject).collect();
    assert_eq!(subjects.iter().filter(|subject| *subject == "Vestibule: Phone number added").count(), 1);
}

// S18: of many at once one is sent, whether the number is entered or another code is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn many_that_ask_for_a_code_to_a_new_number_at_once_are_sent_one() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling(ANNA).await;
    let flow = browser.start_phone_set_up(&reply.record()).await.flow();
    let entered = at_once(&browser, AT_ONCE, |mut browser, _| {
        let flow = flow.clone();
        async move { browser.enter_number(&flow, NUMBER).await }
    })
    .await;
    app.advance(60);
    let again = at_once(&browser, AT_ONCE, |mut browser, _| {
        let flow = flow.clone();
        async move { browser.send_number_code(&flow).await }
    })
    .await;
    assert_eq!((succeeded(&entered), succeeded(&again)), (1, 1));
    let fair = |reply: &Reply| reply.status == 200 || ["stale", "paused"].contains(&reply.error());
    assert!(entered.iter().chain(&again).all(fair));
    assert_eq!(app.texts().await.len(), 2);
}
