//! What Twilio reports: a text message has arrived, or will not.
//!
//! Here a gateway calls, and no browser (S35): cookies and `Origin` are not asked, and what counts is the signature over
//! the whole report. Body, time and places are bounded by the layer that all requests have in common (S40).

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::post;
use data_encoding::BASE64;
use domain::OutboxId;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use url::form_urlencoded;
use uuid::Uuid;
use vestibule_core::Vestibule;
use vestibule_core::outbox::Undeliverable;

use crate::config::{Config, Secret, Text};
use crate::text::twilio::{REPORTS, undeliverable};

/// A parameter of a report: its name and its value.
type Parameter = (String, String);

/// What reports are checked with and written down by.
struct Reports {
    vestibule: Vestibule,
    token: Secret,
    /// The public URL, in the ways in which Twilio may have written it.
    origins: Vec<String>,
}

/// The route of the gateway that is configured, if that one reports.
pub(super) fn routes(config: &Config, vestibule: &Vestibule) -> Router {
    let Text::Twilio(settings) = &config.text else { return Router::new() };
    let reports = Reports {
        vestibule: vestibule.clone(),
        token: settings.token.clone(),
        origins: origins(config.public_url.origin()),
    };
    Router::new().route(&format!("{REPORTS}/{{id}}"), post(report)).with_state(Arc::new(reports))
}

/// Takes a report. One that somebody sends again is good for nothing: the first one about a message counts, and any other
/// changes nothing (`Vestibule::delivered`).
async fn report(
    State(reports): State<Arc<Reports>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let form: Vec<Parameter> = form_urlencoded::parse(&body).into_owned().collect();
    let signature = headers.get("x-twilio-signature").map(HeaderValue::as_bytes).unwrap_or_default();
    let id = id.parse::<Uuid>().ok().map(OutboxId).filter(|id| reports.is_signed(*id, &form, signature));
    let Some(id) = id else {
        tracing::info!(
            "a report on a text message does not have the signature of twilio_token and public_url"
        );
        return StatusCode::FORBIDDEN;
    };
    let Some(outcome) = outcome(&form) else { return StatusCode::NO_CONTENT };
    if outcome.is_err() {
        let code = value(&form, "ErrorCode").unwrap_or("none");
        tracing::info!(%id, code, "Twilio could not deliver a text message");
    }
    match reports.vestibule.delivered(id, outcome).await {
        // A message that is not known any more is nothing that Twilio could mend.
        Ok(_) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%id, %error, "a report on a text message could not be written down");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

impl Reports {
    fn is_signed(&self, id: OutboxId, form: &[Parameter], signature: &[u8]) -> bool {
        let Ok(signature) = BASE64.decode(signature) else { return false };
        self.origins.iter().any(|origin| {
            is_signed(self.token.as_str(), &format!("{origin}{REPORTS}/{id}"), form, &signature)
        })
    }
}

/// Twilio does not always write the port as it was given it: with it, without it, or with the scheme's own.
fn origins(origin: &str) -> Vec<String> {
    let (scheme, authority) = origin.split_once("://").unwrap_or_default();
    let bare = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let port = if scheme == "https" { 443 } else { 80 };
    vec![origin.to_owned(), format!("{scheme}://{bare}"), format!("{scheme}://{bare}:{port}")]
}

/// Whether this is Twilio's signature: HMAC-SHA1 over the URL and then each parameter with its value, in the order of
/// their names. Compared in constant time.
fn is_signed(token: &str, url: &str, form: &[Parameter], signature: &[u8]) -> bool {
    let mut form = form.to_vec();
    form.sort();
    form.dedup();
    // HMAC takes keys of any length.
    let Ok(mac) = Hmac::<Sha1>::new_from_slice(token.as_bytes()) else { return false };
    let mac = form
        .iter()
        .fold(mac.chain_update(url), |mac, (name, value)| mac.chain_update(name).chain_update(value));
    mac.verify_slice(signature).is_ok()
}

/// What has become of the message; `None`: nothing yet.
fn outcome(form: &[Parameter]) -> Option<Result<(), Undeliverable>> {
    match value(form, "MessageStatus")? {
        "delivered" | "read" => Some(Ok(())),
        "undelivered" | "failed" | "canceled" => {
            let code = value(form, "ErrorCode").and_then(|code| code.parse().ok());
            // Twilio does not always know why.
            Some(Err(code.and_then(undeliverable).unwrap_or(Undeliverable::Unreachable)))
        }
        _ => None,
    }
}

fn value<'a>(form: &'a [Parameter], name: &str) -> Option<&'a str> {
    form.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Twilio's documentation and of its libraries.
    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const BODY: &[u8] =
        b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";

    fn form(body: &[u8]) -> Vec<Parameter> {
        form_urlencoded::parse(body).into_owned().collect()
    }

    fn signature() -> Vec<u8> {
        BASE64.decode(b"RSOYDt4T1cUTdK1PDd93/VVr8B8=").unwrap()
    }

    #[test]
    fn the_example_of_twilios_documentation_is_signed_and_nothing_else_is() {
        assert!(is_signed("12345", URL, &form(BODY), &signature()));
        let shuffled: Vec<Parameter> = form(BODY).into_iter().rev().collect();
        assert!(is_signed("12345", URL, &shuffled, &signature()));
        assert!(!is_signed("12346", URL, &form(BODY), &signature()));
        assert!(!is_signed("12345", "https://mycompany.com/myapp.php?foo=1", &form(BODY), &signature()));
        assert!(!is_signed("12345", URL, &form(b"CallSid=CA1234567890ABCDE"), &signature()));
        assert!(!is_signed("12345", URL, &form(BODY), &signature()[..19]));
        assert!(!is_signed("12345", URL, &form(BODY), &[]));
    }

    #[test]
    fn a_url_may_have_lost_or_been_given_a_port() {
        for (origin, others) in [
            ("https://login.example.com", ["https://login.example.com", "https://login.example.com:443"]),
            (
                "https://login.example.com:8443",
                ["https://login.example.com", "https://login.example.com:443"],
            ),
            ("http://[::1]:3000", ["http://[::1]", "http://[::1]:80"]),
        ] {
            assert_eq!(origins(origin), [origin, others[0], others[1]]);
        }
    }

    #[test]
    fn a_report_says_that_a_message_has_arrived_or_why_not_or_nothing_yet() {
        for (body, expected) in [
            ("MessageStatus=delivered", Some(Ok(()))),
            ("MessageStatus=read", Some(Ok(()))),
            ("MessageStatus=undelivered&ErrorCode=30003", Some(Err(Undeliverable::Unreachable))),
            ("MessageStatus=undelivered&ErrorCode=30005", Some(Err(Undeliverable::Invalid))),
            ("MessageStatus=undelivered&ErrorCode=30006", Some(Err(Undeliverable::Landline))),
            ("MessageStatus=undelivered&ErrorCode=30007", Some(Err(Undeliverable::Blocked))),
            ("MessageStatus=failed&ErrorCode=21610", Some(Err(Undeliverable::Blocked))),
            ("MessageStatus=failed&ErrorCode=30022", Some(Err(Undeliverable::Throttled))),
            ("MessageStatus=failed&ErrorCode=99999", Some(Err(Undeliverable::Unreachable))),
            ("MessageStatus=failed&ErrorCode=x", Some(Err(Undeliverable::Unreachable))),
            ("MessageStatus=failed", Some(Err(Undeliverable::Unreachable))),
            ("MessageStatus=queued", None),
            ("MessageStatus=sending", None),
            ("MessageStatus=sent", None),
            ("SmsSid=SM1", None),
            ("", None),
        ] {
            assert_eq!(outcome(&form(body.as_bytes())), expected, "{body}");
        }
    }
}
