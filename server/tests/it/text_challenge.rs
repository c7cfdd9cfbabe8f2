//! The second door: a code of a text message (S7, S16, S17). Budgets are in `text_budgets`.

use serde_json::{Value, json};
use vestibule_core::CompanyChange;

use crate::challenge::other_than;
use crate::instances::at;
use crate::races::{AT_ONCE, at_once, succeeded};
use crate::support::{App, Browser, NEW_NUMBER, NUMBER};

const ANNA: &str = "anna@example.com";
const LIVE: &str = "SELECT COUNT(*) FROM sessions WHERE state = 'full' AND ended_at IS NULL";

/// A sign-in of Anna's that was sent a code: her browser, its record and the code.
async fn texted(app: &App) -> (Browser, String, String) {
    let (mut browser, reply) = app.challenged(ANNA).await;
    let record = reply.record();
    browser.send_challenge_text(&record).await.answered();
    let code = app.texted_code(NUMBER).await;
    (browser, record, code)
}

async fn challenge(browser: &mut Browser) -> Value {
    browser.call("challenge", json!({})).await.answered().json.clone()
}

// S19
#[tokio::test]
async fn a_code_is_sent_when_it_is_asked_for_and_signs_in() {
    let app = App::start().await;
    app.with_phone(ANNA, NUMBER).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    let mut expected = json!({
        "methods": ["phone"], "last_used": null, "phone": { "ending": "89", "texted": null }, "texts_failing": false,
    });
    assert_eq!(challenge(&mut browser).await, expected);
    assert_eq!(app.texts().await.len(), 1);
    let sent = browser.send_challenge_text(&reply.record()).await;
    expected["phone"]["texted"] = json!({
        "sent_at": app.now().0, "again_in_s": 60, "before_long_pause": 2, "delivery": "waiting",
    });
    assert_eq!(sent.answered().json, expected);
    let code = app.texted_code(NUMBER).await;
    assert_eq!(app.texts().await.len(), 2);
    expected["phone"]["texted"]["delivery"] = json!("sent");
    assert_eq!(challenge(&mut browser).await, expected);
    browser.challenge_phone(&reply.record(), &code).await.state("full");
    assert_eq!(browser.call("security", json!({})).await.json["phone"]["last_used_at"], app.now().0);
    let (mut next, _) = app.challenged(ANNA).await;
    assert_eq!(challenge(&mut next).await["last_used"], "phone");
}

#[tokio::test]
async fn of_two_methods_either_opens_the_second_door_and_the_last_used_is_named() {
    let app = App::start().await;
    let (_, key, _) = app.with_both(ANNA, NUMBER).await;
    let (mut browser, record, code) = texted(&app).await;
    let stands = challenge(&mut browser).await;
    assert_eq!((&stands["methods"], &stands["last_used"]), (&json!(["app", "phone"]), &Value::Null));
    browser.challenge_phone(&record, &code).await.state("full");
    app.advance(30);
    let (mut browser, reply) = app.challenged(ANNA).await;
    assert_eq!(challenge(&mut browser).await["last_used"], "phone");
    browser.challenge(&reply.record(), &app.code(&key)).await.state("full");
    let (mut browser, _) = app.challenged(ANNA).await;
    assert_eq!(challenge(&mut browser).await["last_used"], "app");
}

// S16, attack 8
#[tokio::test]
async fn a_texted_code_works_once_in_its_own_sign_in_and_browser() {
    let app = App::start().await;
    app.with_phone(ANNA, NUMBER).await;
    let (mut own, record, code) = texted(&app).await;
    let (mut other, reply) = app.challenged(ANNA).await;
    let wrong = other.challenge_phone(&reply.record(), &code).await;
    wrong.refused(422, "wrong_code");
    assert_eq!(wrong.json["field"], "code");
    assert_eq!(wrong.json["message"], "That code is not right. Check the newest message.");
    other.challenge_phone(&record, &code).await.refused(409, "stale");
    other.send_challenge_text(&record).await.refused(409, "stale");
    app.browser().challenge_phone(&record, &code).await.refused(401, "signed_out");
    own.challenge_phone(&record, &code).await.state("full");
    own.challenge_phone(&record, &code).await.refused(403, "wrong_state");
    other.challenge_phone(&reply.record(), &code).await.refused(422, "wrong_code");
}

// S16, S17
#[tokio::test]
async fn a_texted_code_works_for_five_minutes_also_where_another_was_sent() {
    for (seconds, error) in [(299, ""), (300, "expired_code")] {
        let app = App::start().await;
        app.with_phone(ANNA, NUMBER).await;
        let (mut browser, record, code) = texted(&app).await;
        app.advance(120);
        browser.send_challenge_text(&record).await.answered();
        assert_ne!(app.texted_code(NUMBER).await, code);
        app.advance(seconds - 120);
        let answer = browser.challenge_phone(&record, &code).await;
        assert_eq!(answer.error(), error, "{}", answer.text);
    }
}

// S7
#[tokio::test]
async fn a_sign_in_waits_five_minutes_for_each_text_message_and_fifteen_at_most() {
    let app = App::start().await;
    app.with_phone(ANNA, NUMBER).await;
    app.advance_minutes(62);
    let (mut browser, reply) = app.challenged(ANNA).await;
    let record = reply.record();
    let mut code = String::new();
    for left in [300, 300, 3] {
        app.advance(299);
        assert_eq!(browser.session().await.state("challenge").json["ends_in_s"], 1);
        browser.send_challenge_text(&record).await.answered();
        code = app.texted_code(NUMBER).await;
        assert_eq!(browser.session().await.json["ends_in_s"], left);
    }
    // Asking, looking and guessing wrong put nothing off.
    browser.send_challenge_text(&record).await.refused(429, "paused");
    browser.challenge_phone(&record, &other_than(&code)).await.refused(422, "wrong_code");
    assert_eq!(browser.session().await.json["ends_in_s"], 3);
    app.advance(3);
    let ended = browser.session().await;
    assert_eq!(
        ended.state("anonymous").json["ended"],
        json!({ "reason": "absolute", "limit_min": 15, "was_full": false })
    );
    browser.challenge_phone(&record, &code).await.refused(401, "signed_out");
    app.advance(300);
    let (mut browser, _, _) = texted(&app).await;
    app.advance(300);
    assert_eq!(browser.session().await.json["ended"]["reason"], "idle");
}

// S11, attack 5
#[tokio::test]
async fn only_six_ascii_digits_are_taken_for_a_texted_code() {
    let app = App::start().await;
    app.with_phone(ANNA, NUMBER).await;
    let (mut browser, record, code) = texted(&app).await;
    let wide: String = code.chars().map(|digit| char::from_u32(digit as u32 + 0xfee0).unwrap()).collect();
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let hashed = format!("#{code}");
    for text in [String::new(), wide, spaced, hashed, code[..5].to_owned(), format!("{code}0")] {
        browser.challenge_phone(&record, &text).await.refused(422, "invalid");
    }
    for value in [Value::Null, json!([code]), json!({ "code": code }), json!(code.parse::<u32>().unwrap())] {
        let body = json!({ "record": record, "code": value });
        browser.call("challenge_phone", body).await.refused(400, "bad_request");
    }
    // None of them was counted.
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts").await, 0);
    browser.challenge_phone(&record, &code).await.state("full");
}

// S17, S44, S45, attack 3
#[tokio::test]
async fn wrong_texted_codes_are_counted_across_sign_ins_and_new_codes_and_five_end_the_codes() {
    let one = App::start().await;
    let two = one.another_instance().await;
    one.with_phone(ANNA, NUMBER).await;
    let (mut own, record, first) = texted(&one).await;
    let wrong = other_than(&first);
    for _ in 0..2 {
        own.challenge_phone(&record, &wrong).await.refused(422, "wrong_code");
    }
    one.advance(120);
    own.send_challenge_text(&record).await.answered();
    let second = one.texted_code(NUMBER).await;
    own.challenge_phone(&record, &wrong).await.refused(422, "wrong_code");
    let (mut other, reply) = two.challenged(ANNA).await;
    other.challenge_phone(&reply.record(), &wrong).await.refused(422, "wrong_code");
    let one = one.restarted().await;
    let mut own = at(&one, &own);
    own.challenge_phone(&record, &wrong).await.refused(422, "expired_code");
    assert_eq!(challenge(&mut own).await["phone"]["texted"], Value::Null);
    let paused = own.challenge_phone(&record, &second).await;
    assert_eq!(paused.refused(429, "paused").json["retry_after_s"], 30);
    other.challenge_phone(&reply.record(), &second).await.refused(429, "paused");
    one.advance(30);
    own.challenge_phone(&record, &second).await.refused(422, "expired_code");
    // A new one is the way on, once the pauses are over.
    one.advance(300);
    let (mut next, record, code) = texted(&one).await;
    next.challenge_phone(&record, &code).await.state("full");
    assert_eq!(one.count("SELECT COUNT(*) FROM attempts WHERE kind = 'text'").await, 0);
}

// S54
#[tokio::test]
async fn three_wrong_texted_codes_after_the_right_password_are_told() {
    let app = App::start().await;
    app.with_phone(ANNA, NUMBER).await;
    let (mut browser, record, code) = texted(&app).await;
    for told in [0, 0, 1, 1] {
        browser.challenge_phone(&record, &other_than(&code)).await.refused(422, "wrong_code");
        let subject = "Vestibule: Somebody entered your password, then wrong codes";
        let mails = app.messages().await;
        assert_eq!(mails.iter().filter(|mail| mail.subject == subject).count(), told);
    }
}

// S16, attack 1
#[tokio::test(flavor = "multi_thread")]
async fn one_texted_code_on_one_pending_sign_in_gives_one_session_at_two_instances_too() {
    let one = App::start().await;
    let two = one.another_instance().await;
    one.with_phone(ANNA, NUMBER).await;
    let (browser, record, code) = texted(&one).await;
    let before = one.count(LIVE).await;
    let replies = at_once(&browser, AT_ONCE, |browser, index| {
        let mut browser = if index % 2 == 0 { browser } else { at(&two, &browser) };
        let (record, code) = (record.clone(), code.clone());
        async move { browser.challenge_phone(&record, &code).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    assert_eq!(one.count(LIVE).await - before, 1);
    assert_eq!(one.count("SELECT COUNT(*) FROM codes WHERE consumed_at IS NOT NULL").await, 2);
}

// S44, attack 2
#[tokio::test(flavor = "multi_thread")]
async fn of_64_wrong_texted_codes_at_once_no_more_than_the_budget_are_evaluated() {
    let app = App::start().await;
    app.with_phone(ANNA, NUMBER).await;
    let (browser, record, code) = texted(&app).await;
    let replies = at_once(&browser, AT_ONCE, |mut browser, index| {
        let wrong = format!("{:06}", (other_than(&code).parse::<usize>().unwrap() + index) % 1_000_000);
        let record = record.clone();
        async move { browser.challenge_phone(&record, &wrong).await }
    })
    .await;
    let count = |code| replies.iter().filter(|reply| reply.error() == code).count();
    assert_eq!((count("wrong_code"), count("expired_code"), count("paused")), (4, 1, AT_ONCE - 5));
    let evaluated = "SELECT COUNT(*) FROM audit_events WHERE event = 'text_entered' AND outcome = 'failure'";
    assert_eq!(app.count(evaluated).await, 5);
}

// S18: of many at once one is sent.
#[tokio::test(flavor = "multi_thread")]
async fn many_that_ask_for_a_code_at_the_second_door_at_once_are_sent_one() {
    let app = App::start().await;
    app.with_phone(ANNA, NUMBER).await;
    let (browser, reply) = app.challenged(ANNA).await;
    let record = reply.record();
    let replies = at_once(&browser, AT_ONCE, |mut browser, _| {
        let record = record.clone();
        async move { browser.send_challenge_text(&record).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    assert!(replies.iter().all(|reply| reply.status == 200 || reply.error() == "paused"));
    assert_eq!(app.texts().await.len(), 2);
}

// Who has nothing but a number that is not accepted any more proves it, and sets up something else.
#[tokio::test]
async fn a_number_that_is_not_accepted_any_more_opens_the_second_door_to_a_set_up() {
    let app = App::start().await;
    let (mut session, _) = app.with_phone(ANNA, NUMBER).await;
    let change = CompanyChange { text_messages: Some(false), ..CompanyChange::default() };
    app.vestibule.set_company("anna", &change).await.unwrap();
    session.session().await.state("password_due");
    let (mut browser, record, code) = texted(&app).await;
    let entered = browser.challenge_phone(&record, &code).await;
    entered.state("enrol_only");
    browser.set_up_app(entered.record(), app.now()).await;
    browser.save_recovery_code().await;
    let security = browser.call("security", json!({})).await;
    assert_eq!(
        (&security.json["phone"]["ending"], &security.json["texts_offered"]),
        (&json!("89"), &json!(false))
    );
}

// S19: numbers that there are go on.
#[tokio::test]
async fn a_country_that_is_taken_off_the_list_stops_new_numbers_and_no_challenge() {
    let mut app = App::start().await;
    app.with_phone(ANNA, NUMBER).await;
    app.config.settings.text_countries = vec!["US".to_owned()];
    let app = app.restarted().await;
    let (mut browser, record, code) = texted(&app).await;
    browser.challenge_phone(&record, &code).await.state("full");
    let (mut new, reply) = app.enrolling("bea@example.com").await;
    let flow = new.start_phone_set_up(&reply.record()).await.flow();
    let refused = new.enter_number(&flow, NUMBER).await;
    refused.refused(422, "invalid");
    assert_eq!(refused.json["message"], "We can't text numbers in Germany. Use an authenticator app.");
    new.enter_number(&flow, NEW_NUMBER).await.answered();
}
