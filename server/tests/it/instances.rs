//! Two instances on one database, and one that was stopped and started again: what one has counted, ended or used up, the
//! other knows at once. On SQLite two programs do not serve one file; there the two show that nothing is kept in memory.

use std::sync::Arc;

use domain::Email;
use futures::future::join_all;
use serde_json::json;
use tokio::sync::Barrier;
use vestibule_core::secret::Password;

use crate::challenge::other_than;
use crate::support::{App, Browser, flow_and_key};

const ANNA: &str = "anna@example.com";
const AT_ONCE: usize = 64;

/// The same browser, at the other instance.
pub fn at(other: &App, browser: &Browser) -> Browser {
    let mut moved = other.browser();
    moved.cookies = browser.cookies.clone();
    moved
}

// S44, attack 3
#[tokio::test]
async fn wrong_codes_count_on_across_instances() {
    let one = App::start().await;
    let two = one.another_instance().await;
    let (_, key) = one.enrolled(ANNA).await;
    let mut answers = Vec::new();
    for app in [&one, &two, &one, &two, &one, &two] {
        let (mut browser, reply) = app.challenged(ANNA).await;
        let answer = browser.challenge(&reply.record(), &other_than(&one.code(&key))).await;
        answers.push(answer.error().to_owned());
    }
    assert_eq!(answers, ["wrong_code", "wrong_code", "wrong_code", "wrong_code", "wrong_code", "paused"]);
}

// S44, attack 3
#[tokio::test]
async fn wrong_codes_and_passwords_count_on_after_a_restart() {
    let app = App::start().await;
    let (_, key) = app.enrolled(ANNA).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    for _ in 0..5 {
        browser.challenge(&reply.record(), &other_than(&app.code(&key))).await.refused(422, "wrong_code");
    }
    for _ in 0..10 {
        app.browser().sign_in_with("bea@example.com", "wrong").await.refused(401, "wrong_credentials");
    }
    let app = app.restarted().await;
    let mut browser = at(&app, &browser);
    browser.challenge(&reply.record(), &app.code(&key)).await.refused(429, "paused");
    app.browser().sign_in_with("bea@example.com", "wrong").await.refused(429, "paused");
}

#[tokio::test]
async fn a_restart_signs_nobody_out() {
    let app = App::start().await;
    let (browser, _) = app.enrolled(ANNA).await;
    let app = app.restarted().await;
    at(&app, &browser).session().await.state("full");
}

// S32, attack 10
#[tokio::test]
async fn a_session_of_the_other_instance_dies_when_the_method_changes() {
    let one = App::start().await;
    let two = one.another_instance().await;
    let (mut own, key) = one.enrolled(ANNA).await;
    let (mut other, reply) = two.challenged(ANNA).await;
    other.challenge(&reply.record(), &two.code(&key)).await.state("full");
    other.call("security", json!({})).await.answered();
    let (flow, new) = flow_and_key(&own.open_set_up().await);
    own.call("confirm_app", json!({ "flow": flow, "code": one.code(&new) })).await.state("full");
    other.call("security", json!({})).await.refused(401, "signed_out");
}

// S32, attacks 8 and 10
#[tokio::test]
async fn a_session_and_a_sign_in_of_the_other_instance_die_when_the_password_changes() {
    let one = App::start().await;
    let two = one.another_instance().await;
    let (browser, key) = one.enrolled(ANNA).await;
    let (mut pending, reply) = two.challenged(ANNA).await;
    let new = Password::chosen("another horse entirely".to_owned()).unwrap();
    one.vestibule.set_password(&Email::parse(ANNA).unwrap(), new).await.unwrap();
    at(&two, &browser).call("security", json!({})).await.refused(401, "signed_out");
    pending.challenge(&reply.record(), &two.code(&key)).await.refused(401, "signed_out");
}

// S13, attack 1: the same sign-in, the same code, at both.
#[tokio::test(flavor = "multi_thread")]
async fn one_code_at_two_instances_gives_one_session() {
    let one = App::start().await;
    let two = one.another_instance().await;
    let (_, key) = one.enrolled(ANNA).await;
    let (browser, reply) = one.challenged(ANNA).await;
    let (record, code) = (reply.record(), one.code(&key));
    let barrier = Arc::new(Barrier::new(AT_ONCE));
    let calls = (0..AT_ONCE).map(|index| {
        let mut browser = at(if index % 2 == 0 { &one } else { &two }, &browser);
        let (record, code, barrier) = (record.clone(), code.clone(), barrier.clone());
        tokio::spawn(async move {
            barrier.wait().await;
            browser.challenge(&record, &code).await
        })
    });
    let replies = join_all(calls).await;
    assert_eq!(replies.into_iter().filter(|reply| reply.as_ref().unwrap().status == 200).count(), 1);
}

// S44, attack 2
#[tokio::test(flavor = "multi_thread")]
async fn of_64_wrong_codes_at_two_instances_no_more_than_the_budget_are_evaluated() {
    let one = App::start().await;
    let two = one.another_instance().await;
    let (_, key) = one.enrolled(ANNA).await;
    let (browser, reply) = one.challenged(ANNA).await;
    let (record, wrong) = (reply.record(), other_than(&one.code(&key)));
    let barrier = Arc::new(Barrier::new(AT_ONCE));
    let calls = (0..AT_ONCE).map(|index| {
        let mut browser = at(if index % 2 == 0 { &one } else { &two }, &browser);
        let (record, wrong, barrier) = (record.clone(), wrong.clone(), barrier.clone());
        tokio::spawn(async move {
            barrier.wait().await;
            browser.challenge(&record, &wrong).await.error().to_owned()
        })
    });
    let errors: Vec<String> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    let count = |code: &str| errors.iter().filter(|error| *error == code).count();
    assert_eq!((count("wrong_code"), count("paused")), (5, AT_ONCE - 5));
}

// The clock of one instance is off: what was used there is used here, and its pauses hold.
#[tokio::test]
async fn a_code_used_at_an_instance_whose_clock_is_ahead_is_used_at_the_other() {
    let one = App::start().await;
    let (_, key) = one.enrolled(ANNA).await;
    let ahead = one.instance_ahead_by(20).await;
    let code = one.code(&key);
    let (mut browser, reply) = ahead.challenged(ANNA).await;
    browser.challenge(&reply.record(), &code).await.state("full");
    let (mut browser, reply) = one.challenged(ANNA).await;
    browser.challenge(&reply.record(), &code).await.refused(422, "used_code");
    for _ in 0..4 {
        let wrong = other_than(&one.code(&key));
        let (mut browser, reply) = ahead.challenged(ANNA).await;
        browser.challenge(&reply.record(), &wrong).await.refused(422, "wrong_code");
    }
    let (mut browser, reply) = one.challenged(ANNA).await;
    browser.challenge(&reply.record(), &other_than(&code)).await.refused(429, "paused");
}

// A clock that is wrong by years does not sign anybody in, and does not end what others have begun.
#[tokio::test]
async fn an_instance_whose_clock_is_far_off_takes_no_code_and_harms_nobody() {
    let one = App::start().await;
    let (mut own, key) = one.enrolled(ANNA).await;
    let off = one.instance_ahead_by(3 * 365 * 86_400).await;
    let (mut browser, reply) = off.challenged(ANNA).await;
    browser.challenge(&reply.record(), &one.code(&key)).await.refused(422, "wrong_code");
    at(&off, &own).session().await.state("anonymous");
    own.session().await.state("full");
}
