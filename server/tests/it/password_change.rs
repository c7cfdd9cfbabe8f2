//! Changing the password, what may be one, and hashes of before.

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE64_NOPAD;
use sea_orm::EntityTrait;
use serde_json::json;
use vestibule_core::store::entities::user;

use crate::support::{App, Browser, NEW_PASSWORD, PASSWORD, Reply};

const ANNA: &str = "anna@example.com";

/// Anna without a method, signed in.
async fn signed_in(app: &App) -> Browser {
    app.add_user(ANNA).await;
    let mut browser = app.browser();
    browser.sign_in(ANNA).await.state("full");
    browser
}

async fn strength(browser: &mut Browser, new: &str, token: Option<&str>) -> Reply {
    browser.call("password_strength", json!({ "new": new, "token": token })).await
}

/// The stored hash of the one person that there is.
async fn stored_hash(app: &App) -> String {
    let person = user::Entity::find().one(app.vestibule.store().reader()).await.unwrap();
    person.unwrap().password_hash.unwrap()
}

/// What an earlier version, with less memory and one pass, would have stored.
fn older_hash(app: &App, password: &str) -> String {
    let (pepper, salt, mut output) = (app.keys().pepper(), [5; 16], [0; 32]);
    let params = Params::new(8_192, 1, 1, Some(32)).unwrap();
    Argon2::new_with_secret(pepper.as_slice(), Algorithm::Argon2id, Version::V0x13, params)
        .unwrap()
        .hash_password_into(password.as_bytes(), &salt, &mut output)
        .unwrap();
    let (salt, output) = (BASE64_NOPAD.encode(&salt), BASE64_NOPAD.encode(&output));
    format!("$argon2id$v=19$m=8192,t=1,p=1${salt}${output}")
}

// S5, S30, S32, attacks 8 and 10
#[tokio::test]
async fn a_changed_password_ends_everything_but_the_session_that_changed_it() {
    let one = App::start().await;
    let two = one.another_instance().await;
    let (mut own, key) = one.enrolled(ANNA).await;
    let (mut other, reply) = two.challenged(ANNA).await;
    other.challenge(&reply.record(), &two.code(&key)).await.state("full");
    one.next_step();
    let (mut pending, reply) = two.challenged(ANNA).await;
    let mut before = own.clone();
    own.change_password(PASSWORD, NEW_PASSWORD).await.state("full");
    // The token of before is dead, the new one is the same session's.
    before.session().await.state("anonymous");
    own.call("security", json!({})).await.answered();
    assert_eq!(other.session().await.json["ended"]["reason"], "changed");
    other.call("security", json!({})).await.refused(401, "signed_out");
    pending.challenge(&reply.record(), &two.code(&key)).await.refused(401, "signed_out");
    two.browser().sign_in(ANNA).await.refused(401, "wrong_credentials");
    // The app stays.
    let mut next = two.browser();
    let reply = next.sign_in_with(ANNA, NEW_PASSWORD).await;
    next.challenge(&reply.record(), &two.code(&key)).await.state("full");
    let mail = one.mail().await;
    assert_eq!(mail.iter().filter(|mail| mail.1 == "Vestibule: Password changed").count(), 1);
}

#[tokio::test]
async fn the_tab_says_since_when_the_password_is_what_it_is() {
    let app = App::start().await;
    let mut browser = signed_in(&app).await;
    app.advance(90);
    browser.change_password(PASSWORD, NEW_PASSWORD).await.state("full");
    let security = browser.call("security", json!({})).await;
    assert_eq!(security.json["password_changed_at"], app.now().0);
}

// S5, S45, S48: within the budget of the sign-in.
#[tokio::test]
async fn the_present_password_is_asked_and_guesses_at_it_are_counted_with_those_of_the_sign_in() {
    let app = App::start().await;
    let mut browser = signed_in(&app).await;
    let mut again = browser.clone();
    for _ in 0..5 {
        let wrong = browser.change_password("not the password", NEW_PASSWORD).await;
        wrong.refused(401, "wrong_credentials");
        assert_eq!(wrong.json["field"], "password");
        assert_eq!(wrong.json["message"], "Your current password is not right. Try again.");
        again.sign_in_with(ANNA, "not the password").await.refused(401, "wrong_credentials");
    }
    let paused = browser.change_password(PASSWORD, NEW_PASSWORD).await;
    paused.refused(429, "paused");
    assert_eq!(paused.json["retry_after_s"], 60);
    app.browser().sign_in(ANNA).await.state("full");
    app.advance(60);
    browser.change_password(PASSWORD, NEW_PASSWORD).await.state("full");
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts WHERE kind = 'password'").await, 0);
}

// S2
#[tokio::test]
async fn a_new_password_that_is_refused_is_said_at_its_field_and_costs_no_attempt() {
    let app = App::start().await;
    let mut browser = signed_in(&app).await;
    for (new, why) in [
        ("short", "Use at least 8 characters."),
        ("Password2024!", "Many people use this password. Choose another."),
        (
            "AnnaBerg1987",
            "A password made of your name, your company's or ours is easy to guess. Choose another.",
        ),
    ] {
        let refused = browser.change_password("not the password", new).await;
        refused.refused(422, "invalid");
        assert_eq!((&refused.json["field"], &refused.json["message"]), (&json!("new"), &json!(why)), "{new}");
    }
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts").await, 0);
    app.browser().sign_in(ANNA).await.state("full");
}

#[tokio::test]
async fn a_mailed_link_is_void_once_the_password_was_changed() {
    let app = App::start().await;
    let mut browser = signed_in(&app).await;
    let token = app.reset_link(ANNA).await;
    browser.change_password(PASSWORD, NEW_PASSWORD).await.state("full");
    app.browser().reset_password(&token, "paper-lantern-58-fjord").await.refused(410, "link_gone");
}

// S7: a shared tablet.
#[tokio::test]
async fn a_form_of_another_persons_page_changes_nobodys_password() {
    let app = App::start().await;
    let foreign = signed_in(&app).await.session().await.record();
    app.add_user("bea@example.com").await;
    let mut browser = app.browser();
    browser.sign_in("bea@example.com").await.state("full");
    let body = json!({ "record": foreign, "current": PASSWORD, "new": NEW_PASSWORD });
    browser.call("change_password", body).await.refused(409, "stale");
    app.browser().sign_in(ANNA).await.state("full");
    app.browser().sign_in("bea@example.com").await.state("full");
}

// Pairs
#[tokio::test(flavor = "multi_thread")]
async fn two_changes_of_a_password_at_once_have_one_serial_outcome() {
    let app = App::start().await;
    let browser = signed_in(&app).await;
    let record = browser.clone().session().await.record();
    let replies = crate::races::at_once(&browser, 8, |mut browser, index| {
        let new = format!("{NEW_PASSWORD}-{index}");
        let body = json!({ "record": record, "current": PASSWORD, "new": new });
        async move { browser.call("change_password", body).await }
    })
    .await;
    assert_eq!(crate::races::succeeded(&replies), 1);
    let winner = replies.iter().position(|reply| reply.status == 200).unwrap();
    app.browser().sign_in_with(ANNA, &format!("{NEW_PASSWORD}-{winner}")).await.state("full");
    let changed = "SELECT COUNT(*) FROM audit_events WHERE event = 'password_changed'";
    assert_eq!(app.count(changed).await, 1);
}

// S2
#[tokio::test]
async fn the_meter_rises_and_says_why_a_password_would_be_refused() {
    let app = App::start().await;
    let mut browser = signed_in(&app).await;
    let mut scores = Vec::new();
    for new in ["password", "mosslamp", "moss lamp velvet", NEW_PASSWORD] {
        scores.push(strength(&mut browser, new, None).await.answered().json["score"].as_u64().unwrap());
    }
    assert!(scores.is_sorted(), "{scores:?}");
    assert_eq!((scores[0], scores[3]), (0, 4));
    for (new, words) in [
        ("moss", "Use at least 8 characters."),
        ("password", "Many people use this password. Choose another."),
        (
            "anna.berg.77",
            "A password made of your name, your company's or ours is easy to guess. Choose another.",
        ),
    ] {
        let refused = strength(&mut browser, new, None).await;
        assert_eq!(refused.answered().json, json!({ "score": 0, "words": words }));
    }
    let strong = strength(&mut browser, NEW_PASSWORD, None).await;
    assert_eq!(strong.json, json!({ "score": 4, "words": "Strong." }));
}

#[tokio::test]
async fn the_meter_works_for_who_is_setting_a_password_and_for_nobody_else() {
    let app = App::start().await;
    let mut own = signed_in(&app).await;
    let token = app.reset_link(ANNA).await;
    strength(&mut own, NEW_PASSWORD, None).await.answered();
    // With a link, of the person whose link it is: her name counts.
    let mut browser = app.browser();
    assert_eq!(strength(&mut browser, NEW_PASSWORD, Some(&token)).await.answered().json["score"], 4);
    assert_eq!(strength(&mut browser, "anna.berg.77", Some(&token)).await.answered().json["score"], 0);
    strength(&mut browser, NEW_PASSWORD, None).await.refused(403, "wrong_state");
    strength(&mut browser, NEW_PASSWORD, Some("")).await.refused(410, "link_gone");
    app.enrolled("bea@example.com").await;
    let (mut pending, _) = app.challenged("bea@example.com").await;
    strength(&mut pending, NEW_PASSWORD, None).await.refused(403, "wrong_state");
    app.advance_minutes(60);
    strength(&mut browser, NEW_PASSWORD, Some(&token)).await.refused(410, "link_gone");
}

// S3
#[tokio::test]
async fn a_hash_of_older_parameters_is_replaced_at_sign_in_and_nothing_else_happens() {
    let app = App::start().await;
    let mut own = signed_in(&app).await;
    let older = older_hash(&app, PASSWORD);
    app.execute(&format!("UPDATE users SET password_hash = '{older}'")).await;
    let changed_at = app.count("SELECT password_changed_at FROM users").await;
    app.advance(60);
    own.clone().sign_in_with(ANNA, "not the password").await.refused(401, "wrong_credentials");
    assert_eq!(stored_hash(&app).await, older);
    app.browser().sign_in(ANNA).await.state("full");
    let newer = stored_hash(&app).await;
    assert!(newer.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{newer}");
    // It is the same password: nothing ended, and nobody is told of more than the new device.
    own.session().await.state("full");
    assert_eq!(app.count("SELECT password_changed_at FROM users").await, changed_at);
    let subjects: Vec<String> = app.mail().await.into_iter().map(|(_, subject, _)| subject).collect();
    assert_eq!(subjects, ["Vestibule: Signed in on a new device"]);
    app.browser().sign_in(ANNA).await.state("full");
    assert_eq!(stored_hash(&app).await, newer);
}

// S6: a hash that nobody's password matches costs what others cost, and no second one is computed.
#[tokio::test]
async fn a_wrong_password_is_not_hashed_anew() {
    let app = App::start().await;
    signed_in(&app).await;
    let older = older_hash(&app, PASSWORD);
    app.execute(&format!("UPDATE users SET password_hash = '{older}'")).await;
    let before = app.vestibule.passwords().computed();
    app.browser().sign_in_with(ANNA, "not the password").await.refused(401, "wrong_credentials");
    assert_eq!(app.vestibule.passwords().computed() - before, 1);
}
