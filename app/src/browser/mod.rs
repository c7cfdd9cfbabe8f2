//! What the browser offers, behind functions that cannot fail or say how they did.

pub mod clipboard;
pub mod dates;
pub mod file;
pub mod navigation;
pub mod otp;
pub mod shell;
pub mod theme;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, HtmlInputElement};

/// Milliseconds since the Unix epoch, by this device's clock. For durations and for what is shown only.
pub fn now() -> f64 {
    js_sys::Date::now()
}

/// Whether the person holds this in the hand: a narrow window, or a finger for a pointer.
pub fn on_a_phone() -> bool {
    let query = window().match_media("(max-width: 720px), (pointer: coarse)");
    query.ok().flatten().is_some_and(|query| query.matches())
}

/// The language that the person reads first (BCP 47); empty where the browser does not say.
pub fn language() -> String {
    window().navigator().language().unwrap_or_default()
}

/// Gives the focus to the first element that `selector` finds, once what is being drawn is there. What can be typed
/// over is selected.
pub fn focus(selector: String) {
    queue_microtask(move || {
        let Ok(Some(element)) = document().query_selector(&selector) else { return };
        if let Some(element) = element.dyn_ref::<HtmlElement>() {
            let _ = element.focus();
        }
        if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
            input.select();
        }
    });
}

/// An id that no other element has, and that the browser has never seen.
pub fn fresh_id(prefix: &str) -> String {
    let number = js_sys::Math::random().to_bits() % 1_000_000;
    [prefix, "-", &number.to_string()].concat()
}

/// What stands after the `#` of the address: browsers keep it to themselves.
pub fn fragment() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// Takes what stands after the `#` out of the address, and so out of the history.
pub fn forget_fragment() {
    let path = window().location().pathname();
    if let (Ok(history), Ok(path)) = (window().history(), path) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
}
