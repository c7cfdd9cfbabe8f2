//! The routes and the layers around them.

mod api;
mod assets;
mod callbacks;
pub(crate) mod connections;
mod failure;
mod headers;
mod health;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use app::api::cookies::Cookies;
use axum::Router;
use axum::http::{HeaderName, StatusCode, header};
use axum::routing::{any, get};
use vestibule_core::Vestibule;

use crate::application::Environment;
use crate::config::{Config, Proxies};

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Shared {
    vestibule: Vestibule,
    origin: Arc<str>,
    cookies: Cookies,
    proxies: Arc<Proxies>,
    assets: Arc<assets::Assets>,
    stopping: Arc<AtomicBool>,
    slots: Arc<tokio::sync::Semaphore>,
}

/// Requests that are worked on at once (S40); whoever comes after them is told to try again.
const AT_ONCE: usize = 1_024;

/// Every route, with every layer.
///
/// # Errors
/// A sentence, where the browser's files cannot be served.
pub(crate) fn router(
    config: &Config,
    vestibule: &Vestibule,
    environment: &Environment,
    stopping: Arc<AtomicBool>,
) -> Result<Router, String> {
    let assets = assets::Assets::load(config.dist.as_deref(), &config.settings.product)?;
    let headers = headers::Headers::new(&config.public_url, assets.script_hashes());
    let shared = Shared {
        vestibule: vestibule.clone(),
        origin: config.public_url.origin().into(),
        cookies: Cookies { secure: config.public_url.secure },
        proxies: Arc::new(config.proxies.clone()),
        assets: Arc::new(assets),
        stopping,
        slots: Arc::new(tokio::sync::Semaphore::new(AT_ONCE)),
    };
    let router = Router::new()
        .route("/api/{*function}", any(api::call))
        .route("/.well-known/change-password", get(change_password))
        .fallback(assets::serve)
        .with_state(shared.clone());
    let router = with_test_clock(router.merge(callbacks::routes(config, vestibule)), environment);
    // How it is has to be answered also where there is no place for anything else.
    let health = Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .with_state(shared.clone());
    Ok(router
        .layer(axum::middleware::from_fn_with_state(shared, failure::limit))
        .merge(health)
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(failure::Panicked))
        .layer(axum::middleware::from_fn_with_state(Arc::new(headers), headers::add)))
}

/// Where password managers send people who want to change their password (W3C, A Well-Known URL for Changing
/// Passwords). Every other such path is not found.
async fn change_password() -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::FOUND, [(header::LOCATION, "/profile/security/password")])
}

/// `POST /test/clock` with `{"advance_s": 60}` moves the clock.
#[cfg(feature = "test-clock")]
fn with_test_clock(router: Router, environment: &Environment) -> Router {
    #[derive(serde::Deserialize)]
    struct Move {
        advance_s: i64,
    }
    let clock = environment.movable.clone();
    let handler = async move |axum::Json(by): axum::Json<Move>| clock.advance(by.advance_s * domain::SECOND);
    router.route("/test/clock", axum::routing::post(handler))
}

#[cfg(not(feature = "test-clock"))]
fn with_test_clock(router: Router, _: &Environment) -> Router {
    router
}
