//! Icons, one family: drawn on 24 by 24 with one line width, in the colour of the text around them.
//! None says anything that words beside it do not.

use leptos::prelude::*;

/// A sign of caution.
pub const ALERT: &str = r#"<path d="M12 4 2.8 20h18.4z"/><path d="M12 10v4.5m0 2.8v.1"/>"#;
/// An arrow to the left.
pub const BACK: &str = r#"<path d="M20 12H4m6-6-6 6 6 6"/>"#;
/// A screen on a table.
pub const COMPUTER: &str =
    r#"<rect x="3" y="4.5" width="18" height="12" rx="2.5"/><path d="M8.5 20.5h7M12 16.5v4"/>"#;
/// Two sheets.
pub const COPY: &str = r#"<rect x="8.5" y="8.5" width="12" height="12" rx="2.5"/><path d="M15.5 5.5v-.5a2 2 0 0 0-2-2H5.5a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2H6"/>"#;
/// A tick.
pub const DONE: &str = r#"<path d="m5 12.5 4.5 4.5L19 7.5"/>"#;
/// A point downwards: more opens there.
pub const DOWN: &str = r#"<path d="m6 9.5 6 6 6-6"/>"#;
/// An arrow into a tray.
pub const DOWNLOAD: &str = r#"<path d="M12 3.5v11m-4.5-4 4.5 4.5 4.5-4.5M4 19.5h16"/>"#;
/// A key.
pub const KEY: &str = r#"<circle cx="8" cy="15.5" r="4.5"/><path d="m11.2 12.3 8.3-8.3m-3.5 3.5 3 3"/>"#;
/// A padlock.
pub const LOCK: &str =
    r#"<rect x="5" y="11" width="14" height="9.5" rx="2.5"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>"#;
/// Words in a balloon.
pub const MESSAGE: &str = r#"<path d="M6 4.5h12a2.5 2.5 0 0 1 2.5 2.5v7a2.5 2.5 0 0 1-2.5 2.5h-6.5L7 20.5v-4H6a2.5 2.5 0 0 1-2.5-2.5V7A2.5 2.5 0 0 1 6 4.5z"/><path d="M8 9h8M8 12.5h5"/>"#;
/// A telephone in the hand.
pub const PHONE: &str = r#"<rect x="7" y="2.5" width="10" height="19" rx="2.5"/><path d="M11 18.5h2"/>"#;
/// A printer.
pub const PRINTER: &str = r#"<path d="M7 8.5v-5h10v5M7 17.5H5a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2h-2"/><path d="M7 14h10v6.5H7z"/>"#;

/// An icon.
#[component]
pub fn Icon(
    /// One of this module's drawings.
    of: &'static str,
) -> impl IntoView {
    view! { <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" inner_html=of></svg> }
}

/// The product's mark: two doors, and the lamp between them.
#[component]
pub fn Mark() -> impl IntoView {
    const DRAWING: &str = r#"<rect class="mark-ground" x="2" y="2" width="28" height="28" rx="7"/><path class="mark-doors" d="M7 27V9a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v18M12 27V14.5a1.5 1.5 0 0 1 1.5-1.5h5a1.5 1.5 0 0 1 1.5 1.5V27"/><circle class="mark-lamp" cx="16" cy="10" r="1.6"/>"#;
    let product = super::session::use_session().product();
    view! {
        <span class="mark">
            <svg viewBox="0 0 32 32" aria-hidden="true" inner_html=DRAWING></svg>
            <span>{product}</span>
        </span>
    }
}
