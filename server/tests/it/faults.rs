//! What holds when the program is killed: the real one, ended by SIGKILL just before or after a step is committed
//! (`FAIL_POINT`). What follows is the old state or the new one, and the person gets in by the ways that there are.

use domain::{SECOND, Timestamp};
use serde_json::{Value, json};
use vestibule_core::clock::{Clock, SystemClock};

use crate::support::{Browser, Operator, PASSWORD, Reply, Serving, code, flow_and_key};

const ANNA: &str = "anna@example.com";

/// Before or after the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Before,
    After,
}

/// Anna, with her browser and her apps, at a program that is stopped, killed and started again.
struct Story {
    operator: Operator,
    serving: Option<Serving>,
    browser: Browser,
    /// How far the clocks of the programs were moved.
    ahead: i64,
    /// The app that is set up, or being set up.
    key: String,
    recovery_code: String,
}

impl Story {
    async fn begin() -> Self {
        let operator = Operator::set_up().await;
        operator.add_member(ANNA);
        let browser = Browser::over_tcp(0);
        Self { operator, serving: None, browser, ahead: 0, key: String::new(), recovery_code: String::new() }
    }

    /// Anna with an app and a recovery code, signed out.
    async fn enrolled() -> Self {
        let mut story = Self::begin().await;
        story.start(None).await;
        story.sign_in().await.state("enrol_only");
        story.go_on().await;
        story.stop();
        story
    }

    /// Starts the program, to be killed at `point` if there is one, with the clock at the app's next code.
    async fn start(&mut self, point: Option<(When, &str)>) {
        let serving = self.operator.serve_with(|command| {
            if let Some((when, name)) = point {
                let when = if when == When::Before { "before" } else { "after" };
                command.env("FAIL_POINT", format!("{when} {name}"));
            }
        });
        self.browser = self.browser.moved_to(serving.port);
        self.ahead += 60;
        self.browser.advance(self.ahead).await;
        self.serving = Some(serving);
    }

    fn stop(&mut self) {
        assert_eq!(self.serving.take().unwrap().stop(), Some(0));
    }

    /// Makes the call at which the program is killed, and starts it again.
    async fn killed_at(&mut self, function: &str, body: Value) {
        assert!(self.browser.try_call(function, body).await.is_none(), "the program has answered");
        self.serving.take().unwrap().was_killed();
        self.start(None).await;
    }

    fn now(&self) -> Timestamp {
        SystemClock.now().plus(self.ahead * SECOND)
    }

    async fn next_code(&mut self) -> String {
        self.browser.advance(30).await;
        self.ahead += 30;
        code(&self.key, self.now())
    }

    async fn sign_in(&mut self) -> Reply {
        self.browser.sign_in(ANNA).await
    }

    async fn start_set_up(&mut self) -> String {
        let record = self.browser.session().await.record();
        let set_up = self.browser.call("start_app_set_up", json!({ "record": record })).await;
        let (flow, key) = flow_and_key(&set_up);
        self.key = key;
        flow
    }

    /// Does what is asked, until Anna is in.
    async fn go_on(&mut self) {
        for _ in 0..6 {
            let session = self.browser.session().await;
            match session.json["state"].as_str().unwrap() {
                "anonymous" => drop(self.sign_in().await),
                "enrol_only" => {
                    let flow = self.start_set_up().await;
                    let code = self.next_code().await;
                    self.browser.call("confirm_app", json!({ "flow": flow, "code": code })).await.answered();
                }
                "challenge" => {
                    let code = self.next_code().await;
                    self.browser.challenge(&session.record(), &code).await.answered();
                }
                "save_code" => self.recovery_code = self.browser.save_recovery_code().await,
                "recovering" => self.recover().await,
                "full" => return,
                state => panic!("{state}"),
            }
        }
        panic!("not in after six steps: {}", self.browser.session().await.text);
    }

    /// Sets a new app up in the recovery, unless there is one already, and ends it.
    async fn recover(&mut self) {
        if self.browser.call("recovery", json!({})).await.json["methods"][0]["fate"] == "open" {
            let flow = self.start_set_up().await;
            let code = self.next_code().await;
            self.browser.call("confirm_app", json!({ "flow": flow, "code": code })).await.state("recovering");
        }
        self.browser.finish_recovery(&[]).await.state("save_code");
    }

    /// Anna is in, with one app and one recovery code that works.
    async fn is_whole(&mut self) {
        self.browser.session().await.state("full");
        let security = self.browser.call("security", json!({})).await;
        assert!(!security.json["app"].is_null() && !security.json["recovery_code_since"].is_null());
        self.stop();
        assert_eq!(
            self.operator.done(&["company", "list"]).matches("1 of 1 members have a method").count(),
            1
        );
        self.start(None).await;
        self.browser.call("sign_out", json!({})).await.state("anonymous");
        self.sign_in().await.state("challenge");
        self.go_on().await;
        self.stop();
    }
}

/// The state of the browser's record after the program was killed: the old one where the step was not committed; where
/// it was, nobody has the record's new token.
async fn record_is(story: &mut Story, when: When, old: &str) {
    let expected = if when == When::Before { old } else { "anonymous" };
    story.browser.session().await.state(expected);
}

#[tokio::test]
async fn killed_at_the_password_the_next_sign_in_works() {
    for when in [When::Before, When::After] {
        let mut story = Story::begin().await;
        story.start(Some((when, "enrol_only"))).await;
        let body = json!({ "email": ANNA, "password": PASSWORD, "return_to": null });
        story.killed_at("sign_in", body).await;
        story.sign_in().await.state("enrol_only");
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_at_the_beginning_of_a_set_up_the_sign_in_goes_on() {
    for when in [When::Before, When::After] {
        let mut story = Story::begin().await;
        story.start(Some((when, "start_app_set_up"))).await;
        let record = story.sign_in().await.record();
        story.killed_at("start_app_set_up", json!({ "record": record })).await;
        // The record did not move: the same browser goes on.
        story.browser.session().await.state("enrol_only");
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_at_the_confirmation_there_is_no_app_or_the_new_one() {
    for when in [When::Before, When::After] {
        let mut story = Story::begin().await;
        story.start(Some((when, "confirm_app"))).await;
        story.sign_in().await.state("enrol_only");
        let flow = story.start_set_up().await;
        let code = story.next_code().await;
        story.killed_at("confirm_app", json!({ "flow": flow, "code": code })).await;
        record_is(&mut story, when, "enrol_only").await;
        let next = if when == When::Before { "enrol_only" } else { "challenge" };
        story.sign_in().await.state(next);
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_while_the_recovery_code_is_shown_or_saved_one_is_saved_in_the_end() {
    for (when, function) in [
        (When::Before, "stage_recovery_code"),
        (When::After, "stage_recovery_code"),
        (When::Before, "acknowledge_recovery_code"),
        (When::After, "acknowledge_recovery_code"),
    ] {
        let mut story = Story::begin().await;
        story.start(Some((when, function))).await;
        let record = story.sign_in().await.record();
        let now = story.now();
        story.key = story.browser.set_up_app(record, now).await;
        let mut body = json!({});
        if function == "acknowledge_recovery_code" {
            body = json!({ "id": story.browser.call("stage_recovery_code", json!({})).await.json["id"] });
        }
        story.killed_at(function, body).await;
        let old = if function == "stage_recovery_code" { When::Before } else { when };
        record_is(&mut story, old, "save_code").await;
        story.sign_in().await.state("challenge");
        let saved = (when, function) == (When::After, "acknowledge_recovery_code");
        let code = story.next_code().await;
        let record = story.browser.session().await.record();
        let next = if saved { "full" } else { "save_code" };
        story.browser.challenge(&record, &code).await.state(next);
        story.go_on().await;
        story.is_whole().await;
    }
}

// Between consuming a code and the answer: the code is spent, there is no session, the next sign-in works.
#[tokio::test]
async fn killed_at_the_challenge_the_code_is_spent_only_with_its_session() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "full"))).await;
        let record = story.sign_in().await.record();
        let code = story.next_code().await;
        story.killed_at("challenge_app", json!({ "record": record, "code": code })).await;
        record_is(&mut story, when, "challenge").await;
        story.sign_in().await.state("challenge");
        story.go_on().await;
        story.is_whole().await;
    }
}

// A recovery code that was spent is no lock-out, wherever on the way the program was killed.
#[tokio::test]
async fn killed_at_the_recovery_code_the_recovery_goes_on_in_the_same_browser() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "use_recovery_code"))).await;
        let record = story.sign_in().await.record();
        let code = story.recovery_code.clone();
        story.killed_at("use_recovery_code", json!({ "record": record, "code": code })).await;
        record_is(&mut story, when, "challenge").await;
        let record = story.sign_in().await.record();
        story.browser.recover(&record, &code).await.state("recovering");
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_on_the_way_of_a_recovery_it_goes_on() {
    for (when, point) in [
        (When::Before, "confirm_app"),
        (When::After, "confirm_app"),
        (When::Before, "save_code"),
        (When::After, "save_code"),
    ] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, point))).await;
        let record = story.sign_in().await.record();
        let code = story.recovery_code.clone();
        story.browser.recover(&record, &code).await.state("recovering");
        let old_key = story.key.clone();
        let flow = story.start_set_up().await;
        let shown = story.next_code().await;
        let confirm = json!({ "flow": flow, "code": shown });
        if point == "confirm_app" {
            story.killed_at("confirm_app", confirm).await;
        } else {
            story.browser.call("confirm_app", confirm).await.state("recovering");
            let record = story.browser.session().await.record();
            story.killed_at("finish_recovery", json!({ "record": record, "removing": [] })).await;
        }
        record_is(&mut story, when, "recovering").await;
        let record = story.sign_in().await.record();
        let reopened = story.browser.recover(&record, &code).await;
        if (when, point) == (When::After, "save_code") {
            // The recovery is over: the new app opens the second door, and a code is saved.
            reopened.refused(422, "wrong_code");
        } else {
            reopened.state("recovering");
            let fate = story.browser.call("recovery", json!({})).await.json["methods"][0]["fate"].clone();
            assert_eq!(fate, if (when, point) == (When::Before, "confirm_app") { "open" } else { "new" });
        }
        assert_ne!(old_key, story.key);
        story.go_on().await;
        story.is_whole().await;
    }
}

// The app that works is changed or it is not; it is never gone.
#[tokio::test]
async fn killed_at_a_change_of_the_app_the_old_or_the_new_one_works() {
    for when in [When::Before, When::After] {
        let mut story = Story::enrolled().await;
        story.start(Some((when, "confirm_app"))).await;
        story.sign_in().await.state("challenge");
        story.go_on().await;
        let (flow, new) = flow_and_key(&story.browser.open_set_up().await);
        let code = code(&new, story.now());
        story.killed_at("confirm_app", json!({ "flow": flow, "code": code })).await;
        if when == When::After {
            story.key = new;
        }
        record_is(&mut story, when, "full").await;
        story.sign_in().await.state("challenge");
        story.go_on().await;
        story.is_whole().await;
    }
}

#[tokio::test]
async fn killed_at_a_reset_the_methods_are_there_or_a_code_is_needed() {
    for (when, point) in [(When::Before, "before reset_mfa"), (When::After, "after reset_mfa")] {
        let mut story = Story::enrolled().await;
        let reset = story.operator.command(&["user", "reset-mfa", ANNA]).env("FAIL_POINT", point).output();
        assert!(!reset.unwrap().status.success());
        story.start(None).await;
        let next = if when == When::Before { "challenge" } else { "identity_due" };
        story.sign_in().await.state(next);
        story.stop();
        // The code was not shown: another reset gives another.
        assert!(story.operator.done(&["user", "reset-mfa", ANNA]).contains("Hand this code over in person"));
    }
}
