//! A company's policy, as its administrators change it (S27, S41, S42).

use domain::Role;
use serde_json::{Value, json};

use crate::races::{at_once, succeeded};
use crate::support::{App, policy};

const ADMIN: &str = "admin@example.com";
const MEMBER: &str = "member@example.com";
const HARBOUR: &str = "harbour";
/// The tests' clock begins on 2 March 2026.
const AHEAD: &str = "2026-03-23T09:00";

#[tokio::test]
async fn an_administrator_sees_the_policy_and_how_far_the_members_are() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    app.plain_member(HARBOUR, MEMBER).await;
    let session = admin.session().await.json;
    assert_eq!(session["companies"], json!([{ "slug": HARBOUR, "name": HARBOUR }]));
    let security = admin.company_security(HARBOUR).await;
    let figures = json!({
        "members": 2, "ready": 1, "not_set_up": 1, "never_signed_in": 1, "unacceptable_only": 0, "earlier_elsewhere": 1,
    });
    assert_eq!(security.json["policy"], policy(None, true, false));
    assert_eq!(security.json["required_from"], Value::Null);
    assert_eq!((&security.json["own_method"], &security.json["texts_capped"]), (&json!(true), &json!(false)));
    // The administrator's other company requires it already: earlier than any date of this one.
    let preview = json!({ "company": HARBOUR, "policy": policy(Some(AHEAD), true, false) });
    let preview = admin.call("preview_policy", preview).await;
    assert_eq!(preview.answered().json["figures"], figures);
    assert_eq!((&preview.json["past"], &preview.json["moves"]), (&json!(false), &json!(true)));
    assert_eq!(admin.company_security(HARBOUR).await.json["version"], security.json["version"]);
}

#[tokio::test]
async fn a_date_is_an_instant_of_the_companys_zone_and_is_announced_once() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    app.plain_member(HARBOUR, MEMBER).await;
    let saved = admin.save_policy(HARBOUR, policy(Some(AHEAD), true, false)).await;
    let berlin = domain::Timestamp(1_774_252_800_000);
    assert_eq!(saved.answered().json["required_from"], berlin.0);
    assert_eq!(saved.json["policy"], policy(Some(AHEAD), true, false));
    for _ in 0..2 {
        app.vestibule.expand_campaigns().await.unwrap();
    }
    let subject = "Vestibule: harbour requires two-factor authentication";
    assert_eq!(app.subjects_to(MEMBER).await, [subject]);
    let mails = app.mail().await;
    let told = &mails.iter().find(|mail| mail.0 == MEMBER).unwrap().2;
    assert!(told.contains("from Monday 23 March 2026, 09:00 (Europe/Berlin)"), "{told}");
    // Who has a method is told nothing.
    assert!(!app.subjects_to(ADMIN).await.iter().any(|told| told == subject));
    // Moved, it is announced anew; moved back, nobody is told twice of one date.
    admin.save_policy(HARBOUR, policy(Some("2026-03-30T09:00"), true, false)).await.answered();
    app.vestibule.expand_campaigns().await.unwrap();
    assert_eq!(app.subjects_to(MEMBER).await, [subject; 2]);
    admin.save_policy(HARBOUR, policy(Some(AHEAD), true, false)).await.answered();
    app.vestibule.expand_campaigns().await.unwrap();
    assert_eq!(app.subjects_to(MEMBER).await, [subject; 2]);
    let mut member = app.browser();
    let view = member.sign_in(MEMBER).await;
    assert_eq!(view.json["requirement"]["upcoming"]["demands"][0]["from"], berlin.0);
}

#[tokio::test]
async fn a_date_that_has_passed_is_from_now_on_and_moving_it_frees_people() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    app.plain_member(HARBOUR, MEMBER).await;
    let mut member = app.browser();
    member.sign_in(MEMBER).await.state("full");
    let saved = admin.save_policy(HARBOUR, policy(Some("2020-01-01T09:00"), true, false)).await;
    assert_eq!(saved.answered().json["required_from"], app.now().0);
    member.session().await.state("password_due");
    admin.save_policy(HARBOUR, policy(Some(AHEAD), true, false)).await.answered();
    member.session().await.state("full");
    admin.save_policy(HARBOUR, policy(None, true, false)).await.answered();
    let view = member.session().await;
    assert_eq!(view.json["requirement"], "unavailable");
    let no_date = admin.save_policy(HARBOUR, policy(Some("next week"), true, false)).await;
    assert_eq!(no_date.refused(422, "invalid").json["field"], "required_from");
}

// S42
#[tokio::test]
async fn what_loosens_needs_a_step_up_and_what_tightens_does_not() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, key) = app.administrator(HARBOUR, ADMIN).await;
    app.advance_minutes(6);
    admin.save_policy(HARBOUR, policy(Some(AHEAD), true, true)).await.answered();
    admin.save_policy(HARBOUR, policy(Some("2026-03-20T09:00"), false, true)).await.answered();
    for looser in [
        policy(None, false, true),
        policy(Some(AHEAD), false, true),
        policy(Some("2026-03-20T09:00"), true, true),
        policy(Some("2026-03-20T09:00"), false, false),
    ] {
        admin.save_policy(HARBOUR, looser).await.refused(403, "step_up_needed");
    }
    admin.step_up_password().await.answered();
    admin.step_up_app(&app.code(&key)).await.answered();
    let saved = admin.save_policy(HARBOUR, policy(None, true, false)).await;
    assert_eq!(saved.answered().json["policy"], policy(None, true, false));
}

#[tokio::test]
async fn who_lacks_a_method_requires_none_of_others() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    app.add_user(ADMIN).await;
    app.add_member(HARBOUR, ADMIN, Role::Administrator).await;
    let mut admin = app.browser();
    admin.sign_in(ADMIN).await.state("full");
    assert_eq!(admin.company_security(HARBOUR).await.json["own_method"], false);
    let refused = admin.save_policy(HARBOUR, policy(Some(AHEAD), true, false)).await;
    refused.refused(409, "own_method_first");
    // What asks nothing of others is free.
    admin.save_policy(HARBOUR, policy(None, true, true)).await.answered();
}

#[tokio::test]
async fn of_two_administrators_the_second_is_told_that_the_policy_has_changed() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut one, _) = app.administrator(HARBOUR, ADMIN).await;
    let (mut other, _) = app.administrator(HARBOUR, "other@example.com").await;
    let version = one.company_security(HARBOUR).await.json["version"].clone();
    let save = |text: bool| json!({ "company": HARBOUR, "version": version, "policy": policy(Some(AHEAD), text, false) });
    one.act("save_policy", save(true)).await.answered();
    other.act("save_policy", save(false)).await.refused(409, "policy_changed");
    assert_eq!(other.company_security(HARBOUR).await.json["policy"]["text_messages"], true);
    let told = app.subjects_to("other@example.com").await;
    assert!(told.contains(&"Vestibule: harbour: security settings changed".to_owned()), "{told:?}");
}

// One row of the company, whatever the number of members (S27).
#[tokio::test(flavor = "multi_thread")]
async fn many_who_save_at_once_change_the_policy_once() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    let version = admin.company_security(HARBOUR).await.json["version"].clone();
    let record = admin.session().await.record();
    let body = json!({
        "record": record, "company": HARBOUR, "version": version, "policy": policy(Some(AHEAD), true, false),
    });
    let replies = at_once(&admin, 16, |mut browser, _| {
        let body = body.clone();
        async move { browser.call("save_policy", body).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        reply.refused(409, "policy_changed");
    }
    assert_eq!(app.count("SELECT COUNT(*) FROM campaigns m JOIN companies c ON c.id = m.company_id WHERE c.slug = 'harbour'").await, 1);
    assert_eq!(
        app.count("SELECT COUNT(*) FROM audit_events WHERE event = 'mfa_required' AND actor_id IS NOT NULL")
            .await,
        1
    );
}

// Pairs: Require MFA and a sign-in have one serial outcome: whoever was signed in sees the requirement at the next request.
#[tokio::test(flavor = "multi_thread")]
async fn a_policy_and_a_sign_in_at_once_have_one_serial_outcome() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    app.plain_member(HARBOUR, MEMBER).await;
    for _ in 0..4 {
        admin.save_policy(HARBOUR, policy(None, true, false)).await.answered();
        let saver = admin.clone();
        let replies = at_once(&app.browser(), 2, |mut browser, index| {
            let mut saver = saver.clone();
            async move {
                if index == 0 {
                    saver.save_policy(HARBOUR, policy(Some("2020-01-01T00:00"), true, false)).await
                } else {
                    let reply = browser.sign_in(MEMBER).await;
                    reply.answered();
                    browser.session().await
                }
            }
        })
        .await;
        replies[0].answered();
        // Before the policy it was full; after it, the password is asked or the set-up is due.
        let state = replies[1].json["state"].as_str().unwrap();
        assert!(["full", "password_due", "enrol_only"].contains(&state), "{state}");
        let mut next = app.browser();
        next.sign_in(MEMBER).await.state("enrol_only");
    }
}
