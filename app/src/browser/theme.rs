//! Light or dark: what the device prefers, unless the person has chosen. `theme.js` applies the choice before
//! anything is drawn; here it is read and changed.

use leptos::prelude::*;

/// Also in `theme.js`.
const KEY: &str = "theme";
const ATTRIBUTE: &str = "data-theme";

/// A choice of colours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// What the device prefers.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Every choice, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word on its button.
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    const fn name(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    /// The choice that holds.
    pub fn chosen() -> Self {
        let name = document().document_element().and_then(|root| root.get_attribute(ATTRIBUTE));
        Self::ALL.into_iter().find(|theme| theme.name() == name.as_deref()).unwrap_or(Self::System)
    }

    /// Shows the page so, and remembers it where the browser allows that.
    pub fn choose(self) {
        let storage = window().local_storage().ok().flatten();
        if let Some(root) = document().document_element() {
            let _ = match self.name() {
                Some(name) => root.set_attribute(ATTRIBUTE, name),
                None => root.remove_attribute(ATTRIBUTE),
            };
        }
        if let Some(storage) = storage {
            let _ = match self.name() {
                Some(name) => storage.set_item(KEY, name),
                None => storage.remove_item(KEY),
            };
        }
    }
}
