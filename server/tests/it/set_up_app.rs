//! Setting up an authenticator app, and changing it.

use std::collections::BTreeSet;

use sea_orm::EntityTrait;
use serde_json::{Value, json};
use vestibule_core::store::entities::{audit_event, flow, method};

use crate::challenge::other_than;
use crate::support::{App, Browser, PASSWORD, Reply, flow_and_key};

async fn confirm(browser: &mut Browser, flow: &str, code: &str) -> Reply {
    browser.call("confirm_app", json!({ "flow": flow, "code": code })).await
}

#[tokio::test]
async fn a_first_set_up_at_sign_in_ends_signed_in_and_the_second_sign_in_asks_for_a_code() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    let key = browser.set_up_app(reply.record(), app.now()).await;
    assert!(!browser.cookies.contains_key("vestibule-session"));
    browser.save_recovery_code().await;
    assert!(!browser.cookies.contains_key("vestibule-pending"));
    let security = browser.call("security", json!({})).await;
    let added = json!({ "added_at": app.now().0, "last_used_at": null, "required_by": ["anna"] });
    assert_eq!(security.json["app"], added);
    assert_eq!(security.json["recovery_code_since"], app.now().0);
    app.next_step();
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    browser.challenge(&reply.record(), &app.code(&key)).await.state("full");
}

// S10
#[tokio::test]
async fn the_key_the_link_and_the_entry_name_the_account() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    let set_up = browser.call("start_app_set_up", json!({ "record": reply.record() })).await;
    let (_, key) = flow_and_key(&set_up);
    let secret = key.replace(' ', "");
    assert_eq!(secret.len(), 32);
    let step = &set_up.json["step"]["confirm"];
    let uri = step["uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/Vestibule:anna%40example.com?"), "{uri}");
    assert!(uri.contains(&format!("secret={secret}")), "{uri}");
    assert_eq!(step["account"], "Vestibule (anna@example.com)");
    assert!(step["qr"]["size"].as_u64().unwrap() >= 21);
}

#[tokio::test]
async fn a_reload_and_a_wrong_code_show_the_same_key() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    let first = browser.call("start_app_set_up", json!({ "record": reply.record() })).await;
    let (flow, key) = flow_and_key(&first);
    let wrong = confirm(&mut browser, &flow, &other_than(&app.code(&key))).await;
    wrong.refused(422, "wrong_code");
    assert_eq!(wrong.json["message"], "That code didn't match. Wait for the next one and enter it.");
    let again = browser.call("start_app_set_up", json!({ "record": reply.record() })).await;
    assert_eq!((&again.json, &browser.call("app_set_up", json!({})).await.json), (&first.json, &first.json));
}

#[tokio::test]
async fn a_code_of_another_time_says_that_the_devices_clock_is_off_in_a_set_up_and_not_at_a_challenge() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    let (flow, key) =
        flow_and_key(&browser.call("start_app_set_up", json!({ "record": reply.record() })).await);
    let slow = |app: &App| crate::support::code(&key, app.now().plus(-4 * domain::MINUTE));
    let off = confirm(&mut browser, &flow, &slow(&app)).await;
    off.refused(422, "clock_off");
    assert_eq!(
        off.json["message"],
        "The clock of the device with your app is 4 minutes slow. Turn on automatic time there, then try again."
    );
    confirm(&mut browser, &flow, &app.code(&key)).await.state("save_code");
    browser.save_recovery_code().await;
    app.advance_minutes(10);
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    browser.challenge(&reply.record(), &slow(&app)).await.refused(422, "wrong_code");
}

// S48
#[tokio::test]
async fn wrong_codes_of_a_new_app_are_counted_too() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    let (flow, key) =
        flow_and_key(&browser.call("start_app_set_up", json!({ "record": reply.record() })).await);
    for _ in 0..5 {
        confirm(&mut browser, &flow, &other_than(&app.code(&key))).await.refused(422, "wrong_code");
    }
    confirm(&mut browser, &flow, &app.code(&key)).await.refused(429, "paused");
    app.advance(30);
    confirm(&mut browser, &flow, &app.code(&key)).await.state("save_code");
}

#[tokio::test]
async fn from_the_profile_the_password_is_asked_first() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    app.add_company("harbour", &["anna@example.com"]).await;
    app.vestibule.require_mfa("harbour", Some("2026-03-23T09:00")).await.unwrap();
    let mut browser = app.browser();
    browser.sign_in("anna@example.com").await.state("full");
    let record = browser.session().await.record();
    let wrong =
        browser.call("open_app_set_up", json!({ "record": record, "password": "not the password" })).await;
    wrong.refused(401, "wrong_credentials");
    assert_eq!(wrong.json["field"], "password");
    assert_eq!(browser.call("app_set_up", json!({})).await.json, Value::Null);

    let opened = browser.open_set_up().await;
    assert_eq!(opened.json["changing"], false);
    let (flow, key) = flow_and_key(&opened);
    assert_eq!(browser.call("app_set_up", json!({})).await.json, opened.json);
    confirm(&mut browser, &flow, &app.code(&key)).await.state("full");
    assert_eq!(browser.call("app_set_up", json!({})).await.json["step"], "save_code");
    browser.save_recovery_code().await;
    assert_eq!(browser.call("app_set_up", json!({})).await.json, Value::Null);
}

#[tokio::test]
async fn where_no_company_offers_it_nothing_can_be_set_up() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    app.add_company("harbour", &["anna@example.com"]).await;
    let mut browser = app.browser();
    browser.sign_in("anna@example.com").await.state("full");
    browser.open_set_up().await.refused(403, "wrong_state");
    let change = vestibule_core::CompanyChange { voluntary_set_up: Some(true), ..Default::default() };
    app.vestibule.set_company("harbour", &change).await.unwrap();
    flow_and_key(&browser.open_set_up().await);
}

#[tokio::test]
async fn a_changed_app_replaces_the_old_one_only_once_it_is_confirmed() {
    let app = App::start().await;
    let (mut browser, old) = app.enrolled("anna@example.com").await;
    app.advance_minutes(6);
    let opened = browser.open_set_up().await;
    let prove = json!({ "prove": { "app": true, "phone": null } });
    assert_eq!((&opened.json["step"], &opened.json["changing"]), (&prove, &json!(true)));
    let flow = opened.json["flow"].as_str().unwrap().to_owned();
    let body = json!({ "flow": flow, "code": app.code(&old) });
    browser.call("prove_app", body).await.state("full");
    let (flow, new) = flow_and_key(&browser.call("app_set_up", json!({})).await);
    assert_ne!(old, new);

    // The old one still works.
    app.next_step();
    let (mut other, reply) = app.challenged("anna@example.com").await;
    other.challenge(&reply.record(), &app.code(&old)).await.state("full");

    confirm(&mut browser, &flow, &app.code(&new)).await.state("full");
    app.next_step();
    // Every other session is gone, and the old app with it (S32).
    other.session().await.state("anonymous");
    let (mut other, reply) = app.challenged("anna@example.com").await;
    other.challenge(&reply.record(), &app.code(&old)).await.refused(422, "wrong_code");
    other.challenge(&reply.record(), &app.code(&new)).await.state("full");
}

#[tokio::test]
async fn a_proof_of_the_last_five_minutes_is_not_asked_again_for_a_change() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolled("anna@example.com").await;
    flow_and_key(&browser.open_set_up().await);
}

// S26, attack 7
#[tokio::test]
async fn a_pending_sign_in_of_who_has_a_method_cannot_set_anything_up() {
    let app = App::start().await;
    app.enrolled("anna@example.com").await;
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    let before = state_of_the_store(&app).await;
    for (function, body) in [
        ("start_app_set_up", json!({ "record": reply.record() })),
        ("open_app_set_up", json!({ "record": reply.record(), "password": PASSWORD })),
        ("app_set_up", json!({})),
        ("stage_recovery_code", json!({})),
    ] {
        browser.call(function, body).await.refused(403, "wrong_state");
    }
    assert_eq!(state_of_the_store(&app).await, before);
}

async fn state_of_the_store(app: &App) -> [i64; 4] {
    [
        app.count("SELECT COUNT(*) FROM flows").await,
        app.count("SELECT COUNT(*) FROM methods").await,
        app.count("SELECT COUNT(*) FROM recovery_codes").await,
        app.count("SELECT COUNT(*) FROM attempts").await,
    ]
}

// S25
#[tokio::test]
async fn steps_can_be_neither_skipped_nor_replayed() {
    let app = App::start().await;
    let (mut browser, old) = app.enrolled("anna@example.com").await;
    app.advance_minutes(6);
    let flow = browser.open_set_up().await.json["flow"].as_str().unwrap().to_owned();
    // Not proved yet.
    confirm(&mut browser, &flow, "123456").await.refused(409, "stale");
    browser.call("stage_recovery_code", json!({})).await.refused(403, "wrong_state");
    let body = json!({ "flow": flow, "code": app.code(&old) });
    browser.call("prove_app", body).await.state("full");
    let (_, new) = flow_and_key(&browser.call("app_set_up", json!({})).await);
    app.next_step();
    browser.call("prove_app", json!({ "flow": flow, "code": app.code(&old) })).await.refused(409, "stale");
    confirm(&mut browser, &flow, &app.code(&new)).await.state("full");
    app.next_step();
    confirm(&mut browser, &flow, &app.code(&new)).await.refused(409, "stale");
}

// S25
#[tokio::test]
async fn a_flow_belongs_to_its_session() {
    let app = App::start().await;
    let (mut first, key) = app.enrolled("anna@example.com").await;
    let (mut second, reply) = app.challenged("anna@example.com").await;
    second.challenge(&reply.record(), &app.code(&key)).await.state("full");
    let (flow, new) = flow_and_key(&first.open_set_up().await);
    confirm(&mut second, &flow, &app.code(&new)).await.refused(409, "stale");
    second.call("cancel_set_up", json!({ "flow": flow })).await.refused(409, "stale");
    assert_eq!(second.call("app_set_up", json!({})).await.json, Value::Null);
}

#[tokio::test]
async fn a_set_up_that_was_left_is_over_and_the_app_that_works_stays() {
    let app = App::start().await;
    let (mut browser, old) = app.enrolled("anna@example.com").await;
    let (flow, new) = flow_and_key(&browser.open_set_up().await);
    assert_eq!(browser.call("cancel_set_up", json!({ "flow": flow })).await.status, 200);
    confirm(&mut browser, &flow, &app.code(&new)).await.refused(409, "stale");
    let (mut other, reply) = app.challenged("anna@example.com").await;
    other.challenge(&reply.record(), &app.code(&old)).await.state("full");
}

#[tokio::test]
async fn a_set_up_ends_ten_minutes_after_its_last_step() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolled("anna@example.com").await;
    let (flow, new) = flow_and_key(&browser.open_set_up().await);
    app.advance_minutes(10);
    confirm(&mut browser, &flow, &app.code(&new)).await.refused(409, "stale");
    assert_eq!(browser.call("app_set_up", json!({})).await.json, Value::Null);
}

// S53
#[tokio::test]
async fn the_person_is_told_by_mail_and_what_to_do_if_it_was_not_them() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolled("anna@example.com").await;
    let (flow, key) = flow_and_key(&browser.open_set_up().await);
    confirm(&mut browser, &flow, &app.code(&key)).await.state("full");
    let mail = app.mail().await;
    // The clock stands still, and messages of one millisecond have no order.
    let subjects: BTreeSet<&str> = mail.iter().map(|(_, subject, _)| subject.as_str()).collect();
    assert_eq!(
        subjects,
        BTreeSet::from([
            "Vestibule: Authenticator app added",
            "Vestibule: New recovery code saved",
            "Vestibule: Authenticator app changed"
        ])
    );
    assert_eq!(mail.len(), 3);
    for (to, _, body) in &mail {
        assert_eq!(to, "anna@example.com");
        assert!(
            body.contains("If it wasn't you, set a new password at http://localhost:3000/forgot-password")
        );
        assert!(body.contains("tell your company's administrator or help@example.com at once"), "{body}");
        assert!(body.contains("192.0.2.7") && body.contains("Monday 2 March 2026, 07:00 (UTC)"), "{body}");
    }
}

#[tokio::test]
async fn the_company_counts_who_is_ready_once() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolled("anna@example.com").await;
    let (flow, key) = flow_and_key(&browser.open_set_up().await);
    confirm(&mut browser, &flow, &app.code(&key)).await.state("full");
    let companies = app.vestibule.companies().await.unwrap();
    assert_eq!((companies[0].members, companies[0].members_with_method), (1, 1));
}

// S15, S49
#[tokio::test]
async fn the_store_holds_neither_the_pending_nor_the_active_secret_in_the_open() {
    let app = App::start().await;
    let (mut browser, active) = app.enrolled("anna@example.com").await;
    let (_, pending) = flow_and_key(&browser.open_set_up().await);
    let reader = app.vestibule.store().reader();
    let mut sealed: Vec<Vec<u8>> =
        method::Entity::find().all(reader).await.unwrap().into_iter().map(|row| row.sealed).collect();
    sealed.extend(
        flow::Entity::find().all(reader).await.unwrap().into_iter().filter_map(|row| row.target_sealed),
    );
    assert_eq!(sealed.len(), 2);
    for key in [active, pending] {
        let secret = data_encoding::BASE32_NOPAD.decode(key.replace(' ', "").as_bytes()).unwrap();
        for bytes in &sealed {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
}

#[tokio::test]
async fn a_secret_that_was_not_confirmed_is_not_kept() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolled("anna@example.com").await;
    let kept = "SELECT COUNT(*) FROM flows WHERE target_sealed IS NOT NULL";
    let (flow, _) = flow_and_key(&browser.open_set_up().await);
    assert_eq!(app.count(kept).await, 1);
    browser.open_set_up().await;
    assert_eq!(app.count(kept).await, 1);
    browser.call("cancel_set_up", json!({ "flow": flow })).await.refused(409, "stale");
    let open = browser.call("app_set_up", json!({})).await.json["flow"].clone();
    browser.call("cancel_set_up", json!({ "flow": open })).await;
    assert_eq!(app.count(kept).await, 0);
}

// S7: a shared tablet.
#[tokio::test]
async fn a_form_of_another_persons_page_does_not_act_in_this_ones_session() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolled("anna@example.com").await;
    let annas = browser.session().await.record();
    app.enrolling("tomas@example.com").await;
    app.vestibule.require_mfa("tomas", Some("2026-12-01")).await.unwrap();
    browser.sign_in("tomas@example.com").await.state("full");
    let body = json!({ "record": annas, "password": PASSWORD });
    browser.call("open_app_set_up", body).await.refused(409, "stale");
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts").await, 0);
}

// S52
#[tokio::test]
async fn every_step_is_in_the_log_failures_too() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    let (flow, key) =
        flow_and_key(&browser.call("start_app_set_up", json!({ "record": reply.record() })).await);
    confirm(&mut browser, &flow, &other_than(&app.code(&key))).await.refused(422, "wrong_code");
    confirm(&mut browser, &flow, &app.code(&key)).await.state("save_code");
    browser.save_recovery_code().await;
    let reader = app.vestibule.store().reader();
    let mut rows = audit_event::Entity::find().all(reader).await.unwrap();
    rows.retain(|row| row.address != "command line");
    let mut events: Vec<(String, String)> =
        rows.iter().map(|row| (row.event.clone(), row.outcome.clone())).collect();
    events.sort();
    let expected = [
        ("app_added", "failure"),
        ("app_added", "success"),
        ("password_entered", "success"),
        ("recovery_code_saved", "success"),
        ("set_up_opened", "success"),
        ("signed_in", "success"),
    ];
    assert_eq!(events, expected.map(|(event, outcome)| (event.to_owned(), outcome.to_owned())));
    for row in rows {
        assert_eq!((row.address.as_str(), row.browser.as_str()), ("192.0.2.7", "Mozilla/5.0 (test)"));
        assert!(row.subject_id.is_some());
    }
}
