//! A consistent copy of a database while it is in use, and the way back from one (S58).
//!
//! SQLite copies itself; PostgreSQL's own `pg_dump` and `pg_restore` do it there. The copy is as secret as the database:
//! its secrets are sealed, and the keys are not in it.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tokio::process::Command;

use super::lock::{ServingLock, sqlite_file};
use super::{Store, connect};
use crate::Error;
use crate::keys::Keys;

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
/// code of the copy is void. Nothing may serve the database meanwhile. Until the new epoch is there, so is the database of
/// before: stopped on the way, nothing has happened.
///
/// # Errors
/// [`Error::Refusal`] where the copy is none or belongs to other keys, a SQLite file is there or served, or PostgreSQL's
/// programs fail.
pub async fn restore(url: &str, from: &Path, keys: &Keys) -> Result<(), Error> {
    let shown = from.display();
    let beginning =
        read_beginning(from).map_err(|error| refuse(format!("{shown} cannot be read: {error}")))?;
    match sqlite_file(url) {
        Some(_) if beginning != SQLITE_MAGIC => {
            Err(refuse(format!("{shown} is no copy of a SQLite database")))
        }
        Some(file) => restore_sqlite(url, file, from, keys).await,
        None if !beginning.starts_with(b"PGDMP") => {
            Err(refuse(format!("{shown} is no copy that `vestibule backup` made of a PostgreSQL database")))
        }
        None => restore_postgres(url, from).await,
    }
}

async fn restore_sqlite(url: &str, file: &Path, from: &Path, keys: &Keys) -> Result<(), Error> {
    let lock = ServingLock::take(url).map_err(|error| refuse(error.to_string()))?;
    // SQLite would play what is left of another database's log back into the copy.
    for ending in ["", "-wal", "-shm", "-journal"] {
        let there = with_ending(file, ending);
        if there.exists() {
            return Err(refuse(format!(
                "{} is there already: move {} and what begins with its name and -wal, -shm or -journal away first",
                there.display(),
                file.display()
            )));
        }
    }
    let new = with_ending(file, "-restoring");
    let unwritten = |error: std::io::Error| refuse(format!("{} cannot be written: {error}", new.display()));
    // What an earlier restore has left, which was stopped.
    for ending in ["", "-wal", "-shm"] {
        match std::fs::remove_file(with_ending(&new, ending)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(unwritten(error)),
            _ => {}
        }
    }
    copy_private(from, &new).map_err(unwritten)?;
    begin_epoch(&format!("sqlite://{}", new.display()), keys).await?;
    std::fs::rename(&new, file).map_err(unwritten)?;
    drop(lock);
    Ok(())
}

/// In one transaction with the new epoch.
async fn restore_postgres(url: &str, from: &Path) -> Result<(), Error> {
    refuse_while_served(url).await?;
    let folder = tempfile::tempdir().map_err(|error| refuse(error.to_string()))?;
    let script = folder.path().join("restore.sql");
    let options = ["--clean", "--if-exists", "--no-owner", "--file"].map(OsStr::new);
    let mut arguments = options.to_vec();
    arguments.extend([script.as_os_str(), from.as_os_str()]);
    postgres_tool(url, "pg_restore", &arguments).await?;
    let epoch = format!("\nSET search_path = public;\n{NEW_EPOCH}");
    OpenOptions::new()
        .append(true)
        .open(&script)
        .and_then(|mut file| file.write_all(epoch.as_bytes()))
        .map_err(|error| refuse(format!("{}: {error}", script.display())))?;
    let options = ["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--single-transaction", "--file"];
    let mut arguments = options.map(OsStr::new).to_vec();
    arguments.push(script.as_os_str());
    postgres_tool(url, "psql", &arguments).await
}

/// The next epoch. Sessions of the last one are void by its number; they are deleted besides, and so is everything else
/// that may have been used since the copy was made.
const NEW_EPOCH: &str = "UPDATE installation SET epoch = epoch + 1;
DELETE FROM recovery_codes;
DELETE FROM codes;
DELETE FROM links WHERE kind <> 'not_me';
DELETE FROM flows;
DELETE FROM reset_requests;
DELETE FROM sessions;
";

/// Begins the next epoch in a copy that nobody uses yet, if it belongs to the keys.
async fn begin_epoch(url: &str, keys: &Keys) -> Result<(), Error> {
    let (reader, writer) = connect(url).await?;
    let store = Store { epoch: super::epoch(&reader).await?, reader, writer };
    let renewed = async {
        if store.keys_match(keys).await? == Some(false) {
            return Err(Error::OtherKeys);
        }
        let transaction = store.begin().await?;
        transaction.execute_unprepared(NEW_EPOCH).await?;
        transaction.commit().await?;
        Ok(())
    };
    let renewed = renewed.await;
    store.close().await?;
    renewed
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(ending);
    path.into()
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
    let mut command = Command::new(program);
    if program != "pg_restore" {
        // That one writes a script, and asks no server.
        command.arg("--no-password").envs(postgres_variables(url)?);
    }
    let output = command.args(arguments).output().await.map_err(|error| {
        refuse(format!("{program}, which comes with PostgreSQL's client, cannot be run: {error}"))
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(refuse(format!("{program} failed: {}", said.trim())))
}

/// The place and the secrets of a URL as PostgreSQL's programs take them. What cannot be passed on is refused: it could
/// make them reach another database, or the same less safely.
fn postgres_variables(url: &str) -> Result<Vec<(&'static str, String)>, Error> {
    let place = url::Url::parse(url).map_err(|_| refuse("the database's URL cannot be read"))?;
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut variables = vec![("PGDATABASE", decoded(place.path().trim_start_matches('/')))];
    variables.extend(place.host_str().filter(|host| !host.is_empty()).map(|host| ("PGHOST", decoded(host))));
    variables.extend(place.port().map(|port| ("PGPORT", port.to_string())));
    variables.extend(Some(("PGUSER", decoded(place.username()))).filter(|(_, user)| !user.is_empty()));
    variables.extend(place.password().map(|password| ("PGPASSWORD", decoded(password))));
    for (name, value) in place.query_pairs() {
        let variable = match &*name {
            "dbname" => "PGDATABASE",
            "host" => "PGHOST",
            "hostaddr" => "PGHOSTADDR",
            "port" => "PGPORT",
            "user" => "PGUSER",
            "password" => "PGPASSWORD",
            "sslmode" | "ssl-mode" => "PGSSLMODE",
            "sslrootcert" | "ssl-root-cert" | "ssl-ca" => "PGSSLROOTCERT",
            "sslcert" | "ssl-cert" => "PGSSLCERT",
            "sslkey" | "ssl-key" => "PGSSLKEY",
            // These change how this program asks, not whom.
            "application_name" | "options" | "statement-cache-capacity" => continue,
            _ => return Err(refuse(format!("the database's URL has {name}, which pg_dump cannot be told"))),
        };
        variables.push((variable, value.into_owned()));
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgresqls_programs_are_sent_to_the_database_that_the_program_uses() {
        let given =
            "postgres://v:p%40ss@db.example.com:5433/first?dbname=second&sslmode=verify-full&options=x";
        let variables: std::collections::BTreeMap<_, _> =
            postgres_variables(given).unwrap().into_iter().collect();
        assert_eq!(variables["PGDATABASE"], "second");
        assert_eq!((variables["PGHOST"].as_str(), variables["PGPORT"].as_str()), ("db.example.com", "5433"));
        assert_eq!((variables["PGUSER"].as_str(), variables["PGPASSWORD"].as_str()), ("v", "p@ss"));
        assert_eq!(variables["PGSSLMODE"], "verify-full");
        let strange = postgres_variables("postgres://v@db/first?target_session_attrs=any").unwrap_err();
        assert_eq!(
            strange.to_string(),
            "the database's URL has target_session_attrs, which pg_dump cannot be told"
        );
    }
}
