//! Codes that the browser reads out of a text message, where it can do that (WebOTP). Where it cannot, or the person does
//! not want it, the code is typed.

use js_sys::{Array, Object, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, CredentialRequestOptions};

/// Waits for a text message whose last line is for this page, and gives its code. `None`: this browser reads none.
pub fn wait(got: impl FnOnce(String) + 'static) -> Option<AbortController> {
    if !Reflect::has(&window(), &JsValue::from_str("OTPCredential")).unwrap_or(false) {
        return None;
    }
    let abort = AbortController::new().ok()?;
    let (otp, options) = (Object::new(), CredentialRequestOptions::new());
    // Setting a property of a plain object cannot fail.
    let _ = Reflect::set(&otp, &JsValue::from_str("transport"), &Array::of1(&JsValue::from_str("sms")));
    let _ = Reflect::set(&options, &JsValue::from_str("otp"), &otp);
    options.set_signal(&abort.signal());
    let waiting = window().navigator().credentials().get_with_options(&options).ok()?;
    spawn_local(async move {
        let Ok(credential) = JsFuture::from(waiting).await else { return };
        let code = Reflect::get(&credential, &JsValue::from_str("code"));
        if let Some(code) = code.ok().and_then(|code| code.as_string()) {
            got(code);
        }
    });
    Some(abort)
}
