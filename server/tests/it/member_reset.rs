//! Reset MFA of a member by an administrator (S42, S43).

use serde_json::{Value, json};

use crate::races::{at_once, succeeded};
use crate::support::{App, Browser, policy};

const ADMIN: &str = "admin@example.com";
const MEMBER: &str = "member@example.com";
const OTHER: &str = "other@example.com";
const HARBOUR: &str = "harbour";
const NEW_PASSWORD: &str = "paper-lantern-58-fjord";

/// A company that requires MFA, its administrator, and a member of it alone with an app.
async fn harbour(app: &App) -> (Browser, Browser) {
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    admin.save_policy(HARBOUR, policy(Some("2020-01-01T00:00"), true, false)).await.answered();
    let (member, _) = app.member_with_app(HARBOUR, MEMBER).await;
    (admin, member)
}

async fn by_link(browser: &mut Browser, token: &str) -> crate::support::Reply {
    browser.act("confirm_identity_by_link", json!({ "token": token })).await
}

#[tokio::test]
async fn a_reset_takes_everything_away_and_the_code_in_person_leads_back() {
    let app = App::start().await;
    let (mut admin, mut member) = harbour(&app).await;
    let id = app.id_of(MEMBER).await;
    let nameless = admin.reset_member(HARBOUR, id, "  ").await;
    assert_eq!(nameless.refused(422, "invalid").json["field"], "reason");
    let reset = admin.reset_member(HARBOUR, id, "Phone lost on site").await;
    let done = reset.answered().json["done"].clone();
    assert_eq!(done["minutes"], 60);
    member.session().await.state("anonymous");
    assert_eq!(app.count("SELECT members_with_method FROM companies WHERE slug = 'harbour'").await, 1);
    let reason =
        "SELECT COUNT(*) FROM audit_events WHERE event = 'mfa_reset' AND detail = 'Phone lost on site'";
    assert_eq!(app.count(reason).await, 1);
    let reply = member.sign_in(MEMBER).await;
    reply.state("identity_due");
    let code = done["code"].as_str().unwrap().replace(' ', "");
    let confirm = json!({ "record": reply.record(), "code": code });
    member.call("confirm_identity", confirm).await.state("enrol_only");
    // The code is nowhere else.
    assert!(!app.mail().await.iter().any(|mail| mail.2.contains(done["code"].as_str().unwrap())));
}

#[tokio::test]
async fn the_mailed_link_leads_back_beside_the_password_once() {
    let app = App::start().await;
    let (mut admin, _) = harbour(&app).await;
    admin.reset_member(HARBOUR, app.id_of(MEMBER).await, "lost").await.answered();
    let token = app.mailed_links("/set-up-again").await.pop().unwrap();
    // Without the password it is worth nothing.
    let nobody = json!({ "record": uuid::Uuid::nil(), "token": token });
    app.browser().call("confirm_identity_by_link", nobody).await.refused(401, "signed_out");
    let mut member = app.browser();
    member.sign_in(MEMBER).await.state("identity_due");
    let mut second = app.browser();
    second.sign_in(MEMBER).await.state("identity_due");
    // Somebody else's link is none.
    by_link(&mut member, &token.chars().rev().collect::<String>()).await.refused(410, "link_gone");
    by_link(&mut member, &token).await.state("enrol_only");
    by_link(&mut second, &token).await.refused(410, "link_gone");
}

#[tokio::test]
async fn the_mailed_link_works_for_a_day_and_a_later_reset_voids_it() {
    let app = App::start().await;
    let (mut admin, _) = harbour(&app).await;
    let id = app.id_of(MEMBER).await;
    admin.reset_member(HARBOUR, id, "lost").await.answered();
    let first = app.mailed_links("/set-up-again").await.pop().unwrap();
    admin.reset_member(HARBOUR, id, "lost again").await.answered();
    let second = app.mailed_links("/set-up-again").await.pop().unwrap();
    let mut member = app.browser();
    member.sign_in(MEMBER).await.state("identity_due");
    by_link(&mut member, &first).await.refused(410, "link_gone");
    app.advance_minutes(24 * 60);
    let mut member = app.browser();
    member.sign_in(MEMBER).await.state("identity_due");
    by_link(&mut member, &second).await.refused(410, "link_gone");
}

// S43: one mailbox must not be enough, whichever came first.
#[tokio::test]
async fn a_mailed_password_voids_the_mailed_link_before_and_after_the_reset() {
    let app = App::start().await;
    let (mut admin, _) = harbour(&app).await;
    let id = app.id_of(MEMBER).await;
    admin.reset_member(HARBOUR, id, "lost").await.answered();
    let link = app.mailed_links("/set-up-again").await.pop().unwrap();
    let password = app.reset_link(MEMBER).await;
    app.browser().reset_password(&password, NEW_PASSWORD).await.answered();
    let mut member = app.browser();
    member.sign_in_with(MEMBER, NEW_PASSWORD).await.state("identity_due");
    by_link(&mut member, &link).await.refused(410, "link_gone");
    // After it, no link is mailed at all.
    let before = app.mailed_links("/set-up-again").await.len();
    let reset = admin.reset_member(HARBOUR, id, "still lost").await;
    let code = reset.answered().json["done"]["code"].as_str().unwrap().replace(' ', "");
    assert_eq!(app.mailed_links("/set-up-again").await.len(), before);
    let mut member = app.browser();
    let reply = member.sign_in_with(MEMBER, NEW_PASSWORD).await;
    let confirm = json!({ "record": reply.record(), "code": code });
    member.call("confirm_identity", confirm).await.state("enrol_only");
}

// S42
#[tokio::test]
async fn nobody_resets_themselves_and_a_reset_needs_a_step_up() {
    let app = App::start().await;
    let (mut admin, _) = harbour(&app).await;
    let own = app.id_of(ADMIN).await;
    admin.reset_member(HARBOUR, own, "lost").await.refused(403, "wrong_state");
    app.advance_minutes(6);
    let id = app.id_of(MEMBER).await;
    admin.reset_member(HARBOUR, id, "lost").await.refused(403, "step_up_needed");
    assert_eq!(app.count("SELECT COUNT(*) FROM methods").await, 2);
}

/// A member of two companies with an app, and an administrator of each: harbour's first.
async fn two_companies(app: &App) -> (Browser, Browser) {
    let (admin, _) = harbour(app).await;
    app.add_company("quarry", &[MEMBER]).await;
    let (other, _) = app.administrator("quarry", OTHER).await;
    (admin, other)
}

// S43: a member of several companies is not reset by one of them alone.
#[tokio::test]
async fn a_member_of_two_companies_is_reset_once_the_other_has_confirmed() {
    let app = App::start().await;
    let (mut admin, mut other) = two_companies(&app).await;
    let id = app.id_of(MEMBER).await;
    let asked = admin.reset_member(HARBOUR, id, "Phone lost").await;
    assert_eq!(asked.answered().json, json!({ "requested": { "hours": 24 } }));
    let methods = "SELECT COUNT(*) FROM methods";
    let before = app.count(methods).await;
    let told = app.subjects_to(OTHER).await;
    assert!(told.contains(&"Vestibule: quarry: a reset waits for you".to_owned()), "{told:?}");
    let waiting = other.call("reset_requests", json!({ "company": "quarry" })).await;
    assert_eq!(waiting.json[0]["email"], MEMBER);
    assert_eq!(app.count(methods).await, before);
    let request = waiting.json[0]["id"].clone();
    // Whoever asked does not confirm, also not in their own company.
    let own = json!({ "company": HARBOUR, "request_id": request });
    admin.act("confirm_reset", own).await.refused(404, "not_found");
    let confirm = json!({ "company": "quarry", "request_id": request });
    let confirmed = other.act("confirm_reset", confirm.clone()).await;
    assert_eq!(confirmed.answered().json, json!([]));
    assert_eq!(app.count(methods).await, before - 1);
    other.act("confirm_reset", confirm).await.refused(404, "not_found");
    // Now the one who has asked gets the code that is handed over.
    let done = admin.reset_member(HARBOUR, id, "Phone lost").await;
    assert!(done.answered().json["done"]["code"].is_string());
    // Once something is set up again, a reset has to be confirmed anew: it was no leave to reset again.
    let code = done.json["done"]["code"].as_str().unwrap().replace(' ', "");
    let mut member = app.browser();
    let reply = member.sign_in(MEMBER).await;
    let confirm = json!({ "record": reply.record(), "code": code });
    let enrolling = member.call("confirm_identity", confirm).await;
    member.set_up_app(enrolling.record(), app.now()).await;
    member.save_recovery_code().await;
    let again = admin.reset_member(HARBOUR, id, "Phone lost").await;
    assert_eq!(again.answered().json, json!({ "requested": { "hours": 24 } }));
}

// A request ends with the right to ask.
#[tokio::test]
async fn a_request_of_somebody_who_administers_no_more_cannot_be_confirmed() {
    let app = App::start().await;
    let (mut admin, mut other) = two_companies(&app).await;
    let (mut second, _) = app.administrator(HARBOUR, "second@example.com").await;
    let id = app.id_of(MEMBER).await;
    admin.reset_member(HARBOUR, id, "lost").await.answered();
    let waiting = other.call("reset_requests", json!({ "company": "quarry" })).await;
    let own = app.id_of(ADMIN).await;
    let role = json!({ "company": HARBOUR, "member": own, "role": "member", "payments": null });
    second.act("change_member", role).await.answered();
    let confirm = json!({ "company": "quarry", "request_id": waiting.json[0]["id"] });
    other.act("confirm_reset", confirm).await.refused(404, "not_found");
    // Whoever lost the role is told.
    assert!(app.subjects_to(ADMIN).await.contains(&"Vestibule: harbour: a member was changed".to_owned()));
}

// The operator's reset voids what was mailed about an earlier one (S43).
#[tokio::test]
async fn the_operators_reset_voids_the_mailed_link_of_an_earlier_one() {
    let app = App::start().await;
    let (mut admin, _) = harbour(&app).await;
    admin.reset_member(HARBOUR, app.id_of(MEMBER).await, "lost").await.answered();
    let link = app.mailed_links("/set-up-again").await.pop().unwrap();
    app.vestibule.reset_mfa(&domain::Email::parse(MEMBER).unwrap()).await.unwrap();
    let mut member = app.browser();
    member.sign_in(MEMBER).await.state("identity_due");
    by_link(&mut member, &link).await.refused(410, "link_gone");
}

#[tokio::test]
async fn the_member_confirms_by_mail_once_within_a_day() {
    let app = App::start().await;
    let (mut admin, _) = two_companies(&app).await;
    let id = app.id_of(MEMBER).await;
    admin.reset_member(HARBOUR, id, "lost").await.answered();
    let second = app.mailed_links("/confirm-reset").await.pop().unwrap();
    // Asked again within the hour, nobody is mailed again (S48).
    let mails = app.mail().await.len();
    admin.reset_member(HARBOUR, id, "lost").await.answered();
    assert_eq!(app.mail().await.len(), mails);
    let mut browser = app.browser();
    let confirmed = browser.call("confirm_own_reset", json!({ "token": second })).await;
    assert_eq!(confirmed.answered().json, Value::Null);
    browser.call("confirm_own_reset", json!({ "token": second })).await.refused(410, "link_gone");
    browser.sign_in(MEMBER).await.state("identity_due");
    let link = app.mailed_links("/set-up-again").await.pop().unwrap();
    by_link(&mut browser, &link).await.state("enrol_only");
}

// Races: a request is confirmed once.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_confirmed_many_times_at_once_resets_once() {
    let app = App::start().await;
    let (mut admin, mut other) = two_companies(&app).await;
    let id = app.id_of(MEMBER).await;
    admin.reset_member(HARBOUR, id, "lost").await.answered();
    let waiting = other.call("reset_requests", json!({ "company": "quarry" })).await;
    let record = other.session().await.record();
    let body = json!({ "record": record, "company": "quarry", "request_id": waiting.json[0]["id"] });
    let replies = at_once(&other, 8, |mut browser, _| {
        let body = body.clone();
        async move { browser.call("confirm_reset", body).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    assert_eq!(app.count("SELECT COUNT(*) FROM audit_events WHERE event = 'mfa_reset'").await, 1);
}
