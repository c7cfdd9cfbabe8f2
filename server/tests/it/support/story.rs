//! Anna, with her browser and her apps, at a program that is stopped, killed and started again.

use domain::{SECOND, Timestamp};
use serde_json::{Value, json};
use vestibule_core::clock::{Clock, SystemClock};

use super::{Browser, Operator, PASSWORD, Reply, Serving, code, flow_and_key};

/// Whose story it is.
pub const ANNA: &str = "anna@example.com";

/// Before or after the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Before,
    After,
}

/// Anna, with her browser and her apps, at a program that is stopped, killed and started again.
pub struct Story {
    pub operator: Operator,
    serving: Option<Serving>,
    pub browser: Browser,
    /// How far the clocks of the programs were moved.
    ahead: i64,
    pub password: &'static str,
    /// The app that is set up, or being set up.
    pub key: String,
    pub recovery_code: String,
}

impl Story {
    pub async fn begin() -> Self {
        let operator = Operator::set_up().await;
        operator.add_member(ANNA);
        Self {
            operator,
            serving: None,
            browser: Browser::over_tcp(0),
            ahead: 0,
            password: PASSWORD,
            key: String::new(),
            recovery_code: String::new(),
        }
    }

    /// Anna with an app and a recovery code, signed out.
    pub async fn enrolled() -> Self {
        let mut story = Self::begin().await;
        story.start(None).await;
        story.sign_in().await.state("enrol_only");
        story.go_on().await;
        story.stop();
        story
    }

    /// Starts the program, to be killed at `point` if there is one, with the clock at the app's next code.
    pub async fn start(&mut self, point: Option<(When, &str)>) {
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

    pub fn stop(&mut self) {
        assert_eq!(self.serving.take().unwrap().stop(), Some(0));
    }

    /// Makes the call at which the program is killed, and starts it again.
    pub async fn killed_at(&mut self, function: &str, body: Value) {
        assert!(self.browser.try_call(function, body).await.is_none(), "the program has answered");
        self.serving.take().unwrap().was_killed();
        self.start(None).await;
    }

    pub fn now(&self) -> Timestamp {
        SystemClock.now().plus(self.ahead * SECOND)
    }

    /// Lets so many seconds pass.
    pub async fn wait(&mut self, seconds: i64) {
        self.browser.advance(seconds).await;
        self.ahead += seconds;
    }

    pub async fn next_code(&mut self) -> String {
        self.wait(30).await;
        code(&self.key, self.now())
    }

    /// Lets so much time pass that the proof of the sign-in does not count any more.
    pub async fn proof_grows_old(&mut self) {
        self.wait(360).await;
    }

    pub async fn sign_in(&mut self) -> Reply {
        self.browser.sign_in_with(ANNA, self.password).await
    }

    pub async fn start_set_up(&mut self) -> String {
        let record = self.browser.session().await.record();
        let set_up = self.browser.call("start_app_set_up", json!({ "record": record })).await;
        let (flow, key) = flow_and_key(&set_up);
        self.key = key;
        flow
    }

    /// Does what is asked, until Anna is in.
    pub async fn go_on(&mut self) {
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
    pub async fn is_whole(&mut self) {
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
pub async fn record_is(story: &mut Story, when: When, old: &str) {
    let expected = if when == When::Before { old } else { "anonymous" };
    story.browser.session().await.state(expected);
}
