//! Visitors who come at the same time. Each asks, waits for the answer, checks it, and asks again: a slow server is
//! asked less often, as by people. Only right answers count; a wrong one fails the run once the phase is over.

pub mod http;
pub mod samples;
pub mod visitors;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use samples::Samples;

/// What came of one turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The right answer.
    Done,
    /// The server has told to try again later, as it should where it has too much to do.
    TurnedAway,
    /// There was nothing left to ask for.
    NothingLeft,
}

/// Somebody who asks the server.
pub trait Visitor: Send + 'static {
    /// Asks once, and checks the answer.
    ///
    /// # Errors
    /// Whatever is wrong with the answer.
    fn once(&mut self) -> impl Future<Output = Result<Answer>> + Send;
}

/// What came of a phase.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How long right answers took.
    pub done: Samples,
    /// How long it took to be turned away.
    pub turned_away: Samples,
    /// From the first question to the last answer.
    pub elapsed: Duration,
    wrong: Vec<Error>,
}

/// When a visitor leaves.
#[derive(Clone, Copy, Debug)]
enum Stay {
    Once,
    For(Duration),
    UntilNothingIsLeft,
}

impl Outcome {
    /// Right answers per second.
    pub fn per_second(&self) -> f64 {
        self.done.count() as f64 / self.elapsed.as_secs_f64()
    }

    /// Adds another phase, which came after this one.
    pub fn add(&mut self, other: Self) {
        self.done.extend(other.done);
        self.turned_away.extend(other.turned_away);
        self.elapsed += other.elapsed;
        self.wrong.extend(other.wrong);
    }

    fn checked(mut self) -> Result<Self> {
        let (right, wrong) = (self.done.count(), self.wrong.len());
        match self.wrong.pop() {
            None => Ok(self),
            Some(error) => {
                Err(error.context(format!("{wrong} wrong answers beside {right} right ones; one of them")))
            }
        }
    }
}

/// Every visitor asks once, all at the same time.
///
/// # Errors
/// A wrong answer.
pub async fn once_each<V: Visitor>(visitors: &mut Vec<V>) -> Result<Outcome> {
    visit_all(visitors, Stay::Once).await
}

/// Every visitor asks again and again for so long, and waits for the last answer.
///
/// # Errors
/// A wrong answer.
pub async fn for_a_while<V: Visitor>(visitors: &mut Vec<V>, length: Duration) -> Result<Outcome> {
    visit_all(visitors, Stay::For(length)).await
}

/// Every visitor asks until nothing is left to ask for.
///
/// # Errors
/// A wrong answer.
pub async fn until_nothing_is_left<V: Visitor>(visitors: &mut Vec<V>) -> Result<Outcome> {
    visit_all(visitors, Stay::UntilNothingIsLeft).await
}

async fn visit_all<V: Visitor>(visitors: &mut Vec<V>, stay: Stay) -> Result<Outcome> {
    let start = Arc::new(Barrier::new(visitors.len() + 1));
    let mut visits = JoinSet::new();
    for visitor in visitors.drain(..) {
        visits.spawn(visit(visitor, stay, start.clone()));
    }
    start.wait().await;
    let begun = Instant::now();
    let mut total = Outcome::default();
    while let Some(ended) = visits.join_next().await {
        let (visitor, outcome) = ended.context("a visitor panicked")?;
        visitors.push(visitor);
        total.add(outcome);
    }
    total.elapsed = begun.elapsed();
    total.checked()
}

async fn visit<V: Visitor>(mut visitor: V, stay: Stay, start: Arc<Barrier>) -> (V, Outcome) {
    let mut outcome = Outcome::default();
    start.wait().await;
    let begun = Instant::now();
    loop {
        let asked = Instant::now();
        match visitor.once().await {
            Ok(Answer::Done) => outcome.done.add(asked.elapsed()),
            Ok(Answer::TurnedAway) => outcome.turned_away.add(asked.elapsed()),
            Ok(Answer::NothingLeft) => break,
            Err(error) => {
                outcome.wrong.push(error);
                break;
            }
        }
        match stay {
            Stay::Once => break,
            Stay::For(length) if begun.elapsed() >= length => break,
            Stay::For(_) | Stay::UntilNothingIsLeft => {}
        }
    }
    (visitor, outcome)
}
