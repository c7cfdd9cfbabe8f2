//! Recent activity: what happened to one's account, in words.

use serde_json::{Value, json};

use crate::support::{App, Browser, PASSWORD, Reply};

const ANNA: &str = "anna@example.com";
const BEA: &str = "bea@example.com";

async fn activity(browser: &mut Browser, before: &Value) -> Reply {
    browser.call("activity", json!({ "filter": "everything", "before": before })).await
}

fn entries(activity: &Reply) -> &Vec<Value> {
    activity.answered().json["entries"].as_array().unwrap()
}

/// What happened when, in seconds since `began`, and whether it failed.
fn told(activity: &Reply, began: i64) -> Vec<(i64, &str, bool)> {
    let seconds = |entry: &Value| (entry["at"].as_i64().unwrap() - began) / 1_000;
    let mut told: Vec<(i64, &str, bool)> = entries(activity)
        .iter()
        .map(|entry| (seconds(entry), entry["what"].as_str().unwrap(), entry["failed"].as_bool().unwrap()))
        .collect();
    assert!(told.is_sorted_by_key(|(at, ..)| -at), "{told:?}");
    // What happens at the same instant has no order.
    told.sort_unstable();
    told
}

/// A name, saved: one entry of the log.
async fn save_name(app: &App, browser: &mut Browser) {
    app.advance(1);
    let record = browser.session().await.record();
    let body = json!({ "record": record, "name": format!("Anna {}", app.now().0), "time_zone": null });
    browser.call("save_profile", body).await.answered();
}

// S52
#[tokio::test]
async fn what_happened_is_told_in_words_the_newest_first_and_failures_too() {
    let app = App::start().await;
    let began = app.now().0;
    app.add_user(ANNA).await;
    app.advance(10);
    app.browser().sign_in_with(ANNA, "not the password").await.refused(401, "wrong_credentials");
    app.advance(10);
    let mut browser = app.browser();
    browser.agent = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0";
    browser.sign_in(ANNA).await.state("full");
    app.advance(10);
    let record = browser.session().await.record();
    app.browser().sign_in(ANNA).await.state("full");
    browser.call("end_other_devices", json!({ "record": record })).await.answered();
    // Nothing is signed out a second time.
    browser.call("end_other_devices", json!({ "record": record })).await.answered();
    app.advance(10);
    app.browser().forgot_password(ANNA).await.answered();
    app.mail().await;
    let shown = activity(&mut browser, &Value::Null).await;
    assert_eq!(
        told(&shown, began),
        [
            (0, "Account made", false),
            (10, "Password entered", true),
            (20, "Password entered", false),
            (20, "Signed in", false),
            (30, "Another device signed out", false),
            (30, "Password entered", false),
            (30, "Signed in", false),
            (40, "Link for a new password sent by mail", false),
        ]
    );
    assert_eq!(shown.json["more"], false);
    let by = |what: &str| {
        let entry = entries(&shown).iter().find(|entry| entry["what"] == what).unwrap();
        (entry["device"].as_str().unwrap(), entry["address"].as_str().unwrap())
    };
    assert_eq!(by("Link for a new password sent by mail"), ("An unknown device", "192.0.2.7"));
    assert_eq!(by("Another device signed out"), ("Firefox on Linux", "192.0.2.7"));
    assert_eq!(by("Account made"), ("By the operator", ""));
    assert!(!shown.text.contains("argon2") && !shown.text.contains(PASSWORD), "{}", shown.text);
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_while_more_happens() {
    let app = App::start().await;
    app.add_user(ANNA).await;
    let mut browser = app.browser();
    app.advance(1);
    browser.sign_in(ANNA).await.state("full");
    for _ in 0..37 {
        save_name(&app, &mut browser).await;
    }
    let total = app.count("SELECT COUNT(*) FROM audit_events").await;
    assert_eq!(total, 40);
    let (mut seen, mut before) = (Vec::new(), Value::Null);
    for more in [true, true, true, false] {
        let page = activity(&mut browser, &before).await;
        assert_eq!((entries(&page).len(), &page.json["more"]), (10, &json!(more)));
        seen.extend(entries(&page).iter().map(|entry| entry["id"].as_str().unwrap().to_owned()));
        before = json!(seen.last());
        save_name(&app, &mut browser).await;
    }
    // Identifiers are ordered by time.
    assert!(seen.is_sorted_by(|newer, older| newer > older), "{seen:?}");
    let after = activity(&mut browser, &before).await;
    assert_eq!((entries(&after).len(), &after.json["more"]), (0, &json!(false)));
    // What came meanwhile, one entry after each page, is on the newest.
    let newest = activity(&mut browser, &Value::Null).await;
    assert_eq!(entries(&newest)[4]["id"], seen[0].as_str());
    assert_eq!(newest.json["more"], true);
}

#[tokio::test]
async fn everybody_reads_their_own_activity_only() {
    let app = App::start().await;
    let (mut anna, _) = app.enrolled(ANNA).await;
    let (mut bea, _) = app.enrolled(BEA).await;
    app.browser().sign_in_with(BEA, "not the password").await.refused(401, "wrong_credentials");
    let annas = activity(&mut anna, &Value::Null).await;
    let beas = activity(&mut bea, &Value::Null).await;
    assert_eq!(entries(&annas).len() + 1, entries(&beas).len());
    assert!(entries(&beas).iter().any(|entry| entry["failed"] == true));
    assert!(!entries(&annas).iter().any(|entry| entry["failed"] == true));
    for entry in entries(&annas) {
        assert!(!entries(&beas).iter().any(|other| other["id"] == entry["id"]));
    }
    // An entry of somebody else's is no way in: it is but a place in time.
    let before = entries(&beas)[0]["id"].clone();
    for entry in entries(&activity(&mut anna, &before).await) {
        assert!(entries(&annas).iter().any(|own| own["id"] == entry["id"]));
    }
}
