//! The requirement at work: what a policy does to people who are signing in, or signed in.

use serde_json::{Value, json};

use crate::support::{App, Browser, flow_and_key};

/// A member of a company that requires nothing, signed in.
async fn member(app: &App) -> Browser {
    app.add_user("anna@example.com").await;
    app.add_company("harbour", &["anna@example.com"]).await;
    let mut browser = app.browser();
    browser.sign_in("anna@example.com").await.state("full");
    browser
}

// S27
#[tokio::test]
async fn when_the_date_passes_a_live_session_asks_for_the_password_and_then_for_the_set_up() {
    let app = App::start().await;
    let mut browser = member(&app).await;
    // 09:00 in Berlin is an hour from now, 08:00 UTC.
    app.vestibule.require_mfa("harbour", Some("2026-03-02T09:00")).await.unwrap();
    app.advance_minutes(59);
    let upcoming = browser.session().await;
    upcoming.state("full");
    assert!(upcoming.json["requirement"]["upcoming"].is_object());
    browser.call("security", json!({})).await.answered();
    app.advance_minutes(1);
    let due = browser.session().await;
    due.state("password_due");
    assert_eq!(due.json["requirement"]["required"]["demands"][0]["company"], "harbour");
    browser.call("security", json!({})).await.refused(403, "wrong_state");
    browser.open_set_up().await.refused(403, "wrong_state");

    let reply = browser.sign_in("anna@example.com").await;
    reply.state("enrol_only");
    browser.set_up_app(reply.record(), app.now()).await;
    browser.save_recovery_code().await;
    browser.call("security", json!({})).await.answered();
}

#[tokio::test]
async fn turning_it_off_or_moving_it_later_frees_people_at_their_next_request() {
    let app = App::start().await;
    let mut signed_in = member(&app).await;
    app.vestibule.require_mfa("harbour", Some("now")).await.unwrap();
    signed_in.session().await.state("password_due");
    let mut signing_in = app.browser();
    signing_in.sign_in("anna@example.com").await.state("enrol_only");
    app.vestibule.require_mfa("harbour", Some("2026-03-03")).await.unwrap();
    signed_in.session().await.state("full");
    let mut earlier = signing_in.clone();
    signing_in.session().await.state("full");
    // With a new token, under the name of a session (S30).
    earlier.session().await.state("anonymous");
    assert!(signing_in.cookies.contains_key("vestibule-session"));
    assert!(!signing_in.cookies.contains_key("vestibule-pending"));

    app.vestibule.require_mfa("harbour", Some("now")).await.unwrap();
    signed_in.session().await.state("password_due");
    app.vestibule.require_mfa("harbour", None).await.unwrap();
    signed_in.session().await.state("full");
}

#[tokio::test]
async fn a_set_up_that_is_open_in_the_profile_goes_on_when_the_date_passes() {
    let app = App::start().await;
    let mut browser = member(&app).await;
    app.vestibule.require_mfa("harbour", Some("2026-03-02T08:05")).await.unwrap();
    let (flow, key) = flow_and_key(&browser.open_set_up().await);
    app.advance_minutes(6);
    let view = browser.session().await;
    view.state("enrol_only");
    assert_eq!(view.json["continues_set_up"], true);
    // Nothing else of the profile is open.
    browser.call("security", json!({})).await.refused(403, "wrong_state");
    browser.call("confirm_app", json!({ "flow": flow, "code": app.code(&key) })).await.state("full");
    browser.save_recovery_code().await;
    browser.call("security", json!({})).await.answered();
}

#[tokio::test]
async fn two_companies_are_both_named_the_earliest_first() {
    let app = App::start().await;
    let mut browser = member(&app).await;
    app.add_company("quarry", &["anna@example.com"]).await;
    app.vestibule.require_mfa("harbour", Some("2026-04-13T09:00")).await.unwrap();
    app.vestibule.require_mfa("quarry", Some("2026-03-23T09:00")).await.unwrap();
    let companies = |json: &Value| -> Vec<String> {
        let demands = json["requirement"]["upcoming"]["demands"].as_array().unwrap();
        demands.iter().map(|demand| demand["company"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(companies(&browser.session().await.json), ["quarry", "harbour"]);
}

#[tokio::test]
async fn a_payments_user_sets_up_whatever_the_policy() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    app.add_company("harbour", &[]).await;
    let email = domain::Email::parse("anna@example.com").unwrap();
    app.vestibule.add_member("harbour", &email, domain::Role::Member, true).await.unwrap();
    let reply = app.browser().sign_in("anna@example.com").await;
    reply.state("enrol_only");
    assert_eq!(reply.json["requirement"]["required"]["demands"][0]["reason"], "payments");
}

#[tokio::test]
async fn the_policy_is_one_row_whatever_the_number_of_members() {
    let app = App::start().await;
    app.add_company("harbour", &[]).await;
    for number in 0..20 {
        let email = format!("person-{number}@example.com");
        app.add_user(&email).await;
        app.add_member("harbour", &email, domain::Role::Member).await;
    }
    let others = |table: &str| format!("SELECT COUNT(*) FROM {table}");
    let before = [app.count(&others("outbox")).await, app.count(&others("flows")).await];
    app.vestibule.require_mfa("harbour", Some("now")).await.unwrap();
    assert_eq!(app.count("SELECT policy_version FROM companies").await, 2);
    assert_eq!([app.count(&others("outbox")).await, app.count(&others("flows")).await], before);
    app.browser().sign_in("person-7@example.com").await.state("enrol_only");
    app.browser().sign_in("person-19@example.com").await.state("enrol_only");
}

// A freed sign-in keeps what it was given, whatever the call that found it free was for.
#[tokio::test]
async fn a_freed_sign_in_survives_a_call_that_is_refused() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    app.vestibule.require_mfa("anna", None).await.unwrap();
    let refused = browser.call("start_app_set_up", json!({ "record": reply.record() })).await;
    refused.refused(403, "wrong_state");
    browser.session().await.state("full");
}

#[tokio::test]
async fn somebody_else_who_signs_in_does_not_free_the_earlier_sign_in() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolling("anna@example.com").await;
    app.add_user("tomas@example.com").await;
    app.vestibule.require_mfa("anna", None).await.unwrap();
    browser.sign_in("tomas@example.com").await.state("full");
    assert_eq!(app.count("SELECT COUNT(*) FROM audit_events WHERE event = 'signed_in'").await, 1);
}

#[tokio::test]
async fn a_set_up_that_goes_on_over_the_date_can_be_left() {
    let app = App::start().await;
    let mut browser = member(&app).await;
    app.vestibule.require_mfa("harbour", Some("2026-03-02T08:05")).await.unwrap();
    let (flow, _) = flow_and_key(&browser.open_set_up().await);
    app.advance_minutes(6);
    browser.call("cancel_set_up", json!({ "flow": flow })).await.answered();
    browser.session().await.state("password_due");
}

// S26: the set-up of the profile begins with the password, also in the moment when the open one ends.
#[tokio::test]
async fn a_set_up_that_the_sign_in_requires_cannot_be_left_and_another_not_begun_without_the_password() {
    let app = App::start().await;
    let (mut enrolling, reply) = app.enrolling("anna@example.com").await;
    let set_up = enrolling.call("start_app_set_up", json!({ "record": reply.record() })).await;
    let (flow, _) = flow_and_key(&set_up);
    enrolling.call("cancel_set_up", json!({ "flow": flow })).await.refused(403, "wrong_state");
}
