//! Which numbers are taken, and what is done with them: nothing is sent that should not be (S19), nothing shown (S8) and
//! nothing kept in the open (S49).

use std::sync::atomic::Ordering;

use domain::{Email, Role};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use server::config::Text;
use vestibule_core::CompanyChange;
use vestibule_core::store::entities::{audit_event, code, flow, method, outbox};

use crate::instances::at;
use crate::races::{at_once, succeeded};
use crate::support::{App, Browser, NEW_NUMBER, NUMBER, Options, PASSWORD, Reply};

const ANNA: &str = "anna@example.com";

/// Anna's first sign-in where her number is asked for, and the set-up.
async fn entering(app: &App) -> (Browser, String) {
    let (mut browser, reply) = app.enrolling(ANNA).await;
    let flow = browser.start_phone_set_up(&reply.record()).await.flow();
    (browser, flow)
}

/// Switches text messages on or off in Anna's company.
async fn accept_texts(app: &App, accepted: bool) {
    let change = CompanyChange { text_messages: Some(accepted), ..CompanyChange::default() };
    app.vestibule.set_company("anna", &change).await.unwrap();
}

async fn countries(browser: &mut Browser) -> Value {
    browser.call("countries", json!({ "language": "de-DE" })).await.answered().json.clone()
}

/// Asserts a refusal that is said at the field of the number.
#[track_caller]
fn refused_at_its_field(reply: &Reply, message: &str) {
    reply.refused(422, "invalid");
    assert_eq!((&reply.json["field"], &reply.json["message"]), (&json!("number"), &json!(message)));
}

// S19
#[tokio::test]
async fn a_number_that_cannot_be_texted_is_refused_with_its_sentence_and_nothing_is_sent() {
    let app = App::start().await;
    let (mut browser, flow) = entering(&app).await;
    let elsewhere = "We can't text numbers in the United Kingdom. Use an authenticator app.";
    let landline = "That looks like a landline. Enter a mobile number.";
    let nonsense = "That is not a whole phone number. Enter it with its area code.";
    for (country, number, message) in [
        ("DE", "030 123456", landline),
        ("DE", "+4930123456", landline),
        ("US", "+1 800 234 5678", "That is a toll-free number. Enter a mobile number."),
        ("DE", "0900 1234567", "That is a premium-rate number. Enter a mobile number."),
        ("GB", "07400 123456", elsewhere),
        ("DE", "+44 7400 123456", elsewhere),
        ("DE", "12", nonsense),
        ("DE", "words", nonsense),
        ("DE", "0151 234567890123456", nonsense),
        ("DE", "7".repeat(2_000).as_str(), nonsense),
        ("DE", " ", "Enter your phone number."),
    ] {
        let body = json!({ "flow": flow, "country": country, "number": number });
        refused_at_its_field(&browser.call("enter_number", body).await, message);
    }
    for number in [Value::Null, json!(15_123_456_789_i64), json!([NUMBER])] {
        let body = json!({ "flow": flow, "country": "DE", "number": number });
        browser.call("enter_number", body).await.refused(400, "bad_request");
    }
    assert!(app.texts().await.is_empty());
    for table in ["codes", "text_counts"] {
        assert_eq!(app.count(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    // Nothing of it was counted, and the set-up still waits.
    browser.enter_number(&flow, NUMBER).await.answered();
}

// S19: whatever was selected, a `+` says the country.
#[tokio::test]
async fn a_number_with_its_plus_is_of_its_own_country_whatever_was_selected() {
    let app = App::start().await;
    let (mut browser, flow) = entering(&app).await;
    for (country, number, e164) in
        [("US", "+49 151 23456789", NUMBER), ("DE", "+1 (201) 555-0123", NEW_NUMBER), ("", NUMBER, NUMBER)]
    {
        let body = json!({ "flow": flow, "country": country, "number": number });
        let sent = browser.call("enter_number", body).await;
        assert_eq!(sent.answered().json["step"]["confirm"]["number"], e164, "{country} {number}");
        assert_eq!(app.texts().await.pop().unwrap().to, e164);
        browser.correct_number(&flow).await.answered();
        app.advance(300);
    }
}

// S19
#[tokio::test]
async fn where_no_text_messages_are_sent_no_number_is_set_up() {
    let app = App::start_with(Options { text: Text::None, ..Options::default() }).await;
    let (mut browser, reply) = app.enrolling(ANNA).await;
    let refused = browser.start_phone_set_up(&reply.record()).await;
    refused.refused(503, "no_texts");
    assert_eq!(countries(&mut browser).await["refused"], "Text messages are not available here.");
    browser.set_up_app(reply.record(), app.now()).await;
    browser.save_recovery_code().await;
    browser.open_phone_set_up().await.refused(503, "no_texts");
    assert_eq!(browser.call("security", json!({})).await.json["texts_offered"], false);
    assert_eq!(app.count("SELECT COUNT(*) FROM codes").await, 0);
}

#[tokio::test]
async fn a_company_that_does_not_accept_text_messages_is_named_and_no_number_is_set_up() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling(ANNA).await;
    assert_eq!(countries(&mut browser).await["refused"], Value::Null);
    accept_texts(&app, false).await;
    let refused = browser.start_phone_set_up(&reply.record()).await;
    refused_at_its_field(&refused, "anna does not accept text messages. Use an authenticator app.");
    assert_eq!(countries(&mut browser).await["refused"], "anna does not accept text messages.");
    assert_eq!(browser.phone_set_up().await.json, Value::Null);
    accept_texts(&app, true).await;
    assert_eq!(browser.start_phone_set_up(&reply.record()).await.json["step"], "enter");
}

// What is accepted counts when the number is confirmed, and not when it was entered.
#[tokio::test]
async fn a_number_that_is_not_accepted_any_more_is_not_confirmed_and_its_code_is_not_spent() {
    let app = App::start().await;
    let (mut browser, flow) = entering(&app).await;
    browser.enter_number(&flow, NUMBER).await.answered();
    let code = app.texted_code(NUMBER).await;
    accept_texts(&app, false).await;
    let refused = browser.confirm_phone(&flow, &code).await;
    refused_at_its_field(&refused, "anna does not accept text messages. Use an authenticator app.");
    for nothing in ["FROM methods", "FROM codes WHERE consumed_at IS NOT NULL"] {
        assert_eq!(app.count(&format!("SELECT COUNT(*) {nothing}")).await, 0, "{nothing}");
    }
    browser.session().await.state("enrol_only");
    accept_texts(&app, true).await;
    browser.confirm_phone(&flow, &code).await.state("save_code");
}

#[tokio::test]
async fn who_handles_payments_uses_numbers_of_the_payments_countries() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    app.add_company("harbour", &[]).await;
    let anna = Email::parse(ANNA).unwrap();
    app.vestibule.add_member("harbour", &anna, Role::Member, true).await.unwrap();
    let mut browser = app.browser();
    let reply = browser.sign_in(ANNA).await;
    let offered = countries(&mut browser).await;
    assert_eq!(offered["countries"], json!([{ "code": "US", "name": "United States", "dial_code": 1 }]));
    assert_eq!((&offered["likely"], &offered["refused"]), (&json!("US"), &Value::Null));
    let flow = browser.start_phone_set_up(&reply.state("enrol_only").record()).await.flow();
    let refused = browser.enter_number(&flow, NUMBER).await;
    let why = "Who handles payments can't use a number of that country. Use an authenticator app.";
    refused_at_its_field(&refused, why);
    assert!(app.texts().await.is_empty());
    browser.enter_number(&flow, NEW_NUMBER).await.answered();
    let code = app.texted_code(NEW_NUMBER).await;
    browser.confirm_phone(&flow, &code).await.state("save_code");
}

// S20: a crew's shared phone.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_serves_five_accounts_also_where_six_confirm_it_at_once() {
    let app = App::start().await;
    let mut pending = Vec::new();
    for index in 0..6 {
        let (mut browser, reply) = app.enrolling(&format!("person{index}@example.com")).await;
        let flow = browser.start_phone_set_up(&reply.record()).await.flow();
        browser.enter_number(&flow, NUMBER).await.answered();
        pending.push((browser, flow, app.texted_code(NUMBER).await));
    }
    let replies = at_once(&app.browser(), pending.len(), |_, index| {
        let (mut browser, flow, code) = pending[index].clone();
        async move { browser.confirm_phone(&flow, &code).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 5);
    assert_eq!(app.count("SELECT COUNT(*) FROM methods").await, 5);
    let sixth = replies.iter().position(|reply| reply.status != 200).unwrap();
    refused_at_its_field(&replies[sixth], "Five accounts use that number already. Use another.");
    let (mut browser, flow, _) = pending.swap_remove(sixth);
    browser.correct_number(&flow).await.answered();
    app.advance(60);
    browser.enter_number(&flow, NEW_NUMBER).await.answered();
    let code = app.texted_code(NEW_NUMBER).await;
    browser.confirm_phone(&flow, &code).await.state("save_code");
}

// S19
#[tokio::test]
async fn nothing_is_sent_before_the_password_was_right_nor_by_looking() {
    let app = App::start().await;
    let (mut browser, _) = app.with_phone(ANNA, NUMBER).await;
    app.advance_minutes(6);
    let mut stranger = app.browser();
    stranger.sign_in_with(ANNA, "not the password").await.refused(401, "wrong_credentials");
    for function in ["send_challenge_text", "send_step_up_text", "send_proof_text", "send_keep_text"] {
        stranger.get(&format!("/api/{function}")).await.refused(405, "method_not_allowed");
        stranger.call(function, json!({})).await.refused(401, "signed_out");
    }
    let (mut pending, _) = app.challenged(ANNA).await;
    for path in ["/", "/sign-in", "/sign-in/phone", "/profile/security"] {
        pending.get(path).await;
    }
    pending.call("challenge", json!({})).await.answered();
    let record = browser.session().await.record();
    let wrong = json!({ "record": record, "password": "not the password" });
    browser.call("open_phone_set_up", wrong).await.refused(401, "wrong_credentials");
    browser.call("send_step_up_text", json!({ "record": record })).await.refused(403, "step_up_needed");
    for function in ["step_up", "phone_set_up", "app_set_up", "security"] {
        browser.call(function, json!({})).await.answered();
    }
    countries(&mut browser).await;
    // A set-up of an app asks for a proof, and sends none by itself.
    let prove = browser.open_set_up().await.json["step"]["prove"].clone();
    assert_eq!(prove, json!({ "app": false, "phone": { "ending": "89", "texted": null } }));
    assert_eq!(app.texts().await.len(), 1);
}

// S26, attack 7
#[tokio::test]
async fn a_pending_sign_in_of_who_has_a_method_sets_no_number() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    let id = reply.record();
    for (function, body) in [
        ("start_phone_set_up", json!({ "record": id })),
        ("open_phone_set_up", json!({ "record": id, "password": PASSWORD })),
        ("phone_set_up", json!({})),
        ("countries", json!({ "language": "de" })),
        ("enter_number", json!({ "flow": id, "country": "DE", "number": NUMBER })),
        ("send_number_code", json!({ "flow": id })),
        ("correct_number", json!({ "flow": id })),
        ("confirm_phone", json!({ "flow": id, "code": "123456" })),
        ("send_proof_text", json!({ "flow": id })),
        ("prove_phone", json!({ "flow": id, "code": "123456" })),
        ("send_keep_text", json!({ "record": id })),
        ("keep_phone", json!({ "record": id, "code": "123456" })),
    ] {
        browser.call(function, body).await.refused(403, "wrong_state");
    }
    // Nor is there a number that a code could be sent to.
    browser.send_challenge_text(&id).await.refused(403, "wrong_state");
    for nothing in ["flows WHERE purpose = 'set_up_phone'", "methods WHERE kind = 'phone'", "codes"] {
        assert_eq!(app.count(&format!("SELECT COUNT(*) FROM {nothing}")).await, 0, "{nothing}");
    }
    assert!(app.texts().await.is_empty());
}

/// Opens a change of Anna's number in the profile and enters the new one; gives the set-up.
async fn changing(app: &App, browser: &mut Browser) -> String {
    let flow = browser.open_phone_set_up().await.flow();
    let proof = app.texted_code(NUMBER).await;
    browser.prove_phone(&flow, &proof).await.state("full");
    app.advance(120);
    browser.enter_number(&flow, NEW_NUMBER).await.answered();
    flow
}

// S8
#[tokio::test]
async fn of_a_number_nothing_but_its_ending_is_shown_outside_its_own_set_up() {
    let app = App::start().await;
    let (mut browser, _, recovery_code) = app.with_both(ANNA, NUMBER).await;
    let mut answers = vec![browser.phone_set_up().await];
    let (mut pending, reply) = app.challenged(ANNA).await;
    answers.push(pending.call("challenge", json!({})).await);
    answers.push(pending.send_challenge_text(&reply.record()).await);
    assert_eq!(answers[2].answered().json["phone"]["ending"], "89");
    let code = app.texted_code(NUMBER).await;
    answers.push(pending.challenge_phone(&reply.record(), &code).await);
    for function in ["session", "security", "devices", "activity", "profile", "step_up"] {
        answers.push(browser.call(function, json!({})).await);
    }
    app.pauses_pass(&mut browser).await;
    let flow = changing(&app, &mut browser).await;
    answers.push(browser.phone_set_up().await);
    let (mut pending, reply) = app.challenged(ANNA).await;
    answers.push(pending.recover(&reply.record(), &recovery_code).await);
    answers.push(pending.call("recovery", json!({})).await);
    for answer in &answers {
        answer.answered();
        assert!(!answer.text.contains("151234567"), "{}", answer.text);
    }
    // The new one is whole in the set-up that it is entered in, for its owner to check.
    assert_eq!(answers.iter().filter(|answer| answer.text.contains("201555")).count(), 1);
    browser.send_number_code(&flow).await.refused(401, "signed_out");
}

// S16, S49
#[tokio::test]
async fn the_store_holds_no_number_and_no_texted_code_in_the_open() {
    let app = App::start().await;
    let (mut browser, _) = app.with_phone(ANNA, NUMBER).await;
    let flow = browser.open_phone_set_up().await.flow();
    let proof = app.texted_code(NUMBER).await;
    browser.prove_phone(&flow, &proof).await.state("full");
    app.advance(120);
    app.mailbox.down.store(true, Ordering::SeqCst);
    browser.enter_number(&flow, NEW_NUMBER).await.answered();
    let reader = app.vestibule.store().reader();
    let mut kept = Vec::new();
    let methods = method::Entity::find().all(reader).await.unwrap();
    kept.extend(methods.into_iter().flat_map(|row| [Some(row.sealed), row.number_index]));
    let flows = flow::Entity::find().all(reader).await.unwrap();
    kept.extend(flows.into_iter().flat_map(|row| [row.target_sealed, row.target_index]));
    let codes = code::Entity::find().all(reader).await.unwrap();
    assert!(codes.iter().all(|row| row.code_hash.len() == 32 && row.target_index.len() == 32));
    kept.extend(codes.into_iter().flat_map(|row| [Some(row.code_hash), Some(row.target_index), row.network]));
    let messages = outbox::Entity::find().all(reader).await.unwrap();
    assert_eq!(messages.iter().filter(|row| row.sealed.is_some()).count(), 1);
    kept.extend(messages.into_iter().map(|row| row.sealed));
    let mut kept: Vec<Vec<u8>> = kept.into_iter().flatten().collect();
    assert!(kept.len() > 10, "{}", kept.len());
    assert!(!holds(&kept, &proof));
    let log = audit_event::Entity::find().all(reader).await.unwrap();
    kept.push(format!("{log:?}").into_bytes());
    for digits in [&NUMBER[1..], &NUMBER[3..], &NEW_NUMBER[1..], &NEW_NUMBER[2..]] {
        assert!(!holds(&kept, digits), "{digits}");
    }
}

/// Whether any of these holds the text.
fn holds(kept: &[Vec<u8>], text: &str) -> bool {
    kept.iter().any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

// S49, S50
#[tokio::test]
async fn numbers_are_sealed_anew_with_another_key_the_pending_one_too() {
    let app = App::start().await;
    let (mut browser, _) = app.with_phone(ANNA, NUMBER).await;
    let flow = changing(&app, &mut browser).await;
    let code = app.texted_code(NEW_NUMBER).await;
    let rotated = app.with_another_key().await;
    assert!(!rotated.vestibule.is_resealed().await.unwrap());
    assert_eq!(rotated.vestibule.reseal().await.unwrap(), 2);
    assert!(rotated.vestibule.is_resealed().await.unwrap());
    for sealed in ["methods WHERE key_id = 2", "flows WHERE target_sealed IS NOT NULL AND target_key_id = 2"]
    {
        assert_eq!(rotated.count(&format!("SELECT COUNT(*) FROM {sealed}")).await, 1, "{sealed}");
    }
    let mut browser = at(&rotated, &browser);
    assert_eq!(browser.phone_set_up().await.json["step"]["confirm"]["number"], NEW_NUMBER);
    let (mut pending, _) = rotated.challenged(ANNA).await;
    assert_eq!(pending.call("challenge", json!({})).await.json["phone"]["ending"], "89");
    browser.confirm_phone(&flow, &code).await.state("full");
    assert_eq!(browser.call("security", json!({})).await.json["phone"]["ending"], "23");
}
