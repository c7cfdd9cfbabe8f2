//! `vestibule serve`.

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use vestibule_core::store::lock::ServingLock;

use super::{CommandError, environment, failed, open_store};
use crate::application::Application;
use crate::config::{Config, Mail, Text};
use crate::{key_file, metrics};

pub(super) async fn serve(config: Config) -> Result<(), CommandError> {
    refuse_the_open(&config)?;
    let keys = key_file::read(&config.keys).map_err(failed)?;
    // Held until the end: a second program would undo what this one takes for granted (S55).
    let _lock = ServingLock::take(&config.database).map_err(|error| failed(format!("database: {error}")))?;
    if let Some(address) = config.metrics_listen {
        metrics::start(bind("metrics_listen", address).await?).map_err(failed)?;
    }
    let environment = environment(&config)?;
    let store = open_store(&config).await?;
    let application = Application::build(&config, store, keys, environment).await.map_err(failed)?;
    let listener = bind("listen", config.listen).await?;
    let stop = stop_signals()?;
    tracing::info!(listen = %config.listen, "serving {}", config.public_url.origin());
    application.serve(listener, config.drain, stop).await.map_err(failed)
}

/// Neither messages nor passwords are for everybody.
pub(super) fn refuse_the_open(config: &Config) -> Result<(), CommandError> {
    if !config.public_url.loopback && matches!(config.mail, Mail::Terminal) {
        let why = "mail goes to this terminal, and with it what only its reader may know: name a mail server (mail, \
                   mail_from), or a public URL that is this machine";
        return Err(failed(format!("public_url: {why}")));
    }
    if !config.public_url.loopback && matches!(config.text, Text::Terminal) {
        let why = "text messages go to this terminal, and with them what only their reader may know: name a gateway, \
                   or none, or a public URL that is this machine";
        return Err(failed(format!("text: {why}")));
    }
    if config.public_url.loopback && !config.listen.ip().is_loopback() {
        let why = "the public URL is this machine, where nothing protects passwords on their way: listen on 127.0.0.1";
        return Err(failed(format!("listen: {} is reached from elsewhere. {why}", config.listen)));
    }
    Ok(())
}

async fn bind(setting: &str, address: std::net::SocketAddr) -> Result<TcpListener, CommandError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| failed(format!("{setting}: {address} cannot be listened on: {error}")))
}

/// Each time that the program is told to stop: SIGTERM, or Ctrl-C.
fn stop_signals() -> Result<mpsc::UnboundedReceiver<()>, CommandError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let (told, signals) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if told.send(()).is_err() {
                return;
            }
        }
    });
    Ok(signals)
}
