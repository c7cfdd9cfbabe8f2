//! What stands before every server function: Leptos checks none of this itself (S35).
//!
//! A call is a POST of JSON from this application's own pages, to a function of the table, by a record in one of
//! the states that the table gives (S9). Everything else is refused here, in the one shape of every failure.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use app::api::request::RequestContext;
use app::api::table::Function;
use app::api::{ApiError, Code, cookies};
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::SessionState;
use vestibule_core::{Caller, Client};

use super::Shared;
use super::failure::{Failure, mark};

/// Longest body of a call, in bytes.
const BODY_LIMIT: usize = 16 * 1024;
/// The same where a list is pasted.
const LIST_LIMIT: usize = 256 * 1024;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Answers a call of a server function.
pub(crate) async fn call(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let function = Function::at(request.uri().path()).map_or("unknown", Function::name);
    let client = client_address(&shared, peer, request.headers());
    let started = Instant::now();
    let response = match answer(&shared, client, request).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(),
    };
    observe(function, client, response.status(), started.elapsed());
    response
}

/// Counts a call and writes it down; what went wrong here, or was refused, more loudly than what worked.
fn observe(function: &'static str, client: IpAddr, status: StatusCode, took: Duration) {
    let code = status.as_u16();
    metrics::counter!("vestibule_calls_total", "function" => function, "status" => code.to_string())
        .increment(1);
    metrics::histogram!("vestibule_call_seconds", "function" => function).record(took);
    let ms = took.as_millis();
    if status.is_server_error() {
        tracing::warn!(function, status = code, ms, %client, "call");
    } else if status.is_client_error() {
        tracing::info!(function, status = code, ms, %client, "call");
    } else {
        tracing::debug!(function, status = code, ms, %client, "call");
    }
}

/// From where it is asked (S47).
fn client_address(shared: &Shared, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").iter();
    // A value that is no text says nothing, and ends the trust.
    let forwarded: Vec<&str> = forwarded.map(|value| value.to_str().unwrap_or_default()).collect();
    shared.proxies.client(peer.ip(), forwarded.into_iter())
}

async fn answer(shared: &Shared, address: IpAddr, request: Request) -> Result<Response, Failure> {
    check_request(&request, &shared.origin)?;
    let function = Function::at(request.uri().path()).ok_or_else(|| Failure(ApiError::not_found()))?;
    let (mut parts, body) = request.into_parts();
    let body = read(body, body_limit(function.path)).await?;

    let known = shared.cookies.read(&parts.headers, cookies::Cookie::Browser);
    let agent =
        parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let client = Client::new(address.to_string(), agent, known);
    let mut caller = identify(shared, &parts.headers, function).await?;
    let mut cookies = Vec::new();
    if caller.is_freed() && !function.replaces_record() {
        // Nobody asks for the set-up any more that this sign-in waited for.
        let entered = shared.vestibule.enter_freed(&client, &caller).await.map_err(failure)?;
        cookies = shared.cookies.enter(&entered);
        caller = entered.caller;
    }
    let allowed = allow(function, &caller);
    let vestibule = shared.vestibule.clone();
    parts.extensions.insert(RequestContext { vestibule, caller, client, cookies: shared.cookies });
    let request = Request::from_parts(parts, Body::from(body));
    let mut response = match allowed {
        Ok(()) => {
            with_status(leptos_axum::handle_server_fns_with_context(|| {}, request).await.into_response())
                .await
        }
        Err(refused) => refused.into_response(),
    };
    set_before(&mut response, cookies);
    Ok(response)
}

/// Sets cookies before any that the function itself has set: the browser keeps the last.
fn set_before(response: &mut Response, cookies: Vec<HeaderValue>) {
    let own: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().cloned().collect();
    response.headers_mut().remove(header::SET_COOKIE);
    for cookie in cookies.into_iter().chain(own) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// Method, origin, and what is sent and expected.
fn check_request(request: &Request, origin: &str) -> Result<(), Failure> {
    if request.method() != Method::POST {
        return Err(Failure::new(Code::MethodNotAllowed, "Only POST is answered here."));
    }
    if !is_own_page(request.headers(), origin) {
        return Err(Failure::new(
            Code::ForeignOrigin,
            "This request does not come from this application's own pages.",
        ));
    }
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = text(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(Failure::new(Code::UnsupportedMediaType, "Only application/json is read here."));
    }
    if text(header::ACCEPT).to_ascii_lowercase().contains("text/html") {
        // Leptos would answer a form with a redirect that carries the error in its address.
        return Err(Failure::new(Code::NotAcceptable, "Only application/json is answered here."));
    }
    Ok(())
}

/// Whether the request comes from a page of this application, by `Origin` or `Sec-Fetch-Site` (S35). One of them
/// must be there, and none may say otherwise. `Host` is not asked: whoever sends the request writes it.
fn is_own_page(headers: &HeaderMap, origin: &str) -> bool {
    let only = |name: &str| {
        let mut values = headers.get_all(name).iter();
        values.next().map(|value| (value.as_bytes(), values.next().is_none()))
    };
    let sent_origin = only("origin").map(|(value, single)| single && value == origin.as_bytes());
    let sent_site = only("sec-fetch-site").map(|(value, single)| single && value == b"same-origin");
    matches!((sent_origin, sent_site), (Some(true), None | Some(true)) | (None, Some(true)))
}

/// How long a body may be at this path, in bytes.
pub(super) fn body_limit(path: &str) -> usize {
    let takes_a_list = Function::at(path).is_some_and(Function::takes_a_list);
    if takes_a_list { LIST_LIMIT } else { BODY_LIMIT }
}

/// The whole body, if it is short and comes soon (S40).
pub(super) async fn read(body: Body, limit: usize) -> Result<axum::body::Bytes, Failure> {
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Failure::new(Code::TooLarge, "That is too long.")),
        Err(_) => Err(Failure::new(Code::Timeout, "The request did not arrive in time. Try again.")),
    }
}

async fn identify(shared: &Shared, headers: &HeaderMap, function: &Function) -> Result<Caller, Failure> {
    let tokens = shared.cookies.tokens(headers);
    shared.vestibule.identify(&tokens, function.is_use()).await.map_err(failure)
}

/// The table's word (S9).
fn allow(function: &Function, caller: &Caller) -> Result<(), Failure> {
    if function.states.contains(&caller.state) {
        Ok(())
    } else if caller.state == SessionState::Anonymous {
        Err(Failure::new(Code::SignedOut, "You are signed out. Sign in to go on."))
    } else {
        Err(Failure(ApiError::wrong_state()))
    }
}

fn failure(error: vestibule_core::Error) -> Failure {
    Failure(ApiError::from(error))
}

/// Leptos answers every error with 500: the error in the body says which status it is.
async fn with_status(response: Response) -> Response {
    if !response.status().is_server_error() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
    let Ok(error) = serde_json::from_slice::<ApiError>(&bytes) else {
        return Failure::new(Code::Internal, "Something went wrong here. Try again in a moment.")
            .into_response();
    };
    let mut response = Response::from_parts(parts, Body::from(bytes));
    mark(&mut response, &error);
    response
}
