//! The kinds of visitor.

use std::ops::Range;

use anyhow::{Result, ensure};
use axum::body::Bytes;
use hyper::{StatusCode, header};
use serde_json::json;

use super::http::{Connection, Cookies, Site};
use super::{Answer, Visitor, once_each};
use crate::seed::{PASSWORD, email};

/// Sign-ins at once that no server turns away: fewer than wait for one core.
const WITHOUT_CROWD: usize = 32;

/// Signs in again and again in one browser, whose cookies it keeps.
#[derive(Debug)]
pub struct SignsIn {
    email: String,
    connection: Connection,
    cookies: Cookies,
    body: Bytes,
}

/// Calls a server function that reads.
#[derive(Debug)]
pub struct Asks {
    connection: Connection,
    cookies: Cookies,
    function: &'static str,
    part: String,
}

/// Loads a file.
#[derive(Debug)]
pub struct Loads {
    connection: Connection,
    path: &'static str,
    bytes: Bytes,
}

/// A browser that is signed in.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Whose it is.
    pub email: String,
    /// What says so.
    pub cookies: Cookies,
}

/// The body of a sign-in.
pub fn credentials(email: &str, password: &str) -> Bytes {
    Bytes::from(json!({ "email": email, "password": password, "return_to": null }).to_string())
}

impl SignsIn {
    /// In this browser, as it is.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn again(site: &Site, browser: Browser) -> Result<Self> {
        let Browser { email, cookies } = browser;
        let body = credentials(&email, PASSWORD);
        Ok(Self { connection: site.connect().await?, email, cookies, body })
    }

    /// Those of a group with these numbers, each in a new browser.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn group(site: &Site, group: &str, numbers: Range<usize>) -> Result<Vec<Self>> {
        let mut visitors = Vec::with_capacity(numbers.len());
        for number in numbers {
            let browser = Browser { email: email(group, number), cookies: Cookies::default() };
            visitors.push(Self::again(site, browser).await?);
        }
        Ok(visitors)
    }
}

impl Visitor for SignsIn {
    async fn once(&mut self) -> Result<Answer> {
        let reply = self.connection.post("/api/sign_in", &self.cookies, self.body.clone()).await?;
        if reply.status == StatusCode::SERVICE_UNAVAILABLE {
            reply.check(StatusCode::SERVICE_UNAVAILABLE, "\"code\":\"unavailable\"")?;
            ensure!(reply.headers.contains_key(header::RETRY_AFTER), "turned away without a Retry-After");
            return Ok(Answer::TurnedAway);
        }
        reply.check(StatusCode::OK, "\"state\":\"full\"")?;
        self.cookies.keep(&reply.headers)?;
        Ok(Answer::Done)
    }
}

/// Signs in so many of a group, who need nothing but a password; gives their browsers.
///
/// # Errors
/// One of them could not.
pub async fn signed_in(site: &Site, group: &str, count: usize) -> Result<Vec<Browser>> {
    let mut browsers = Vec::with_capacity(count);
    for first in (0..count).step_by(WITHOUT_CROWD) {
        let mut visitors = SignsIn::group(site, group, first..count.min(first + WITHOUT_CROWD)).await?;
        let outcome = once_each(&mut visitors).await?;
        ensure!(outcome.turned_away.count() == 0, "the server turned away one of {WITHOUT_CROWD} sign-ins");
        browsers.extend(visitors.into_iter().map(|one| Browser { email: one.email, cookies: one.cookies }));
    }
    Ok(browsers)
}

impl Asks {
    /// `part` has to be in the answer.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn new(site: &Site, browser: &Browser, function: &'static str, part: String) -> Result<Self> {
        let cookies = browser.cookies.clone();
        Ok(Self { connection: site.connect().await?, cookies, function, part })
    }

    /// Whether the session is live, which it is where the answer names its person.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn who_it_is(site: &Site, browser: &Browser) -> Result<Self> {
        Self::new(site, browser, "/api/session", format!("\"email\":\"{}\"", browser.email)).await
    }
}

impl Visitor for Asks {
    async fn once(&mut self) -> Result<Answer> {
        let reply = self.connection.post(self.function, &self.cookies, Bytes::from_static(b"{}")).await?;
        reply.check(StatusCode::OK, &self.part)?;
        Ok(Answer::Done)
    }
}

impl Loads {
    /// `bytes` is what has to come.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn new(site: &Site, path: &'static str, bytes: Bytes) -> Result<Self> {
        Ok(Self { connection: site.connect().await?, path, bytes })
    }
}

impl Visitor for Loads {
    async fn once(&mut self) -> Result<Answer> {
        let reply = self.connection.get(self.path, "br").await?;
        ensure!(
            reply.status == StatusCode::OK && reply.body == self.bytes,
            "{} with {} bytes where {} were due",
            reply.status,
            reply.body.len(),
            self.bytes.len()
        );
        Ok(Answer::Done)
    }
}
