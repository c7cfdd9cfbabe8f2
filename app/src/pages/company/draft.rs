//! What is entered of a policy, and how its date reads: in the company's zone and in the reader's.

use std::time::Duration;

use domain::Timestamp;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Company;
use crate::api::company::policy::{Policy, Preview, preview_policy};
use crate::browser::dates;
use crate::components::sending::Problem;
use crate::text;

/// How long nothing is entered until the server is asked.
const PAUSE: Duration = Duration::from_millis(400);
/// The field of the date, as the server calls it.
pub const DATE: &str = "required_from";
/// The field of the time.
pub const TIME: &str = "time";

/// What is entered.
#[derive(Clone, Copy)]
pub struct Draft {
    /// Whether MFA is required.
    pub on: RwSignal<bool>,
    /// From which day; it stays when that is taken back.
    pub date: RwSignal<String>,
    /// From which time of it.
    pub time: RwSignal<String>,
    /// Whether text messages are accepted.
    pub texts: RwSignal<bool>,
    /// Whether MFA may be set up though it is not required.
    pub voluntary: RwSignal<bool>,
}

impl Draft {
    /// The policy as it is.
    pub fn of(policy: &Policy) -> Self {
        let from = policy.required_from.as_deref();
        let (date, time) = from.and_then(|from| from.split_once('T')).unwrap_or(("", "09:00"));
        Self {
            on: RwSignal::new(from.is_some()),
            date: RwSignal::new(date.to_owned()),
            time: RwSignal::new(time.to_owned()),
            texts: RwSignal::new(policy.text_messages),
            voluntary: RwSignal::new(policy.voluntary_set_up),
        }
    }

    /// What it comes to; not tracked.
    pub fn policy(self) -> Policy {
        let from = || [&*self.date.read_untracked(), "T", &*self.time.read_untracked()].concat();
        Policy {
            required_from: self.on.get_untracked().then(from),
            text_messages: self.texts.get_untracked(),
            voluntary_set_up: self.voluntary.get_untracked(),
        }
    }

    /// What has to be filled in before it is worth asking the server.
    pub fn problems(self) -> Vec<Problem> {
        if !self.on.get_untracked() {
            return Vec::new();
        }
        let date = self.date.read_untracked().is_empty();
        let time = self.time.read_untracked().is_empty();
        let date = date.then(|| Problem::new(DATE, "Enter the date from which MFA is required."));
        let time = time.then(|| Problem::new(TIME, "Enter a time, like 09:00."));
        date.into_iter().chain(time).collect()
    }
}

/// How the date that is entered reads, in the company's zone and in the reader's.
#[derive(Clone, Copy)]
pub struct Reading {
    company: Company,
    draft: Draft,
    zone: StoredValue<String>,
    /// It in words.
    pub words: RwSignal<String>,
    pause: StoredValue<Option<TimeoutHandle>>,
    /// How often something was entered: an answer about what was there before is of no use.
    entered: StoredValue<u32>,
}

impl Reading {
    /// Of the date that the policy has.
    pub fn new(company: Company, draft: Draft, zone: String, from: Option<Timestamp>) -> Self {
        let words = from.map(|from| reads_as(from, &zone)).unwrap_or_default();
        Self {
            company,
            draft,
            zone: StoredValue::new(zone),
            words: RwSignal::new(words),
            pause: StoredValue::new(None),
            entered: StoredValue::new(0),
        }
    }

    /// The company's zone, as people read it.
    pub fn zone(self) -> String {
        self.zone.with_value(|zone| text::zone(zone))
    }

    /// Something was entered: what was read no longer holds.
    pub fn entered(self) {
        self.entered.update_value(|entered| *entered += 1);
        self.words.set(String::new());
        if let Some(pause) = self.pause.try_update_value(Option::take).flatten() {
            pause.clear();
        }
        self.pause.set_value(set_timeout_with_handle(move || self.ask(), PAUSE).ok());
    }

    /// Asks the server, which knows every zone.
    fn ask(self) {
        // The page may be gone by now.
        let Some(asked) = self.entered.try_get_value() else { return };
        if !self.draft.on.get_untracked() || !self.draft.problems().is_empty() {
            return;
        }
        let (slug, policy) = (self.company.slug(), self.draft.policy());
        spawn_local(async move {
            let answer = preview_policy(slug, policy).await;
            if self.entered.try_get_value() == Some(asked) {
                // What is wrong is said when the form is sent.
                self.words.set(answer.map(|preview| self.read(&preview)).unwrap_or_default());
            }
        });
    }

    fn read(self, preview: &Preview) -> String {
        match (preview.past, preview.required_from) {
            (true, _) => text::warning(preview).unwrap_or_default().to_owned(),
            (false, Some(from)) => self.zone.with_value(|zone| reads_as(from, zone)),
            (false, None) => String::new(),
        }
    }
}

/// In both zones; in the reader's alone where the browser does not know the company's.
fn reads_as(at: Timestamp, zone: &str) -> String {
    let (day, time) = (dates::weekday(at), dates::time(at));
    match dates::elsewhere(at, zone) {
        Some((there_day, there_time)) => text::reads_as((&there_day, &there_time), zone, (&day, &time)),
        None => [&day, ", ", &time, " for you."].concat(),
    }
}
