//! A forced set-up of an account that was not used for long: the password alone is not enough (S28).

use domain::{Email, Role};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use vestibule_core::store::entities::code;

use crate::challenge::other_than;
use crate::races::{AT_ONCE, at_once, succeeded};
use crate::support::{App, Browser, Reply};

const ANNA: &str = "anna@example.com";
const DAY: i64 = 86_400;

/// Anna, of whom MFA is required now, and whose account was made 90 days ago and never used.
async fn dormant() -> App {
    let app = App::start().await;
    app.add_user(ANNA).await;
    app.add_company("harbour", &[ANNA]).await;
    app.vestibule.require_mfa("harbour", Some("now")).await.unwrap();
    app.advance(90 * DAY);
    app
}

/// A sign-in of Anna's that waits for a code, and its record.
async fn waiting(app: &App) -> (Browser, String) {
    let mut browser = app.browser();
    let reply = browser.sign_in(ANNA).await;
    reply.state("identity_due");
    (browser, reply.record())
}

async fn send(browser: &mut Browser, record: &str) -> Reply {
    browser.call("send_mailed_code", json!({ "record": record })).await
}

async fn confirm(browser: &mut Browser, record: &str, code: &str) -> Reply {
    browser.call("confirm_identity", json!({ "record": record, "code": code })).await
}

/// Sends a code in this sign-in; gives it.
async fn code_of(app: &App, browser: &mut Browser, record: &str) -> String {
    send(browser, record).await.answered();
    app.mailed_codes().await.pop().unwrap()
}

// S28
#[tokio::test]
async fn a_forced_set_up_of_an_account_that_was_never_used_asks_for_a_mailed_code() {
    let app = dormant().await;
    let (mut browser, record) = waiting(&app).await;
    assert_eq!(browser.session().await.json["mfa_reset"], false);
    for function in ["start_app_set_up", "open_app_set_up", "confirm_app", "stage_recovery_code"] {
        browser.call(function, json!({ "record": record })).await.refused(403, "wrong_state");
    }
    // Nothing is mailed before it is asked for.
    assert_eq!(browser.call("mailed_code", json!({})).await.answered().json, Value::Null);
    assert!(app.mail().await.is_empty());
    let sent = send(&mut browser, &record).await;
    assert_eq!(sent.answered().json, json!({ "sent_at": app.now().0, "again_in_s": 60 }));
    assert_eq!(browser.call("mailed_code", json!({})).await.json, sent.json);
    let mail = app.messages().await;
    assert_eq!(mail.len(), 1);
    assert_eq!((mail[0].to.as_str(), mail[0].subject.as_str()), (ANNA, "Vestibule: Your code"));
    let code = app.mailed_codes().await.pop().unwrap();
    let shown = format!("{} {}", &code[..3], &code[3..]);
    assert!(mail[0].body.contains(&shown) && mail[0].html.as_ref().unwrap().contains(&shown));
    let entered = confirm(&mut browser, &record, &code).await;
    entered.state("enrol_only");
    browser.set_up_app(entered.record(), app.now()).await;
    browser.save_recovery_code().await;
}

// S28: from the last session on, not from the beginning.
#[tokio::test]
async fn also_of_one_that_was_used_90_days_ago_and_not_before() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    app.add_company("harbour", &[ANNA]).await;
    app.advance(30 * DAY);
    app.browser().sign_in(ANNA).await.state("full");
    app.vestibule.require_mfa("harbour", Some("now")).await.unwrap();
    app.advance(90 * DAY - 1);
    // This is no use of the account: it leads to no session.
    app.browser().sign_in(ANNA).await.state("enrol_only");
    app.advance(1);
    app.browser().sign_in(ANNA).await.state("identity_due");
}

// S28
#[tokio::test]
async fn no_code_is_asked_for_where_no_set_up_is_forced_or_a_method_is_proved() {
    let app = App::start().await;
    let (_, key) = app.enrolled(ANNA).await;
    app.add_user("bea@example.com").await;
    app.add_user("carl@example.com").await;
    app.add_company("pier", &[]).await;
    app.add_member("pier", "carl@example.com", Role::Administrator).await;
    app.vestibule.require_mfa("pier", Some("2027-01-01")).await.unwrap();
    app.advance(90 * DAY);
    app.browser().sign_in("bea@example.com").await.state("full");
    app.browser().sign_in("carl@example.com").await.state("full");
    let (mut browser, reply) = app.challenged(ANNA).await;
    browser.challenge(&reply.record(), &app.code(&key)).await.state("full");
}

// S16, attack 8
#[tokio::test]
async fn a_code_works_once_in_its_own_sign_in_and_browser() {
    let app = dormant().await;
    let (mut own, record) = waiting(&app).await;
    let (mut other, others_record) = waiting(&app).await;
    let code = code_of(&app, &mut own, &record).await;
    let wrong = confirm(&mut other, &others_record, &code).await;
    wrong.refused(422, "wrong_code");
    assert_eq!(wrong.json["field"], "code");
    assert_eq!(wrong.json["message"], "That code is not right. Check the newest message.");
    confirm(&mut other, &record, &code).await.refused(409, "stale");
    send(&mut other, &record).await.refused(409, "stale");
    confirm(&mut app.browser(), &record, &code).await.refused(401, "signed_out");
    confirm(&mut own, &record, &code).await.state("enrol_only");
    confirm(&mut own, &record, &code).await.refused(403, "wrong_state");
    let (mut later, later_record) = waiting(&app).await;
    confirm(&mut later, &later_record, &code).await.refused(422, "wrong_code");
}

// S16
#[tokio::test]
async fn the_store_holds_no_mailed_code_in_the_open() {
    let app = dormant().await;
    let (mut browser, record) = waiting(&app).await;
    let code = code_of(&app, &mut browser, &record).await;
    let rows = code::Entity::find().all(app.vestibule.store().reader()).await.unwrap();
    assert_eq!((rows.len(), rows[0].code_hash.len()), (1, 32));
    assert!(!rows[0].code_hash.windows(6).any(|window| window == code.as_bytes()));
    assert!(!rows[0].target_index.windows(4).any(|window| window == b"anna"));
    assert_eq!(app.count("SELECT COUNT(*) FROM outbox WHERE sealed IS NOT NULL").await, 0);
}

// S17, S44, S48, attack 3
#[tokio::test]
async fn wrong_codes_are_counted_across_sign_ins_and_new_codes_and_five_end_the_codes() {
    let app = dormant().await;
    let (mut own, record) = waiting(&app).await;
    let wrong = other_than(&code_of(&app, &mut own, &record).await);
    for _ in 0..2 {
        confirm(&mut own, &record, &wrong).await.refused(422, "wrong_code");
    }
    app.advance(60);
    let code = code_of(&app, &mut own, &record).await;
    confirm(&mut own, &record, &wrong).await.refused(422, "wrong_code");
    let (mut other, others_record) = waiting(&app).await;
    confirm(&mut other, &others_record, &wrong).await.refused(422, "wrong_code");
    let fifth = confirm(&mut own, &record, &wrong).await;
    fifth.refused(422, "expired_code");
    assert_eq!(fifth.json["message"], "That code no longer works. Send a new one.");
    assert_eq!(own.call("mailed_code", json!({})).await.json, Value::Null);
    assert_eq!(confirm(&mut own, &record, &code).await.refused(429, "paused").json["retry_after_s"], 30);
    app.advance(30);
    confirm(&mut own, &record, &code).await.refused(422, "expired_code");
    // A new one is the way on, once the pauses are over.
    app.advance(90);
    let code = code_of(&app, &mut own, &record).await;
    confirm(&mut own, &record, &code).await.state("enrol_only");
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts").await, 0);
}

// S17, S48
#[tokio::test]
async fn another_code_is_sent_after_pauses_that_grow_and_ten_in_a_day() {
    let app = dormant().await;
    let (mut browser, record) = waiting(&app).await;
    let mut waited = 0;
    for pause in [60, 120, 300, 300, 300, 300, 300, 300, 300] {
        let sent = send(&mut browser, &record).await;
        assert_eq!(sent.answered().json["again_in_s"], pause);
        let paused = send(&mut browser, &record).await;
        assert_eq!(paused.refused(429, "paused").json["retry_after_s"], pause);
        // Another sign-in is no way round it.
        let (mut other, others_record) = waiting(&app).await;
        send(&mut other, &others_record).await.refused(429, "paused");
        app.mail().await;
        app.advance(pause);
        waited += pause;
    }
    assert_eq!(send(&mut browser, &record).await.answered().json["again_in_s"], DAY - waited);
    assert_eq!(app.mailed_codes().await.len(), 10);
    app.advance(DAY - waited - 1);
    let (mut next, record) = waiting(&app).await;
    send(&mut next, &record).await.refused(429, "paused");
    app.advance(1);
    send(&mut next, &record).await.answered();
}

// S17, S28
#[tokio::test]
async fn an_earlier_code_goes_on_working_for_its_fifteen_minutes() {
    let app = dormant().await;
    for (minutes, works) in [(14, true), (15, false)] {
        let (mut browser, record) = waiting(&app).await;
        let code = code_of(&app, &mut browser, &record).await;
        app.advance_minutes(5);
        assert_ne!(code_of(&app, &mut browser, &record).await, code);
        app.advance_minutes(5);
        browser.call("stay_signed_in", json!({})).await.state("identity_due");
        app.advance_minutes(minutes - 10);
        let answer = confirm(&mut browser, &record, &code).await;
        if works {
            answer.state("enrol_only");
        } else {
            answer.refused(422, "expired_code");
        }
    }
}

// S43: after a reset one mailbox is not enough.
#[tokio::test]
async fn after_a_reset_no_code_is_mailed_and_only_the_one_in_person_works() {
    let app = dormant().await;
    let (mut before, record) = waiting(&app).await;
    let mailed = code_of(&app, &mut before, &record).await;
    let reset = app.vestibule.reset_mfa(&Email::parse(ANNA).unwrap()).await.unwrap();
    confirm(&mut before, &record, &mailed).await.refused(401, "signed_out");
    let (mut browser, record) = waiting(&app).await;
    assert_eq!(browser.session().await.json["mfa_reset"], true);
    send(&mut browser, &record).await.refused(403, "wrong_state");
    assert_eq!(browser.call("mailed_code", json!({})).await.json, Value::Null);
    assert_ne!(mailed, reset.code.as_str());
    let wrong = confirm(&mut browser, &record, &mailed).await;
    wrong.refused(422, "wrong_code");
    assert!(wrong.json["message"].as_str().unwrap().contains("whoever gave it to you"));
    confirm(&mut browser, &record, reset.code.as_str()).await.state("enrol_only");
}

// S27
#[tokio::test]
async fn who_is_asked_for_no_set_up_any_more_goes_on_without_a_code() {
    let app = dormant().await;
    let (mut browser, record) = waiting(&app).await;
    let code = code_of(&app, &mut browser, &record).await;
    app.vestibule.require_mfa("harbour", None).await.unwrap();
    browser.session().await.state("full");
    confirm(&mut browser, &record, &code).await.refused(403, "wrong_state");
}

// S16, attack 1
#[tokio::test(flavor = "multi_thread")]
async fn one_mailed_code_used_many_times_at_once_opens_one_set_up() {
    let app = dormant().await;
    let (mut browser, record) = waiting(&app).await;
    let code = code_of(&app, &mut browser, &record).await;
    let replies = at_once(&browser, AT_ONCE, |mut browser, _| {
        let (record, code) = (record.clone(), code.clone());
        async move { confirm(&mut browser, &record, &code).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    assert_eq!(app.count("SELECT COUNT(*) FROM codes WHERE consumed_at IS NOT NULL").await, 1);
}

// S48
#[tokio::test(flavor = "multi_thread")]
async fn many_that_ask_for_a_code_at_once_are_mailed_one() {
    let app = dormant().await;
    let (browser, record) = waiting(&app).await;
    let replies = at_once(&browser, AT_ONCE, |mut browser, _| {
        let record = record.clone();
        async move { send(&mut browser, &record).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    assert!(replies.iter().all(|reply| reply.status == 200 || reply.error() == "paused"));
    assert_eq!(app.mailed_codes().await.len(), 1);
}
