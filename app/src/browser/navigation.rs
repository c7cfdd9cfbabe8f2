//! The address bar: where the person is, and going elsewhere: without loading the page anew within this program, by
//! loading the other one's page where the address is one of its own.
//!
//! The router's crate would do this too, and much that these pages have no use for: here the state of the
//! sign-in decides what an address shows (see [`crate::route`]), and every kilobyte is waited for at a door. What it
//! costs was measured: see `docs/decisions/7-navigation-without-the-routers-crate.md`.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

use crate::route::{Address, Program};

/// What going to an address does to the history.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// The back button leads back here.
    New,
    /// The back button does not: this address was not the one to be at.
    Replaced,
}

/// The address that is shown.
#[derive(Clone, Copy)]
pub struct Navigation {
    address: RwSignal<Address>,
    program: Program,
}

impl Navigation {
    /// Begins to listen to the back and forward buttons and to links.
    pub fn start(program: Program) -> Self {
        let navigation = Self { address: RwSignal::new(current()), program };
        // Both listeners last as long as the page does.
        let _ = window_event_listener(ev::popstate, move |_| navigation.address.set(current()));
        let _ = window_event_listener(ev::click, move |event| {
            // A link to the other program is the browser's to follow.
            if let Some(to) = followed(&event).filter(|to| navigation.is_own(&address(to))) {
                event.prevent_default();
                navigation.go(&to, Entry::New);
            }
        });
        navigation
    }

    /// Where the person is; on the way to the other program, where that leads.
    pub fn address(self) -> RwSignal<Address> {
        self.address
    }

    /// Goes to a path (with its query) of this application.
    pub fn go(self, to: &str, entry: Entry) {
        let here = self.address.with_untracked(|here| [&*here.path, &*here.query].concat() == to);
        if here {
            return;
        }
        let there = address(to);
        if self.is_own(&there) {
            self.show(to, entry);
        } else if load(to, entry).is_ok() {
            // What is on the screen goes at once, and what was typed into it: the browser would keep that with the
            // history. Nothing else is gone to meanwhile.
            self.address.set(there);
        }
    }

    /// Whether this program draws what is there.
    fn is_own(self, address: &Address) -> bool {
        Program::of(&address.path) == self.program
    }

    fn show(self, to: &str, entry: Entry) {
        let Ok(history) = window().history() else { return };
        let changed = match entry {
            Entry::New => history.push_state_with_url(&JsValue::NULL, "", Some(to)),
            Entry::Replaced => history.replace_state_with_url(&JsValue::NULL, "", Some(to)),
        };
        if changed.is_ok() {
            let there = current();
            // What only narrows down a list stays where it is.
            let elsewhere = self.address.with_untracked(|here| here.path != there.path);
            self.address.set(there);
            if elsewhere {
                window().scroll_to_with_x_and_y(0.0, 0.0);
            }
        }
    }

    /// The value of a parameter of the address' query.
    pub fn parameter(self, name: &str) -> Option<String> {
        let query = self.address.with(|address| address.query.clone());
        web_sys::UrlSearchParams::new_with_str(&query).ok()?.get(name)
    }
}

/// Loads the other program's page.
fn load(to: &str, entry: Entry) -> Result<(), JsValue> {
    let location = window().location();
    match entry {
        Entry::New => location.assign(to),
        Entry::Replaced => location.replace(to),
    }
}

/// A path with its query, as an address.
fn address(to: &str) -> Address {
    let (path, query) = to.split_at(to.find(['?', '#']).unwrap_or(to.len()));
    Address { path: path.into(), query: query.into() }
}

fn current() -> Address {
    let location = window().location();
    Address { path: location.pathname().unwrap_or_default(), query: location.search().unwrap_or_default() }
}

/// The address within the application that a click leads to, if it is a plain click on such a link.
fn followed(event: &MouseEvent) -> Option<String> {
    let modified = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || event.button() != 0 || modified {
        return None;
    }
    let pressed = event.target()?.dyn_into::<Element>().ok()?;
    let link = pressed.closest("a[href]").ok()??.dyn_into::<HtmlAnchorElement>().ok()?;
    let own = link.origin() == window().location().origin().ok()?;
    let plain = !link.has_attribute("download") && !link.has_attribute("target") && link.hash().is_empty();
    (own && plain).then(|| [link.pathname(), link.search()].concat())
}
