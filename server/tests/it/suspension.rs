//! This Wasn't Me: whoever was mailed that a first method was set up, and did not do it, stops everything (S28a).

use domain::Email;
use serde_json::json;

use crate::instances::at;
use crate::races::{AT_ONCE, at_once, succeeded};
use crate::support::{App, Browser, NEW_PASSWORD, Reply, flow_and_key};

const ANNA: &str = "anna@example.com";
const DAY: i64 = 86_400;

async fn not_me(browser: &mut Browser, token: &str) -> Reply {
    browser.call("not_me", json!({ "token": token })).await
}

/// The token of the last This Wasn't Me that was mailed.
async fn link(app: &App) -> String {
    app.mailed_links("/not-me").await.pop().unwrap()
}

async fn reset(app: &App) -> String {
    let reset = app.vestibule.reset_mfa(&Email::parse(ANNA).unwrap()).await.unwrap();
    reset.code.as_str().to_owned()
}

// S28a
#[tokio::test]
async fn the_notice_of_a_first_app_carries_the_link_and_that_of_a_changed_one_does_not() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolled(ANNA).await;
    let token = link(&app).await;
    let added = app.messages().await;
    let mail = added.iter().find(|mail| mail.subject == "Vestibule: Authenticator app added").unwrap();
    let url = format!("http://localhost:3000/not-me#{token}");
    assert!(mail.body.contains(&format!("This Wasn't Me:\n{url}\n")), "{}", mail.body);
    let html = mail.html.as_deref().unwrap();
    assert!(html.contains(&format!("href=\"{url}\">This Wasn't Me</a>")), "{html}");
    let (flow, key) = flow_and_key(&browser.open_set_up().await);
    browser.call("confirm_app", json!({ "flow": flow, "code": app.code(&key) })).await.state("full");
    browser.save_recovery_code().await;
    let later = app.messages().await.split_off(added.len());
    assert_eq!(later.len(), 2);
    for mail in later {
        assert!(!mail.body.contains("Wasn't Me") && !mail.html.unwrap().contains("not-me"), "{}", mail.body);
    }
}

// S28a, S32, attack 10
#[tokio::test]
async fn it_ends_every_session_blocks_sign_in_and_removes_nothing() {
    let one = App::start().await;
    let two = one.another_instance().await;
    let (session, key) = one.enrolled(ANNA).await;
    let (mut pending, reply) = two.challenged(ANNA).await;
    let token = link(&one).await;
    // Opening it is not pressing it.
    let mut stranger = one.browser();
    stranger.get("/not-me").await;
    stranger.get(&format!("/api/not_me?token={token}")).await.refused(405, "method_not_allowed");
    let opened = stranger.open_link("not_me", &token).await;
    let helper = "your company's administrator or help@example.com";
    assert_eq!(opened.answered().json, json!({ "email": ANNA, "helper": helper }));
    at(&two, &session).session().await.state("full");
    not_me(&mut stranger, &token).await.answered();
    assert!(stranger.cookies.is_empty());
    for app in [&one, &two] {
        let ended = at(app, &session).session().await;
        assert_eq!(ended.state("anonymous").json["ended"]["reason"], "suspended");
        at(app, &session).call("security", json!({})).await.refused(401, "signed_out");
        let refused = app.browser().sign_in(ANNA).await;
        refused.refused(403, "suspended");
        assert_eq!(
            refused.json["message"],
            "Sign-in to this account is blocked, because its owner reported a set-up that was not theirs. Ask your \
             company's administrator or help@example.com to reset its two-factor authentication."
        );
    }
    pending.challenge(&reply.record(), &two.code(&key)).await.refused(401, "signed_out");
    assert_eq!(one.count("SELECT COUNT(*) FROM methods").await, 1);
    assert_eq!(one.count("SELECT members_with_method FROM companies").await, 1);
    let valid = "SELECT COUNT(*) FROM recovery_codes WHERE consumed_at IS NULL AND void_at IS NULL";
    assert_eq!(one.count(valid).await, 1);
    // It is spent, and the person is told.
    not_me(&mut stranger, &token).await.refused(410, "link_gone");
    let mail = one.mail().await;
    let told: Vec<_> = mail.iter().filter(|mail| mail.1 == "Vestibule: Sign-in blocked").collect();
    assert_eq!(told.len(), 1);
    assert!(
        told[0].2.contains("tell your company's administrator or help@example.com at once"),
        "{}",
        told[0].2
    );
}

// S6, S28a: that the account is blocked is told to who knows its password, and to nobody else.
#[tokio::test]
async fn without_the_password_nobody_learns_that_sign_in_is_blocked() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    not_me(&mut app.browser(), &link(&app).await).await.answered();
    let hashes = app.vestibule.passwords().computed();
    let known = app.browser().sign_in_with(ANNA, "not the password").await;
    let unknown = app.browser().sign_in_with("nobody@example.com", "not the password").await;
    assert_eq!(app.vestibule.passwords().computed() - hashes, 2);
    known.refused(401, "wrong_credentials");
    assert_eq!(
        (known.status, &known.text, &known.headers),
        (unknown.status, &unknown.text, &unknown.headers)
    );
    // A new password changes nothing about it.
    let token = app.reset_link(ANNA).await;
    app.browser().reset_password(&token, NEW_PASSWORD).await.answered();
    let mut browser = app.browser();
    browser.sign_in_with(ANNA, NEW_PASSWORD).await.refused(403, "suspended");
    browser.session().await.state("anonymous");
    assert!(browser.cookies.is_empty());
}

// S28a
#[tokio::test]
async fn the_link_works_for_seven_days() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let token = link(&app).await;
    // The clock has moved to the app's next code since it was made.
    app.advance(7 * DAY - 31);
    app.browser().open_link("not_me", &token).await.answered();
    app.advance(1);
    app.browser().open_link("not_me", &token).await.refused(410, "link_gone");
    not_me(&mut app.browser(), &token).await.refused(410, "link_gone");
    app.challenged(ANNA).await;
}

// S28a, S43
#[tokio::test]
async fn a_reset_lifts_it_and_the_new_set_up_has_a_link_of_its_own() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let first = link(&app).await;
    not_me(&mut app.browser(), &first).await.answered();
    let code = reset(&app).await;
    let mut browser = app.browser();
    let reply = browser.sign_in(ANNA).await;
    reply.state("identity_due");
    let given = json!({ "record": reply.record(), "code": code });
    let entered = browser.call("confirm_identity", given).await;
    browser.set_up_app(entered.state("enrol_only").record(), app.now()).await;
    browser.save_recovery_code().await;
    let second = link(&app).await;
    assert_ne!(first, second);
    not_me(&mut app.browser(), &second).await.answered();
    app.browser().sign_in(ANNA).await.refused(403, "suspended");
}

// What the link was about is gone with the reset.
#[tokio::test]
async fn a_link_of_before_a_reset_does_nothing_after_it() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let token = link(&app).await;
    reset(&app).await;
    app.browser().open_link("not_me", &token).await.refused(410, "link_gone");
    not_me(&mut app.browser(), &token).await.refused(410, "link_gone");
    app.browser().sign_in(ANNA).await.state("identity_due");
}

#[tokio::test]
async fn who_is_in_no_company_is_sent_to_the_support_contact() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    app.execute("DELETE FROM memberships").await;
    not_me(&mut app.browser(), &link(&app).await).await.answered();
    let refused = app.browser().sign_in(ANNA).await;
    let message = refused.refused(403, "suspended").json["message"].as_str().unwrap();
    assert!(
        message.contains("Ask help@example.com to reset") && !message.contains("administrator"),
        "{message}"
    );
    let (_, subject, body) = app.mail().await.pop().unwrap();
    assert_eq!(subject, "Vestibule: Sign-in blocked");
    assert!(body.contains("tell help@example.com at once") && !body.contains("administrator"), "{body}");
}

// Attack 1
#[tokio::test(flavor = "multi_thread")]
async fn pressed_many_times_at_once_it_acts_once() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let token = link(&app).await;
    let replies = at_once(&app.browser(), AT_ONCE, |mut browser, _| {
        let token = token.clone();
        async move { not_me(&mut browser, &token).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    assert_eq!(app.count("SELECT COUNT(*) FROM audit_events WHERE event = 'suspended'").await, 1);
}
