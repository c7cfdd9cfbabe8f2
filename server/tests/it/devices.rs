//! Signed-in devices: which there are, and ending them (S34).

use serde_json::{Value, json};

use crate::instances::at;
use crate::support::{App, Browser, Reply};

const ANNA: &str = "anna@example.com";
const BEA: &str = "bea@example.com";

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0";
const CHROME: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/142.0.0.0 Mobile Safari/537.36";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";

/// A browser that calls itself `agent`, signed in as somebody without a method.
async fn signed_in(app: &App, email: &str, agent: &'static str) -> Browser {
    let mut browser = app.browser();
    browser.agent = agent;
    browser.sign_in(email).await.state("full");
    browser
}

/// Another session of somebody who has an app.
async fn signed_in_with_app(app: &App, key: &str) -> Browser {
    app.next_step();
    let (mut browser, reply) = app.challenged(ANNA).await;
    browser.challenge(&reply.record(), &app.code(key)).await.state("full");
    browser
}

async fn devices(browser: &mut Browser) -> Vec<Value> {
    browser.call("devices", json!({})).await.answered().json.as_array().unwrap().clone()
}

async fn end(browser: &mut Browser, id: &str) -> Reply {
    let record = browser.session().await.record();
    browser.call("end_device", json!({ "record": record, "id": id })).await
}

// S34
#[tokio::test]
async fn this_device_is_first_then_the_others_the_last_used_first() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    app.add_user(BEA).await;
    let began = app.now().0;
    let mut own = signed_in(&app, ANNA, FIREFOX).await;
    app.advance(60);
    signed_in(&app, ANNA, CHROME).await;
    app.advance(60);
    signed_in(&app, ANNA, SAFARI).await;
    signed_in(&app, BEA, SAFARI).await;
    app.advance(60);
    let shown: Vec<Value> = devices(&mut own)
        .await
        .into_iter()
        .map(|device| json!([device["this"], device["name"], device["since"], device["used_at"]]))
        .collect();
    let expected = [
        json!([true, "Firefox on Linux", began, began + 180_000]),
        json!([false, "Safari on iPhone", began + 120_000, began + 120_000]),
        json!([false, "Chrome on Android", began + 60_000, began + 60_000]),
    ];
    assert_eq!(shown, expected);
    let first = devices(&mut own).await.remove(0);
    assert_eq!(first["address"], "192.0.2.7");
    assert_eq!(first["id"], own.session().await.json["record"]);
}

// S34
#[tokio::test]
async fn sign_ins_under_way_and_sessions_that_are_over_are_no_devices() {
    let app = App::start().await;
    let (mut own, key) = app.enrolled(ANNA).await;
    let mut out = signed_in_with_app(&app, &key).await;
    out.call("sign_out", json!({})).await.state("anonymous");
    signed_in_with_app(&app, &key).await;
    app.challenged(ANNA).await;
    assert_eq!(devices(&mut own).await.len(), 2);
    // One that was left lying ends by itself.
    app.advance_minutes(40);
    own.call("stay_signed_in", json!({})).await.state("full");
    app.advance_minutes(20);
    assert_eq!(devices(&mut own).await.len(), 1);
}

// S34
#[tokio::test]
async fn another_device_is_signed_out_at_once_at_the_other_instance_too() {
    let one = App::start().await;
    let two = one.another_instance().await;
    one.add_user(ANNA).await;
    let mut own = signed_in(&one, ANNA, FIREFOX).await;
    let mut lost = signed_in(&two, ANNA, CHROME).await;
    let mut third = signed_in(&two, ANNA, SAFARI).await;
    let id = lost.session().await.record();
    let left = end(&mut own, &id).await;
    let names: Vec<&Value> =
        left.answered().json.as_array().unwrap().iter().map(|device| &device["name"]).collect();
    assert_eq!(names, ["Firefox on Linux", "Safari on iPhone"]);
    let ended = lost.session().await;
    assert_eq!(ended.state("anonymous").json["ended"]["reason"], "signed_out_elsewhere");
    assert_eq!(ended.json["ended"]["was_full"], true);
    lost.call("security", json!({})).await.refused(401, "signed_out");
    at(&one, &lost).call("security", json!({})).await.refused(401, "signed_out");
    own.session().await.state("full");
    third.session().await.state("full");
    // One that is gone already is as it was wished.
    end(&mut own, &id).await.answered();
}

// S34
#[tokio::test]
async fn all_other_devices_are_signed_out_and_sign_ins_under_way_with_them() {
    let app = App::start().await;
    let (mut own, key) = app.enrolled(ANNA).await;
    let mut other = signed_in_with_app(&app, &key).await;
    app.next_step();
    let (mut pending, reply) = app.challenged(ANNA).await;
    let (mut bea, _) = app.enrolled(BEA).await;
    let record = own.session().await.record();
    let left = own.call("end_other_devices", json!({ "record": record })).await;
    assert_eq!(left.answered().json.as_array().unwrap().len(), 1);
    assert_eq!(left.json[0]["this"], true);
    assert_eq!(other.session().await.json["ended"]["reason"], "signed_out_elsewhere");
    pending.challenge(&reply.record(), &app.code(&key)).await.refused(401, "signed_out");
    own.session().await.state("full");
    bea.session().await.state("full");
}

// S34
#[tokio::test]
async fn nobody_ends_another_persons_device_nor_the_one_that_asks() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    app.add_user(BEA).await;
    let mut own = signed_in(&app, ANNA, FIREFOX).await;
    let mut bea = signed_in(&app, BEA, CHROME).await;
    let (own_id, beas_id) = (own.session().await.record(), bea.session().await.record());
    for id in [&beas_id, &own_id] {
        assert_eq!(end(&mut own, id).await.answered().json.as_array().unwrap().len(), 1);
    }
    bea.session().await.state("full");
    own.session().await.state("full");
    // Nor with a form of her page.
    own.call("end_other_devices", json!({ "record": beas_id })).await.refused(409, "stale");
    own.call("end_device", json!({ "record": beas_id, "id": beas_id })).await.refused(409, "stale");
    bea.session().await.state("full");
    own.call("end_device", json!({ "record": own_id, "id": "everybody" })).await.refused(400, "bad_request");
}
