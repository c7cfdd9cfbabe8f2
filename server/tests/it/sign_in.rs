//! The first door.

use axum::http::header;
use domain::Role;
use serde_json::json;

use crate::support::{App, Options, PASSWORD, Reply};

/// The cookies that an answer sets: name, value and attributes.
fn cookies(reply: &Reply) -> Vec<String> {
    reply.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_right_password_signs_in_where_nothing_is_required() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut browser = app.browser();
    let reply = browser.sign_in(" Anna@Example.COM ").await;
    reply.state("full");
    let person = json!({ "name": "Anna Berg", "email": "anna@example.com", "time_zone": null });
    assert_eq!(reply.json["person"], person);
    browser.session().await.state("full");
}

#[tokio::test]
async fn a_right_password_leads_to_set_up_where_it_is_required_and_says_by_whom() {
    let app = App::start().await;
    let (_, reply) = app.enrolling("anna@example.com").await;
    assert_eq!(
        reply.json["requirement"],
        json!({ "required": { "demands": [{ "company": "anna", "from": app.now().0, "reason": "policy" }] } })
    );
}

#[tokio::test]
async fn a_right_password_leads_to_the_challenge_where_there_is_a_method() {
    let app = App::start().await;
    app.enrolled("anna@example.com").await;
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    // What the companies ask is not told before the second door.
    assert_eq!(reply.json["requirement"], json!(null));
    browser.call("security", json!({})).await.refused(403, "wrong_state");
}

// S6, attack 15
#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_are_the_same_answer_at_the_same_cost() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let hashes = || app.vestibule.passwords().computed();
    let before = hashes();
    let known = app.browser().sign_in_with("anna@example.com", "not the password").await;
    let between = hashes();
    let unknown = app.browser().sign_in_with("nobody@example.com", "not the password").await;
    assert_eq!((between - before, hashes() - between), (1, 1));
    known.refused(401, "wrong_credentials");
    assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
    assert_eq!(known.headers, unknown.headers);
    assert!(cookies(&known).is_empty());
}

// S6
#[tokio::test]
async fn a_person_without_a_password_cannot_sign_in() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    app.execute("UPDATE users SET password_hash = NULL").await;
    app.browser().sign_in("anna@example.com").await.refused(401, "wrong_credentials");
}

// S45: 10 free, then a pause, for an address that nobody has too.
#[tokio::test]
async fn after_ten_wrong_passwords_an_address_pauses_and_nothing_is_evaluated() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    for email in ["anna@example.com", "nobody@example.com"] {
        for _ in 0..10 {
            app.browser().sign_in_with(email, "not the password").await.refused(401, "wrong_credentials");
        }
        let computed = app.vestibule.passwords().computed();
        let paused = app.browser().sign_in_with(email, PASSWORD).await;
        paused.refused(429, "paused");
        assert_eq!(paused.json["message"], "Too many attempts. Try again in 1 minute.");
        assert_eq!(paused.headers[header::RETRY_AFTER], "60");
        assert_eq!(app.vestibule.passwords().computed(), computed, "{email}");
    }
    app.advance(60);
    app.browser().sign_in("anna@example.com").await.state("full");
    // The count has begun anew.
    app.browser()
        .sign_in_with("anna@example.com", "not the password")
        .await
        .refused(401, "wrong_credentials");
    app.browser().sign_in("anna@example.com").await.state("full");
}

// S46
#[tokio::test]
async fn strangers_cannot_lock_a_known_browser_out() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut own = app.browser();
    own.sign_in("anna@example.com").await.state("full");
    own.call("sign_out", json!({})).await.state("anonymous");
    for _ in 0..10 {
        app.browser()
            .sign_in_with("anna@example.com", "not the password")
            .await
            .refused(401, "wrong_credentials");
    }
    app.browser().sign_in("anna@example.com").await.refused(429, "paused");
    own.sign_in("anna@example.com").await.state("full");
}

// S30
#[tokio::test]
async fn over_https_cookies_carry_the_host_prefix_and_secure() {
    let app =
        App::start_with(Options { public_url: "https://login.example.com", ..Options::default() }).await;
    app.add_user("anna@example.com").await;
    let set = cookies(&app.browser().sign_in("anna@example.com").await);
    assert_eq!(set.len(), 3, "{set:?}");
    for (cookie, name) in set.iter().zip(["session", "pending", "browser"]) {
        assert!(cookie.starts_with(&format!("__Host-vestibule-{name}=")), "{cookie}");
        for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}

// S30
#[tokio::test]
async fn on_loopback_over_http_cookies_have_other_names_and_no_secure() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    for cookie in cookies(&app.browser().sign_in("anna@example.com").await) {
        assert!(cookie.starts_with("vestibule-") && !cookie.contains("Secure"), "{cookie}");
    }
}

// S1
#[tokio::test]
async fn a_password_that_cannot_be_one_is_said_at_its_field() {
    let app = App::start().await;
    let mut browser = app.browser();
    let empty = browser.sign_in_with("anna@example.com", "").await;
    empty.refused(422, "invalid");
    assert_eq!(
        (&empty.json["field"], &empty.json["message"]),
        (&json!("password"), &json!("Enter your password."))
    );
    browser.sign_in_with("anna@example.com", &"a".repeat(257)).await.refused(422, "invalid");
    let address = browser.sign_in_with("anna", PASSWORD).await;
    address.refused(422, "invalid");
    assert_eq!(address.json["field"], "email");
    assert_eq!(app.vestibule.passwords().computed(), 0);
}

// S39
#[tokio::test]
async fn a_return_address_is_a_path_of_this_origin_or_dropped() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    for (asked, kept) in [
        ("/profile/security/app?from=mail", json!("/profile/security/app?from=mail")),
        ("https://evil.example/", json!(null)),
        ("//evil.example", json!(null)),
        ("/\\evil.example", json!(null)),
    ] {
        let body = json!({ "email": "anna@example.com", "password": PASSWORD, "return_to": asked });
        assert_eq!(app.browser().call("sign_in", body).await.json["return_to"], kept, "{asked}");
    }
}

#[tokio::test]
async fn a_new_sign_in_ends_the_earlier_record_of_the_browser() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut browser = app.browser();
    browser.sign_in("anna@example.com").await.state("full");
    let mut earlier = browser.clone();
    browser.sign_in("anna@example.com").await.state("full");
    earlier.session().await.state("anonymous");
    browser.session().await.state("full");
}

#[tokio::test]
async fn an_administrator_is_never_below_optional() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    app.add_company("harbour", &[]).await;
    app.add_member("harbour", "anna@example.com", Role::Administrator).await;
    let reply = app.browser().sign_in("anna@example.com").await;
    assert_eq!(reply.json["requirement"], "optional");
}

// S4: whom there is no place for in the queue has guessed nothing, and is told when to come again.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_is_said_at_once_and_costs_no_attempt() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let places: Vec<_> = std::iter::from_fn(|| app.vestibule.passwords().admit().ok()).collect();
    assert!(places.len() >= 100);
    for _ in 0..20 {
        let busy = app.browser().sign_in("anna@example.com").await;
        busy.refused(503, "unavailable");
        assert_eq!(busy.headers[header::RETRY_AFTER], "1");
    }
    // Everything else goes on.
    app.browser().session().await.state("anonymous");
    drop(places);
    app.browser().sign_in("anna@example.com").await.state("full");
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts").await, 0);
}

// S46: a token that nobody has is not made known; the browser gets one of its own.
#[tokio::test]
async fn a_planted_browser_token_is_replaced() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut browser = app.browser();
    let planted = "A".repeat(43);
    browser.cookies.insert("vestibule-browser".to_owned(), planted.clone());
    browser.sign_in("anna@example.com").await.state("full");
    assert_ne!(browser.cookies["vestibule-browser"], planted);
}

// S46
#[tokio::test]
async fn a_shared_tablet_is_known_to_each_of_its_people() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    app.add_user("tomas@example.com").await;
    let mut tablet = app.browser();
    tablet.sign_in("anna@example.com").await.state("full");
    let token = tablet.cookies["vestibule-browser"].clone();
    tablet.sign_in("tomas@example.com").await.state("full");
    assert_eq!(tablet.cookies["vestibule-browser"], token);
    assert_eq!(app.count("SELECT COUNT(*) FROM known_browsers").await, 2);
}

// S53
#[tokio::test]
async fn a_sign_in_on_a_new_device_is_told_by_mail_and_the_first_one_is_not() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut own = app.browser();
    own.sign_in("anna@example.com").await.state("full");
    own.sign_in("anna@example.com").await.state("full");
    assert!(app.mail().await.is_empty());
    app.browser().sign_in("anna@example.com").await.state("full");
    let mail = app.mail().await;
    assert_eq!((mail.len(), mail[0].1.as_str()), (1, "Vestibule: Signed in on a new device"));
    // Anna is in no company: the support contact helps, no administrator.
    assert!(mail[0].2.contains("tell help@example.com at once") && !mail[0].2.contains("administrator"));
    // S38
    assert!(mail[0].2.contains("http://localhost:3000"));
}

// S28a, S53: whoever has the password cannot bury the one mail that matters.
#[tokio::test]
async fn of_many_new_devices_within_an_hour_five_are_told() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    for _ in 0..9 {
        app.browser().sign_in("anna@example.com").await.state("full");
    }
    // The first device of an account is not new.
    assert_eq!(app.mail().await.len(), 5);
    app.advance_minutes(60);
    app.browser().sign_in("anna@example.com").await.state("full");
    assert_eq!(app.mail().await.len(), 6);
}
