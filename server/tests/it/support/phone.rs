//! Phone numbers, and the text messages that come to them.

use serde_json::json;
use vestibule_core::outbox::{Channel, Message};

use super::{App, Browser, PASSWORD, Reply};

/// A mobile number in Germany.
pub const NUMBER: &str = "+4915123456789";
/// A number in the United States, where numbers do not say whether they are mobile.
pub const NEW_NUMBER: &str = "+12015550123";

/// Different mobile numbers in Germany.
pub fn number(index: usize) -> String {
    format!("+491512345{index:04}")
}

/// The code in the last line of a text message, from which phones fill it in.
pub(super) fn texted_code_in(text: &str) -> Option<String> {
    Some(text.lines().next_back()?.strip_prefix("@localhost #")?.to_owned())
}

impl App {
    /// Sends what is in the outbox; gives every text message that was sent so far.
    pub async fn texts(&self) -> Vec<Message> {
        self.messages().await.into_iter().filter(|message| message.channel == Channel::Text).collect()
    }

    /// The code of the last text message with one to the number.
    pub async fn texted_code(&self, number: &str) -> String {
        let texts = self.texts().await;
        let mut codes =
            texts.iter().filter(|text| text.to == number).filter_map(|text| texted_code_in(&text.body));
        codes.next_back().expect("a text message with a code")
    }

    /// A person with a phone number and a recovery code, signed in; and the recovery code. A minute has passed since.
    pub async fn with_phone(&self, email: &str, number: &str) -> (Browser, String) {
        let (mut browser, reply) = self.enrolling(email).await;
        let flow = browser.start_phone_set_up(&reply.record()).await.flow();
        browser.enter_number(&flow, number).await.answered();
        let code = self.texted_code(number).await;
        browser.confirm_phone(&flow, &code).await.state("save_code");
        let recovery_code = browser.save_recovery_code().await;
        self.advance(60);
        (browser, recovery_code)
    }

    /// As [`App::with_phone`], with an authenticator app too; and the app's key and the recovery code.
    pub async fn with_both(&self, email: &str, number: &str) -> (Browser, String, String) {
        let (mut browser, key) = self.enrolled(email).await;
        let flow = browser.open_phone_set_up().await.flow();
        browser.enter_number(&flow, number).await.answered();
        let code = self.texted_code(number).await;
        browser.confirm_phone(&flow, &code).await.state("full");
        let recovery_code = browser.save_recovery_code().await;
        self.advance(60);
        (browser, key, recovery_code)
    }

    /// Lets more than an hour pass in a session that goes on: no pause between two text messages is left of before.
    pub async fn pauses_pass(&self, browser: &mut Browser) {
        for _ in 0..2 {
            self.advance_minutes(31);
            browser.call("stay_signed_in", json!({})).await.state("full");
        }
    }
}

impl Browser {
    /// Begins the set-up of a number that the sign-in or the recovery asks for.
    pub async fn start_phone_set_up(&mut self, record: &str) -> Reply {
        self.call("start_phone_set_up", json!({ "record": record })).await
    }

    /// Opens the set-up or change of a number in the profile with the password.
    pub async fn open_phone_set_up(&mut self) -> Reply {
        let record = self.session().await.record();
        self.call("open_phone_set_up", json!({ "record": record, "password": PASSWORD })).await
    }

    /// The set-up that is open.
    pub async fn phone_set_up(&mut self) -> Reply {
        self.call("phone_set_up", json!({})).await
    }

    /// Enters the new number, with its `+`.
    pub async fn enter_number(&mut self, flow: &str, number: &str) -> Reply {
        self.call("enter_number", json!({ "flow": flow, "country": "DE", "number": number })).await
    }

    /// Asks for another code to the new number.
    pub async fn send_number_code(&mut self, flow: &str) -> Reply {
        self.call("send_number_code", json!({ "flow": flow })).await
    }

    /// Goes back to where the new number is entered.
    pub async fn correct_number(&mut self, flow: &str) -> Reply {
        self.call("correct_number", json!({ "flow": flow })).await
    }

    /// Confirms the new number with its code.
    pub async fn confirm_phone(&mut self, flow: &str, code: &str) -> Reply {
        self.call("confirm_phone", json!({ "flow": flow, "code": code })).await
    }

    /// Proves the present number in a set-up.
    pub async fn prove_phone(&mut self, flow: &str, code: &str) -> Reply {
        self.call("prove_phone", json!({ "flow": flow, "code": code })).await
    }

    /// Asks for a code at the second door.
    pub async fn send_challenge_text(&mut self, record: &str) -> Reply {
        self.call("send_challenge_text", json!({ "record": record })).await
    }

    /// Enters a code of a text message at the second door.
    pub async fn challenge_phone(&mut self, record: &str, code: &str) -> Reply {
        self.call("challenge_phone", json!({ "record": record, "code": code })).await
    }
}
