//! A forgotten password: a mailed link sets a new one, and that is all it does (S5).

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use data_encoding::BASE64URL_NOPAD;
use domain::Email;
use sea_orm::EntityTrait;
use serde_json::json;
use vestibule_core::secret::Password;
use vestibule_core::store::entities::{link, outbox};

use crate::instances::at;
use crate::races::{AT_ONCE, at_once, succeeded};
use crate::support::{App, NEW_PASSWORD, Options, Reply};

const ANNA: &str = "anna@example.com";

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

/// How many rows there are of what a request for a link could write.
async fn rows(app: &App) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["outbox", "attempts", "links", "audit_events", "sessions"] {
        counts.push(app.count(&format!("SELECT COUNT(*) FROM {table}")).await);
    }
    counts
}

// S5, S6, attack 15
#[tokio::test]
async fn an_address_that_nobody_has_gets_the_same_answer_and_leaves_the_same_rows() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    // The first that a network asks for begins to count the network's.
    app.browser().forgot_password("somebody@example.com").await.answered();
    let mut written = Vec::new();
    let mut answers = Vec::new();
    for address in [ANNA, "nobody@example.com"] {
        let before = rows(&app).await;
        answers.push(app.browser().forgot_password(address).await);
        let after = rows(&app).await;
        written.push(after.iter().zip(before).map(|(after, before)| after - before).collect::<Vec<_>>());
    }
    answers[0].answered();
    assert_eq!((answers[0].status, &answers[0].text), (answers[1].status, &answers[1].text));
    assert_eq!(answers[0].headers, answers[1].headers);
    assert_eq!(written, [[1, 1, 0, 0, 0], [1, 1, 0, 0, 0]]);
    // Only the worker finds out whose address it is.
    let mail = app.mail().await;
    assert_eq!(mail.len(), 1);
    assert_eq!((mail[0].0.as_str(), mail[0].1.as_str()), (ANNA, "Vestibule: Set a new password"));
    assert_eq!(app.count("SELECT COUNT(*) FROM links").await, 1);
    let requested = "SELECT COUNT(*) FROM audit_events WHERE event = 'password_reset_requested'";
    assert_eq!(app.count(requested).await, 1);
}

// S38, attack 13
#[tokio::test]
async fn whatever_host_the_request_names_the_link_begins_with_the_public_url() {
    let options = Options { public_url: "https://login.example.com", ..Options::default() };
    let app = App::start_with(options).await;
    app.add_user(ANNA).await;
    let mut browser = app.browser();
    let body = Body::from(json!({ "email": ANNA }).to_string());
    let mut request = browser.request("request_password_reset").body(body).unwrap();
    for name in ["host", "forwarded", "x-forwarded-host", "x-forwarded-server", "x-original-host"] {
        request.headers_mut().insert(name, HeaderValue::from_static("evil.example"));
    }
    browser.send(request).await.answered();
    let token = app.mailed_links("/reset-password").await.pop().unwrap();
    assert_eq!(token.len(), 43);
    let mail = app.messages().await.pop().unwrap();
    let html = mail.html.unwrap();
    assert!(mail.body.contains(&format!("\nhttps://login.example.com/reset-password#{token}\n")));
    assert!(html.contains(&format!("href=\"https://login.example.com/reset-password#{token}\"")), "{html}");
    assert!(!mail.body.contains("evil") && !html.contains("evil"), "{html}");
}

// S5
#[tokio::test]
async fn a_link_is_opened_as_often_as_one_likes_and_sets_one_password() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    let token = app.reset_link(ANNA).await;
    let mut browser = app.browser();
    for _ in 0..3 {
        let opened = browser.open_link("reset_password", &token).await;
        assert_eq!(opened.answered().json["email"], ANNA);
    }
    browser.reset_password(&token, NEW_PASSWORD).await.answered();
    browser.open_link("reset_password", &token).await.refused(410, "link_gone");
    browser.reset_password(&token, "paper-lantern-58-fjord").await.refused(410, "link_gone");
    app.browser().sign_in(ANNA).await.refused(401, "wrong_credentials");
    app.browser().sign_in_with(ANNA, NEW_PASSWORD).await.state("full");
}

// S35: what follows links in mails, or fetches pages beforehand, spends none.
#[tokio::test]
async fn getting_a_link_changes_nothing() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    let token = app.reset_link(ANNA).await;
    let before = rows(&app).await;
    let mut browser = app.browser();
    browser.get("/reset-password").await;
    for function in ["request_password_reset", "link", "reset_password"] {
        let query = format!("email={ANNA}&kind=reset_password&token={token}&new={NEW_PASSWORD}");
        browser.get(&format!("/api/{function}?{query}")).await.refused(405, "method_not_allowed");
    }
    assert_eq!(rows(&app).await, before);
    browser.reset_password(&token, NEW_PASSWORD).await.answered();
}

// S5, attack 1
#[tokio::test(flavor = "multi_thread")]
async fn one_link_used_many_times_at_once_sets_one_password() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    let token = app.reset_link(ANNA).await;
    let replies = at_once(&app.browser(), AT_ONCE, |mut browser, index| {
        let (token, new) = (token.clone(), format!("{NEW_PASSWORD}-{index}"));
        async move { browser.reset_password(&token, &new).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        reply.refused(410, "link_gone");
    }
    let winner = replies.iter().position(|reply| reply.status == 200).unwrap();
    app.browser().sign_in_with(ANNA, &format!("{NEW_PASSWORD}-{winner}")).await.state("full");
    assert_eq!(app.count("SELECT COUNT(*) FROM audit_events WHERE event = 'password_reset'").await, 1);
}

// S5
#[tokio::test]
async fn a_link_works_for_an_hour() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    let token = app.reset_link(ANNA).await;
    app.advance(3_599);
    app.browser().open_link("reset_password", &token).await.answered();
    app.advance(1);
    app.browser().open_link("reset_password", &token).await.refused(410, "link_gone");
    app.browser().reset_password(&token, NEW_PASSWORD).await.refused(410, "link_gone");
    app.browser().sign_in(ANNA).await.state("full");
}

// Whoever is impatient finds several mails: each works, until one was used.
#[tokio::test]
async fn a_later_link_voids_no_earlier_one_until_one_is_used() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    let (first, second, third) =
        (app.reset_link(ANNA).await, app.reset_link(ANNA).await, app.reset_link(ANNA).await);
    let mut browser = app.browser();
    for token in [&first, &second, &third] {
        browser.open_link("reset_password", token).await.answered();
    }
    browser.reset_password(&first, NEW_PASSWORD).await.answered();
    for token in [&first, &second, &third] {
        browser.reset_password(token, "paper-lantern-58-fjord").await.refused(410, "link_gone");
    }
    // A password that the operator sets voids them too.
    app.advance_minutes(60);
    let token = app.reset_link(ANNA).await;
    let password = Password::chosen("another horse entirely".to_owned()).unwrap();
    app.vestibule.set_password(&email(ANNA), password).await.unwrap();
    browser.reset_password(&token, NEW_PASSWORD).await.refused(410, "link_gone");
}

// S5, S48
#[tokio::test]
async fn three_links_an_hour_can_be_asked_for_whoever_asks_and_whosever_the_address_is() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    for spellings in [[ANNA, " Anna@Example.COM "], ["nobody@example.com", "Nobody@example.com"]] {
        for spelling in [spellings[0], spellings[1], spellings[0]] {
            app.browser().forgot_password(spelling).await.answered();
        }
        let paused = app.browser().forgot_password(spellings[0]).await;
        paused.refused(429, "paused");
        assert_eq!(
            paused.json["message"],
            "Three links an hour are sent to one address. Try again in 60 minutes."
        );
        assert_eq!(paused.headers[header::RETRY_AFTER], "3600");
    }
    assert_eq!(app.mail().await.len(), 3);
    // Another address is another matter, and a sign-in too.
    app.browser().forgot_password("bea@example.com").await.answered();
    app.browser().sign_in(ANNA).await.state("full");
    app.advance(3_599);
    app.browser().forgot_password(ANNA).await.refused(429, "paused");
    app.advance(1);
    for _ in 0..3 {
        app.browser().forgot_password(ANNA).await.answered();
    }
    app.browser().forgot_password(ANNA).await.refused(429, "paused");
    assert_eq!(app.mail().await.len(), 6);
}

// S5, S32, attacks 8, 9 and 10
#[tokio::test]
async fn a_reset_ends_every_session_and_sign_in_and_the_second_factor_is_still_asked() {
    let one = App::start().await;
    let two = one.another_instance().await;
    let (mut session, key, recovery_code) = one.enrolled_with_code(ANNA).await;
    let (mut pending, reply) = two.challenged(ANNA).await;
    let token = one.reset_link(ANNA).await;
    let mut browser = one.browser();
    browser.reset_password(&token, NEW_PASSWORD).await.answered();
    // Nobody is signed in by it.
    assert!(browser.cookies.is_empty());
    browser.session().await.state("anonymous");
    let there = at(&two, &session).session().await;
    assert_eq!(there.state("anonymous").json["ended"]["reason"], "changed");
    session.call("security", json!({})).await.refused(401, "signed_out");
    pending.challenge(&reply.record(), &two.code(&key)).await.refused(401, "signed_out");
    pending.recover(&reply.record(), &recovery_code).await.refused(401, "signed_out");
    // Neither the app nor the recovery code was touched.
    let reply = browser.sign_in_with(ANNA, NEW_PASSWORD).await;
    reply.state("challenge");
    browser.challenge(&reply.record(), &one.code(&key)).await.state("full");
    let mut other = two.browser();
    let reply = other.sign_in_with(ANNA, NEW_PASSWORD).await;
    other.recover(&reply.record(), &recovery_code).await.state("recovering");
}

// S2
#[tokio::test]
async fn a_password_that_is_refused_is_said_at_its_field_and_the_link_still_works() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    app.add_company("harbour", &[ANNA]).await;
    let token = app.reset_link(ANNA).await;
    let names = "A password made of your name, your company's or ours is easy to guess. Choose another.";
    for (new, why) in [
        ("short", "Use at least 8 characters."),
        ("password123", "Many people use this password. Choose another."),
        ("anna-berg-2026", names),
        ("H4rb0ur-2026", names),
        ("Vestibule1!", names),
    ] {
        let refused = app.browser().reset_password(&token, new).await;
        refused.refused(422, "invalid");
        assert_eq!((&refused.json["field"], &refused.json["message"]), (&json!("new"), &json!(why)), "{new}");
    }
    app.browser().sign_in(ANNA).await.state("full");
    app.browser().reset_password(&token, NEW_PASSWORD).await.answered();
    app.browser().sign_in_with(ANNA, NEW_PASSWORD).await.state("full");
}

// What was mailed to an address that is no longer the person's is not theirs to open.
#[tokio::test]
async fn a_link_is_gone_once_the_address_is_another() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    let token = app.reset_link(ANNA).await;
    app.vestibule.set_email(&email(ANNA), &email("anna.berg@example.com")).await.unwrap();
    app.browser().open_link("reset_password", &token).await.refused(410, "link_gone");
    app.browser().reset_password(&token, NEW_PASSWORD).await.refused(410, "link_gone");
    app.browser().sign_in("anna.berg@example.com").await.state("full");
}

#[tokio::test]
async fn a_link_of_another_kind_and_what_is_none_are_refused() {
    let app = App::start().await;
    let (mut session, _) = app.enrolled(ANNA).await;
    let not_me = app.mailed_links("/not-me").await.pop().unwrap();
    let token = app.reset_link(ANNA).await;
    let mut browser = app.browser();
    browser.open_link("reset_password", &not_me).await.refused(410, "link_gone");
    browser.reset_password(&not_me, NEW_PASSWORD).await.refused(410, "link_gone");
    browser.call("not_me", json!({ "token": token })).await.refused(410, "link_gone");
    for text in [String::new(), "A".repeat(43), token[1..].to_owned(), format!("{token}A")] {
        browser.open_link("reset_password", &text).await.refused(410, "link_gone");
        browser.reset_password(&text, NEW_PASSWORD).await.refused(410, "link_gone");
    }
    session.session().await.state("full");
    browser.open_link("not_me", &not_me).await.answered();
    browser.reset_password(&token, NEW_PASSWORD).await.answered();
}

// S5, S49
#[tokio::test]
async fn the_store_holds_no_token_in_the_open() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    app.mailbox.down.store(true, Ordering::SeqCst);
    app.browser().forgot_password(ANNA).await.answered();
    assert!(app.mail().await.is_empty());
    let reader = app.vestibule.store().reader();
    let links = link::Entity::find().all(reader).await.unwrap();
    let waiting = outbox::Entity::find().all(reader).await.unwrap();
    let sealed: Vec<Vec<u8>> = waiting.into_iter().filter_map(|row| row.sealed).collect();
    assert_eq!((links.len(), sealed.len()), (1, 1));
    app.mailbox.down.store(false, Ordering::SeqCst);
    app.advance_minutes(1);
    let token = app.mailed_links("/reset-password").await.pop().unwrap();
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
    assert_eq!(links[0].token_hash.len(), 32);
    assert_ne!(links[0].token_hash, bytes);
    for kept in sealed.iter().chain([&links[0].token_hash]) {
        assert!(!kept.windows(bytes.len()).any(|window| window == bytes));
        assert!(!kept.windows(token.len()).any(|window| window == token.as_bytes()));
    }
}

// A link that comes when it no longer works helps nobody.
#[tokio::test]
async fn after_an_hour_the_mail_is_not_sent_any_more() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    app.mailbox.down.store(true, Ordering::SeqCst);
    app.browser().forgot_password(ANNA).await.answered();
    for _ in 0..6 {
        assert!(app.mail().await.is_empty());
        app.advance_minutes(10);
    }
    app.mailbox.down.store(false, Ordering::SeqCst);
    assert!(app.mail().await.is_empty());
    let given_up = "SELECT COUNT(*) FROM outbox WHERE failed_at IS NOT NULL AND sealed IS NULL";
    assert_eq!(app.count(given_up).await, 1);
    // Nor is one made for a request that no worker has seen for an hour.
    app.browser().forgot_password(ANNA).await.answered();
    app.advance_minutes(60);
    assert!(app.mail().await.is_empty());
    assert_eq!(app.count(given_up).await, 2);
    assert_eq!(app.count("SELECT COUNT(*) FROM links").await, 1);
}

#[tokio::test]
async fn who_has_no_password_yet_is_mailed_no_link() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    app.execute("UPDATE users SET password_hash = NULL").await;
    app.browser().forgot_password(ANNA).await.answered();
    assert!(app.mail().await.is_empty());
    assert_eq!(app.count("SELECT COUNT(*) FROM links").await, 0);
}

// S43
#[tokio::test]
async fn a_reset_is_remembered_until_a_challenge_is_passed() {
    let app = App::start().await;
    let (_, key) = app.enrolled(ANNA).await;
    let remembered = "SELECT COUNT(*) FROM users WHERE password_reset_at IS NOT NULL";
    assert_eq!(app.count(remembered).await, 0);
    let token = app.reset_link(ANNA).await;
    app.browser().reset_password(&token, NEW_PASSWORD).await.answered();
    assert_eq!(app.count(remembered).await, 1);
    let mut browser = app.browser();
    let reply = browser.sign_in_with(ANNA, NEW_PASSWORD).await;
    let code = app.code(&key);
    let wrong = crate::challenge::other_than(&code);
    browser.challenge(&reply.record(), &wrong).await.refused(422, "wrong_code");
    assert_eq!(app.count(remembered).await, 1);
    browser.challenge(&reply.record(), &code).await.state("full");
    assert_eq!(app.count(remembered).await, 0);
}

/// Asks for a link from this address, which a proxy says.
async fn asked_from(app: &App, address: &str, email: &str) -> Reply {
    let mut browser = app.browser();
    let request = browser.request("request_password_reset").header("x-forwarded-for", address);
    browser.send(request.body(Body::from(json!({ "email": email }).to_string())).unwrap()).await
}

// S5, S48: whoever names one address after the other fills nobody's mailbox, and not the database.
#[tokio::test]
async fn one_network_asks_for_thirty_links_an_hour_whatever_addresses_it_names() {
    let app = App::start_with(Options { proxies: "192.0.2.7", ..Options::default() }).await;
    for number in 0..30 {
        // Another host of the network each time.
        let from = format!("198.51.100.{number}");
        asked_from(&app, &from, &format!("person{number}@example.com")).await.answered();
    }
    asked_from(&app, "198.51.100.77", "next@example.com").await.refused(429, "paused");
    assert_eq!(app.count("SELECT COUNT(*) FROM outbox").await, 30);
    asked_from(&app, "203.0.113.5", "next@example.com").await.answered();
    app.advance_minutes(60);
    asked_from(&app, "198.51.100.77", "next@example.com").await.answered();
}
