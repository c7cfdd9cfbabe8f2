//! What people are told by mail when their security changes, and what to do if it wasn't them (S53, S54).

use domain::Email;
use serde_json::json;
use vestibule_core::outbox::Message;

use crate::challenge::other_than;
use crate::support::{App, Browser, NEW_PASSWORD, PASSWORD, flow_and_key};

const ANNA: &str = "anna@example.com";
const WARNING: &str = "Vestibule: Somebody entered your password, then wrong codes";

/// The mails as they come.
struct Post {
    app: App,
    read: usize,
}

impl Post {
    /// Everything since the last look.
    async fn unread(&mut self) -> Vec<Message> {
        let new = self.app.messages().await.split_off(self.read);
        self.read += new.len();
        new
    }

    /// The one mail since the last look, about something that was done with a browser.
    async fn told(&mut self, subject: &str) -> Message {
        let mail = self.one(subject).await;
        for fact in ["\nDevice: An unknown device\n", "\nNetwork address: 192.0.2.7\n"] {
            assert!(mail.body.contains(fact), "{subject}: {}", mail.body);
        }
        mail
    }

    /// The one mail since the last look, about something that the operator did.
    async fn told_of_operator(&mut self, subject: &str) -> Message {
        let mail = self.one(subject).await;
        assert!(mail.body.contains("\nBy: the operator's command line\n"), "{subject}: {}", mail.body);
        mail
    }

    async fn one(&mut self, subject: &str) -> Message {
        let new = self.unread().await;
        let subjects: Vec<&str> = new.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(subjects, [format!("Vestibule: {subject}")]);
        says_what_it_must(&new[0]);
        new[0].clone()
    }
}

/// To whom, from which product, when in which zone, and what to do.
fn says_what_it_must(mail: &Message) {
    let Message { to, subject, body, .. } = mail;
    assert_eq!(to, ANNA);
    assert!(
        body.starts_with("Hello Anna Berg,\n\n") && body.ends_with("\n\nVestibule, http://localhost:3000\n")
    );
    assert!(
        body.contains("\nWhen: Monday 2 March 2026, 07:") && body.contains(" (UTC)\n"),
        "{subject}: {body}"
    );
    assert!(body.contains("If it wasn't you, "), "{subject}: {body}");
    assert!(
        body.contains("tell your company's administrator or help@example.com at once"),
        "{subject}: {body}"
    );
    says_the_same_twice(mail);
}

/// Every line of the text is in the HTML.
fn says_the_same_twice(mail: &Message) {
    let html = mail.html.as_deref().unwrap();
    let lines = mail.body.lines().filter(|line| !line.is_empty() && !line.starts_with("Vestibule, "));
    for line in lines {
        // A fact is a row there, and what is pressed has no colon.
        for part in line.trim().trim_end_matches(':').split(": ") {
            assert!(html.contains(part), "{}: {part} is not in {html}", mail.subject);
        }
    }
    assert!(
        html.contains("Vestibule, <a href=\"http://localhost:3000\">http://localhost:3000</a>"),
        "{html}"
    );
}

/// Sets up an app in the place of the present one; gives its key.
async fn change_app(app: &App, browser: &mut Browser) -> String {
    let (flow, key) = flow_and_key(&browser.open_set_up().await);
    browser.call("confirm_app", json!({ "flow": flow, "code": app.code(&key) })).await.state("full");
    key
}

// S53
#[tokio::test]
async fn each_change_of_the_security_is_told_by_one_mail() {
    let app = App::start().await;
    let (mut browser, reply) = app.enrolling(ANNA).await;
    let mut post = Post { app, read: 0 };
    browser.set_up_app(reply.record(), post.app.now()).await;
    post.told("Authenticator app added").await;
    browser.save_recovery_code().await;
    post.told("New recovery code saved").await;
    post.app.next_step();
    let key = change_app(&post.app, &mut browser).await;
    post.told("Authenticator app changed").await;
    let recovery_code = browser.save_recovery_code().await;
    post.told("New recovery code saved").await;
    post.app.next_step();
    let (mut other, reply) = post.app.challenged(ANNA).await;
    other.challenge(&reply.record(), &post.app.code(&key)).await.state("full");
    post.told("Signed in on a new device").await;
    other.change_password(PASSWORD, NEW_PASSWORD).await.state("full");
    post.told("Password changed").await;
    // Asking for a link is told by the link itself.
    let token = post.app.reset_link(ANNA).await;
    let link = post.unread().await;
    assert_eq!((link.len(), link[0].subject.as_str()), (1, "Vestibule: Set a new password"));
    says_the_same_twice(&link[0]);
    other.reset_password(&token, PASSWORD).await.answered();
    let reset = post.told("Password changed").await;
    assert!(reset.body.contains("with a link that was mailed to you"), "{}", reset.body);
    let reply = other.sign_in(ANNA).await;
    other.recover(&reply.record(), &recovery_code).await.state("recovering");
    post.told("Recovery code used").await;
    let record = other.session().await.record();
    let set_up = other.call("start_app_set_up", json!({ "record": record })).await;
    let (flow, key) = flow_and_key(&set_up);
    let confirm = json!({ "flow": flow, "code": post.app.code(&key) });
    other.call("confirm_app", confirm).await.state("recovering");
    post.told("Authenticator app changed").await;
    other.finish_recovery(&[]).await.state("save_code");
    other.save_recovery_code().await;
    post.told("New recovery code saved").await;
    post.app.vestibule.require_mfa("anna", None).await.unwrap();
    other.step_up_password().await.answered();
    other.remove_app().await.state("full");
    post.told("Authenticator app removed").await;
    assert!(post.unread().await.is_empty());
}

// S53
#[tokio::test]
async fn what_the_operator_does_is_told_too() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let mut post = Post { app, read: 0 };
    post.unread().await;
    let anna = Email::parse(ANNA).unwrap();
    let password = vestibule_core::secret::Password::chosen(NEW_PASSWORD.to_owned()).unwrap();
    post.app.vestibule.set_password(&anna, password).await.unwrap();
    post.told_of_operator("Password changed").await;
    post.app.vestibule.reset_mfa(&anna).await.unwrap();
    let reset = post.told_of_operator("Two-factor authentication reset").await;
    // Whoever may read the mailbox is not sent to it.
    assert!(!reset.body.contains("forgot-password"), "{}", reset.body);
    let moved = Email::parse("anna.berg@example.com").unwrap();
    post.app.vestibule.set_email(&anna, &moved).await.unwrap();
    let mut told: Vec<(String, String)> =
        post.unread().await.into_iter().map(|mail| (mail.to, mail.subject)).collect();
    told.sort();
    let subject = "Vestibule: Email address changed".to_owned();
    assert_eq!(told, [(moved.as_str().to_owned(), subject.clone()), (ANNA.to_owned(), subject)]);
}

async fn warnings(app: &App) -> usize {
    app.messages().await.iter().filter(|mail| mail.subject == WARNING).count()
}

// S54
#[tokio::test]
async fn three_wrong_codes_after_the_right_password_are_told_once_a_day() {
    let app = App::start().await;
    let (_, key) = app.enrolled(ANNA).await;
    let guess = async |count: usize| {
        let (mut browser, reply) = app.challenged(ANNA).await;
        for _ in 0..count {
            let wrong = other_than(&app.code(&key));
            browser.challenge(&reply.record(), &wrong).await.refused(422, "wrong_code");
        }
    };
    guess(2).await;
    assert_eq!(warnings(&app).await, 0);
    // In a row, also where it is another sign-in.
    guess(1).await;
    let mail = app.messages().await.into_iter().find(|mail| mail.subject == WARNING).unwrap();
    says_what_it_must(&mail);
    guess(2).await;
    assert_eq!(warnings(&app).await, 1);
    app.advance(86_399);
    guess(1).await;
    assert_eq!(warnings(&app).await, 1);
    app.advance(60);
    guess(1).await;
    assert_eq!(warnings(&app).await, 2);
}

// S54
#[tokio::test]
async fn fewer_wrong_codes_are_not_told_nor_those_of_a_step_up() {
    let app = App::start().await;
    let (mut own, key) = app.enrolled(ANNA).await;
    for _ in 0..2 {
        app.next_step();
        let (mut browser, reply) = app.challenged(ANNA).await;
        let code = app.code(&key);
        for _ in 0..2 {
            browser.challenge(&reply.record(), &other_than(&code)).await.refused(422, "wrong_code");
        }
        browser.challenge(&reply.record(), &code).await.state("full");
    }
    app.advance_minutes(6);
    own.step_up_password().await.answered();
    for _ in 0..4 {
        own.step_up_app(&other_than(&app.code(&key))).await.refused(422, "wrong_code");
    }
    assert_eq!(warnings(&app).await, 0);
}

// S54: after a reset somebody guesses at the code that is handed over in person.
#[tokio::test]
async fn three_wrong_codes_before_a_set_up_are_told() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let handed_over = app.vestibule.reset_mfa(&Email::parse(ANNA).unwrap()).await.unwrap();
    let mut browser = app.browser();
    let reply = browser.sign_in(ANNA).await;
    let wrong = other_than(handed_over.code.as_str());
    for told in [0, 0, 1] {
        let body = json!({ "record": reply.record(), "code": wrong });
        browser.call("confirm_identity", body).await.refused(422, "wrong_code");
        assert_eq!(warnings(&app).await, told);
    }
}

// S54
#[tokio::test]
async fn three_wrong_recovery_codes_after_the_right_password_are_told() {
    let app = App::start().await;
    app.enrolled(ANNA).await;
    let (mut browser, reply) = app.challenged(ANNA).await;
    for told in [0, 0, 1, 1] {
        browser.recover(&reply.record(), &"7".repeat(26)).await.refused(422, "wrong_code");
        assert_eq!(warnings(&app).await, told);
    }
}
