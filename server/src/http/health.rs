//! How the program is, for whoever starts it again (`/health`) or sends people to it (`/ready`).

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;

use super::Shared;

/// How long the database may take to answer.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);

/// The program runs and answers. Not a word about anything that it depends on: starting it again would mend nothing.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// People can be sent here: the database answers and takes changes, and the program has not been told to stop (S56).
pub(crate) async fn ready(State(shared): State<Shared>) -> (StatusCode, &'static str) {
    if shared.stopping.load(Ordering::SeqCst) {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    if !shared.vestibule.clock_is_right() {
        return (StatusCode::SERVICE_UNAVAILABLE, "this machine's clock is not the database's\n");
    }
    match tokio::time::timeout(DATABASE_TIMEOUT, shared.vestibule.store().takes_changes()).await {
        Ok(Ok(true)) => (StatusCode::OK, "ready\n"),
        Ok(Ok(false)) => (StatusCode::SERVICE_UNAVAILABLE, "the database takes no changes\n"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer in time\n"),
    }
}
