//! The Profile tab: name and time zone.

use serde_json::{Value, json};

use crate::support::{App, Browser, NEW_PASSWORD, PASSWORD, Reply};

const ANNA: &str = "anna@example.com";

async fn signed_in(app: &App) -> Browser {
    app.add_user(ANNA).await;
    let mut browser = app.browser();
    browser.sign_in(ANNA).await.state("full");
    browser
}

async fn save(browser: &mut Browser, name: &str, time_zone: Option<&str>) -> Reply {
    let record = browser.session().await.record();
    let body = json!({ "record": record, "name": name, "time_zone": time_zone });
    browser.call("save_profile", body).await
}

/// Name and time zone, as they are stored.
async fn saved(browser: &mut Browser) -> (Value, Value) {
    let profile = browser.call("profile", json!({})).await;
    (profile.answered().json["name"].clone(), profile.json["time_zone"].clone())
}

#[tokio::test]
async fn name_and_zone_are_saved_and_shown_everywhere() {
    let app = App::start().await;
    let mut browser = signed_in(&app).await;
    let profile = browser.call("profile", json!({})).await;
    assert_eq!(profile.answered().json["name"], "Anna Berg");
    assert_eq!((&profile.json["email"], &profile.json["time_zone"]), (&json!(ANNA), &Value::Null));
    let zones: Vec<&str> =
        profile.json["zones"].as_array().unwrap().iter().map(|zone| zone.as_str().unwrap()).collect();
    assert!(zones.is_sorted() && zones.len() > 300, "{}", zones.len());
    for zone in ["Europe/Berlin", "America/New_York", "Pacific/Auckland", "UTC"] {
        assert!(zones.contains(&zone), "{zone}");
    }
    let saved_now = save(&mut browser, "  Anna Maria Berg ", Some("Europe/Berlin")).await;
    let person = json!({ "name": "Anna Maria Berg", "email": ANNA, "time_zone": "Europe/Berlin" });
    assert_eq!(saved_now.state("full").json["person"], person);
    assert_eq!(browser.session().await.json["person"], person);
    assert_eq!(saved(&mut browser).await, (json!("Anna Maria Berg"), json!("Europe/Berlin")));
    // Back to the zone of the device.
    save(&mut browser, "Anna Maria Berg", None).await.state("full");
    assert_eq!(saved(&mut browser).await.1, Value::Null);
}

#[tokio::test]
async fn what_cannot_be_a_name_or_a_zone_is_said_at_its_field() {
    let app = App::start().await;
    let mut browser = signed_in(&app).await;
    for name in ["", "   ", "Anna\nBerg", &"a".repeat(201)] {
        let refused = save(&mut browser, name, Some("Europe/Berlin")).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.json["field"], "name");
        assert_eq!(refused.json["message"], "Enter your name, with at most 200 characters.");
    }
    for zone in ["", "Berlin", "europe/berlin", "Europe/Atlantis", "+01:00"] {
        let refused = save(&mut browser, "Anna Maria Berg", Some(zone)).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.json["field"], "time_zone");
        assert_eq!(refused.json["message"], "Select a time zone from the list.");
    }
    assert_eq!(saved(&mut browser).await, (json!("Anna Berg"), Value::Null));
    save(&mut browser, &"a".repeat(200), None).await.state("full");
}

// S53
#[tokio::test]
async fn mails_are_addressed_by_the_name_and_tell_times_of_the_zone() {
    let app = App::start().await;
    let mut browser = signed_in(&app).await;
    save(&mut browser, "Anna <Maria> Berg", Some("America/New_York")).await.state("full");
    browser.change_password(PASSWORD, NEW_PASSWORD).await.state("full");
    let mail = app.messages().await.pop().unwrap();
    assert!(mail.body.starts_with("Hello Anna <Maria> Berg,\n"), "{}", mail.body);
    assert!(mail.body.contains("\nWhen: Monday 2 March 2026, 02:00 (America/New_York)\n"), "{}", mail.body);
    let html = mail.html.unwrap();
    assert!(html.contains("<p>Hello Anna &lt;Maria&gt; Berg,</p>"), "{html}");
    assert!(html.contains("<td>Monday 2 March 2026, 02:00 (America/New_York)</td>"), "{html}");
}

// S7: a shared tablet.
#[tokio::test]
async fn a_form_of_another_persons_page_renames_nobody() {
    let app = App::start().await;
    let foreign = signed_in(&app).await.session().await.record();
    app.add_user("bea@example.com").await;
    let mut browser = app.browser();
    browser.sign_in("bea@example.com").await.state("full");
    let body = json!({ "record": foreign, "name": "Somebody Else", "time_zone": null });
    browser.call("save_profile", body).await.refused(409, "stale");
    assert_eq!(app.count("SELECT COUNT(*) FROM users WHERE name = 'Anna Berg'").await, 2);
}
