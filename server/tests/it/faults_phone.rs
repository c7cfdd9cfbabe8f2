//! What holds when the program is killed at a phone number or a text message: as `faults`, the old state or the new one.

use serde_json::{Value, json};

use crate::support::{NEW_NUMBER, NUMBER, Story, When, record_is};

/// Confirms the number that was entered in the profile, and saves the recovery code.
async fn confirm(story: &mut Story, flow: &str) {
    let code = story.operator.texted_code(NUMBER, 1).await;
    story.browser.confirm_phone(flow, &code).await.state("full");
    story.recovery_code = story.browser.save_recovery_code().await;
}

/// Anna with an app, a number and a recovery code, signed out.
async fn with_number() -> Story {
    let mut story = Story::enrolled().await;
    story.start(None).await;
    sign_in_with_app(&mut story).await;
    let flow = story.browser.open_phone_set_up().await.flow();
    story.browser.enter_number(&flow, NUMBER).await.answered();
    confirm(&mut story, &flow).await;
    story.stop();
    story
}

async fn sign_in_with_app(story: &mut Story) {
    story.sign_in().await.state("challenge");
    story.go_on().await;
}

/// The second door as it stands for Anna's number.
async fn phone(story: &mut Story) -> Value {
    story.browser.call("challenge", json!({})).await.answered().json["phone"].clone()
}

#[tokio::test]
async fn killed_at_a_new_number_its_code_is_sent_afterwards_or_it_is_entered_again() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "enter_number"))).await;
        sign_in_with_app(&mut story).await;
        let flow = story.browser.open_phone_set_up().await.flow();
        let entered = json!({ "flow": flow, "country": "DE", "number": NUMBER });
        story.killed_at("enter_number", entered).await;
        // The record did not move: the same browser goes on.
        record_is(&mut story, When::Before, "full").await;
        let step = story.browser.phone_set_up().await.json["step"].clone();
        if when == When::Before {
            assert_eq!(step, "enter");
            story.browser.enter_number(&flow, NUMBER).await.answered();
        } else {
            assert_eq!(step["confirm"]["number"], NUMBER);
        }
        confirm(&mut story, &flow).await;
        story.is_whole().await;
    }
}

// The code that was promised comes, or another can be asked for at once.
#[tokio::test]
async fn killed_at_a_texted_code_it_is_sent_afterwards_or_can_be_asked_for_again() {
    for when in [When::Before, When::After] {
        let mut story = with_number().await;
        story.start(Some((when, "send_text"))).await;
        let record = story.sign_in().await.state("challenge").record();
        story.killed_at("send_challenge_text", json!({ "record": record })).await;
        record_is(&mut story, When::Before, "challenge").await;
        assert_eq!(phone(&mut story).await["texted"].is_null(), when == When::Before);
        if when == When::Before {
            story.browser.send_challenge_text(&record).await.answered();
        }
        let code = story.operator.texted_code(NUMBER, 2).await;
        story.browser.challenge_phone(&record, &code).await.state("full");
        story.is_whole().await;
    }
}

// The number that works is changed or it is not; it is never gone.
#[tokio::test]
async fn killed_at_a_change_of_the_number_the_old_or_the_new_one_works() {
    for when in [When::Before, When::After] {
        let mut story = with_number().await;
        story.start(Some((when, "confirm_phone"))).await;
        sign_in_with_app(&mut story).await;
        let flow = story.browser.open_phone_set_up().await.flow();
        let code = story.next_code().await;
        story.browser.call("prove_app", json!({ "flow": flow, "code": code })).await.state("full");
        story.wait(120).await;
        story.browser.enter_number(&flow, NEW_NUMBER).await.answered();
        let code = story.operator.texted_code(NEW_NUMBER, 1).await;
        story.killed_at("confirm_phone", json!({ "flow": flow, "code": code })).await;
        record_is(&mut story, when, "full").await;
        story.wait(300).await;
        let record = story.sign_in().await.state("challenge").record();
        // Of the old one, the codes that set it up and that the change has begun with were before.
        let (ending, number, nth) =
            if when == When::Before { ("89", NUMBER, 3) } else { ("23", NEW_NUMBER, 2) };
        assert_eq!(phone(&mut story).await["ending"], ending);
        story.browser.send_challenge_text(&record).await.answered();
        let code = story.operator.texted_code(number, nth).await;
        story.browser.challenge_phone(&record, &code).await.state("full");
        story.is_whole().await;
    }
}

// Nobody is in with a code that was spent, and nobody is locked out by one.
#[tokio::test]
async fn killed_at_the_second_door_the_texted_code_is_spent_only_with_its_session() {
    for when in [When::Before, When::After] {
        let mut story = with_number().await;
        story.start(Some((when, "full"))).await;
        let record = story.sign_in().await.state("challenge").record();
        story.browser.send_challenge_text(&record).await.answered();
        let code = story.operator.texted_code(NUMBER, 2).await;
        let given = json!({ "record": record, "code": code });
        story.killed_at("challenge_phone", given.clone()).await;
        record_is(&mut story, when, "challenge").await;
        if when == When::Before {
            story.browser.call("challenge_phone", given).await.state("full");
        } else {
            sign_in_with_app(&mut story).await;
        }
        story.is_whole().await;
    }
}

// A number that is shown to work is kept, or can be shown again.
#[tokio::test]
async fn killed_while_the_old_number_is_shown_to_work_the_recovery_goes_on() {
    for when in [When::Before, When::After] {
        let mut story = with_number().await;
        story.start(Some((when, "keep_phone"))).await;
        let record = story.sign_in().await.state("challenge").record();
        let recovery_code = story.recovery_code.clone();
        story.browser.recover(&record, &recovery_code).await.state("recovering");
        story.browser.call("send_keep_text", json!({ "record": record })).await.answered();
        let code = story.operator.texted_code(NUMBER, 2).await;
        let kept = json!({ "record": record, "code": code });
        story.killed_at("keep_phone", kept.clone()).await;
        record_is(&mut story, When::Before, "recovering").await;
        let fate = story.browser.call("recovery", json!({})).await.json["methods"][1]["fate"].clone();
        assert_eq!(fate, if when == When::Before { "open" } else { "proved" });
        if when == When::Before {
            story.browser.call("keep_phone", kept).await.answered();
        }
        // The app is kept too.
        let code = story.next_code().await;
        story.browser.call("keep_app", json!({ "record": record, "code": code })).await.answered();
        story.go_on().await;
        story.is_whole().await;
    }
}
