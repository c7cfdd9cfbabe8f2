//! Connections: taken one after the other, bounded in number, in the time that a request's head may take, and in the
//! time that is left to them when the server stops (S40, S56).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// Connections at once; whoever comes after them waits to be taken.
const AT_ONCE: usize = 8_192;
/// How long the head of a request may take to arrive, and how long a connection may be idle between two.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// How long what was begun may take to finish once the server stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait when the machine has no room for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves every connection of `listener` until `stop`, then waits for what was begun.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    http.http2().timer(TokioTimer::new()).keep_alive_interval(HEAD_TIMEOUT).max_concurrent_streams(100);
    let graceful = GracefulShutdown::new();
    let (stopped, stopping) = tokio::sync::watch::channel(());
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut stop = std::pin::pin!(stop);
    loop {
        let taken = async {
            let place = room.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            taken = taken => taken,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Answers are written whole; waiting for more to send would only delay them.
        drop(stream.set_nodelay(true));
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| answer(router.clone(), peer, request));
        let (http, watcher, mut stopping) = (http.clone(), graceful.watcher(), stopping.clone());
        tokio::spawn(async move {
            // hyper's own time-out begins with the first byte; whoever sends none is not waited for longer.
            let spoke = tokio::select! {
                spoke = tokio::time::timeout(HEAD_TIMEOUT, stream.readable()) => matches!(spoke, Ok(Ok(()))),
                _ = stopping.changed() => false,
            };
            if spoke {
                let connection = http.serve_connection(TokioIo::new(stream), service).into_owned();
                if let Err(error) = watcher.watch(connection).await {
                    tracing::debug!(%error, "a connection ended early");
                }
            }
            drop(place);
        });
    }
    drop(listener);
    drop(stopped);
    if tokio::time::timeout(DRAIN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections did not finish in time");
    }
}

async fn answer(
    router: Router,
    peer: std::net::SocketAddr,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}
