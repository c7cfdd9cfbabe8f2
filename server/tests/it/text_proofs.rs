//! What else a code of a text message shows: step-ups, the proof before a set-up, recoveries; and the end of a number
//! (S20, S23, S29, S53).

use serde_json::{Value, json};
use vestibule_core::CompanyChange;

use crate::challenge::other_than;
use crate::support::{App, Browser, NEW_NUMBER, NUMBER, Reply, flow_and_key};

const ANNA: &str = "anna@example.com";

async fn step_up_phone(browser: &mut Browser, code: &str) -> Reply {
    let record = browser.session().await.record();
    browser.call("step_up_phone", json!({ "record": record, "code": code })).await
}

async fn send_step_up_text(browser: &mut Browser) -> Reply {
    let record = browser.session().await.record();
    browser.call("send_step_up_text", json!({ "record": record })).await
}

/// Anna, who has both methods, in a recovery; with her app's key.
async fn recovering(app: &App) -> (Browser, String, String) {
    let (_, key, recovery_code) = app.with_both(ANNA, NUMBER).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    let record = reply.record();
    browser.recover(&record, &recovery_code).await.state("recovering");
    (browser, record, key)
}

fn fates(recovery: &Reply) -> Vec<(&str, &str)> {
    let methods = recovery.answered().json["methods"].as_array().unwrap().iter();
    methods.map(|method| (method["kind"].as_str().unwrap(), method["fate"].as_str().unwrap())).collect()
}

/// The kinds of methods in the store, how many mails have this subject, and how many such events the log has.
async fn removed(app: &App, subject: &str, event: &str) -> (i64, i64, usize, i64) {
    let mails = app.messages().await;
    (
        app.count("SELECT COUNT(*) FROM methods WHERE kind = 'app'").await,
        app.count("SELECT COUNT(*) FROM methods WHERE kind = 'phone'").await,
        mails.iter().filter(|mail| mail.subject == subject).count(),
        app.count(&format!("SELECT COUNT(*) FROM audit_events WHERE event = '{event}'")).await,
    )
}

// S30
#[tokio::test]
async fn a_step_up_takes_a_texted_code_after_the_password() {
    let app = App::start().await;
    let (mut browser, _) = app.with_phone(ANNA, NUMBER).await;
    app.advance_minutes(6);
    let way = json!({ "ending": "89", "texted": null });
    let missing = browser.call("step_up", json!({})).await;
    assert_eq!(missing.json, json!({ "password": true, "proof": ["phone"], "phone": way }));
    send_step_up_text(&mut browser).await.refused(403, "step_up_needed");
    step_up_phone(&mut browser, "123456").await.refused(403, "step_up_needed");
    let missing = browser.step_up_password().await;
    assert_eq!(missing.json, json!({ "password": false, "proof": ["phone"], "phone": way }));
    assert_eq!(app.texts().await.len(), 1);
    let sent = send_step_up_text(&mut browser).await;
    assert_eq!(sent.answered().json["phone"]["texted"]["again_in_s"], 60);
    let code = app.texted_code(NUMBER).await;
    browser.request_recovery_code().await.refused(403, "step_up_needed");
    let wrong = step_up_phone(&mut browser, &other_than(&code)).await;
    assert_eq!(wrong.refused(422, "wrong_code").json["field"], "code");
    let mut before = browser.clone();
    let missing = step_up_phone(&mut browser, &code).await;
    assert_eq!(missing.answered().json, json!({ "password": false, "proof": [], "phone": null }));
    before.session().await.state("anonymous");
    browser.request_recovery_code().await.answered();
    app.advance_minutes(5);
    browser.step_up_password().await.answered();
    step_up_phone(&mut browser, &code).await.refused(422, "used_code");
    browser.request_recovery_code().await.refused(403, "step_up_needed");
}

// S26
#[tokio::test]
async fn a_texted_code_proves_the_number_before_an_app_is_set_up() {
    let app = App::start().await;
    let (mut browser, _) = app.with_phone(ANNA, NUMBER).await;
    app.advance_minutes(6);
    let opened = browser.open_set_up().await;
    let prove = json!({ "prove": { "app": false, "phone": { "ending": "89", "texted": null } } });
    assert_eq!((&opened.json["step"], &opened.json["changing"]), (&prove, &json!(false)));
    let flow = opened.flow();
    let sent = browser.call("send_proof_text", json!({ "flow": flow })).await;
    assert_eq!((&sent.answered().json["ending"], sent.json["texted"].is_object()), (&json!("89"), true));
    let code = app.texted_code(NUMBER).await;
    browser.call("confirm_app", json!({ "flow": flow, "code": code })).await.refused(409, "stale");
    browser.prove_phone(&flow, &other_than(&code)).await.refused(422, "wrong_code");
    browser.prove_phone(&flow, &code).await.state("full");
    let (flow, key) = flow_and_key(&browser.call("app_set_up", json!({})).await);
    browser.call("confirm_app", json!({ "flow": flow, "code": app.code(&key) })).await.state("full");
    browser.save_recovery_code().await;
    let security = browser.call("security", json!({})).await;
    assert!(security.json["app"].is_object() && security.json["phone"].is_object());
    // With two, none is bound to stay.
    for method in ["app", "phone"] {
        assert_eq!(security.json[method]["required_by"], json!([]));
    }
}

// S23: the app may be in the wrong hands.
#[tokio::test]
async fn a_number_that_still_works_stays_and_the_app_that_was_not_proved_is_removed_told_and_logged() {
    let app = App::start().await;
    let (mut browser, record, key) = recovering(&app).await;
    let recovery = browser.call("recovery", json!({})).await;
    assert_eq!(fates(&recovery), [("app", "open"), ("phone", "open")]);
    assert_eq!(recovery.json["phone"], json!({ "ending": "89", "texted": null }));
    browser.finish_recovery(&["app", "phone"]).await.refused(403, "wrong_state");
    assert_eq!(app.texts().await.len(), 1);
    let sent = browser.call("send_keep_text", json!({ "record": record })).await;
    assert!(sent.answered().json["phone"]["texted"].is_object());
    let code = app.texted_code(NUMBER).await;
    let keep = |code: &str| json!({ "record": record, "code": code });
    browser.call("keep_phone", keep(&other_than(&code))).await.refused(422, "wrong_code");
    let kept = browser.call("keep_phone", keep(&code)).await;
    assert_eq!(fates(&kept), [("app", "open"), ("phone", "proved")]);
    browser.call("keep_phone", keep(&code)).await.refused(422, "used_code");
    // Only what the person was told goes.
    let nothing: &[&str] = &[];
    for told in [nothing, &["phone"], &["app", "phone"]] {
        browser.finish_recovery(told).await.refused(409, "stale");
    }
    let (subject, event) = ("Vestibule: Authenticator app removed", "app_removed");
    assert_eq!(removed(&app, subject, event).await, (1, 1, 0, 0));
    browser.finish_recovery(&["app"]).await.state("save_code");
    assert_eq!(removed(&app, subject, event).await, (0, 1, 1, 1));
    browser.save_recovery_code().await;
    assert_eq!(app.count("SELECT members_with_method FROM companies").await, 1);
    app.advance(300);
    let (mut next, reply) = app.challenged(ANNA).await;
    assert_eq!(next.call("challenge", json!({})).await.json["methods"], json!(["phone"]));
    next.challenge(&reply.record(), &app.code(&key)).await.refused(422, "wrong_code");
    next.send_challenge_text(&reply.record()).await.answered();
    let code = app.texted_code(NUMBER).await;
    next.challenge_phone(&reply.record(), &code).await.state("full");
}

// S23: or the phone.
#[tokio::test]
async fn an_app_that_still_works_stays_and_the_number_that_was_not_proved_is_removed_told_and_logged() {
    let app = App::start().await;
    let (mut browser, record, key) = recovering(&app).await;
    let body = json!({ "record": record, "code": app.code(&key) });
    let kept = browser.call("keep_app", body).await;
    assert_eq!(fates(&kept), [("app", "proved"), ("phone", "open")]);
    browser.finish_recovery(&["phone"]).await.state("save_code");
    let (subject, event) = ("Vestibule: Phone number removed", "phone_removed");
    assert_eq!(removed(&app, subject, event).await, (1, 0, 1, 1));
    browser.save_recovery_code().await;
    assert_eq!(app.count("SELECT members_with_method FROM companies").await, 1);
    app.next_step();
    let (mut next, reply) = app.challenged(ANNA).await;
    let stands = next.call("challenge", json!({})).await;
    assert_eq!((&stands.json["methods"], &stands.json["phone"]), (&json!(["app"]), &Value::Null));
    next.send_challenge_text(&reply.record()).await.refused(403, "wrong_state");
    next.challenge(&reply.record(), &app.code(&key)).await.state("full");
}

// S20, S23
#[tokio::test]
async fn a_new_number_takes_the_place_of_the_lost_one() {
    let app = App::start().await;
    let (mut browser, record, key) = recovering(&app).await;
    let begun = browser.start_phone_set_up(&record).await;
    assert_eq!((&begun.json["step"], &begun.json["changing"]), (&json!("enter"), &json!(true)));
    browser.enter_number(&begun.flow(), NEW_NUMBER).await.answered();
    let code = app.texted_code(NEW_NUMBER).await;
    browser.confirm_phone(&begun.flow(), &code).await.state("recovering");
    let texts = app.texts().await;
    let told = texts.iter().find(|text| text.body.contains("no longer confirms your sign-in")).unwrap();
    assert_eq!(told.to, NUMBER);
    let body = json!({ "record": record, "code": app.code(&key) });
    let recovery = browser.call("keep_app", body).await;
    assert_eq!(fates(&recovery), [("app", "proved"), ("phone", "new")]);
    browser.finish_recovery(&[]).await.state("save_code");
    browser.save_recovery_code().await;
    assert_eq!(browser.call("security", json!({})).await.json["phone"]["ending"], "23");
}

// S29, S32, attacks 8 and 10
#[tokio::test]
async fn a_removed_number_is_asked_for_no_more_and_other_sessions_are_over() {
    let app = App::start().await;
    let (mut browser, key, recovery_code) = app.with_both(ANNA, NUMBER).await;
    let (mut pending, reply) = app.challenged(ANNA).await;
    let record = reply.record();
    for _ in 0..3 {
        pending.challenge_phone(&record, "123456").await.refused(422, "wrong_code");
    }
    // Password and proof of the set-up were given a minute ago.
    browser.remove_phone().await.state("full");
    browser.remove_phone().await.refused(409, "stale");
    pending.challenge(&record, &app.code(&key)).await.refused(401, "signed_out");
    assert_eq!(removed(&app, "Vestibule: Phone number removed", "phone_removed").await, (1, 0, 1, 1));
    assert_eq!(app.count("SELECT COUNT(*) FROM attempts WHERE kind = 'text'").await, 0);
    assert_eq!(app.count("SELECT members_with_method FROM companies").await, 1);
    assert_eq!(browser.call("security", json!({})).await.json["phone"], Value::Null);
    // It was not the last method: the recovery code stays.
    let (mut next, reply) = app.challenged(ANNA).await;
    assert_eq!(next.call("challenge", json!({})).await.json["methods"], json!(["app"]));
    next.recover(&reply.record(), &recovery_code).await.state("recovering");
}

// S29
#[tokio::test]
async fn the_last_accepted_method_stays_while_a_company_requires_it() {
    let app = App::start().await;
    let (mut browser, _) = app.with_phone(ANNA, NUMBER).await;
    browser.step_up_password().await.answered();
    let refused = browser.remove_phone().await;
    refused.refused(409, "last_method");
    assert_eq!(refused.json["message"], "anna requires one method. Add another first.");
    assert_eq!(browser.call("security", json!({})).await.json["phone"]["required_by"], json!(["anna"]));
    app.vestibule.require_mfa("anna", None).await.unwrap();
    browser.remove_phone().await.state("full");
    let security = browser.call("security", json!({})).await;
    assert_eq!(
        (&security.json["phone"], &security.json["recovery_code_since"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(app.count("SELECT members_with_method FROM companies").await, 0);
    app.browser().sign_in(ANNA).await.state("full");
}

// S29: a number that the company does not accept is none that could stay in the app's place.
#[tokio::test]
async fn an_app_stays_beside_a_number_that_is_not_accepted() {
    let app = App::start().await;
    let (mut browser, _, _) = app.with_both(ANNA, NUMBER).await;
    browser.step_up_password().await.answered();
    let change = CompanyChange { text_messages: Some(false), ..CompanyChange::default() };
    app.vestibule.set_company("anna", &change).await.unwrap();
    let security = browser.call("security", json!({})).await;
    assert_eq!(security.json["app"]["required_by"], json!(["anna"]));
    assert_eq!(security.json["phone"]["required_by"], json!([]));
    browser.remove_app().await.refused(409, "last_method");
    browser.remove_phone().await.state("full");
}

// S28a, S53
#[tokio::test]
async fn the_notice_of_a_first_number_carries_this_wasnt_me_and_that_of_a_second_method_does_not() {
    let app = App::start().await;
    let (mut browser, _) = app.with_phone(ANNA, NUMBER).await;
    let added = app.messages().await;
    let mail = added.iter().find(|mail| mail.subject == "Vestibule: Phone number added").unwrap();
    let token = app.mailed_links("/not-me").await.pop().unwrap();
    assert!(mail.body.contains(&format!("This Wasn't Me:\nhttp://localhost:3000/not-me#{token}\n")));
    assert!(mail.body.contains("Codes by text message can confirm your sign-in from now on."));
    assert!(!mail.body.contains("151234567"), "{}", mail.body);
    app.browser().call("not_me", json!({ "token": token })).await.answered();
    assert_eq!(browser.session().await.json["ended"]["reason"], "suspended");
    app.browser().sign_in(ANNA).await.refused(403, "suspended");
    assert_eq!(app.count("SELECT COUNT(*) FROM methods").await, 1);
    app.with_both("bea@example.com", NEW_NUMBER).await;
    let beas: Vec<_> = app.messages().await.into_iter().filter(|mail| mail.to == "bea@example.com").collect();
    let second = beas.iter().find(|mail| mail.subject == "Vestibule: Phone number added").unwrap();
    assert!(!second.body.contains("not-me"), "{}", second.body);
}
