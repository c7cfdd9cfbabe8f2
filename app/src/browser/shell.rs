//! The static sign-in card of the door's page, which is there before this program is, and gives way to it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// The shell's element.
const SHELL: &str = "shell";

/// What the person has already typed into the shell, and where.
#[derive(Clone, Default)]
pub struct Typed {
    /// What is in the email field.
    pub email: String,
    /// What is in the password field.
    pub password: String,
    /// The id of the field that has the focus.
    pub focused: Option<String>,
    /// Where the caret is, in fields that say so.
    pub caret: Option<u32>,
}

/// Whether the shell is still there.
pub fn is_there() -> bool {
    document().get_element_by_id(SHELL).is_some()
}

/// Takes the shell away. What was typed into it is for the form that comes in its place.
pub fn take() -> Option<Typed> {
    let shell = document().get_element_by_id(SHELL)?;
    let field = |id: &str| document().get_element_by_id(id)?.dyn_into::<HtmlInputElement>().ok();
    let value = |id| field(id).map(|field| field.value()).unwrap_or_default();
    let focused = document().active_element().map(|element| element.id()).filter(|id| !id.is_empty());
    let typed = Typed {
        email: value("email"),
        password: value("password"),
        // Fields of type=email have no caret to ask for.
        caret: focused.as_deref().and_then(field).and_then(|field| field.selection_start().ok().flatten()),
        focused,
    };
    shell.remove();
    Some(typed)
}

/// The product's name, which the server writes into the page.
pub fn product() -> String {
    let meta = document().query_selector("meta[name=application-name]").ok().flatten();
    meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_default()
}

/// Shows the page's own apology: this program has stopped, and nothing on the page works any more.
pub fn apologise() {
    if let Some(apology) = document().get_element_by_id("broken") {
        let _ = apology.remove_attribute("hidden");
    }
}
