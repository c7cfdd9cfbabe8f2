//! Budgets of text messages: they are reserved in the database before anything is sent, they delay, and they lock nobody
//! (S18, attack 16).

use axum::body::Body;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::challenge::other_than;
use crate::instances::at;
use crate::races::{at_once, succeeded};
use crate::support::{App, Browser, NEW_NUMBER, NUMBER, Options, Reply, number};

const ANNA: &str = "anna@example.com";
const DAY: i64 = 86_400;

/// So many people at the number of their first set-up, each with the set-up.
async fn crew(app: &App, count: usize) -> Vec<(Browser, String)> {
    let mut crew = Vec::new();
    for index in 0..count {
        let (mut browser, reply) = app.enrolling(&format!("crew{index}@example.com")).await;
        let flow = browser.start_phone_set_up(&reply.record()).await.flow();
        crew.push((browser, flow));
    }
    crew
}

/// How many text messages went to the number.
async fn sent_to(app: &App, number: &str) -> usize {
    app.texts().await.iter().filter(|text| text.to == number).count()
}

/// A call from this address, which a proxy says.
async fn call_from(address: &str, browser: &mut Browser, function: &str, body: Value) -> Reply {
    let request = browser.request(function).header("x-forwarded-for", address);
    browser.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Asserts that a code has to wait so many seconds.
#[track_caller]
fn waits(reply: &Reply, seconds: i64) {
    assert_eq!(reply.refused(429, "paused").json["retry_after_s"], seconds);
}

// S18
#[tokio::test]
async fn a_person_is_sent_ten_codes_a_day_with_pauses_that_no_other_sign_in_shortens() {
    let app = App::start().await;
    app.with_phone(ANNA, NUMBER).await;
    let mut passed = 60;
    for pause in [60, 120, 300, 300, 300, 300, 300, 300, 300] {
        let (mut browser, reply) = app.challenged(ANNA).await;
        browser.send_challenge_text(&reply.record()).await.answered();
        let (mut other, reply) = app.challenged(ANNA).await;
        waits(&other.send_challenge_text(&reply.record()).await, pause);
        app.texts().await;
        app.advance(pause);
        passed += pause;
    }
    let (mut browser, reply) = app.challenged(ANNA).await;
    let paused = browser.send_challenge_text(&reply.record()).await;
    waits(&paused, DAY - passed);
    assert_eq!(paused.json["message"], "Ten codes a day are sent. Try again in 24 hours.");
    assert_eq!(app.texts().await.len(), 10);
    app.advance(DAY - passed - 1);
    let (mut browser, reply) = app.challenged(ANNA).await;
    waits(&browser.send_challenge_text(&reply.record()).await, 1);
    app.advance(1);
    browser.send_challenge_text(&reply.record()).await.answered();
    assert_eq!(app.texts().await.len(), 11);
}

// S18: who has used a code gets the messages, and need not wait for the next.
#[tokio::test]
async fn a_code_that_was_used_ends_the_pause_and_a_wrong_one_does_not() {
    let app = App::start().await;
    let (_, _) = app.with_phone(ANNA, NUMBER).await;
    for _ in 0..2 {
        let (mut browser, reply) = app.challenged(ANNA).await;
        browser.send_challenge_text(&reply.record()).await.answered();
        let first = app.texted_code(NUMBER).await;
        browser.challenge_phone(&reply.record(), &other_than(&first)).await.refused(422, "wrong_code");
        waits(&browser.send_challenge_text(&reply.record()).await, 60);
        app.advance(60);
        browser.send_challenge_text(&reply.record()).await.answered();
        waits(&browser.send_challenge_text(&reply.record()).await, 120);
        // The one that is not used arrives too, before the next.
        app.texts().await;
        browser.challenge_phone(&reply.record(), &first).await.state("full");
    }
}

// S18: a budget is no lock. The app opens the second door, and others are sent theirs.
#[tokio::test]
async fn who_has_to_wait_for_a_code_signs_in_with_the_app_and_others_do_not_wait() {
    let app = App::start().await;
    let (_, key, recovery_code) = app.with_both(ANNA, NUMBER).await;
    app.with_phone("bea@example.com", NEW_NUMBER).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    let record = reply.record();
    browser.send_challenge_text(&record).await.answered();
    waits(&browser.send_challenge_text(&record).await, 60);
    let (mut beas, reply) = app.challenged("bea@example.com").await;
    beas.send_challenge_text(&reply.record()).await.answered();
    browser.challenge(&record, &app.code(&key)).await.state("full");
    let (mut browser, reply) = app.challenged(ANNA).await;
    waits(&browser.send_challenge_text(&reply.record()).await, 60);
    browser.recover(&reply.record(), &recovery_code).await.state("recovering");
}

// S18: whichever accounts it is entered in, and however many at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_sent_thirty_codes_a_day_whoever_asks() {
    let app = App::start().await;
    let crew = crew(&app, 36).await;
    let replies = at_once(&app.browser(), crew.len(), |_, index| {
        let (mut browser, flow) = crew[index].clone();
        async move { browser.enter_number(&flow, NUMBER).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 30);
    assert_eq!(sent_to(&app, NUMBER).await, 30);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        waits(reply, DAY);
    }
    // Another number is another matter.
    let last = replies.iter().position(|reply| reply.status != 200).unwrap();
    let (mut browser, flow) = crew[last].clone();
    browser.enter_number(&flow, NEW_NUMBER).await.answered();
    app.advance(DAY);
    let (mut browser, reply) = app.enrolling(ANNA).await;
    let flow = browser.start_phone_set_up(&reply.record()).await.flow();
    browser.enter_number(&flow, NUMBER).await.answered();
}

// S18: a crew behind one address confirms its codes, and is not an attack.
#[tokio::test]
async fn of_one_network_twenty_codes_an_hour_may_come_to_nothing() {
    let app = App::start_with(Options { proxies: "192.0.2.7", ..Options::default() }).await;
    let mut crew = crew(&app, 24).await;
    for (index, (browser, flow)) in crew.iter_mut().take(22).enumerate() {
        browser.enter_number(flow, &number(index)).await.answered();
        if index < 2 {
            let code = app.texted_code(&number(index)).await;
            browser.confirm_phone(flow, &code).await.state("save_code");
        }
    }
    // Codes that may still be entered do not count against it.
    app.advance(299);
    let [.., (early, early_flow), (late, late_flow)] = crew.as_mut_slice() else { unreachable!() };
    early.enter_number(early_flow, &number(22)).await.answered();
    app.advance(1);
    let paused = late.enter_number(late_flow, &number(23)).await;
    waits(&paused, 900);
    assert_eq!(paused.json["message"], "Too many codes were sent. Try again in 15 minutes.");
    // It is the network and not the account that waits: /24 of IPv4.
    let body = json!({ "flow": late_flow, "country": "DE", "number": number(23) });
    for neighbour in ["192.0.2.7", "192.0.2.200"] {
        waits(&call_from(neighbour, late, "enter_number", body.clone()).await, 900);
    }
    assert_eq!(sent_to(&app, &number(23)).await, 0);
    call_from("198.51.100.9", late, "enter_number", body).await.answered();
    // The set-up of an app goes on there.
    let record = early.session().await.record();
    early.set_up_app(record, app.now()).await;
    app.advance(3_300);
    let (mut browser, reply) = app.enrolling(ANNA).await;
    let flow = browser.start_phone_set_up(&reply.record()).await.flow();
    browser.enter_number(&flow, NUMBER).await.answered();
}

// S18, S46
#[tokio::test]
async fn a_known_browser_keeps_five_codes_an_hour_of_its_own_whatever_its_network_does() {
    let app = App::start().await;
    let (mut known, _) = app.with_phone(ANNA, NUMBER).await;
    app.advance_minutes(62);
    for (index, (browser, flow)) in crew(&app, 20).await.iter_mut().enumerate() {
        browser.enter_number(flow, &number(index)).await.answered();
    }
    app.advance(300);
    let (mut stranger, reply) = app.challenged(ANNA).await;
    waits(&stranger.send_challenge_text(&reply.record()).await, 900);
    let mut code = String::new();
    for pause in [60, 120, 300, 300, 300] {
        let record = known.sign_in(ANNA).await.state("challenge").record();
        let sent = known.send_challenge_text(&record).await;
        assert_eq!(sent.answered().json["phone"]["texted"]["again_in_s"], pause);
        code = app.texted_code(NUMBER).await;
        app.advance(pause);
    }
    let record = known.sign_in(ANNA).await.state("challenge").record();
    waits(&known.send_challenge_text(&record).await, 900);
    known.challenge_phone(&record, &code).await.refused(422, "wrong_code");
    // An hour after the others' codes their network is as good as any.
    app.advance(3_600 - 300 - 1_080);
    let (mut stranger, reply) = app.challenged(ANNA).await;
    stranger.send_challenge_text(&reply.record()).await.answered();
}

/// Text messages of today, as they are counted for the dial code; 0: all.
async fn counted(app: &App, dial_code: u16) -> i64 {
    app.count(&format!("SELECT sent FROM text_counts WHERE dial_code = {dial_code}")).await
}

// S18
#[tokio::test]
async fn a_country_and_all_have_a_daily_cap_and_the_app_goes_on() {
    let options = Options { texts_per_country_a_day: 3, texts_a_day: 5, ..Options::default() };
    let app = App::start_with(options).await;
    let mut crew = crew(&app, 7).await;
    for (index, (browser, flow)) in crew.iter_mut().enumerate() {
        // Germany has three; then the United States have what is left of all.
        let sent = browser.enter_number(flow, &number(index)).await;
        if index < 3 {
            sent.answered();
            continue;
        }
        sent.refused(503, "no_texts");
        assert_eq!(
            sent.json["message"],
            "Text messages can't be sent at this moment. Use your authenticator app or your recovery code."
        );
        let sent = browser.enter_number(flow, &format!("+1201555010{index}")).await;
        if index < 5 {
            sent.answered();
        } else {
            sent.refused(503, "no_texts");
            assert_eq!(browser.phone_set_up().await.json["step"], "enter");
        }
    }
    assert_eq!(app.texts().await.len(), 5);
    // What was not sent is not counted.
    assert_eq!([counted(&app, 49).await, counted(&app, 1).await, counted(&app, 0).await], [3, 2, 5]);
    let (browser, _) = crew.last_mut().unwrap();
    let record = browser.session().await.record();
    browser.set_up_app(record, app.now()).await;
    browser.save_recovery_code().await;
    // The day is that of UTC: seventeen hours after the tests begin.
    app.advance(17 * 3_600 - 1);
    let (mut browser, reply) = app.enrolling(ANNA).await;
    let flow = browser.start_phone_set_up(&reply.record()).await.flow();
    browser.enter_number(&flow, NUMBER).await.refused(503, "no_texts");
    app.advance(1);
    browser.enter_number(&flow, NUMBER).await.answered();
}

// S18: at two instances at once, and each counted once.
#[tokio::test(flavor = "multi_thread")]
async fn a_daily_cap_holds_where_many_ask_at_once_at_two_instances() {
    let options = Options { texts_a_day: 5, ..Options::default() };
    let one = App::start_with(options).await;
    let two = one.another_instance().await;
    let mut crew = crew(&one, 12).await;
    for (browser, _) in crew.iter_mut().skip(6) {
        *browser = at(&two, browser);
    }
    let calls = crew.into_iter().enumerate().map(|(index, (mut browser, flow))| {
        tokio::spawn(async move { browser.enter_number(&flow, &number(index)).await })
    });
    let replies: Vec<Reply> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(succeeded(&replies), 5);
    assert_eq!(replies.iter().filter(|reply| reply.error() == "no_texts").count(), 7);
    assert_eq!(one.texts().await.len(), 5);
    assert_eq!(counted(&one, 0).await, 5);
}

// S18, S19, attack 16
#[tokio::test]
async fn a_thousand_requests_over_many_accounts_send_no_more_than_the_caps_and_to_no_forbidden_number() {
    let options = Options { texts_per_country_a_day: 9, texts_a_day: 17, ..Options::default() };
    let app = App::start_with(options).await;
    let mut crew = crew(&app, 20).await;
    let [german, american] = [NUMBER, NEW_NUMBER];
    let entered = [german, american, "+447400123456", "+4930123456", "+18002345678"];
    for round in 0..25 {
        let calls = crew.iter_mut().enumerate().map(|(index, (browser, flow))| async move {
            let sent = browser.enter_number(flow, entered[(index + round) % entered.len()]).await;
            [sent, browser.correct_number(flow).await]
        });
        for reply in join_all(calls).await.into_iter().flatten() {
            let fair = ["", "invalid", "paused", "no_texts", "stale"];
            assert!(fair.contains(&reply.error()), "{}", reply.text);
        }
        app.texts().await;
        app.advance(61);
    }
    let texts = app.texts().await;
    assert_eq!(texts.len(), 17);
    for number in [german, american] {
        let sent = texts.iter().filter(|text| text.to == number).count();
        assert!((1..=9).contains(&sent), "{number}: {sent}");
    }
    assert!(texts.iter().all(|text| [german, american].contains(&text.to.as_str())));
    assert_eq!(counted(&app, 0).await, 17);
}
