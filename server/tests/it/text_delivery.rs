//! What becomes of text messages on their way: a gateway that is down, and what it reports (S18; fault tests).

use std::sync::atomic::Ordering;

use domain::OutboxId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;
use vestibule_core::outbox::Undeliverable;
use vestibule_core::store::entities::code;

use crate::support::{App, Browser, NEW_NUMBER, NUMBER};

const ANNA: &str = "anna@example.com";
const GIVEN_UP: &str = "SELECT COUNT(*) FROM outbox WHERE failed_at IS NOT NULL AND sealed IS NULL";

fn set_down(app: &App, down: bool) {
    app.mailbox.down.store(down, Ordering::SeqCst);
}

/// The message with the code that was made last.
async fn last_message(app: &App) -> OutboxId {
    let texted = code::Entity::find().filter(code::Column::Channel.eq("text"));
    let last = texted.order_by_desc(code::Column::CreatedAt).one(app.vestibule.store().reader()).await;
    OutboxId(last.unwrap().unwrap().outbox_id.unwrap())
}

async fn challenge(browser: &mut Browser) -> Value {
    browser.call("challenge", json!({})).await.answered().json.clone()
}

/// What is shown at the second door of the message that was sent last.
async fn delivery(browser: &mut Browser) -> Value {
    challenge(browser).await["phone"]["texted"]["delivery"].clone()
}

// Fault tests: a gateway that fails.
#[tokio::test]
async fn a_gateway_that_fails_is_said_at_the_second_door_and_the_app_opens_it() {
    let app = App::start().await;
    let (_, key, _) = app.with_both(ANNA, NUMBER).await;
    app.advance_minutes(62);
    set_down(&app, true);
    let (mut browser, reply) = app.challenged(ANNA).await;
    browser.send_challenge_text(&reply.record()).await.answered();
    // One that is tried again in a moment is no trouble yet.
    app.messages().await;
    assert_eq!(challenge(&mut browser).await["texts_failing"], false);
    app.advance(11);
    app.messages().await;
    let stands = challenge(&mut browser).await;
    assert_eq!(stands["texts_failing"], true);
    assert_eq!(stands["phone"]["texted"]["delivery"], "waiting");
    browser.challenge(&reply.record(), &app.code(&key)).await.state("full");
    // It counts once, however often it is tried.
    assert_eq!(app.count("SELECT COUNT(*) FROM codes WHERE consumed_at IS NULL").await, 1);
    assert_eq!(app.count("SELECT sent FROM text_counts WHERE dial_code = 0").await, 2);
    set_down(&app, false);
    app.advance(10);
    assert_eq!(app.texts().await.len(), 2);
    let (mut browser, _) = app.challenged(ANNA).await;
    assert_eq!(challenge(&mut browser).await["texts_failing"], false);
}

// A code that comes when it no longer works helps nobody; what the old number is told does.
#[tokio::test]
async fn a_code_is_not_sent_after_its_five_minutes_and_a_notice_by_text_is() {
    let app = App::start().await;
    let (mut browser, _) = app.with_phone(ANNA, NUMBER).await;
    app.pauses_pass(&mut browser).await;
    let flow = browser.open_phone_set_up().await.flow();
    let proof = app.texted_code(NUMBER).await;
    browser.prove_phone(&flow, &proof).await.state("full");
    app.advance(60);
    browser.enter_number(&flow, NEW_NUMBER).await.answered();
    let code = app.texted_code(NEW_NUMBER).await;
    let before = app.messages().await.len();
    app.advance(120);
    set_down(&app, true);
    let (mut other, reply) = app.challenged(ANNA).await;
    other.send_challenge_text(&reply.record()).await.answered();
    browser.confirm_phone(&flow, &code).await.state("full");
    for _ in 0..6 {
        assert_eq!(app.messages().await.len(), before);
        app.advance_minutes(10);
    }
    assert_eq!(app.count(GIVEN_UP).await, 1);
    set_down(&app, false);
    app.advance_minutes(15);
    let late = app.messages().await.split_off(before);
    let texts: Vec<_> = late.iter().filter(|message| message.subject.is_empty()).collect();
    assert_eq!((late.len(), texts.len()), (2, 1));
    assert_eq!(texts[0].to, NUMBER);
    assert!(texts[0].body.contains("no longer confirms your sign-in"), "{}", texts[0].body);
    assert!(late.iter().any(|message| message.subject == "Vestibule: Phone number changed"));
}

#[tokio::test]
async fn what_becomes_of_a_message_is_shown_where_its_code_is_awaited() {
    let app = App::start().await;
    let (mut session, _) = app.with_phone(ANNA, NUMBER).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    browser.send_challenge_text(&reply.record()).await.answered();
    assert_eq!(delivery(&mut browser).await, "waiting");
    app.texts().await;
    assert_eq!(delivery(&mut browser).await, "sent");
    let message = last_message(&app).await;
    assert!(app.vestibule.delivered(message, Ok(())).await.unwrap());
    assert_eq!(delivery(&mut browser).await, "delivered");
    // The first report counts.
    assert!(app.vestibule.delivered(message, Err(Undeliverable::Blocked)).await.unwrap());
    assert_eq!(delivery(&mut browser).await, "delivered");
    assert!(!app.vestibule.delivered(OutboxId(Uuid::nil()), Ok(())).await.unwrap());
    // In a change too, and at a new number.
    app.advance(120);
    session.open_phone_set_up().await.answered();
    let message = last_message(&app).await;
    app.vestibule.delivered(message, Err(Undeliverable::Unreachable)).await.unwrap();
    let step = session.phone_set_up().await.json["step"].clone();
    let failed = json!({ "failed": { "reason": "unreachable" } });
    assert_eq!(step["prove"]["phone"]["texted"]["delivery"], failed);
    let (mut new, reply) = app.enrolling("bea@example.com").await;
    let flow = new.start_phone_set_up(&reply.record()).await.flow();
    app.advance(1);
    new.enter_number(&flow, NEW_NUMBER).await.answered();
    let message = last_message(&app).await;
    app.vestibule.delivered(message, Err(Undeliverable::Landline)).await.unwrap();
    let step = new.phone_set_up().await.json["step"].clone();
    let failed = json!({ "failed": { "reason": "landline" } });
    assert_eq!(step["confirm"]["texted"]["delivery"], failed);
    // Its owner corrects it.
    new.correct_number(&flow).await.answered();
}
