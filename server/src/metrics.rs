//! Prometheus metrics, on an address of their own: whoever can reach it reads how many people sign in.

use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder};
use tokio::net::TcpListener;

/// Durations are counted up to these, in seconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// How often what has been measured is put together.
const UPKEEP: Duration = Duration::from_secs(5);

/// Begins to count, and serves what was counted at `/metrics` of `listener`.
///
/// # Errors
/// [`BuildError`] where something else counts already.
pub(crate) fn start(listener: TcpListener) -> Result<(), BuildError> {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?
        .install_recorder()?;
    describe();
    let upkeep = recorder.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    let page = async move || ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], recorder.render());
    let router = Router::new().route("/metrics", get(page));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "metrics are not served any more");
        }
    });
    Ok(())
}

fn describe() {
    use metrics::{describe_counter as counter, describe_gauge as gauge, describe_histogram as histogram};
    counter!("vestibule_calls_total", "Calls of server functions, by function and status");
    histogram!("vestibule_call_seconds", "How long calls took, by function");
    counter!("vestibule_events_total", "Events of the audit log, by event and outcome");
    counter!(
        "vestibule_attempts_held_back_total",
        "Attempts that were not evaluated, by kind of secret and reason"
    );
    counter!("vestibule_password_hashes_total", "Password hashes computed");
    gauge!("vestibule_password_queue", "Passwords that wait to be hashed, or are being");
    counter!("vestibule_messages_total", "Messages, by channel and what became of them");
}
