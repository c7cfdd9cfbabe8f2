//! The headers of every answer (S36, S37).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::config::PublicUrl;

/// Headers that are the same for every answer.
pub(crate) struct Headers(Vec<(HeaderName, HeaderValue)>);

impl Headers {
    /// `script_hashes` are the CSP sources of the inline scripts of the pages.
    pub(crate) fn new(public_url: &PublicUrl, script_hashes: &[String]) -> Self {
        let scripts = script_hashes.join(" ");
        let policy = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {scripts}; style-src 'self'; \
             img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
        );
        let permissions =
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), otp-credentials=(self)";
        let mut headers = vec![
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            (header::REFERRER_POLICY, "no-referrer".to_owned()),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin".to_owned()),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin".to_owned()),
            (HeaderName::from_static("permissions-policy"), permissions.to_owned()),
        ];
        if public_url.secure {
            headers.push((header::STRICT_TRANSPORT_SECURITY, "max-age=63072000".to_owned()));
        }
        let value = |(name, value): (HeaderName, String)| Some((name, HeaderValue::from_str(&value).ok()?));
        Self(headers.into_iter().filter_map(value).collect())
    }
}

/// Adds the headers, and `no-store` to what does not say how it may be kept.
pub(crate) async fn add(State(headers): State<Arc<Headers>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in &headers.0 {
        response.headers_mut().insert(name, value.clone());
    }
    if !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
