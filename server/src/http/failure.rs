//! Every failure in one shape, whoever refuses: JSON with a code, a sentence and a status.

use std::any::Any;
use std::time::Duration;

use app::api::{ApiError, Code};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::ResponseForPanic;

use super::Shared;

/// How long a request may take in all (S40): longer than the longest queue for a password.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// An [`ApiError`] as a response.
pub(crate) struct Failure(pub ApiError);

impl Failure {
    pub(crate) fn new(code: Code, message: &str) -> Self {
        Self(ApiError::new(code, message))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        mark(&mut response, &self.0);
        response
    }
}

/// Puts the status and `Retry-After` of an error on a response that carries it.
pub(crate) fn mark(response: &mut Response, error: &ApiError) {
    *response.status_mut() =
        StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(seconds) = error.retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Bounds how many requests are worked on at once, and for how long (S40).
pub(crate) async fn limit(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    // Before a place is taken: a body that does not come must not keep others out.
    let (parts, body) = request.into_parts();
    let limit = super::api::body_limit(parts.uri.path());
    let request = match super::api::read(body, limit).await {
        Ok(bytes) => Request::from_parts(parts, Body::from(bytes)),
        Err(failure) => return failure.into_response(),
    };
    let Ok(_slot) = shared.slots.try_acquire() else {
        let message = "Many people are here at this moment. Try again in a few seconds.";
        return Failure(ApiError::new(Code::Unavailable, message).retry_after(1)).into_response();
    };
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let message = "That took too long. Try again in a few seconds.";
            Failure(ApiError::new(Code::Unavailable, message).retry_after(5)).into_response()
        }
    }
}

/// What a request is answered whose handler panicked; the panic is in the log.
#[derive(Clone, Copy)]
pub(crate) struct Panicked;

impl ResponseForPanic for Panicked {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, _: Box<dyn Any + Send + 'static>) -> axum::http::Response<Body> {
        tracing::error!("a handler panicked");
        Failure(ApiError::internal()).into_response()
    }
}
