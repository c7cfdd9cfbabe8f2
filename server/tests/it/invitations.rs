//! Invitations: single use, seven days, without effect until they are accepted (S43).

use domain::Role;
use serde_json::{Value, json};

use crate::races::{at_once, succeeded};
use crate::support::{App, PASSWORD, policy};

const ADMIN: &str = "admin@example.com";
const NEW: &str = "new@example.com";
const HARBOUR: &str = "harbour";

async fn invitation(app: &App) -> String {
    app.mailed_links("/invitation").await.pop().unwrap()
}

#[tokio::test]
async fn somebody_new_is_invited_sets_a_first_password_and_signs_in() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    let check = json!({ "company": HARBOUR, "list": format!("New Person <{NEW}>\n{ADMIN}\nnobody") });
    let check = admin.call("check_invitations", check).await;
    assert_eq!((&check.json["invitations"], &check.json["members"]), (&json!(1), &json!(1)));
    let problem = &check.json["problems"][0];
    assert_eq!((&problem["line"], &problem["text"]), (&json!(3), &json!("nobody")));
    admin.invite(HARBOUR, "nobody").await.refused(422, "invalid");
    assert!(app.mailed_links("/invitation").await.is_empty());

    admin.invite(HARBOUR, &format!("New Person <{NEW}>")).await.answered();
    let token = invitation(&app).await;
    // Without effect: no password, no member, nothing asked.
    app.browser().sign_in(NEW).await.refused(401, "wrong_credentials");
    assert_eq!(app.count("SELECT members FROM companies WHERE slug = 'harbour'").await, 1);
    let page = admin.members(HARBOUR, "", "invited").await.json;
    assert_eq!((&page["rows"][0]["email"], &page["rows"][0]["accepted"]), (&json!(NEW), &json!(false)));
    assert_eq!(page["rows"][0]["name"], "New Person");

    let mut browser = app.browser();
    let opened = browser.call("invitation", json!({ "token": token })).await;
    let expected = json!({ "company": HARBOUR, "email": NEW, "name": "New Person", "has_account": false });
    assert_eq!(opened.answered().json, expected);
    let measured = browser.call("password_strength", json!({ "new": "password123", "token": token })).await;
    assert_eq!(measured.answered().json["score"], 0);
    let weak = json!({ "token": token, "name": "New Person", "password": "password123" });
    assert_eq!(browser.call("accept_as_new", weak).await.refused(422, "invalid").json["field"], "new");
    let nameless = browser.accept_as_new(&token, "  ").await;
    assert_eq!(nameless.refused(422, "invalid").json["field"], "name");
    let accepted = browser.accept_as_new(&token, "Nora Person").await;
    assert_eq!(accepted.answered().json, Value::Null);
    // It signs nobody in.
    browser.session().await.state("anonymous");
    let view = browser.sign_in(NEW).await;
    view.state("full");
    assert_eq!(view.json["person"]["name"], "Nora Person");
    assert_eq!(app.count("SELECT members FROM companies WHERE slug = 'harbour'").await, 2);
    browser.accept_as_new(&token, "Nora Person").await.refused(410, "link_gone");
    let told = app.subjects_to(ADMIN).await;
    assert!(told.contains(&"Vestibule: harbour: somebody has joined".to_owned()), "{told:?}");
}

#[tokio::test]
async fn who_has_an_account_accepts_in_a_session_of_that_address_and_no_link_sets_a_password() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    app.add_user(NEW).await;
    app.add_user("other@example.com").await;
    admin.invite(HARBOUR, NEW).await.answered();
    let token = invitation(&app).await;
    let mut browser = app.browser();
    assert_eq!(browser.call("invitation", json!({ "token": token })).await.json["has_account"], true);
    browser.accept_as_new(&token, "Mallory").await.refused(403, "wrong_state");
    let nobody = json!({ "record": uuid::Uuid::nil(), "token": token });
    browser.call("accept_invitation", nobody).await.refused(401, "signed_out");
    let mut other = app.browser();
    other.sign_in("other@example.com").await.state("full");
    other.act("accept_invitation", json!({ "token": token })).await.refused(404, "not_found");
    browser.sign_in_with(NEW, PASSWORD).await.state("full");
    let view = browser.act("accept_invitation", json!({ "token": token })).await;
    view.answered().state("full");
    browser.act("accept_invitation", json!({ "token": token })).await.refused(410, "link_gone");
    assert_eq!(app.count("SELECT members FROM companies WHERE slug = 'harbour'").await, 2);
}

// S43: who was invited has shown nothing of their account to the company yet.
#[tokio::test]
async fn nothing_of_an_account_is_seen_before_the_invitation_is_accepted() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    app.enrolled("stranger@example.com").await;
    admin.invite(HARBOUR, &format!("Somebody <stranger@example.com>\n{NEW}")).await.answered();
    let page = admin.members(HARBOUR, "", "invited").await.json;
    let (new, known) = (page["rows"][0].clone(), page["rows"][1].clone());
    let blank = |row: &Value| {
        let mut row = row.clone();
        for own in ["id", "name", "email"] {
            row[own] = Value::Null;
        }
        row
    };
    assert_eq!((&known["email"], &known["name"]), (&json!("stranger@example.com"), &json!("Somebody")));
    assert_eq!((blank(&known), &new["name"]), (blank(&new), &json!("")));
    // Neither is found by its own name.
    assert!(admin.members(HARBOUR, "anna", "invited").await.json["rows"].as_array().unwrap().is_empty());
}

// S48: taking an invitation back does not make room for another mail.
#[tokio::test]
async fn a_person_is_mailed_three_invitations_of_a_company_in_a_day() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    for _ in 0..5 {
        admin.invite(HARBOUR, NEW).await.answered();
        let body = json!({ "company": HARBOUR, "member": app.id_of(NEW).await });
        admin.act("remove_member", body).await.answered();
    }
    assert_eq!(app.mailed_links("/invitation").await.len(), 3);
}

// S43: whoever accepts is asked at once for what the company requires.
#[tokio::test]
async fn a_company_that_requires_mfa_asks_for_it_once_the_invitation_is_accepted() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    admin.save_policy(HARBOUR, policy(Some("2020-01-01T00:00"), true, false)).await.answered();
    app.add_user(NEW).await;
    admin.invite(HARBOUR, NEW).await.answered();
    let mut browser = app.browser();
    browser.sign_in(NEW).await.state("full");
    let token = invitation(&app).await;
    browser.act("accept_invitation", json!({ "token": token })).await.state("password_due");
}

#[tokio::test]
async fn a_link_works_for_seven_days_and_a_later_one_or_taking_it_back_voids_it() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, key) = app.administrator(HARBOUR, ADMIN).await;
    admin.invite(HARBOUR, NEW).await.answered();
    let first = invitation(&app).await;
    let member = app.id_of(NEW).await;
    let again = json!({ "company": HARBOUR, "member": member });
    admin.act("invite_again", again.clone()).await.answered();
    let second = invitation(&app).await;
    app.browser().accept_as_new(&first, "New").await.refused(410, "link_gone");
    admin.act("invite_again", again.clone()).await.answered();
    admin.act("invite_again", again.clone()).await.refused(429, "paused");
    let third = invitation(&app).await;
    app.browser().accept_as_new(&second, "New").await.refused(410, "link_gone");
    app.advance_minutes(7 * 24 * 60);
    app.browser().accept_as_new(&third, "New").await.refused(410, "link_gone");

    let (mut admin, reply) = app.challenged(ADMIN).await;
    admin.challenge(&reply.record(), &app.code(&key)).await.state("full");
    admin.step_up_password().await.answered();
    admin.act("invite_again", again.clone()).await.answered();
    let fourth = invitation(&app).await;
    admin.act("remove_member", again).await.answered();
    app.browser().call("invitation", json!({ "token": fourth })).await.refused(410, "link_gone");
}

// Nobody is invited as an administrator: the role is given after (S43).
#[tokio::test]
async fn who_has_not_accepted_gets_no_role_and_no_reset() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    admin.invite(HARBOUR, NEW).await.answered();
    let member = app.id_of(NEW).await;
    let role =
        json!({ "company": HARBOUR, "member": member, "role": Role::Administrator, "payments": false });
    admin.act("change_member", role).await.refused(404, "not_found");
    admin.reset_member(HARBOUR, member, "lost").await.refused(404, "not_found");
}

// Attack 1
#[tokio::test(flavor = "multi_thread")]
async fn one_invitation_accepted_many_times_at_once_makes_one_member() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    admin.invite(HARBOUR, NEW).await.answered();
    let token = invitation(&app).await;
    let replies = at_once(&app.browser(), 8, |mut browser, _| {
        let token = token.clone();
        async move { browser.accept_as_new(&token, "New").await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    assert_eq!(app.count("SELECT members FROM companies WHERE slug = 'harbour'").await, 2);
}
