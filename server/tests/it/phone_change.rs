//! Changing a phone number: the current one is asked first, and works until the new one does (S20).

use domain::Email;
use serde_json::{Value, json};

use crate::challenge::other_than;
use crate::instances::at;
use crate::support::{App, Browser, NEW_NUMBER, NUMBER};

const ANNA: &str = "anna@example.com";
const TOLD: &str = "Vestibule: this number no longer confirms your sign-in. If that wasn't you, tell your administrator now.";

/// How often the number was told that it is not an account's any more.
async fn told(app: &App, number: &str) -> usize {
    let texts = app.texts().await;
    texts.iter().filter(|text| text.to == number && text.body == TOLD).count()
}

/// How many mails with this subject were sent.
async fn mailed(app: &App, subject: &str) -> usize {
    app.messages().await.iter().filter(|message| message.subject == subject).count()
}

/// Opens a change in the profile and proves the current number with the code that this sends; gives the set-up.
async fn proved(app: &App, browser: &mut Browser) -> String {
    let flow = browser.open_phone_set_up().await.flow();
    let proof = app.texted_code(NUMBER).await;
    browser.prove_phone(&flow, &proof).await.state("full");
    flow
}

/// A change where the code is awaited that was sent to the new number; gives the set-up and the code.
async fn confirming(app: &App, browser: &mut Browser) -> (String, String) {
    let flow = proved(app, browser).await;
    app.advance(120);
    browser.enter_number(&flow, NEW_NUMBER).await.answered();
    (flow, app.texted_code(NEW_NUMBER).await)
}

/// What a proof leads to: the new number is entered and confirmed.
async fn enter_and_confirm(app: &App, browser: &mut Browser, flow: &str, state: &str) {
    assert_eq!(browser.phone_set_up().await.json["step"], "enter");
    app.advance(120);
    browser.enter_number(flow, NEW_NUMBER).await.answered();
    let code = app.texted_code(NEW_NUMBER).await;
    browser.confirm_phone(flow, &code).await.state(state);
}

// S20
#[tokio::test]
async fn a_change_sends_a_code_to_the_current_number_first_and_waits_for_it() {
    let app = App::start().await;
    let (mut browser, _) = app.with_phone(ANNA, NUMBER).await;
    // The proof of a minute ago is not enough: it must be shown that the number still is the person's.
    let opened = browser.open_phone_set_up().await;
    let texted =
        json!({ "sent_at": app.now().0, "again_in_s": 60, "before_long_pause": 2, "delivery": "waiting" });
    let prove = json!({ "prove": { "app": false, "phone": { "ending": "89", "texted": texted } } });
    assert_eq!((&opened.answered().json["step"], &opened.json["changing"]), (&prove, &json!(true)));
    let flow = opened.flow();
    let proof = app.texted_code(NUMBER).await;
    // Nothing comes before the proof.
    browser.enter_number(&flow, NEW_NUMBER).await.refused(409, "stale");
    browser.confirm_phone(&flow, &proof).await.refused(409, "stale");
    let wrong = browser.prove_phone(&flow, &other_than(&proof)).await;
    assert_eq!(wrong.refused(422, "wrong_code").json["field"], "code");
    browser.prove_phone(&flow, &proof).await.state("full");
    browser.prove_phone(&flow, &proof).await.refused(409, "stale");
    assert_eq!(browser.phone_set_up().await.json["step"], "enter");
    assert_eq!(app.texts().await.len(), 2);
}

// S20, S32, attack 10
#[tokio::test]
async fn the_old_number_works_until_the_swap_and_is_told_and_everything_else_ends() {
    let one = App::start().await;
    let two = one.another_instance().await;
    let (mut browser, _) = one.with_phone(ANNA, NUMBER).await;
    one.pauses_pass(&mut browser).await;
    let (flow, code) = confirming(&one, &mut browser).await;
    one.advance(120);
    let (mut other, reply) = two.challenged(ANNA).await;
    other.send_challenge_text(&reply.record()).await.answered();
    let old = two.texted_code(NUMBER).await;
    other.challenge_phone(&reply.record(), &old).await.state("full");
    let (mut pending, reply) = two.challenged(ANNA).await;
    assert_eq!(told(&one, NUMBER).await, 0);
    let mut before = browser.clone();
    browser.confirm_phone(&flow, &code).await.state("full");
    before.session().await.state("anonymous");
    for app in [&one, &two] {
        let ended = at(app, &other).session().await;
        assert_eq!(ended.state("anonymous").json["ended"]["reason"], "changed");
    }
    pending.send_challenge_text(&reply.record()).await.refused(401, "signed_out");
    // The old number is told by text, the person by mail, each once.
    assert_eq!((told(&one, NUMBER).await, told(&one, NEW_NUMBER).await), (1, 0));
    assert_eq!(mailed(&one, "Vestibule: Phone number changed").await, 1);
    assert_eq!(browser.call("security", json!({})).await.json["phone"]["ending"], "23");
    browser.save_recovery_code().await;
    assert_eq!(one.count("SELECT COUNT(*) FROM methods").await, 1);
    assert_eq!(one.count("SELECT members_with_method FROM companies").await, 1);
    // From now on the new one is asked.
    one.advance(300);
    let (mut next, reply) = two.challenged(ANNA).await;
    let sent = next.send_challenge_text(&reply.record()).await;
    assert_eq!(sent.answered().json["phone"]["ending"], "23");
    let code = two.texted_code(NEW_NUMBER).await;
    next.challenge_phone(&reply.record(), &code).await.state("full");
}

// S20
#[tokio::test]
async fn the_app_proves_in_the_place_of_a_number_that_gets_no_codes() {
    let app = App::start().await;
    let (mut browser, key, _) = app.with_both(ANNA, NUMBER).await;
    let opened = browser.open_phone_set_up().await;
    assert_eq!(opened.json["step"]["prove"]["app"], true);
    let flow = opened.flow();
    let code = app.code(&key);
    browser.call("prove_app", json!({ "flow": flow, "code": code })).await.state("full");
    enter_and_confirm(&app, &mut browser, &flow, "full").await;
    assert_eq!(told(&app, NUMBER).await, 1);
    let security = browser.call("security", json!({})).await;
    assert!(security.json["app"].is_object() && security.json["phone"]["ending"] == "23");
}

// S20, S23: the session becomes a recovery, and the change goes on in it.
#[tokio::test]
async fn the_recovery_code_proves_in_the_place_of_a_number_that_gets_no_codes() {
    let app = App::start().await;
    let (mut browser, recovery_code) = app.with_phone(ANNA, NUMBER).await;
    let flow = browser.open_phone_set_up().await.flow();
    let body = json!({ "flow": flow, "code": recovery_code });
    browser.call("prove_with_recovery_code", body).await.state("recovering");
    browser.call("security", json!({})).await.refused(403, "wrong_state");
    enter_and_confirm(&app, &mut browser, &flow, "recovering").await;
    assert_eq!(told(&app, NUMBER).await, 1);
    assert_eq!(mailed(&app, "Vestibule: Recovery code used").await, 1);
    let recovery = browser.call("recovery", json!({})).await;
    assert_eq!(recovery.json["methods"][0]["fate"], "new");
    browser.finish_recovery(&[]).await.state("save_code");
    assert_ne!(browser.save_recovery_code().await, recovery_code);
}

// S16: a code says what it is for.
#[tokio::test]
async fn codes_for_the_current_number_and_for_the_new_one_are_not_taken_for_each_other() {
    let app = App::start().await;
    let (mut browser, _) = app.with_phone(ANNA, NUMBER).await;
    app.pauses_pass(&mut browser).await;
    let flow = browser.open_phone_set_up().await.flow();
    let proof = app.texted_code(NUMBER).await;
    app.advance(60);
    let sent = browser.call("send_proof_text", json!({ "flow": flow })).await;
    assert_eq!(sent.answered().json["ending"], "89");
    let unused = app.texted_code(NUMBER).await;
    browser.prove_phone(&flow, &proof).await.state("full");
    app.advance(120);
    // Whoever enters the number that there is confirms it like any other.
    browser.enter_number(&flow, NUMBER).await.answered();
    let code = app.texted_code(NUMBER).await;
    browser.confirm_phone(&flow, &unused).await.refused(422, "wrong_code");
    let (mut pending, reply) = app.challenged(ANNA).await;
    for of_another_purpose in [&unused, &code] {
        let refused = pending.challenge_phone(&reply.record(), of_another_purpose).await;
        refused.refused(422, "wrong_code");
    }
    browser.confirm_phone(&flow, &code).await.state("full");
    assert_eq!(told(&app, NUMBER).await, 0);
}

// S20, S25
#[tokio::test]
async fn a_change_ends_ten_minutes_after_its_last_step_and_an_hour_after_its_first() {
    let app = App::start().await;
    let (mut browser, _) = app.with_phone(ANNA, NUMBER).await;
    let flow = proved(&app, &mut browser).await;
    app.advance_minutes(10);
    browser.enter_number(&flow, NEW_NUMBER).await.refused(409, "stale");
    assert_eq!(browser.phone_set_up().await.json, Value::Null);
    let flow = proved(&app, &mut browser).await;
    for _ in 0..6 {
        app.advance_minutes(9);
        browser.call("stay_signed_in", json!({})).await.state("full");
        assert_eq!(browser.phone_set_up().await.flow(), flow);
    }
    app.advance_minutes(6);
    browser.enter_number(&flow, NEW_NUMBER).await.refused(409, "stale");
    assert_eq!(browser.phone_set_up().await.json, Value::Null);
    assert!(app.texts().await.iter().all(|text| text.to == NUMBER));
}

// A code that cannot be sent yet is no reason not to open the change: there are other ways.
#[tokio::test]
async fn a_change_opens_also_where_no_code_can_be_sent_yet() {
    let app = App::start().await;
    let (mut browser, key, _) = app.with_both(ANNA, NUMBER).await;
    browser.open_phone_set_up().await.answered();
    let opened = browser.open_phone_set_up().await;
    let phone = json!({ "ending": "89", "texted": null });
    assert_eq!(opened.answered().json["step"], json!({ "prove": { "app": true, "phone": phone } }));
    let flow = opened.flow();
    let refused = browser.call("send_proof_text", json!({ "flow": flow })).await;
    assert_eq!(refused.refused(429, "paused").json["retry_after_s"], 60);
    assert_eq!(app.texts().await.len(), 2);
    let code = app.code(&key);
    browser.call("prove_app", json!({ "flow": flow, "code": code })).await.state("full");
    assert_eq!(browser.phone_set_up().await.json["step"], "enter");
}

// Pairs: a number change and a reset.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_number_and_a_reset_at_once_have_one_serial_outcome() {
    let anna = Email::parse(ANNA).unwrap();
    for _ in 0..8 {
        let app = App::start().await;
        let (mut browser, _) = app.with_phone(ANNA, NUMBER).await;
        let (flow, code) = confirming(&app, &mut browser).await;
        let (changed, reset) =
            tokio::join!(browser.confirm_phone(&flow, &code), app.vestibule.reset_mfa(&anna));
        reset.unwrap();
        assert!(["", "signed_out", "stale", "wrong_state"].contains(&changed.error()), "{}", changed.text);
        // Whichever came first, the reset has taken everything.
        browser.session().await.state("anonymous");
        assert_eq!(app.count("SELECT COUNT(*) FROM methods").await, 0);
        assert_eq!(app.count("SELECT members_with_method FROM companies").await, 0);
        assert_eq!(told(&app, NUMBER).await, usize::from(changed.status == 200));
        app.browser().sign_in(ANNA).await.state("identity_due");
    }
}

// Pairs: whoever got in with the old number just before the swap is out after it; whoever came later was out already.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_number_and_a_challenge_at_once_have_one_serial_outcome() {
    for _ in 0..8 {
        let app = App::start().await;
        let (mut owner, _) = app.with_phone(ANNA, NUMBER).await;
        app.pauses_pass(&mut owner).await;
        let (flow, new) = confirming(&app, &mut owner).await;
        app.advance(120);
        let (mut other, reply) = app.challenged(ANNA).await;
        let record = reply.record();
        other.send_challenge_text(&record).await.answered();
        let old = app.texted_code(NUMBER).await;
        let (changed, challenged) =
            tokio::join!(owner.confirm_phone(&flow, &new), other.challenge_phone(&record, &old));
        changed.state("full");
        let fair = ["", "signed_out", "stale", "wrong_code", "wrong_state"];
        assert!(fair.contains(&challenged.error()), "{}", challenged.text);
        other.session().await.state("anonymous");
        owner.session().await.state("full");
        assert_eq!(app.count("SELECT COUNT(*) FROM methods").await, 1);
    }
}
