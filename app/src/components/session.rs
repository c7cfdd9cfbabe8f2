//! How things stand between this browser and the server; every page hangs on it.

use domain::{SessionId, SessionState};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::session::{Administered, Person, SessionView, session, sign_out};
use crate::api::{ApiError, Code};
use crate::browser::navigation::{Entry, Navigation};
use crate::browser::{dates, now, shell};
use crate::route;

/// How near to the end, in milliseconds, it is worth asking whether it has been put off.
const NEAR: f64 = 150_000.0;

/// What is known of the session.
#[derive(Clone, PartialEq)]
pub enum Standing {
    /// Nothing yet, or nothing any more.
    Unknown,
    /// What the server said last.
    Known(Box<SessionView>),
    /// The server could not be asked.
    Unreachable(ApiError),
}

/// The session, as every part of the page sees it.
#[derive(Clone, Copy)]
pub struct Session {
    standing: RwSignal<Standing>,
    /// How often the standing was set: an answer that was asked for before that is out of date.
    changes: StoredValue<u32>,
    /// When the record ends if it is not used, by this device's clock.
    deadline: RwSignal<Option<f64>>,
    product: RwSignal<String>,
    notice: RwSignal<Option<&'static str>>,
    /// An address that was typed, on its way to the next page that asks for it.
    email: StoredValue<String>,
    /// The token of a mailed link that was opened before the password, on its way to the page that uses it.
    link: StoredValue<Option<String>>,
    navigation: Navigation,
}

impl Session {
    /// Begins to ask the server.
    pub fn start(navigation: Navigation) -> Self {
        let session = Self {
            standing: RwSignal::new(Standing::Unknown),
            changes: StoredValue::new(0),
            deadline: RwSignal::new(None),
            product: RwSignal::new(shell::product()),
            notice: RwSignal::new(None),
            email: StoredValue::new(String::new()),
            link: StoredValue::new(None),
            navigation,
        };
        session.refresh();
        session
    }

    /// What is known; tracked.
    pub fn standing(self) -> RwSignal<Standing> {
        self.standing
    }

    /// A part of the server's last answer, or its default; tracked.
    pub fn read<T: Default>(self, part: impl FnOnce(&SessionView) -> T) -> T {
        self.standing.with(|standing| match standing {
            Standing::Known(view) => part(view),
            Standing::Unknown | Standing::Unreachable(_) => T::default(),
        })
    }

    /// The record that the forms of the sign-in belong to.
    pub fn record(self) -> Option<SessionId> {
        untrack(|| self.read(|view| view.record))
    }

    /// Whose record it is; tracked.
    pub fn person(self) -> Option<Person> {
        self.read(|view| view.person.clone())
    }

    /// The companies that the person administers; tracked.
    pub fn companies(self) -> Vec<Administered> {
        self.read(|view| view.companies.clone())
    }

    /// The company whose page this is, if it is one of those.
    pub fn company(self) -> Option<Administered> {
        let path = self.navigation.address().with_untracked(|address| address.path.clone());
        let slug = route::company::slug(&path)?;
        untrack(|| self.companies()).into_iter().find(|company| company.slug == slug)
    }

    /// Whether it is in this state; tracked.
    pub fn is(self, state: SessionState) -> bool {
        self.read(|view| view.state == state)
    }

    /// The product's name.
    pub fn product(self) -> RwSignal<String> {
        self.product
    }

    /// When the record ends if it is not used, in milliseconds of this device's clock; tracked.
    pub fn deadline(self) -> Option<f64> {
        self.deadline.get()
    }

    /// What the next page is to say first: what has just been done.
    pub fn notice(self) -> RwSignal<Option<&'static str>> {
        self.notice
    }

    /// Carries an address that was typed to the next page that asks for it: nothing is typed twice.
    pub fn carry_email(self, email: &str) {
        self.email.set_value(email.to_owned());
    }

    /// The address that the page before has carried here, which is then forgotten.
    pub fn carried_email(self) -> String {
        self.email.try_update_value(std::mem::take).unwrap_or_default()
    }

    /// Carries the token of a mailed link past the password to the page that uses it.
    pub fn carry_link(self, token: String) {
        self.link.set_value(Some(token));
    }

    /// The token that was carried here, which is then forgotten.
    pub fn carried_link(self) -> Option<String> {
        self.link.try_update_value(Option::take).flatten()
    }

    /// Asks the server how things stand.
    pub async fn ask(self) -> Result<(), ApiError> {
        let asked = self.changes.get_value();
        let answer = session().await;
        if self.changes.get_value() != asked {
            return Ok(());
        }
        match answer {
            Ok(view) => self.update(view),
            Err(error) => {
                if self.standing.with_untracked(|standing| !matches!(standing, Standing::Known(_))) {
                    self.standing.set(Standing::Unreachable(error.clone()));
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// The server was asked for something, and that has put the end off: where it was near, asks when it is now.
    pub fn was_used(self) {
        let near =
            self.deadline.try_get_untracked().flatten().is_some_and(|deadline| deadline - now() < NEAR);
        if near {
            self.refresh();
        }
    }

    /// Asks the server how things stand, and shows what belongs to that.
    pub fn refresh(self) {
        spawn_local(async move { drop(self.ask().await) });
    }

    /// Forgets everything at once: no page with somebody's data stays on the screen.
    pub fn blank(self) {
        self.changes.update_value(|changes| *changes += 1);
        self.email.set_value(String::new());
        self.link.set_value(None);
        self.standing.set(Standing::Unknown);
    }

    /// Takes in what the server says, and stays on this page if it still may be seen.
    pub fn update(self, view: SessionView) {
        self.changes.update_value(|changes| *changes += 1);
        self.deadline.set(view.ends_in_s.map(|seconds| now() + f64::from(seconds) * 1_000.0));
        if self.product.with_untracked(|product| *product != view.product) {
            self.product.set(view.product.clone());
        }
        // Before anything is drawn anew.
        dates::set_zone(view.person.as_ref().and_then(|person| person.time_zone.as_deref()));
        self.standing.set(Standing::Known(Box::new(view)));
    }

    /// Takes in what a step led to, and goes where it leads. The address changes at once, which is what password
    /// managers take for a sign-in that worked.
    pub fn enter(self, view: SessionView) {
        let to = route::next(&view);
        self.update(view);
        self.navigation.go(&to, Entry::New);
    }

    /// Goes to a page of the application.
    pub fn go(self, to: &str, entry: Entry) {
        self.navigation.go(to, entry);
    }

    /// The value of a parameter of the address; tracked.
    pub fn parameter(self, name: &str) -> Option<String> {
        self.navigation.parameter(name)
    }

    /// Where the sign-in page's address says that the person was going.
    pub fn return_to(self) -> Option<String> {
        self.navigation.parameter("return")
    }

    /// Ends the record, whatever its state. The next person at this device starts from the beginning.
    pub async fn leave(self) -> Result<(), ApiError> {
        self.link.set_value(None);
        let view = match sign_out().await {
            Ok(view) => view,
            // It had ended already.
            Err(error) if error.code == Code::SignedOut => return self.ask().await,
            Err(error) => return Err(error),
        };
        self.update(view);
        self.navigation.go(route::Page::SignIn.path(), Entry::Replaced);
        Ok(())
    }
}

/// The session.
pub fn use_session() -> Session {
    expect_context()
}
