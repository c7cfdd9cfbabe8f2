//! b2: the second door, beside the durable commits that the disk allows. Each person gets an authenticator app by the
//! calls that the pages make; the way there is not counted, but the set-up itself is.
//!
//! A code works once for each person, so there are as many people as challenges. The app's first code confirms it; the
//! challenge takes the code of the step that comes next, which the server accepts one step ahead.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::body::Bytes;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};
use vestibule_core::clock::{Clock, SystemClock};
use vestibule_core::totp::STEP_SECONDS;

use super::{Figure, Row, Target};
use crate::ceilings::commits;
use crate::load::http::{Connection, Cookies, Reply, Site};
use crate::load::samples::median;
use crate::load::visitors::credentials;
use crate::load::{Answer, Outcome, Visitor, until_nothing_is_left};
use crate::plan::Bench;
use crate::seed::{PASSWORD, Seeder, email};

/// Who is in the database for this, in a company that requires MFA.
pub const GROUP: (&str, usize) = ("b2", 512);

/// People at the same time.
const AT_ONCE: usize = 32;
/// How long the ceiling is measured, each time.
const PHASE: Duration = Duration::from_secs(3);

/// Somebody on the way through both doors.
#[derive(Debug)]
pub struct Person {
    /// Their address.
    pub email: String,
    /// Their browser's.
    pub cookies: Cookies,
    /// The record that the forms of the sign-in carry.
    pub record: String,
    app: Option<Totp>,
}

/// What the people do next.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// The password, for the first time: a set-up is asked for.
    SignIn,
    /// The set-up, from its start to the code that confirms it.
    SetUp,
    /// The recovery code.
    Save,
    /// The password again: a code is asked for.
    SignInAgain,
    /// The code.
    Challenge,
}

type Queue = Arc<Mutex<Vec<Person>>>;

/// Takes people from one queue through a step and to the next queue.
#[derive(Debug)]
struct Usher {
    connection: Connection,
    step: Step,
    waiting: Queue,
    through: Queue,
}

/// Set-ups and challenges per second.
///
/// # Errors
/// A wrong answer.
pub async fn rows(bench: &Bench) -> Result<Vec<Row>> {
    let site = &bench.server.site;
    let people = (0..GROUP.1).map(|number| Person::new(email(GROUP.0, number))).collect();
    let (people, _) = all(site, people, Step::SignIn).await?;
    let mut ceiling = vec![commits::per_second(&bench.folder, PHASE).await?];
    let (people, set_ups) = all(site, people, Step::SetUp).await?;
    let (people, _) = all(site, people, Step::Save).await?;
    let seeder = Seeder::open(&bench.installation).await?;
    seeder.every_message_is_sent().await?;
    seeder.close().await?;
    let (people, _) = all(site, people, Step::SignInAgain).await?;
    ceiling.push(commits::per_second(&bench.folder, PHASE).await?);
    let (_, challenges) = all(site, people, Step::Challenge).await?;
    ceiling.push(commits::per_second(&bench.folder, PHASE).await?);

    let ceiling = Figure::PerSecond(median(&ceiling));
    let row = |what: &str, outcome: &Outcome, target| {
        let what = format!("{what}, {AT_ONCE} at once");
        Row::beside("b2", what, Figure::PerSecond(outcome.per_second()), ("C5", ceiling), target)
    };
    Ok(vec![
        row("TOTP challenge", &challenges, Target::AtLeast(0.6)),
        row("set-up, start to confirm", &set_ups, Target::AtLeast(0.3)),
    ])
}

/// Takes everybody through a step.
async fn all(site: &Site, people: Vec<Person>, step: Step) -> Result<(Vec<Person>, Outcome)> {
    let (waiting, through) = (Arc::new(Mutex::new(people)), Queue::default());
    let mut ushers = Vec::with_capacity(AT_ONCE);
    for _ in 0..AT_ONCE {
        let connection = site.connect().await?;
        ushers.push(Usher { connection, step, waiting: waiting.clone(), through: through.clone() });
    }
    let outcome = until_nothing_is_left(&mut ushers).await?;
    let people = std::mem::take(&mut *through.lock().unwrap_or_else(PoisonError::into_inner));
    Ok((people, outcome))
}

impl Visitor for Usher {
    async fn once(&mut self) -> Result<Answer> {
        let next = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(mut person) = next else { return Ok(Answer::NothingLeft) };
        let step = person.go(&mut self.connection, self.step).await;
        step.with_context(|| format!("{:?} of {}", self.step, person.email))?;
        self.through.lock().unwrap_or_else(PoisonError::into_inner).push(person);
        Ok(Answer::Done)
    }
}

impl Person {
    /// Before the first door.
    pub fn new(email: String) -> Self {
        Self { email, cookies: Cookies::default(), record: String::new(), app: None }
    }

    /// Takes a step.
    ///
    /// # Errors
    /// A wrong answer.
    pub async fn go(&mut self, connection: &mut Connection, step: Step) -> Result<()> {
        match step {
            Step::SignIn => self.sign_in(connection, "enrol_only").await,
            Step::SetUp => self.set_up(connection).await,
            Step::Save => self.save(connection).await,
            Step::SignInAgain => self.sign_in(connection, "challenge").await,
            Step::Challenge => self.challenge(connection).await,
        }
    }

    async fn sign_in(&mut self, connection: &mut Connection, leads_to: &str) -> Result<()> {
        let body = credentials(&self.email, PASSWORD);
        let view = self.call(connection, "/api/sign_in", body).await?.state(leads_to)?;
        self.record = text(&view, "/record")?;
        Ok(())
    }

    async fn set_up(&mut self, connection: &mut Connection) -> Result<()> {
        let body = json!({ "record": self.record });
        let flow = self.call(connection, "/api/start_app_set_up", bytes(&body)).await?.json()?;
        let app = app(&text(&flow, "/step/confirm/key")?)?;
        let body = json!({ "flow": text(&flow, "/flow")?, "code": code(&app, 0) });
        self.call(connection, "/api/confirm_app", bytes(&body)).await?.state("save_code")?;
        self.app = Some(app);
        Ok(())
    }

    async fn save(&mut self, connection: &mut Connection) -> Result<()> {
        let staged = self.call(connection, "/api/stage_recovery_code", bytes(&json!({}))).await?.json()?;
        let body = json!({ "id": text(&staged, "/id")? });
        self.call(connection, "/api/acknowledge_recovery_code", bytes(&body)).await?.state("full")?;
        Ok(())
    }

    async fn challenge(&mut self, connection: &mut Connection) -> Result<()> {
        let app = self.app.as_ref().context("no app was set up")?;
        let body = json!({ "record": self.record, "code": code(app, 1) });
        self.call(connection, "/api/challenge_app", bytes(&body)).await?.state("full")?;
        Ok(())
    }

    /// Calls a server function with the person's cookies, and keeps what it sets.
    ///
    /// # Errors
    /// No answer.
    pub async fn call(&mut self, connection: &mut Connection, function: &str, body: Bytes) -> Result<Reply> {
        let reply = connection.post(function, &self.cookies, body).await?;
        self.cookies.keep(&reply.headers)?;
        Ok(reply)
    }
}

/// An authenticator app with this key, which is shown in groups.
fn app(key: &str) -> Result<Totp> {
    let secret = Secret::try_from_base32(key.replace(' ', ""))?;
    Ok(Builder::new().with_step_duration(STEP_SECONDS).with_secret(secret).build_noncompliant())
}

/// The code that the app will show so many steps from now.
fn code(app: &Totp, ahead: u64) -> String {
    app.generate(SystemClock.now().unix_seconds() + ahead * STEP_SECONDS).to_string()
}

/// A body.
pub fn bytes(body: &Value) -> Bytes {
    Bytes::from(body.to_string())
}

/// The text in an answer at a JSON pointer (RFC 6901).
///
/// # Errors
/// There is none.
pub fn text(answer: &Value, pointer: &str) -> Result<String> {
    let text = answer.pointer(pointer).and_then(Value::as_str);
    Ok(text.with_context(|| format!("an answer without {pointer}"))?.to_owned())
}
