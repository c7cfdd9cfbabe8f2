//! The clipboard.

use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Copies a text; says whether that worked. Browsers refuse it on insecure pages and where people forbid it.
pub async fn copy(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    !JsValue::from(&clipboard).is_undefined() && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
