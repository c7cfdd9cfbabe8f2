//! Saving a file that the page has made.

use std::time::Duration;

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Plain text.
pub const TEXT: &str = "text/plain;charset=utf-8";
/// A table for a spreadsheet.
pub const CSV: &str = "text/csv;charset=utf-8";

/// Offers `text`, which is of the media type `kind`, as a download called `name`. The text goes through a blob, not
/// through an address, so that it is not in the history.
///
/// # Errors
/// What the browser says.
pub fn save(name: &str, kind: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(text)), &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link = document().create_element("a")?.unchecked_into::<HtmlAnchorElement>();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    // Some browsers read the blob only after the click is over.
    set_timeout(move || drop(Url::revoke_object_url(&address)), Duration::from_secs(10));
    Ok(())
}
