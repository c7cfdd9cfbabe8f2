//! Starting everything: what `vestibule serve` and the tests have in common.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use app::api::table::FUNCTIONS;
use axum::Router;
use leptos::server_fn::axum::server_fn_paths;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use vestibule_core::clock::Clock;
use vestibule_core::keys::Keys;
use vestibule_core::outbox::{Channel, Sender};
use vestibule_core::password::PasswordPool;
use vestibule_core::random::{Randomness, SystemRandomness};
use vestibule_core::store::Store;
use vestibule_core::{Settings, Vestibule};

use crate::config::Config;
use crate::http;

/// What the application does not make itself, so that tests can pass in their own.
#[derive(Clone)]
pub struct Environment {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where random bytes come from.
    pub random: Arc<dyn Randomness>,
    /// Where messages go.
    pub sender: Arc<dyn Sender>,
    /// Threads that hash passwords; `None`: one per core.
    pub password_workers: Option<NonZero<usize>>,
    /// The clock again, for who may move it.
    #[cfg(feature = "test-clock")]
    pub movable: Arc<vestibule_core::clock::MovableClock>,
}

/// Why the application cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The use cases cannot be put together.
    #[error("{0}")]
    Core(#[from] vestibule_core::Error),
    /// Threads cannot be started.
    #[error("the password workers cannot be started: {0}")]
    Workers(std::io::Error),
    /// The browser's files are missing or incomplete.
    #[error("dist: {0}")]
    Assets(String),
    /// A server function of the table is not in the program: it was linked without it.
    #[error("the server function {0} is not part of this program")]
    Function(&'static str),
}

/// The application, ready to serve.
pub struct Application {
    /// The use cases.
    pub vestibule: Vestibule,
    /// Every route, with every layer.
    pub router: Router,
    sender: Arc<dyn Sender>,
    stopping: Arc<AtomicBool>,
}

impl Environment {
    /// The machine's clock (one that can be moved, with the feature `test-clock`) and generator.
    #[must_use]
    pub fn of_this_machine(sender: Arc<dyn Sender>) -> Self {
        #[cfg(feature = "test-clock")]
        let movable = Arc::new(vestibule_core::clock::MovableClock::default());
        Self {
            #[cfg(feature = "test-clock")]
            clock: movable.clone(),
            #[cfg(not(feature = "test-clock"))]
            clock: Arc::new(vestibule_core::clock::SystemClock),
            random: Arc::new(SystemRandomness),
            sender,
            password_workers: None,
            #[cfg(feature = "test-clock")]
            movable,
        }
    }

    /// The use cases over an open database.
    ///
    /// # Errors
    /// [`StartError`].
    pub(crate) async fn use_cases(
        &self,
        store: Store,
        keys: Keys,
        settings: Settings,
    ) -> Result<Vestibule, StartError> {
        let (clock, random) = (self.clock.clone(), self.random.clone());
        let passwords = PasswordPool::start(keys.pepper(), random.clone(), self.password_workers);
        let passwords = passwords.map_err(StartError::Workers)?;
        Ok(Vestibule::new(store, clock, random, keys, passwords, settings).await?)
    }
}

impl Application {
    /// Starts the password workers over an open database and puts the routes together.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn build(
        config: &Config,
        store: Store,
        keys: Keys,
        environment: Environment,
    ) -> Result<Self, StartError> {
        // Server functions register themselves only where the linker has kept their crate.
        let registered: Vec<&str> = server_fn_paths().map(|(path, _)| path).collect();
        if let Some(missing) = FUNCTIONS.iter().find(|function| !registered.contains(&function.path)) {
            return Err(StartError::Function(missing.path));
        }
        let vestibule = environment.use_cases(store, keys, config.settings.clone()).await?;
        let stopping = Arc::new(AtomicBool::new(false));
        let router = http::router(config, &vestibule, &environment, stopping.clone());
        let router = router.map_err(StartError::Assets)?;
        Ok(Self { vestibule, router, sender: environment.sender, stopping })
    }

    /// Serves until it is told to stop. Then it says so at `/ready` and goes on for `drain`, or until it is told again,
    /// and then finishes what was begun (S56).
    ///
    /// # Errors
    /// [`std::io::Error`] where the database cannot be closed in order.
    pub async fn serve(
        self,
        listener: TcpListener,
        drain: Duration,
        mut stop: mpsc::UnboundedReceiver<()>,
    ) -> std::io::Result<()> {
        if let Err(error) = self.vestibule.check_clock().await {
            tracing::warn!(%error, "the clock could not be compared with the database's");
        }
        let mut workers = JoinSet::new();
        for channel in Channel::ALL {
            let (outbox, sender) = (self.vestibule.clone(), self.sender.clone());
            workers.spawn(async move { outbox.run_outbox(&*sender, channel).await });
        }
        let (outbox, sender) = (self.vestibule.clone(), self.sender.clone());
        workers.spawn(async move { outbox.run_bulk_mail(&*sender).await });
        workers.spawn(self.vestibule.clone().run_housekeeping());
        workers.spawn(self.vestibule.clone().run_campaigns());
        let stopping = self.stopping;
        let stop = async move {
            stop.recv().await;
            stopping.store(true, Ordering::SeqCst);
            tracing::info!("stopping: not ready any more");
            // Either end of the wait leads to the same stop.
            let _ = tokio::time::timeout(drain, stop.recv()).await;
            tracing::info!("stopping: finishing what was begun");
        };
        http::connections::serve(listener, self.router, stop).await;
        // A message that was being sent keeps its lease and is sent by the next worker.
        workers.shutdown().await;
        self.vestibule.store().clone().close().await.map_err(std::io::Error::other)
    }
}
