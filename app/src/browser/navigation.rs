//! The address bar: where the person is, and going elsewhere without loading the page anew.
//!
//! The router's crate would do this too, and much that these pages have no use for: here the state of the
//! sign-in decides what an address shows (see [`crate::route`]), and every kilobyte is waited for at a door. What it
//! costs was measured: see `docs/decisions/7-navigation-without-the-routers-crate.md`.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

use crate::route::Address;

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
pub struct Navigation(RwSignal<Address>);

impl Navigation {
    /// Begins to listen to the back and forward buttons and to links.
    pub fn start() -> Self {
        let navigation = Self(RwSignal::new(current()));
        // Both listeners last as long as the page does.
        let _ = window_event_listener(ev::popstate, move |_| navigation.0.set(current()));
        let _ = window_event_listener(ev::click, move |event| {
            if let Some(address) = followed(&event) {
                event.prevent_default();
                navigation.go(&address, Entry::New);
            }
        });
        navigation
    }

    /// Where the person is.
    pub fn address(self) -> RwSignal<Address> {
        self.0
    }

    /// Goes to a path (with its query) of this application.
    pub fn go(self, to: &str, entry: Entry) {
        let here = self.0.with_untracked(|here| [&*here.path, &*here.query].concat() == to);
        if here {
            return;
        }
        let Ok(history) = window().history() else { return };
        let changed = match entry {
            Entry::New => history.push_state_with_url(&JsValue::NULL, "", Some(to)),
            Entry::Replaced => history.replace_state_with_url(&JsValue::NULL, "", Some(to)),
        };
        if changed.is_ok() {
            self.0.set(current());
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    /// The value of a parameter of the address' query.
    pub fn parameter(self, name: &str) -> Option<String> {
        let query = self.0.with(|address| address.query.clone());
        web_sys::UrlSearchParams::new_with_str(&query).ok()?.get(name)
    }
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
