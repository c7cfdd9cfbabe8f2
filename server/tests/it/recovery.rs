//! The way back with the recovery code (S23), and who can help without one.

use domain::Role;
use serde_json::{Value, json};

use crate::challenge::other_than;
use crate::support::{App, Browser, PASSWORD, Reply, flow_and_key};

const ANNA: &str = "anna@example.com";

/// Anna's browser in a recovery; and the key of her app of before.
async fn recovering(app: &App) -> (Browser, Reply, String, String) {
    let (_, key, code) = app.enrolled_with_code(ANNA).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    let reply = browser.recover(&reply.record(), &code).await;
    reply.state("recovering");
    (browser, reply, key, code)
}

/// Sets a new app up in a recovery; gives its key.
async fn set_up_new_app(app: &App, browser: &mut Browser, record: &str) -> String {
    let (flow, key) = flow_and_key(&browser.call("start_app_set_up", json!({ "record": record })).await);
    browser.call("confirm_app", json!({ "flow": flow, "code": app.code(&key) })).await.state("recovering");
    key
}

fn fates(recovery: &Reply) -> Vec<(Value, Value)> {
    let methods = recovery.json["methods"].as_array().unwrap();
    methods.iter().map(|method| (method["kind"].clone(), method["fate"].clone())).collect()
}

async fn valid_codes(app: &App) -> i64 {
    app.count(
        "SELECT COUNT(*) FROM recovery_codes \
         WHERE acknowledged_at IS NOT NULL AND consumed_at IS NULL AND void_at IS NULL",
    )
    .await
}

// S23
#[tokio::test]
async fn the_recovery_code_opens_a_recovery_and_nothing_else() {
    let app = App::start().await;
    let (mut elsewhere, _, code) = app.enrolled_with_code(ANNA).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    let entered = browser.recover(&reply.record(), &code).await;
    entered.state("recovering");
    assert_eq!(valid_codes(&app).await, 0);
    browser.call("security", json!({})).await.refused(403, "wrong_state");
    // Every other session is over, at once.
    assert_eq!(elsewhere.session().await.json["ended"]["reason"], "changed");
    let subjects: Vec<String> = app.mail().await.into_iter().map(|(_, subject, _)| subject).collect();
    assert_eq!(subjects.last().unwrap(), "Vestibule: Recovery code used");
}

// S23
#[tokio::test]
async fn spacing_capitals_and_dashes_do_not_matter() {
    let app = App::start().await;
    let (_, _, code) = app.enrolled_with_code(ANNA).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    let typed = format!("  {}", code.to_lowercase().replace(' ', "-"));
    browser.recover(&reply.record(), &typed).await.state("recovering");
}

// S23
#[tokio::test]
async fn a_wrong_a_short_and_a_used_code_are_refused_each_with_its_sentence() {
    let app = App::start().await;
    let (_, _, code) = app.enrolled_with_code(ANNA).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    let record = reply.record();
    let wrong = browser.recover(&record, &"7".repeat(26)).await;
    wrong.refused(422, "wrong_code");
    assert_eq!(
        wrong.json["message"],
        "That is not your current code. It may have been used or replaced. Look for the file with the latest date."
    );
    assert_eq!(wrong.json["field"], "code");
    let short = browser.recover(&record, &code.replace(' ', "")[..24]).await;
    short.refused(422, "invalid");
    assert_eq!(short.json["message"], "A recovery code has 26 characters. This has 24.");
    browser.recover(&record, &code).await.state("recovering");
    // Another browser has the code too, but not the recovery that it opened.
    let (mut other, reply) = app.challenged(ANNA).await;
    other.recover(&reply.record(), &code).await.refused(422, "wrong_code");
}

// S23: only after the password, and in the browser of it.
#[tokio::test]
async fn the_recovery_code_alone_is_worth_nothing() {
    let app = App::start().await;
    let (_, _, code) = app.enrolled_with_code(ANNA).await;
    let (_, reply) = app.challenged(ANNA).await;
    app.browser().recover(&reply.record(), &code).await.refused(401, "signed_out");
    let (mut other, _) = app.challenged(ANNA).await;
    other.recover(&reply.record(), &code).await.refused(409, "stale");
    assert_eq!(valid_codes(&app).await, 1);
}

// S45: delays only, and the way back stays open however often somebody else has guessed.
#[tokio::test]
async fn wrong_recovery_codes_are_delayed_and_never_refused_for_good() {
    let app = App::start().await;
    let (_, _, code) = app.enrolled_with_code(ANNA).await;
    let mut wrong = 0;
    while wrong < 102 {
        let (mut browser, reply) = app.challenged(ANNA).await;
        let answer = browser.recover(&reply.record(), &"7".repeat(26)).await;
        match answer.error() {
            "wrong_code" => wrong += 1,
            "paused" => app.advance(answer.json["retry_after_s"].as_i64().unwrap()),
            _ => panic!("{}", answer.text),
        }
    }
    let (mut browser, reply) = app.challenged(ANNA).await;
    let paused = browser.recover(&reply.record(), &code).await;
    paused.refused(429, "paused");
    assert_eq!(paused.json["retry_after_s"], 3_600);
    app.advance(3_600);
    let (mut browser, reply) = app.challenged(ANNA).await;
    browser.recover(&reply.record(), &code).await.state("recovering");
}

// S23, S24: a new app in the place of the old one.
#[tokio::test]
async fn a_new_app_takes_the_place_of_the_lost_one() {
    let app = App::start().await;
    let (mut browser, reply, old, _) = recovering(&app).await;
    let record = reply.record();
    let recovery = browser.call("recovery", json!({})).await;
    assert_eq!(fates(&recovery), [(json!("app"), json!("open"))]);
    assert_eq!(recovery.json["ends_in_s"], 1_800);
    let new = set_up_new_app(&app, &mut browser, &record).await;
    assert_eq!(fates(&browser.call("recovery", json!({})).await), [(json!("app"), json!("new"))]);
    browser.finish_recovery(&[]).await.state("save_code");
    browser.call("security", json!({})).await.refused(403, "wrong_state");
    browser.save_recovery_code().await;
    browser.call("security", json!({})).await.answered();
    assert_eq!(valid_codes(&app).await, 1);
    app.next_step();
    let (mut next, reply) = app.challenged(ANNA).await;
    next.challenge(&reply.record(), &app.code(&old)).await.refused(422, "wrong_code");
    next.challenge(&reply.record(), &app.code(&new)).await.state("full");
}

// S23
#[tokio::test]
async fn an_app_that_still_works_stays_once_it_is_shown_to_work() {
    let app = App::start().await;
    let (mut browser, reply, key, _) = recovering(&app).await;
    let record = reply.record();
    let code = app.code(&key);
    let keep = |code: &str| json!({ "record": record, "code": code });
    browser.call("keep_app", keep(&other_than(&code))).await.refused(422, "wrong_code");
    let kept = browser.call("keep_app", keep(&code)).await;
    assert_eq!(fates(&kept), [(json!("app"), json!("proved"))]);
    // The code that showed it is used up.
    browser.call("keep_app", keep(&code)).await.refused(422, "used_code");
    browser.finish_recovery(&[]).await.state("save_code");
    browser.save_recovery_code().await;
    app.next_step();
    let (mut next, reply) = app.challenged(ANNA).await;
    next.challenge(&reply.record(), &app.code(&key)).await.state("full");
}

// S23: it may be in the wrong hands.
#[tokio::test]
async fn a_recovery_ends_only_with_a_method_and_only_as_the_person_was_told() {
    let app = App::start().await;
    let (mut browser, reply, _, _) = recovering(&app).await;
    browser.finish_recovery(&["app"]).await.refused(403, "wrong_state");
    browser.finish_recovery(&[]).await.refused(403, "wrong_state");
    set_up_new_app(&app, &mut browser, &reply.record()).await;
    // A page that still says that the app goes is out of date.
    browser.finish_recovery(&["app"]).await.refused(409, "stale");
    browser.finish_recovery(&[]).await.state("save_code");
}

// A spent code is no lock-out: the same browser goes on where it was.
#[tokio::test]
async fn a_browser_that_was_closed_on_the_way_reopens_the_recovery_with_the_same_code() {
    let app = App::start().await;
    let (mut browser, reply, _, code) = recovering(&app).await;
    let record = reply.record();
    let new = set_up_new_app(&app, &mut browser, &record).await;
    app.advance_minutes(10);
    // Session cookies are gone; what the browser keeps for good stays.
    browser.cookies.retain(|name, _| name.contains("browser"));
    assert_eq!(browser.cookies.len(), 1);
    let reply = browser.sign_in(ANNA).await;
    reply.state("challenge");
    let reopened = browser.recover(&reply.record(), &code).await;
    reopened.state("recovering");
    assert_eq!(reopened.record(), record);
    assert_eq!(fates(&browser.call("recovery", json!({})).await), [(json!("app"), json!("new"))]);
    browser.finish_recovery(&[]).await.state("save_code");
    browser.save_recovery_code().await;
    app.next_step();
    let (mut next, reply) = app.challenged(ANNA).await;
    next.challenge(&reply.record(), &app.code(&new)).await.state("full");
}

#[tokio::test]
async fn a_recovery_is_reopened_within_its_thirty_minutes_only() {
    let app = App::start().await;
    let (mut browser, _, _, code) = recovering(&app).await;
    app.advance_minutes(29);
    let reply = browser.sign_in(ANNA).await;
    browser.recover(&reply.record(), &code).await.state("recovering");
    app.advance_minutes(1);
    browser.session().await.state("anonymous");
    let reply = browser.sign_in(ANNA).await;
    browser.recover(&reply.record(), &code).await.refused(422, "wrong_code");
}

#[tokio::test]
async fn a_recovery_that_somebody_elses_act_has_ended_is_not_reopened() {
    let app = App::start().await;
    let (mut browser, _, key, code) = recovering(&app).await;
    // The app still works for whoever has it: that sign-in saves a new code, which ends the recovery.
    let (mut other, reply) = app.challenged(ANNA).await;
    other.challenge(&reply.record(), &app.code(&key)).await.state("save_code");
    other.save_recovery_code().await;
    browser.session().await.state("anonymous");
    let reply = browser.sign_in(ANNA).await;
    browser.recover(&reply.record(), &code).await.refused(422, "wrong_code");
}

// S23: where the code serves as a proof, the session becomes `recovering` and the set-up goes on.
#[tokio::test]
async fn the_recovery_code_proves_in_a_change_of_the_app() {
    let app = App::start().await;
    let (mut browser, old, code) = app.enrolled_with_code(ANNA).await;
    app.advance_minutes(6);
    let opened = browser.open_set_up().await;
    assert_eq!(opened.json["step"], json!({ "prove": { "app": true, "phone": null } }));
    let body = |code: &str| json!({ "flow": opened.json["flow"], "code": code });
    browser.call("prove_with_recovery_code", body(&"7".repeat(26))).await.refused(422, "wrong_code");
    browser.call("prove_with_recovery_code", body(&code)).await.state("recovering");
    browser.call("security", json!({})).await.refused(403, "wrong_state");
    let (flow, new) = flow_and_key(&browser.call("app_set_up", json!({})).await);
    assert_ne!(old, new);
    browser.call("confirm_app", json!({ "flow": flow, "code": app.code(&new) })).await.state("recovering");
    browser.finish_recovery(&[]).await.state("save_code");
    browser.save_recovery_code().await;
}

// A spent code is no lock-out there either.
#[tokio::test]
async fn a_recovery_that_a_change_of_the_app_became_is_reopened_too() {
    let app = App::start().await;
    let (mut browser, _, code) = app.enrolled_with_code(ANNA).await;
    app.advance_minutes(6);
    let flow = browser.open_set_up().await.json["flow"].clone();
    let body = json!({ "flow": flow, "code": code });
    browser.call("prove_with_recovery_code", body).await.state("recovering");
    browser.cookies.retain(|name, _| name.contains("browser"));
    let reply = browser.sign_in(ANNA).await;
    browser.recover(&reply.record(), &code).await.state("recovering");
    let record = browser.session().await.record();
    set_up_new_app(&app, &mut browser, &record).await;
    browser.finish_recovery(&[]).await.state("save_code");
}

// A shared tablet: somebody else signs in there meanwhile.
#[tokio::test]
async fn a_recovery_is_reopened_although_somebody_else_has_signed_in_in_this_browser() {
    let app = App::start().await;
    let (mut browser, _, _, code) = recovering(&app).await;
    app.add_user("bea@example.com").await;
    browser.sign_in("bea@example.com").await.state("full");
    browser.call("sign_out", json!({})).await.state("anonymous");
    let reply = browser.sign_in(ANNA).await;
    browser.recover(&reply.record(), &code).await.state("recovering");
}

// Whoever guesses at the code with the password in hand does not hold up who is on the way back.
#[tokio::test]
async fn a_recovery_is_reopened_whatever_others_have_guessed() {
    let app = App::start().await;
    let (mut browser, _, _, code) = recovering(&app).await;
    let (mut thief, reply) = app.challenged(ANNA).await;
    for _ in 0..5 {
        thief.recover(&reply.record(), &"7".repeat(26)).await.refused(422, "wrong_code");
    }
    thief.recover(&reply.record(), &"7".repeat(26)).await.refused(429, "paused");
    let reply = browser.sign_in(ANNA).await;
    browser.recover(&reply.record(), &code).await.state("recovering");
}

// S26
#[tokio::test]
async fn the_recovery_code_is_no_proof_of_a_step_up() {
    let app = App::start().await;
    let (mut browser, _, code) = app.enrolled_with_code(ANNA).await;
    app.advance_minutes(6);
    let record = browser.session().await.record();
    browser
        .call("use_recovery_code", json!({ "record": record, "code": code }))
        .await
        .refused(403, "wrong_state");
    browser.step_up_password().await.answered();
    browser.request_recovery_code().await.refused(403, "step_up_needed");
}

#[tokio::test]
async fn administrators_are_named_after_the_right_password_only() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    for (email, role) in [("bea@example.com", Role::Administrator), ("carl@example.com", Role::Member)] {
        app.add_user(email).await;
        app.add_member("anna", email, role).await;
    }
    app.add_company("elsewhere", &[]).await;
    app.add_user("dora@example.com").await;
    app.add_member("elsewhere", "dora@example.com", Role::Administrator).await;
    app.browser().call("who_can_help", json!({})).await.refused(401, "signed_out");
    let (mut browser, _) = app.challenged(ANNA).await;
    let help = browser.call("who_can_help", json!({})).await;
    let bea = json!({ "name": "Anna Berg", "email": "bea@example.com", "company": "anna" });
    assert_eq!(help.json, json!({ "administrators": [bea], "support": "help@example.com" }));
    // The only administrator of a company is not sent to herself.
    app.enrolled("dora2@example.com").await;
    app.add_member("elsewhere", "dora2@example.com", Role::Administrator).await;
    let (mut browser, _) = app.challenged("dora2@example.com").await;
    let help = browser.call("who_can_help", json!({})).await;
    let emails: Vec<&str> = help.json["administrators"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["email"].as_str().unwrap())
        .collect();
    assert_eq!(emails, ["dora@example.com"]);
    let mut stranger = app.browser();
    stranger.sign_in_with(ANNA, &format!("{PASSWORD}!")).await.refused(401, "wrong_credentials");
    stranger.call("who_can_help", json!({})).await.refused(401, "signed_out");
}

// S22: what is stored is a keyed hash.
#[tokio::test]
async fn the_store_holds_no_recovery_code_in_the_open() {
    let app = App::start().await;
    let (_, _, code) = app.enrolled_with_code(ANNA).await;
    use sea_orm::EntityTrait;
    let rows = vestibule_core::store::entities::recovery_code::Entity::find();
    let rows = rows.all(app.vestibule.store().reader()).await.unwrap();
    let bytes = domain::RecoveryCode::parse(&code).unwrap().as_bytes().to_vec();
    assert!(!rows.is_empty());
    for row in rows {
        assert_eq!(row.code_hash.len(), 32);
        assert!(!row.code_hash.windows(bytes.len()).any(|window| window == bytes));
    }
}
