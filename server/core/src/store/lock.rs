//! Who may do what with a database at the same time: one program migrates it, and one serves a SQLite file (S55, S57).
//!
//! SQLite's own locks end with a transaction, so a file beside the database is locked instead; the system releases it
//! when the program ends, however it ends. PostgreSQL has advisory locks.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait};

/// Names the lock of Vestibule's migrations among a PostgreSQL database's advisory locks: "vestibul" in ASCII.
const MIGRATION_LOCK: i64 = 0x7665_7374_6962_756c;

/// The right to serve a SQLite file; given back when it is dropped.
#[derive(Debug)]
pub struct ServingLock(#[expect(dead_code, reason = "held, not read")] File);

/// Why a database may not be served.
#[derive(Debug, thiserror::Error)]
pub enum ServingError {
    /// Another program does.
    #[error("{0} is served by another program already: SQLite serves one at a time, PostgreSQL several")]
    Taken(String),
    /// The lock file cannot be used.
    #[error("{0} cannot be locked: {1}")]
    File(String, std::io::Error),
}

/// The file of a `sqlite://` URL.
#[must_use]
pub fn sqlite_file(database: &str) -> Option<&Path> {
    let path = database.strip_prefix("sqlite://")?;
    Some(Path::new(path.split('?').next().unwrap_or(path)))
}

impl ServingLock {
    /// Takes the right to serve `database`; PostgreSQL gives it to everybody.
    ///
    /// # Errors
    /// [`ServingError`].
    pub fn take(database: &str) -> Result<Option<Self>, ServingError> {
        let Some(file) = sqlite_file(database) else { return Ok(None) };
        let shown = file.display().to_string();
        let lock = beside(file, "serving").map_err(|error| ServingError::File(shown.clone(), error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self(lock))),
            Err(TryLockError::WouldBlock) => Err(ServingError::Taken(shown)),
            Err(TryLockError::Error(error)) => Err(ServingError::File(shown, error)),
        }
    }
}

/// The right to migrate; given back when it is dropped.
pub(super) enum MigrationLock {
    Sqlite(#[expect(dead_code, reason = "held, not read")] File),
    Postgres(#[expect(dead_code, reason = "held, not read")] DatabaseTransaction),
}

impl MigrationLock {
    /// Waits until nobody else begins a SQLite file that is not there yet, or is empty: where two switch one to its
    /// write-ahead log at once, SQLite lets one of them fail instead of wait.
    pub(super) async fn of_new_file(url: &str) -> Result<Option<Self>, DbErr> {
        let is_new = |file: &&Path| std::fs::metadata(file).map_or(true, |found| found.len() == 0);
        match sqlite_file(url).filter(is_new) {
            Some(file) => Self::of_file(file).await.map(Some),
            None => Ok(None),
        }
    }

    async fn of_file(file: &Path) -> Result<Self, DbErr> {
        let failed = |error: std::io::Error| DbErr::Custom(format!("{}: {error}", file.display()));
        let lock = beside(file, "migrating").map_err(failed)?;
        // Waiting holds a thread; whoever migrates is done in a moment.
        let locked = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await;
        let lock = locked.map_err(|error| DbErr::Custom(error.to_string()))?.map_err(failed)?;
        Ok(Self::Sqlite(lock))
    }

    /// Waits until nobody else migrates.
    pub(super) async fn take(url: &str, writer: &DatabaseConnection) -> Result<Self, DbErr> {
        if let Some(file) = sqlite_file(url) {
            return Self::of_file(file).await;
        }
        // Held by a transaction, so that a connection that breaks gives it back.
        let transaction = writer.begin().await?;
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
        Ok(Self::Postgres(transaction))
    }
}

/// The lock file with this ending beside the database's.
fn beside(file: &Path, ending: &str) -> std::io::Result<File> {
    // A link to the database is the same database.
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let mut path = file.into_os_string();
    path.push("-");
    path.push(ending);
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(PathBuf::from(path))
}
