//! What an operator does about a person: password, address, deletion (S32, S60).

use std::collections::BTreeSet;

use domain::{Email, Role};
use vestibule_core::secret::Password;

use crate::support::App;

const ANNA: &str = "anna@example.com";

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

// S32
#[tokio::test]
async fn a_new_password_ends_every_session_and_leaves_the_methods() {
    let app = App::start().await;
    let (mut browser, key) = app.enrolled(ANNA).await;
    let (mut pending, reply) = app.challenged(ANNA).await;
    for _ in 0..10 {
        app.browser().sign_in_with(ANNA, "not the password").await.refused(401, "wrong_credentials");
    }
    let new = Password::chosen("another horse entirely".to_owned()).unwrap();
    app.vestibule.set_password(&email(ANNA), new).await.unwrap();
    assert_eq!(browser.session().await.json["ended"]["reason"], "changed");
    // Attack 8: a sign-in that was under way with the old password.
    pending.challenge(&reply.record(), &app.code(&key)).await.refused(401, "signed_out");
    app.browser().sign_in(ANNA).await.refused(401, "wrong_credentials");
    // What was guessed of the old one does not hold the new one up.
    let mut next = app.browser();
    let reply = next.sign_in_with(ANNA, "another horse entirely").await;
    next.challenge(&reply.record(), &app.code(&key)).await.state("full");
    let subjects: Vec<String> = app.mail().await.into_iter().map(|(_, subject, _)| subject).collect();
    assert!(subjects.contains(&"Vestibule: Password changed".to_owned()), "{subjects:?}");
}

// S32
#[tokio::test]
async fn a_new_address_signs_in_and_both_are_told() {
    let app = App::start().await;
    let (mut browser, key) = app.enrolled(ANNA).await;
    app.add_user("bea@example.com").await;
    let taken = app.vestibule.set_email(&email(ANNA), &email("bea@example.com")).await;
    assert_eq!(taken.unwrap_err().to_string(), "there is already a user bea@example.com");
    browser.session().await.state("full");
    app.vestibule.set_email(&email(ANNA), &email("anna.berg@example.com")).await.unwrap();
    browser.session().await.state("anonymous");
    app.browser().sign_in(ANNA).await.refused(401, "wrong_credentials");
    let mut next = app.browser();
    let reply = next.sign_in("anna.berg@example.com").await;
    next.challenge(&reply.record(), &app.code(&key)).await.state("full");
    let mail = app.mail().await;
    let told: BTreeSet<&str> = mail
        .iter()
        .filter(|(_, subject, _)| subject == "Vestibule: Email address changed")
        .map(|(to, _, _)| to.as_str())
        .collect();
    assert_eq!(told, BTreeSet::from([ANNA, "anna.berg@example.com"]));
}

// S60
#[tokio::test]
async fn a_deleted_person_leaves_nothing_but_the_audit_log() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolled(ANNA).await;
    let (_, _) = app.challenged(ANNA).await;
    app.browser().sign_in_with(ANNA, "not the password").await.refused(401, "wrong_credentials");
    app.mail().await;
    app.vestibule.delete_user(&email(ANNA)).await.unwrap();
    browser.session().await.state("anonymous");
    for table in [
        "users",
        "memberships",
        "methods",
        "sessions",
        "flows",
        "recovery_codes",
        "known_browsers",
        "attempts",
    ] {
        assert_eq!(app.count(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    assert_eq!(app.count("SELECT members FROM companies").await, 0);
    assert_eq!(app.count("SELECT members_with_method FROM companies").await, 0);
    assert_eq!(app.count("SELECT COUNT(*) FROM audit_events WHERE event = 'user_deleted'").await, 1);
    app.browser().sign_in(ANNA).await.refused(401, "wrong_credentials");
}

#[tokio::test]
async fn the_last_administrator_of_others_is_not_deleted() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    app.add_user("bea@example.com").await;
    app.add_company("harbour", &["bea@example.com"]).await;
    app.add_member("harbour", ANNA, Role::Administrator).await;
    let refused = app.vestibule.delete_user(&email(ANNA)).await.unwrap_err().to_string();
    assert_eq!(
        refused,
        "anna@example.com is the last administrator of harbour: make somebody else one first"
    );
    app.browser().sign_in(ANNA).await.state("full");
    app.vestibule.delete_user(&email("bea@example.com")).await.unwrap();
    // Nobody is left behind now.
    app.vestibule.delete_user(&email(ANNA)).await.unwrap();
    assert_eq!(app.count("SELECT members FROM companies").await, 0);
}
