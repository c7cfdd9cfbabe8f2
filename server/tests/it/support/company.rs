//! Companies: administrators who have stepped up, members with and without a method, and their calls.

use domain::{Email, Role, UserId};
use serde_json::{Value, json};

use super::{App, Browser, PASSWORD, Reply};

impl App {
    /// An administrator of the company with an app, signed in and stepped up; and the app's key. They belong to a company
    /// of their own besides.
    pub async fn administrator(&self, slug: &str, email: &str) -> (Browser, String) {
        let (mut browser, key) = self.enrolled(email).await;
        self.add_member(slug, email, Role::Administrator).await;
        browser.step_up_password().await.answered();
        (browser, key)
    }

    /// A member without a method, in this company alone.
    pub async fn plain_member(&self, slug: &str, email: &str) -> UserId {
        self.add_user(email).await;
        self.add_member(slug, email, Role::Member).await;
        self.id_of(email).await
    }

    /// A member with an app, in this company alone, which requires MFA by then; and the app's key.
    pub async fn member_with_app(&self, slug: &str, email: &str) -> (Browser, String) {
        self.plain_member(slug, email).await;
        let mut browser = self.browser();
        let reply = browser.sign_in(email).await;
        let key = browser.set_up_app(reply.record(), self.now()).await;
        browser.save_recovery_code().await;
        self.next_step();
        (browser, key)
    }

    /// Who has this address.
    pub async fn id_of(&self, email: &str) -> UserId {
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
        use vestibule_core::store::entities::user;
        let email = Email::parse(email).unwrap();
        let found = user::Entity::find().filter(user::Column::Email.eq(email.as_str()));
        UserId(found.one(self.vestibule.store().reader()).await.unwrap().unwrap().id)
    }

    /// The subjects of the mails to somebody so far.
    pub async fn subjects_to(&self, email: &str) -> Vec<String> {
        self.mail().await.into_iter().filter(|mail| mail.0 == email).map(|mail| mail.1).collect()
    }
}

impl Browser {
    /// A call with the record of this browser's session.
    pub async fn act(&mut self, function: &str, body: Value) -> Reply {
        let mut body = body;
        body["record"] = json!(self.session().await.record());
        self.call(function, body).await
    }

    pub async fn company_security(&mut self, company: &str) -> Reply {
        self.call("company_security", json!({ "company": company })).await
    }

    /// Saves a policy over the present version.
    pub async fn save_policy(&mut self, company: &str, policy: Value) -> Reply {
        let version = self.company_security(company).await.answered().json["version"].clone();
        self.act("save_policy", json!({ "company": company, "version": version, "policy": policy })).await
    }

    /// The first page of the members.
    pub async fn members(&mut self, company: &str, search: &str, filter: &str) -> Reply {
        let query = json!({ "search": search, "filter": filter, "after": null });
        self.call("members", json!({ "company": company, "query": query })).await
    }

    pub async fn reset_member(&mut self, company: &str, member: UserId, reason: &str) -> Reply {
        self.act("reset_member", json!({ "company": company, "member": member, "reason": reason })).await
    }

    pub async fn invite(&mut self, company: &str, list: &str) -> Reply {
        self.act("invite", json!({ "company": company, "list": list })).await
    }

    /// Accepts an invitation as somebody new.
    pub async fn accept_as_new(&mut self, token: &str, name: &str) -> Reply {
        self.call("accept_as_new", json!({ "token": token, "name": name, "password": PASSWORD })).await
    }
}

/// A policy, as it is sent.
pub fn policy(required_from: Option<&str>, text_messages: bool, voluntary_set_up: bool) -> Value {
    json!({
        "required_from": required_from, "text_messages": text_messages, "voluntary_set_up": voluntary_set_up,
    })
}
