//! Many at once (attacks 1 and 2, and pairs): 64 calls, released together.

use futures::future::join_all;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Barrier;

use crate::challenge::other_than;
use crate::support::{App, Browser, Reply, flow_and_key};

pub const AT_ONCE: usize = 64;

/// Opens the database's connections, so that the calls meet in it and not before it.
async fn warm_up(browser: &Browser) {
    join_all((0..AT_ONCE).map(|_| {
        let mut browser = browser.clone();
        tokio::spawn(async move { browser.session().await })
    }))
    .await;
}

/// Makes the same kind of call from `count` copies of a browser, released together.
pub async fn at_once<F, Fut>(browser: &Browser, count: usize, call: F) -> Vec<Reply>
where
    F: Fn(Browser, usize) -> Fut,
    Fut: Future<Output = Reply> + Send + 'static,
{
    warm_up(browser).await;
    let barrier = Arc::new(Barrier::new(count));
    let calls = (0..count).map(|index| {
        let call = call(browser.clone(), index);
        let barrier = barrier.clone();
        tokio::spawn(async move {
            barrier.wait().await;
            call.await
        })
    });
    join_all(calls).await.into_iter().map(Result::unwrap).collect()
}

pub fn succeeded(replies: &[Reply]) -> usize {
    replies.iter().filter(|reply| reply.status == 200).count()
}

// S13, attack 1
#[tokio::test(flavor = "multi_thread")]
async fn one_code_on_one_pending_sign_in_gives_one_session() {
    let app = App::start().await;
    let (_, key) = app.enrolled("anna@example.com").await;
    let (browser, reply) = app.challenged("anna@example.com").await;
    let (record, code) = (reply.record(), app.code(&key));
    let before = app.count("SELECT COUNT(*) FROM sessions WHERE state = 'full' AND ended_at IS NULL").await;
    let replies = at_once(&browser, AT_ONCE, |mut browser, _| {
        let (record, code) = (record.clone(), code.clone());
        async move { browser.challenge(&record, &code).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    let after = app.count("SELECT COUNT(*) FROM sessions WHERE state = 'full' AND ended_at IS NULL").await;
    assert_eq!(after - before, 1);
}

// S13, attack 1: the same code on different pending sign-ins.
#[tokio::test(flavor = "multi_thread")]
async fn one_code_on_many_pending_sign_ins_gives_one_session() {
    let app = App::start().await;
    let (browser, key) = app.enrolled("anna@example.com").await;
    let mut pending = Vec::new();
    for _ in 0..8 {
        let (browser, reply) = app.challenged("anna@example.com").await;
        pending.push((browser, reply.record()));
    }
    let code = app.code(&key);
    let replies = at_once(&browser, pending.len(), |_, index| {
        let ((mut browser, record), code) = (pending[index].clone(), code.clone());
        async move { browser.challenge(&record, &code).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
}

// S44, attack 2
#[tokio::test(flavor = "multi_thread")]
async fn of_64_wrong_codes_at_once_no_more_than_the_budget_are_evaluated() {
    let app = App::start().await;
    let (_, key) = app.enrolled("anna@example.com").await;
    let (browser, reply) = app.challenged("anna@example.com").await;
    let (record, right) = (reply.record(), app.code(&key));
    let replies = at_once(&browser, AT_ONCE, |mut browser, index| {
        let wrong = format!("{:06}", (other_than(&right).parse::<usize>().unwrap() + index) % 1_000_000);
        let record = record.clone();
        async move { browser.challenge(&record, &wrong).await }
    })
    .await;
    let count = |code| replies.iter().filter(|reply| reply.error() == code).count();
    assert_eq!((count("wrong_code"), count("paused")), (5, AT_ONCE - 5));
    let evaluated =
        "SELECT COUNT(*) FROM audit_events WHERE event = 'challenge_answered' AND outcome = 'failure'";
    assert_eq!(app.count(evaluated).await, 5);
}

// S44, attack 2: for passwords.
#[tokio::test(flavor = "multi_thread")]
async fn of_64_wrong_passwords_at_once_no_more_than_the_budget_are_hashed() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let before = app.vestibule.passwords().computed();
    let replies = at_once(&app.browser(), AT_ONCE, |mut browser, _| async move {
        browser.sign_in_with("anna@example.com", "not the password").await
    })
    .await;
    assert_eq!(succeeded(&replies), 0);
    assert_eq!(app.vestibule.passwords().computed() - before, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_confirmations_of_a_set_up_have_one_outcome() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    let set_up = browser.call("start_app_set_up", json!({ "record": reply.record() })).await;
    let (flow, key) = flow_and_key(&set_up);
    let code = app.code(&key);
    let replies = at_once(&browser, AT_ONCE, |mut browser, _| {
        let body = json!({ "flow": flow, "code": code });
        async move { browser.call("confirm_app", body).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    assert_eq!(app.count("SELECT COUNT(*) FROM methods").await, 1);
    assert_eq!(app.count("SELECT members_with_method FROM companies").await, 1);
    assert_eq!(app.mail().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_beginnings_of_a_set_up_show_one_key() {
    let app = App::start().await;
    let (browser, reply) = app.enrolling("anna@example.com").await;
    let record = reply.record();
    let replies = at_once(&browser, AT_ONCE, |mut browser, _| {
        let body = json!({ "record": record });
        async move { browser.call("start_app_set_up", body).await }
    })
    .await;
    let keys: std::collections::BTreeSet<String> =
        replies.iter().map(|reply| flow_and_key(reply).1).collect();
    assert_eq!(keys.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_recovery_codes_at_once_one_can_be_acknowledged_once() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling("anna@example.com").await;
    browser.set_up_app(reply.record(), app.now()).await;
    let staged = at_once(&browser, AT_ONCE, |mut browser, _| async move {
        browser.call("stage_recovery_code", json!({})).await
    })
    .await;
    assert_eq!(app.count("SELECT COUNT(*) FROM recovery_codes WHERE void_at IS NULL").await, 1);
    let replies = at_once(&browser, AT_ONCE, |mut browser, index| {
        let body = json!({ "id": staged[index].json["id"] });
        async move { browser.call("acknowledge_recovery_code", body).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
}

// Require MFA and a sign-in, in either order, end in the same place.
#[tokio::test(flavor = "multi_thread")]
async fn requiring_mfa_during_a_sign_in_lets_nobody_through() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    app.add_company("harbour", &["anna@example.com"]).await;
    let mut browser = app.browser();
    let (_, required) =
        tokio::join!(browser.sign_in("anna@example.com"), app.vestibule.require_mfa("harbour", Some("now")));
    required.unwrap();
    let state = browser.session().await.json["state"].clone();
    assert!(state == "enrol_only" || state == "password_due", "{state}");
}

// A challenge and a confirmation of the same person, at once: each ends as it would alone, whichever comes first.
#[tokio::test(flavor = "multi_thread")]
async fn challenges_during_a_change_of_the_app_have_one_serial_outcome() {
    let app = App::start().await;
    let (mut owner, old) = app.enrolled("anna@example.com").await;
    let (flow, new) = flow_and_key(&owner.open_set_up().await);
    let mut pending = Vec::new();
    for _ in 0..7 {
        let (browser, reply) = app.challenged("anna@example.com").await;
        pending.push((browser, reply.record()));
    }
    let (old_code, new_code) = (app.code(&old), app.code(&new));
    let replies = at_once(&owner, pending.len() + 1, |mut owner, index| {
        let other = pending.get(index).cloned();
        let (flow, old_code, new_code) = (flow.clone(), old_code.clone(), new_code.clone());
        async move {
            match other {
                Some((mut browser, record)) => browser.challenge(&record, &old_code).await,
                None => owner.call("confirm_app", json!({ "flow": flow, "code": new_code })).await,
            }
        }
    })
    .await;
    let (confirmed, challenges) = replies.split_last().unwrap();
    confirmed.state("full");
    assert!(succeeded(challenges) <= 1);
    for reply in challenges {
        let fair = ["", "used_code", "wrong_code", "signed_out", "stale", "wrong_state", "paused"];
        assert!(fair.contains(&reply.error()), "{}", reply.text);
    }
    // Whoever got in before the change is out after it.
    let live = "SELECT COUNT(*) FROM sessions WHERE state = 'full' AND ended_at IS NULL";
    assert_eq!(app.count(live).await, 1);
}

// S23, attack 1
#[tokio::test(flavor = "multi_thread")]
async fn one_recovery_code_on_one_pending_sign_in_opens_one_recovery() {
    let app = App::start().await;
    let (_, _, code) = app.enrolled_with_code("anna@example.com").await;
    let (browser, reply) = app.challenged("anna@example.com").await;
    let record = reply.record();
    let replies = at_once(&browser, AT_ONCE, |mut browser, _| {
        let (record, code) = (record.clone(), code.clone());
        async move { browser.recover(&record, &code).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    assert_eq!(app.count("SELECT COUNT(*) FROM recovery_codes WHERE consumed_at IS NOT NULL").await, 1);
    let live = "SELECT COUNT(*) FROM sessions WHERE state = 'recovering' AND ended_at IS NULL";
    assert_eq!(app.count(live).await, 1);
}

// S23, attack 1: the same code on different pending sign-ins.
#[tokio::test(flavor = "multi_thread")]
async fn one_recovery_code_on_many_pending_sign_ins_opens_one_recovery() {
    let app = App::start().await;
    let (browser, _, code) = app.enrolled_with_code("anna@example.com").await;
    let mut pending = Vec::new();
    for _ in 0..16 {
        let (browser, reply) = app.challenged("anna@example.com").await;
        pending.push((browser, reply.record()));
    }
    let replies = at_once(&browser, pending.len(), |_, index| {
        let ((mut browser, record), code) = (pending[index].clone(), code.clone());
        async move { browser.recover(&record, &code).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    let live = "SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL AND state <> 'challenge'";
    assert_eq!(app.count(live).await, 1);
}

// S44, attack 2: recovery codes, and codes that are handed over in person.
#[tokio::test(flavor = "multi_thread")]
async fn of_64_wrong_recovery_codes_at_once_no_more_than_the_budget_are_evaluated() {
    let app = App::start().await;
    app.enrolled("anna@example.com").await;
    let (browser, reply) = app.challenged("anna@example.com").await;
    let record = reply.record();
    let replies = at_once(&browser, AT_ONCE, |mut browser, index| {
        let record = record.clone();
        async move { browser.recover(&record, &format!("{index:026}")).await }
    })
    .await;
    let count = |code| replies.iter().filter(|reply| reply.error() == code).count();
    assert_eq!((count("wrong_code"), count("paused")), (5, AT_ONCE - 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_handed_over_in_person_opens_one_sign_in() {
    let app = App::start().await;
    app.enrolled("anna@example.com").await;
    let email = domain::Email::parse("anna@example.com").unwrap();
    let code = app.vestibule.reset_mfa(&email).await.unwrap().code.as_str().to_owned();
    let mut pending = Vec::new();
    for _ in 0..16 {
        let mut browser = app.browser();
        let reply = browser.sign_in("anna@example.com").await;
        pending.push((browser, reply.record()));
    }
    let replies = at_once(&app.browser(), pending.len(), |_, index| {
        let ((mut browser, record), code) = (pending[index].clone(), code.clone());
        async move { browser.call("confirm_identity", json!({ "record": record, "code": code })).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
}

// A recovery code at the second door and the app's code, in two browsers at once: one serial outcome.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_and_a_challenge_at_once_have_one_serial_outcome() {
    for _ in 0..8 {
        let app = App::start().await;
        let (_, key, recovery_code) = app.enrolled_with_code("anna@example.com").await;
        let (mut first, first_reply) = app.challenged("anna@example.com").await;
        let (mut second, second_reply) = app.challenged("anna@example.com").await;
        let code = app.code(&key);
        let (recovered, challenged) = {
            let (one, other) = (first_reply.record(), second_reply.record());
            tokio::join!(first.recover(&one, &recovery_code), second.challenge(&other, &code))
        };
        recovered.state("recovering");
        // Whoever signed in just before is out again; whoever came after was out already.
        let fair = ["", "signed_out", "stale", "wrong_state"];
        assert!(fair.contains(&challenged.error()), "{}", challenged.text);
        second.session().await.state("anonymous");
    }
}

// Two ends of one recovery, and an end and a reset.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_ends_once_and_never_after_a_reset() {
    let app = App::start().await;
    let (_, key, recovery_code) = app.enrolled_with_code("anna@example.com").await;
    let (mut browser, reply) = app.challenged("anna@example.com").await;
    let record = reply.record();
    browser.recover(&record, &recovery_code).await.state("recovering");
    let kept = json!({ "record": record, "code": app.code(&key) });
    browser.call("keep_app", kept).await.answered();
    let replies = at_once(&browser, AT_ONCE, |mut browser, _| {
        let body = json!({ "record": record, "removing": [] });
        async move { browser.call("finish_recovery", body).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);

    let (_, _, recovery_code) = app.enrolled_with_code("bea@example.com").await;
    let (mut browser, reply) = app.challenged("bea@example.com").await;
    let email = domain::Email::parse("bea@example.com").unwrap();
    let record = reply.record();
    let (recovered, reset) =
        tokio::join!(browser.recover(&record, &recovery_code), app.vestibule.reset_mfa(&email));
    reset.unwrap();
    assert!(["", "signed_out", "stale", "wrong_code"].contains(&recovered.error()), "{}", recovered.text);
    browser.session().await.state("anonymous");
}

// Two requests for a new recovery code, from one session.
#[tokio::test(flavor = "multi_thread")]
async fn two_new_recovery_codes_have_one_outcome() {
    let app = App::start().await;
    let (mut browser, _) = app.enrolled("anna@example.com").await;
    browser.step_up_password().await.answered();
    let replies = at_once(&browser, 8, |mut browser, _| async move {
        browser.request_recovery_code().await;
        browser.call("stage_recovery_code", json!({})).await
    })
    .await;
    let ids: Vec<serde_json::Value> =
        replies.iter().filter(|reply| reply.status == 200).map(|reply| reply.json["id"].clone()).collect();
    assert!(!ids.is_empty());
    let acknowledged = at_once(&browser, ids.len(), |mut browser, index| {
        let body = json!({ "id": ids[index] });
        async move { browser.call("acknowledge_recovery_code", body).await }
    })
    .await;
    assert_eq!(succeeded(&acknowledged), 1);
    let valid = "SELECT COUNT(*) FROM recovery_codes \
                 WHERE acknowledged_at IS NOT NULL AND consumed_at IS NULL AND void_at IS NULL";
    assert_eq!(app.count(valid).await, 1);
}
