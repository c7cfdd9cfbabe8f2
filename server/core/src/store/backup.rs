//! A consistent copy of a database while it is in use, and the way back from one (S58).
//!
//! SQLite copies itself; PostgreSQL's own `pg_dump` and `pg_restore` do it there. The copy is as secret as the database:
//! its secrets are sealed, and the keys are not in it.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement};
use tokio::process::Command;

use super::entities::{code, flow, installation, link, recovery_code, session};
use super::lock::{ServingLock, sqlite_file};
use super::{Store, connect};
use crate::Error;

/// How a SQLite file begins.
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";

fn refuse(why: impl Into<String>) -> Error {
    Error::Refusal(why.into())
}

impl Store {
    /// Writes a consistent copy of the database at `url`, which this store is open on, to a new file.
    ///
    /// # Errors
    /// [`Error::Refusal`] where the file is there already, cannot be written, or `pg_dump` fails.
    pub async fn backup(&self, url: &str, to: &Path) -> Result<(), Error> {
        let shown = to.display();
        create_private(to).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                refuse(format!("{shown} is there already, and it is not overwritten"))
            }
            _ => refuse(format!("{shown} cannot be made: {error}")),
        })?;
        let copied = self.copy_to(url, to).await;
        if copied.is_err() {
            // Half a copy is none. What went wrong is said; that it could not be tidied up is not worth more.
            let _ = std::fs::remove_file(to);
        }
        copied
    }

    async fn copy_to(&self, url: &str, to: &Path) -> Result<(), Error> {
        let shown = to.display();
        if sqlite_file(url).is_none() {
            let arguments = ["--format=custom".as_ref(), "--file".as_ref(), to.as_os_str()];
            return postgres_tool(url, "pg_dump", &arguments).await;
        }
        let copy = Statement::from_sql_and_values(
            DbBackend::Sqlite,
            "VACUUM INTO ?",
            [to.to_string_lossy().into_owned().into()],
        );
        self.reader
            .execute_raw(copy)
            .await
            .map_err(|error| refuse(format!("{shown} cannot be written: {error}")))?;
        let synced = File::open(to).and_then(|file| file.sync_all());
        synced.map_err(|error| refuse(format!("{shown} cannot be written: {error}")))
    }
}

/// Puts a copy in the place of the database at `url`, and opens a new epoch: every session, record, code and recovery
/// code of the copy is void. The database that was there is gone; nothing may serve it meanwhile.
///
/// # Errors
/// [`Error::Refusal`] where the copy is none, the SQLite file is there or served, or `pg_restore` fails.
pub async fn restore(url: &str, from: &Path) -> Result<(), Error> {
    let shown = from.display();
    let beginning =
        read_beginning(from).map_err(|error| refuse(format!("{shown} cannot be read: {error}")))?;
    match sqlite_file(url) {
        Some(file) => {
            let lock = ServingLock::take(url).map_err(|error| refuse(error.to_string()))?;
            if beginning != SQLITE_MAGIC {
                return Err(refuse(format!("{shown} is no copy of a SQLite database")));
            }
            if file.exists() {
                let file = file.display();
                return Err(refuse(format!(
                    "{file} is there already: move it away first, it is not overwritten"
                )));
            }
            copy_private(from, file)
                .map_err(|error| refuse(format!("{} cannot be written: {error}", file.display())))?;
            let renewed = begin_epoch(url).await;
            drop(lock);
            renewed
        }
        None => {
            if !beginning.starts_with(b"PGDMP") {
                return Err(refuse(format!(
                    "{shown} is no copy that `vestibule backup` made of a PostgreSQL database"
                )));
            }
            let arguments: [&OsStr; 5] = [
                "--clean".as_ref(),
                "--if-exists".as_ref(),
                "--no-owner".as_ref(),
                "--single-transaction".as_ref(),
                from.as_os_str(),
            ];
            refuse_while_served(url).await?;
            postgres_tool(url, "pg_restore", &arguments).await?;
            begin_epoch(url).await
        }
    }
}

/// The next epoch. Sessions and records of the last one are void by their number; they are ended besides, and so is
/// everything else that could be used once more although it was used after the copy was made.
async fn begin_epoch(url: &str) -> Result<(), Error> {
    let (reader, writer) = connect(url).await?;
    let epoch = super::epoch(&reader).await?;
    let store = Store { reader, writer, epoch };
    let transaction = store.begin().await?;
    installation::Entity::update_many()
        .col_expr(installation::Column::Epoch, Expr::value(epoch + 1))
        .exec(&transaction)
        .await?;
    recovery_code::Entity::delete_many().exec(&transaction).await?;
    code::Entity::delete_many().exec(&transaction).await?;
    link::Entity::delete_many().exec(&transaction).await?;
    flow::Entity::delete_many().exec(&transaction).await?;
    session::Entity::delete_many().filter(session::Column::Epoch.lte(epoch)).exec(&transaction).await?;
    transaction.commit().await?;
    store.close().await?;
    Ok(())
}

/// A PostgreSQL database that somebody serves is not replaced under their feet.
async fn refuse_while_served(url: &str) -> Result<(), Error> {
    let (connection, _) = connect(url).await?;
    let others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                  AND application_name = 'vestibule' AND pid <> pg_backend_pid()";
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, others)).await?;
    let others: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    connection.close().await?;
    match others {
        0 => Ok(()),
        _ => Err(refuse("this database is in use by another program: stop every `vestibule serve` first")),
    }
}

fn read_beginning(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut beginning = Vec::new();
    File::open(file)?.take(SQLITE_MAGIC.len() as u64).read_to_end(&mut beginning)?;
    Ok(beginning)
}

/// A new file that only its owner may read.
fn create_private(file: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)
}

/// Copies to a new file that only its owner may read.
fn copy_private(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut target = create_private(to)?;
    let copied = File::open(from).and_then(|mut source| std::io::copy(&mut source, &mut target));
    if let Err(error) = copied.and_then(|_| target.sync_all()) {
        // Half a database is none.
        std::fs::remove_file(to)?;
        return Err(error);
    }
    Ok(())
}

/// Runs one of PostgreSQL's own programs on the database at `url`. The password goes through the environment: others
/// can see a command's arguments.
async fn postgres_tool(url: &str, program: &str, arguments: &[&OsStr]) -> Result<(), Error> {
    let place = url::Url::parse(url).map_err(|_| refuse("the database's URL cannot be read"))?;
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut command = Command::new(program);
    command.arg("--no-password").args(arguments);
    if program == "pg_restore" {
        command.arg("--dbname").arg(decoded(place.path().trim_start_matches('/')));
    }
    command.env("PGDATABASE", decoded(place.path().trim_start_matches('/')));
    for (name, value) in [
        ("PGHOST", place.host_str().map(str::to_owned)),
        ("PGPORT", place.port().map(|port| port.to_string())),
        ("PGUSER", Some(decoded(place.username())).filter(|user| !user.is_empty())),
        ("PGPASSWORD", place.password().map(decoded)),
    ] {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    for (name, value) in place.query_pairs() {
        match &*name {
            "host" => command.env("PGHOST", &*value),
            "port" => command.env("PGPORT", &*value),
            "sslmode" => command.env("PGSSLMODE", &*value),
            "sslrootcert" => command.env("PGSSLROOTCERT", &*value),
            _ => &mut command,
        };
    }
    let output = command.output().await.map_err(|error| {
        refuse(format!("{program}, which comes with PostgreSQL's client, cannot be run: {error}"))
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(refuse(format!("{program} failed: {}", said.trim())))
}
