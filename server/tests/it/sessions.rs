//! How long records live, and how they end (S7, S31, S34).

use domain::Role;
use serde_json::{Value, json};

use crate::support::{App, flow_and_key};

// S31
#[tokio::test]
async fn a_session_ends_after_an_hour_without_use() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut browser = app.browser();
    browser.sign_in("anna@example.com").await.state("full");
    app.advance_minutes(59);
    browser.call("security", json!({})).await.answered();
    app.advance_minutes(59);
    assert_eq!(browser.session().await.state("full").json["ends_in_s"], 60);
    app.advance_minutes(1);
    let ended = browser.session().await;
    ended.state("anonymous");
    assert_eq!(ended.json["ended"], json!({ "reason": "idle", "limit_min": 60, "was_full": true }));
    browser.call("security", json!({})).await.refused(401, "signed_out");
}

// S31: an open page that asks how things stand does not keep a forgotten tablet signed in.
#[tokio::test]
async fn asking_how_things_stand_is_not_use() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut browser = app.browser();
    browser.sign_in("anna@example.com").await.state("full");
    for _ in 0..5 {
        app.advance_minutes(12);
        browser.session().await;
    }
    browser.session().await.state("anonymous");
}

// S31
#[tokio::test]
async fn a_session_ends_after_a_day_however_much_it_is_used() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut browser = app.browser();
    browser.sign_in("anna@example.com").await.state("full");
    for _ in 0..47 {
        app.advance_minutes(30);
        browser.call("stay_signed_in", json!({})).await.state("full");
    }
    app.advance_minutes(30);
    assert_eq!(browser.session().await.json["ended"]["reason"], "absolute");
}

// S31
#[tokio::test]
async fn an_administrators_session_ends_after_half_an_hour() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    app.add_company("harbour", &[]).await;
    app.add_member("harbour", "anna@example.com", Role::Administrator).await;
    let mut browser = app.browser();
    browser.sign_in("anna@example.com").await.state("full");
    app.advance_minutes(30);
    assert_eq!(browser.session().await.json["ended"]["limit_min"], 30);
}

// S31: as the operator has set them.
#[tokio::test]
async fn configured_lifetimes_are_kept_for_members_and_administrators() {
    let lifetime =
        |minutes| domain::Lifetime { idle: minutes * domain::MINUTE, absolute: 2 * minutes * domain::MINUTE };
    let session_limits = domain::SessionLimits { everybody: lifetime(20), administrators: lifetime(10) };
    let app = App::start_with(crate::support::Options { session_limits, ..Default::default() }).await;
    app.add_company("harbour", &[]).await;
    for (email, role, minutes) in
        [("anna@example.com", Role::Member, 20), ("bea@example.com", Role::Administrator, 10)]
    {
        app.add_user(email).await;
        app.add_member("harbour", email, role).await;
        let mut browser = app.browser();
        assert_eq!(browser.sign_in(email).await.state("full").json["ends_in_s"], minutes * 60);
        app.advance_minutes(minutes);
        assert_eq!(browser.session().await.json["ended"]["limit_min"], minutes);
    }
}

#[tokio::test]
async fn staying_signed_in_puts_the_end_off() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolling("anna@example.com").await;
    app.advance_minutes(9);
    assert_eq!(browser.session().await.json["ends_in_s"], 60);
    assert_eq!(browser.call("stay_signed_in", json!({})).await.state("enrol_only").json["ends_in_s"], 600);
}

// S7
#[tokio::test]
async fn a_pending_sign_in_lives_for_five_minutes() {
    let app = App::start().await;
    let (_, key) = app.enrolled("anna@example.com").await;
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    app.advance_minutes(5);
    browser.challenge(&reply.record(), &app.code(&key)).await.refused(401, "signed_out");
}

#[tokio::test]
async fn a_set_up_at_sign_in_lives_for_ten_minutes_after_the_last_step_and_an_hour_in_all() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    let key = flow_and_key(&browser.call("start_app_set_up", json!({ "record": reply.record() })).await).1;
    for _ in 0..6 {
        app.advance_minutes(9);
        // Staying keeps the key that the app already has.
        browser.call("stay_signed_in", json!({})).await.state("enrol_only");
        let again = browser.call("start_app_set_up", json!({ "record": reply.record() })).await;
        assert_eq!(flow_and_key(&again).1, key);
    }
    browser.session().await.state("enrol_only");
    app.advance_minutes(6);
    assert_eq!(browser.session().await.json["ended"]["reason"], "absolute");
}

// S34
#[tokio::test]
async fn signing_out_ends_the_servers_record() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut browser = app.browser();
    browser.sign_in("anna@example.com").await.state("full");
    let mut copy = browser.clone();
    browser.call("sign_out", json!({})).await.state("anonymous");
    assert!(!browser.cookies.contains_key("vestibule-session"));
    let reply = copy.call("security", json!({})).await;
    reply.refused(401, "signed_out");
    assert_eq!(copy.session().await.json["ended"]["reason"], Value::from("signed_out"));
}

// S30, attack 11
#[tokio::test]
async fn a_cookie_that_was_set_before_is_worth_nothing() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut browser = app.browser();
    let planted = "A".repeat(43);
    browser.cookies.insert("vestibule-session".to_owned(), planted.clone());
    browser.cookies.insert("vestibule-pending".to_owned(), planted.clone());
    browser.sign_in("anna@example.com").await.state("full");
    assert_ne!(browser.cookies["vestibule-session"], planted);
    let mut attacker = app.browser();
    attacker.cookies.insert("vestibule-session".to_owned(), planted);
    attacker.session().await.state("anonymous");
}

// S30, attack 11
#[tokio::test]
async fn every_gain_of_privilege_gives_a_new_token_and_kills_the_old_one() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    let enrolling = browser.clone();
    let key = browser.set_up_app(reply.record(), app.now()).await;
    let saving = browser.clone();
    browser.save_recovery_code().await;
    let signed_in = browser.clone();
    // Long enough for the proof of the sign-in to be too old.
    app.advance_minutes(6);
    browser.open_set_up().await.answered();
    let after_password = browser.clone();
    let flow = browser.call("app_set_up", json!({})).await.json["flow"].clone();
    browser.call("prove_app", json!({ "flow": flow, "code": app.code(&key) })).await.answered();
    for mut old in [enrolling, saving, signed_in, after_password] {
        old.session().await.state("anonymous");
    }
    browser.session().await.state("full");
}

#[tokio::test]
async fn a_token_does_not_work_under_the_other_cookies_name() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut browser = app.browser();
    browser.sign_in("anna@example.com").await.state("full");
    let token = browser.cookies.remove("vestibule-session").unwrap();
    browser.cookies.insert("vestibule-pending".to_owned(), token);
    browser.session().await.state("anonymous");
}
