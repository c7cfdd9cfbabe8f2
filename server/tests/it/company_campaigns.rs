//! Announcements and reminders of an enforcement date, adoption, and the company's log.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::support::{App, policy};

const ADMIN: &str = "admin@example.com";
const MEMBER: &str = "member@example.com";
const OTHER: &str = "other@example.com";
const HARBOUR: &str = "harbour";
/// The tests' clock begins on 2 March 2026: three weeks and some hours before.
const AHEAD: &str = "2026-03-23T09:00";
const ANNOUNCED: &str = "Vestibule: harbour requires two-factor authentication";
const REMINDED: &str = "Vestibule: Reminder: harbour requires two-factor authentication";
const DAY: i64 = 24 * 60;

impl App {
    /// What the worker does in its rounds, also on another instance.
    async fn campaigns(&self) {
        self.vestibule.begin_reminders().await.unwrap();
        self.vestibule.expand_campaigns().await.unwrap();
    }
}

#[tokio::test]
async fn who_has_not_set_up_is_reminded_fourteen_seven_and_one_day_before() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    app.plain_member(HARBOUR, MEMBER).await;
    admin.save_policy(HARBOUR, policy(Some(AHEAD), true, false)).await.answered();
    let second = app.another_instance().await;
    let mut reminders = Vec::new();
    // Two instances look every six hours, until a day after the date.
    for quarter in 0..4 * 22 {
        app.campaigns().await;
        second.campaigns().await;
        let told = app.subjects_to(MEMBER).await;
        if told.len() > reminders.len() {
            reminders.push((quarter / 4, told.last().unwrap().clone()));
        }
        app.advance_minutes(DAY / 4);
    }
    let words: Vec<&str> = reminders.iter().map(|(_, subject)| subject.as_str()).collect();
    assert_eq!(words, [ANNOUNCED, REMINDED, REMINDED, REMINDED]);
    let days: Vec<i64> = reminders.iter().map(|(day, _)| *day).collect();
    assert_eq!(days[0], 0);
    // On or just after the seventh, fourteenth and twentieth day.
    assert!(
        (6..=7).contains(&days[1]) && (13..=14).contains(&days[2]) && (19..=20).contains(&days[3]),
        "{days:?}"
    );
}

#[tokio::test]
async fn a_reminder_by_hand_goes_once_a_day_and_not_to_who_has_set_up_meanwhile() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    admin.act("remind", json!({ "company": HARBOUR })).await.refused(403, "wrong_state");
    app.plain_member(HARBOUR, MEMBER).await;
    admin.save_policy(HARBOUR, policy(Some(AHEAD), true, true)).await.answered();
    app.campaigns().await;
    assert_eq!(app.subjects_to(MEMBER).await, [ANNOUNCED]);
    admin.act("remind", json!({ "company": HARBOUR })).await.refused(429, "paused");
    app.advance_minutes(DAY + 1);
    // The session is of yesterday.
    let (mut admin, _) = app.administrator(HARBOUR, "second@example.com").await;
    let reminders = admin.act("remind", json!({ "company": HARBOUR })).await;
    assert!(reminders.answered().json["by_hand_in"].as_u64().unwrap() > 0);
    admin.act("remind", json!({ "company": HARBOUR })).await.refused(429, "paused");
    // Expanded, and then the mail server is down while the member sets up.
    app.mailbox.down.store(true, Ordering::SeqCst);
    app.campaigns().await;
    let mut member = app.browser();
    let view = member.sign_in(MEMBER).await;
    assert_eq!(app.subjects_to(MEMBER).await, [ANNOUNCED]);
    let _ = view;
    app.execute(
        "INSERT INTO methods (id, user_id, kind, sealed, key_id, added_at) SELECT id, id, 'app', sealed, key_id, 0 \
         FROM (SELECT u.id AS id, m.sealed AS sealed, m.key_id AS key_id FROM users u, methods m \
         WHERE u.email = 'member@example.com' LIMIT 1) AS x",
    )
    .await;
    app.mailbox.down.store(false, Ordering::SeqCst);
    app.advance_minutes(20);
    assert_eq!(app.subjects_to(MEMBER).await, [ANNOUNCED]);
    let campaign = &admin.call("reminders", json!({ "company": HARBOUR })).await.json["campaigns"][0].clone();
    assert_eq!(campaign["kind"], "by_hand");
    assert_eq!((&campaign["mails"], &campaign["skipped"]), (&json!(1), &json!(1)));
    assert_eq!((&campaign["sent"], &campaign["complete"]), (&json!(0), &json!(true)));
}

#[tokio::test]
async fn many_mails_of_a_campaign_wait_for_a_code() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    app.plain_member(HARBOUR, MEMBER).await;
    app.plain_member(HARBOUR, OTHER).await;
    app.mail().await;
    admin.save_policy(HARBOUR, policy(Some(AHEAD), true, false)).await.answered();
    app.campaigns().await;
    app.browser().forgot_password(ADMIN).await.answered();
    let sent = app.mail().await;
    let subjects: Vec<&str> = sent.iter().map(|mail| mail.1.as_str()).collect();
    let reset = subjects.iter().position(|subject| subject.ends_with("Set a new password")).unwrap();
    let first = subjects.iter().position(|subject| *subject == ANNOUNCED).unwrap();
    assert!(reset < first, "{subjects:?}");
}

#[tokio::test]
async fn adoption_is_counted_day_by_day_and_a_wrong_counter_is_put_right() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    admin.save_policy(HARBOUR, policy(Some("2020-01-01T00:00"), true, false)).await.answered();
    app.plain_member(HARBOUR, OTHER).await;
    app.advance_minutes(8 * DAY);
    app.member_with_app(HARBOUR, MEMBER).await;
    let (mut admin, _) = app.administrator(HARBOUR, "second@example.com").await;
    let adoption = admin.call("adoption", json!({ "company": HARBOUR })).await.answered().json.clone();
    let days = adoption["days"].as_array().unwrap();
    let numbers = |day: &Value| (day["members"].as_u64().unwrap(), day["set_up"].as_u64().unwrap());
    assert_eq!(days.iter().map(numbers).collect::<Vec<_>>(), [(2, 1), (4, 3)]);
    assert_eq!(adoption["gained_in_a_week"], 2);
    assert_eq!(days[1]["day"].as_i64().unwrap() - days[0]["day"].as_i64().unwrap(), 8);
    assert_eq!(app.vestibule.check_counters().await.unwrap(), 0);
    app.execute("UPDATE companies SET members = 40, members_with_method = 7 WHERE slug = 'harbour'").await;
    assert_eq!(app.vestibule.check_counters().await.unwrap(), 1);
    let adoption = admin.call("adoption", json!({ "company": HARBOUR })).await.json;
    assert_eq!(numbers(&adoption["today"]), (4, 3));
}

#[tokio::test]
async fn the_companys_log_says_who_did_what_to_whom_and_why() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    let member = app.plain_member(HARBOUR, MEMBER).await;
    admin.save_policy(HARBOUR, policy(Some(AHEAD), true, false)).await.answered();
    admin.reset_member(HARBOUR, member, "lost the phone").await.answered();
    let log = |filter: &str, person: &str| json!({ "company": HARBOUR, "query": { "filter": filter, "person": person, "before": null } });
    let all = admin.call("company_activity", log("everything", "")).await.answered().json.clone();
    assert!(all["entries"].as_array().unwrap().len() >= 4, "{all}");
    let resets = admin.call("company_activity", log("resets", "")).await.answered().json.clone();
    let newest = &resets["entries"][0];
    assert_eq!(newest["entry"]["what"], "Two-factor authentication reset");
    assert_eq!(newest["reason"], "lost the phone");
    assert!(
        newest["by"].as_str().unwrap().contains(ADMIN) && newest["about"].as_str().unwrap().contains(MEMBER)
    );
    let policies = admin.call("company_activity", log("policy", "")).await.json;
    assert_eq!(policies["entries"][0]["entry"]["what"], "Two-factor authentication required");
    let about = admin.call("company_activity", log("everything", MEMBER)).await.json;
    assert_eq!(about["entries"].as_array().unwrap().len(), 2, "{about}");
    let nobody = admin.call("company_activity", log("everything", "nobody@example.com")).await.json;
    assert_eq!(nobody, json!({ "entries": [], "more": false }));
    let wrong = admin.call("company_activity", log("everything", "no address")).await;
    assert_eq!(wrong.refused(422, "invalid").json["field"], "person");
    let csv = admin.act("company_activity_csv", log("resets", "")).await.answered().text.clone();
    let lines: Vec<&str> = csv.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 2, "{csv}");
    assert!(lines[1].contains("\"lost the phone\""), "{csv}");
    app.advance_minutes(6);
    admin.act("company_activity_csv", log("resets", "")).await.refused(403, "step_up_needed");
}

#[tokio::test]
async fn a_persons_own_log_is_filtered_and_exported() {
    let app = App::start().await;
    let (mut anna, _) = app.enrolled("anna@example.com").await;
    let recovery = anna.call("activity", json!({ "filter": "recovery", "before": null })).await;
    let what: Vec<&str> = recovery.answered().json["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["what"].as_str().unwrap())
        .collect();
    assert_eq!(what, ["New recovery code saved"]);
    let csv = anna.call("activity_csv", json!({ "filter": "methods" })).await.answered().text.clone();
    assert!(csv.contains("\"Authenticator app added\"") && !csv.contains("recovery code"), "{csv}");
}

#[tokio::test]
async fn an_invitation_that_is_not_delivered_is_named_and_sent_again() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    admin.invite(HARBOUR, "Zoë Ångström <zoe@example.com>\nbea@example.com").await.answered();
    assert_eq!(app.subjects_to("zoe@example.com").await.len(), 1);
    let name = |reply: Value| reply["rows"].as_array().unwrap().len();
    // Capitals outside ASCII are found too, on both databases.
    assert_eq!(name(admin.members(HARBOUR, "ÅNGSTRÖM", "everybody").await.json), 1);
    assert_eq!(name(admin.members(HARBOUR, "", "not_delivered").await.json), 0);
    app.execute(
        "UPDATE outbox SET sent_at = NULL, delivery = 'refused' WHERE id = (SELECT outbox_id FROM links \
         WHERE address = 'zoe@example.com')",
    )
    .await;
    let undelivered = admin.members(HARBOUR, "", "not_delivered").await.json;
    assert_eq!(undelivered["rows"][0]["email"], "zoe@example.com");
    assert_eq!(undelivered["rows"][0]["not_delivered"], true);
    let again = admin.act("invite_undelivered_again", json!({ "company": HARBOUR })).await;
    assert_eq!(again.answered().json, 1);
    assert_eq!(name(admin.members(HARBOUR, "", "not_delivered").await.json), 0);
    assert_eq!(app.subjects_to("zoe@example.com").await.len(), 2);
    assert_eq!(app.subjects_to("bea@example.com").await.len(), 1);
}

#[tokio::test]
async fn mails_by_the_thousand_go_several_at_a_time_each_once_and_leave_notices_to_the_others() {
    const MEMBERS: usize = 30;
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    for number in 0..MEMBERS {
        app.plain_member(HARBOUR, &format!("member{number}@example.com")).await;
    }
    // The notices of the administrator's set-up are not among them.
    assert_eq!(app.vestibule.send_bulk(&*app.mailbox).await.unwrap(), 0);
    admin.save_policy(HARBOUR, policy(Some(AHEAD), true, false)).await.answered();
    app.campaigns().await;
    let second = app.another_instance().await;
    let outcomes = futures::future::join_all([
        app.vestibule.send_bulk(&*app.mailbox),
        second.vestibule.send_bulk(&*app.mailbox),
    ]);
    let sent: u32 = outcomes.await.into_iter().map(Result::unwrap).sum();
    assert!(sent as usize >= MEMBERS - 1, "{sent}");
    for number in 0..MEMBERS {
        assert_eq!(app.subjects_to(&format!("member{number}@example.com")).await, [ANNOUNCED], "{number}");
    }
}
