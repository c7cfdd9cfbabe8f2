//! A company's members: the list, roles, payments, removal, and what one administrator cannot do to another company
//! (S41, S42, attack 14).

use domain::{Role, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::races::{at_once, succeeded};
use crate::support::{App, Browser, policy};

const ADMIN: &str = "admin@example.com";
const MEMBER: &str = "member@example.com";
const HARBOUR: &str = "harbour";

/// The addresses of the rows.
fn addresses(members: &Value) -> Vec<&str> {
    members["rows"].as_array().unwrap().iter().map(|row| row["email"].as_str().unwrap()).collect()
}

async fn change(browser: &mut Browser, member: UserId, role: &str, payments: bool) -> crate::support::Reply {
    let body = json!({ "company": HARBOUR, "member": member, "role": role, "payments": payments });
    browser.act("change_member", body).await
}

#[tokio::test]
async fn members_are_listed_by_address_found_and_filtered() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    app.plain_member(HARBOUR, "zoe@example.com").await;
    app.plain_member(HARBOUR, "bea_1@example.com").await;
    let (mut bea, _) = app.with_phone("phone@example.com", crate::support::NUMBER).await;
    app.add_member(HARBOUR, "phone@example.com", Role::Member).await;
    bea.session().await.state("full");

    let page = admin.members(HARBOUR, "", "everybody").await.json;
    assert_eq!(addresses(&page), [ADMIN, "bea_1@example.com", "phone@example.com", "zoe@example.com"]);
    assert_eq!(page["next"], Value::Null);
    let counts = json!({
        "everybody": 4, "no_mfa": 2, "unacceptable_only": 0, "text_only": 1, "no_recovery_code": 0,
        "never_signed_in": 2, "invited": 0, "not_delivered": 0,
    });
    let counted = admin.call("member_counts", json!({ "company": HARBOUR })).await;
    assert_eq!(counted.answered().json, counts);
    let own = &page["rows"][0];
    assert_eq!(
        (&own["you"], &own["role"], &own["methods"]),
        (&json!(true), &json!("administrator"), &json!(["app"]))
    );
    // S8
    assert!(!page.to_string().contains("4915"), "{page}");

    assert_eq!(addresses(&admin.members(HARBOUR, "BEA_", "everybody").await.json), ["bea_1@example.com"]);
    assert_eq!(
        addresses(&admin.members(HARBOUR, "anna berg", "text_only").await.json),
        ["phone@example.com"]
    );
    assert!(addresses(&admin.members(HARBOUR, "%", "everybody").await.json).is_empty());
    let never = admin.members(HARBOUR, "", "never_signed_in").await.json;
    assert_eq!(addresses(&never), ["bea_1@example.com", "zoe@example.com"]);
    admin.save_policy(HARBOUR, policy(None, false, true)).await.answered();
    let unacceptable = admin.members(HARBOUR, "", "unacceptable_only").await.json;
    assert_eq!(addresses(&unacceptable), ["phone@example.com"]);
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_while_people_join() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    let list: String = (0..70).map(|index| format!("person-{index:03}@example.com\n")).collect();
    let invited = admin.invite(HARBOUR, &list).await;
    assert_eq!(invited.answered().json["invitations"], 70);
    let first = admin.members(HARBOUR, "", "everybody").await.json;
    assert_eq!(first["rows"].as_array().unwrap().len(), 50);
    app.plain_member(HARBOUR, "aaron@example.com").await;
    let query = json!({ "search": "", "filter": "everybody", "after": first["next"] });
    let second = admin.call("members", json!({ "company": HARBOUR, "query": query })).await.json;
    let all: Vec<&str> = addresses(&first).into_iter().chain(addresses(&second)).collect();
    assert_eq!(all.len(), 71);
    assert!(all.is_sorted());
    assert_eq!(second["next"], Value::Null);
}

#[tokio::test]
async fn a_role_and_payments_are_given_with_a_step_up_and_told_to_the_others() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    let (_, _) = app.administrator(HARBOUR, "other@example.com").await;
    let member = app.plain_member(HARBOUR, MEMBER).await;
    let changed = change(&mut admin, member, "administrator", true).await;
    assert_eq!(changed.answered().json["role"], "administrator");
    assert_eq!(changed.json["payments"], true);
    // Payments make MFA mandatory whatever the policy.
    assert_eq!(changed.json["requirement"]["required"]["demands"][0]["reason"], "payments");
    let told = app.subjects_to("other@example.com").await;
    assert_eq!(told.iter().filter(|told| told.contains("a member was changed")).count(), 2);
    app.advance_minutes(6);
    change(&mut admin, member, "member", false).await.refused(403, "step_up_needed");
}

// S42: the last administrator is neither demoted nor removed, however many try at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_company_keeps_an_administrator() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut one, _) = app.administrator(HARBOUR, ADMIN).await;
    let (other, _) = app.administrator(HARBOUR, "other@example.com").await;
    let ids = [app.id_of(ADMIN).await, app.id_of("other@example.com").await];
    let browsers = [one.clone(), other];
    // Each demotes the other at once.
    let replies = at_once(&app.browser(), 2, |_, index| {
        let (mut browser, member) = (browsers[index].clone(), ids[1 - index]);
        async move { change(&mut browser, member, "member", false).await }
    })
    .await;
    assert_eq!(succeeded(&replies), 1);
    let administrators = "SELECT COUNT(*) FROM memberships WHERE role = 'administrator'";
    assert_eq!(app.count(administrators).await, 1);
    if replies[1].status == 200 {
        return;
    }
    change(&mut one, ids[0], "member", false).await.refused(409, "last_administrator");
    let body = json!({ "company": HARBOUR, "member": ids[0] });
    one.act("remove_member", body).await.refused(409, "last_administrator");
}

#[tokio::test]
async fn a_removed_member_keeps_the_account_and_is_asked_for_nothing_more() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    admin.save_policy(HARBOUR, policy(Some("2020-01-01T00:00"), true, false)).await.answered();
    let (mut member, _) = app.member_with_app(HARBOUR, MEMBER).await;
    let counters = "SELECT members * 100 + members_with_method FROM companies WHERE slug = 'harbour'";
    assert_eq!(app.count(counters).await, 202);
    let id = app.id_of(MEMBER).await;
    admin.act("remove_member", json!({ "company": HARBOUR, "member": id })).await.answered();
    assert_eq!(app.count(counters).await, 101);
    let view = member.session().await;
    view.state("full");
    assert_eq!(view.json["requirement"], "unavailable");
    assert_eq!(addresses(&admin.members(HARBOUR, "", "everybody").await.json), [ADMIN]);
    admin.act("remove_member", json!({ "company": HARBOUR, "member": id })).await.refused(404, "not_found");
}

#[tokio::test]
async fn the_list_for_a_spreadsheet_holds_no_formula_and_no_secret() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    app.plain_member(HARBOUR, MEMBER).await;
    app.execute("UPDATE users SET name = '=HYPERLINK(\"x\"), \"Anna\"' WHERE email = 'member@example.com'")
        .await;
    let csv = admin.act("members_csv", json!({ "company": HARBOUR })).await;
    let csv = csv.answered().text.clone();
    let lines: Vec<&str> = csv.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[2]
            .starts_with("\"'=HYPERLINK(\"\"x\"\"), \"\"Anna\"\"\",\"member@example.com\",\"member\",\"no\"")
    );
    assert_eq!(app.count("SELECT COUNT(*) FROM audit_events WHERE event = 'members_exported'").await, 1);
    app.advance_minutes(6);
    admin.act("members_csv", json!({ "company": HARBOUR })).await.refused(403, "step_up_needed");
}

/// Calls that change nothing, and so name no record.
const READ_ONLY: [&str; 9] = [
    "company_security",
    "preview_policy",
    "members",
    "member_counts",
    "check_invitations",
    "reset_requests",
    "adoption",
    "reminders",
    "company_activity",
];

/// Every call that names a company, with `member` in it.
fn calls(member: UserId) -> Vec<(&'static str, Value)> {
    let company = "quarry";
    let log = json!({ "filter": "everything", "person": "", "before": null });
    vec![
        ("company_security", json!({ "company": company })),
        ("preview_policy", json!({ "company": company, "policy": policy(None, true, true) })),
        ("save_policy", json!({ "company": company, "version": 1, "policy": policy(None, true, true) })),
        (
            "members",
            json!({ "company": company, "query": { "search": "", "filter": "everybody", "after": null } }),
        ),
        ("member_counts", json!({ "company": company })),
        (
            "change_member",
            json!({ "company": company, "member": member, "role": "member", "payments": true }),
        ),
        ("remove_member", json!({ "company": company, "member": member })),
        ("members_csv", json!({ "company": company })),
        ("adoption", json!({ "company": company })),
        ("reminders", json!({ "company": company })),
        ("remind", json!({ "company": company })),
        ("company_activity", json!({ "company": company, "query": log })),
        ("company_activity_csv", json!({ "company": company, "query": log })),
        ("invite_undelivered_again", json!({ "company": company })),
        ("check_invitations", json!({ "company": company, "list": "a@example.com" })),
        ("invite", json!({ "company": company, "list": "a@example.com" })),
        ("invite_again", json!({ "company": company, "member": member })),
        ("reset_member", json!({ "company": company, "member": member, "reason": "lost" })),
        ("reset_requests", json!({ "company": company })),
        ("confirm_reset", json!({ "company": company, "request_id": member })),
    ]
}

// S41, attack 14: another company, a company that is none, and another company's people in one's own.
#[tokio::test]
async fn an_administrator_of_one_company_is_nobody_in_another() {
    let app = App::start().await;
    app.add_company(HARBOUR, &[]).await;
    app.add_company("quarry", &[]).await;
    let (mut admin, _) = app.administrator(HARBOUR, ADMIN).await;
    let stranger = app.plain_member("quarry", "stranger@example.com").await;
    let own = app.plain_member(HARBOUR, MEMBER).await;
    // A plain member of the other company, too.
    app.add_member("quarry", ADMIN, Role::Member).await;
    let before = app.count("SELECT COUNT(*) FROM audit_events").await;
    let mails = app.mail().await.len();
    let mut replies = Vec::new();
    for (function, body) in calls(stranger) {
        let mut nowhere = body.clone();
        nowhere["company"] = json!("nowhere");
        let foreign = admin.act(function, body).await;
        let missing = admin.act(function, nowhere).await;
        assert_eq!(foreign.text, missing.text, "{function}");
        replies.push(foreign);
    }
    // Somebody else's id, and one that nobody has, in one's own company.
    for id in [stranger, UserId(Uuid::nil())] {
        for (function, mut body) in calls(id) {
            if body.get("member").is_some() {
                body["company"] = json!(HARBOUR);
                replies.push(admin.act(function, body).await);
            }
        }
    }
    for reply in &replies {
        reply.refused(404, "not_found");
    }
    // A plain member is no administrator of their own company.
    let mut member = app.browser();
    member.sign_in(MEMBER).await.state("full");
    for (function, mut body) in calls(own) {
        body["company"] = json!(HARBOUR);
        member.act(function, body).await.refused(404, "not_found");
    }
    assert_eq!(member.session().await.json["companies"], json!([]));
    let signed_in = 2; // the member's sign-in: password and session
    assert_eq!(app.count("SELECT COUNT(*) FROM audit_events").await - before, signed_in);
    assert_eq!(app.mail().await.len(), mails);
}

// S7: a form of another person's page does not act in this one's session.
#[tokio::test]
async fn a_form_of_another_record_does_not_act() {
    let app = App::start().await;
    app.add_company("quarry", &[]).await;
    let (mut admin, _) = app.administrator("quarry", ADMIN).await;
    let (mut other, _) = app.administrator("quarry", "other@example.com").await;
    let member = app.plain_member("quarry", MEMBER).await;
    let record = other.session().await.record();
    for (function, mut body) in calls(member) {
        if READ_ONLY.contains(&function) {
            continue;
        }
        body["record"] = json!(record);
        admin.call(function, body).await.refused(409, "stale");
    }
}
