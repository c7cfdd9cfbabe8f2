//! The database: SQLite or PostgreSQL, through SeaORM.
//!
//! Reads go to [`Store::reader`]; every change happens between [`Store::begin`] and `commit`. On SQLite the
//! writer is one connection of its own, so that writers queue fairly instead of failing with BUSY, and
//! transactions begin IMMEDIATE (S55). Nothing slow, and nothing over the network, happens inside one.

pub mod backup;
pub mod entities;
pub mod lock;

use std::time::Duration;

use domain::Timestamp;
use migrations::{Migrator, MigratorTrait, SchemaManager, seaql_migrations};
use sea_orm::sea_query::Expr;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{Connection as _, PgConnection};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, EntityTrait, PaginatorTrait, QueryFilter, RuntimeErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use uuid::Uuid;

use crate::Error;
use crate::keys::{AssociatedData, Keys, Sealed};
use crate::random::Randomness;
use entities::installation;
use lock::{MigrationLock, sqlite_file};

/// How long a statement waits for another program's transaction on the same SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request waits for a connection before it is told to try again.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// What the check value of the installation belongs to.
const KEY_CHECK: AssociatedData =
    AssociatedData { table: "installation", row: Uuid::nil(), user: Uuid::nil() };

/// The database of an installation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    /// Sessions of another epoch are void (S58). Read once: a restore happens while nothing serves.
    epoch: i64,
}

impl Store {
    /// Connects to `sqlite://PATH` (made if it is not there) or `postgres://…`, and brings the schema up to date.
    ///
    /// # Errors
    /// [`DbErr`] when the database cannot be reached or its schema cannot be brought up to date.
    pub async fn open(url: &str) -> Result<Self, DbErr> {
        let beginning = MigrationLock::of_new_file(url).await?;
        let (reader, writer) = connect(url).await?;
        drop(beginning);
        if !pending(&writer).await?.is_empty() {
            let lock = MigrationLock::take(url, &writer).await?;
            // Somebody else may have done it while this program waited.
            if !pending(&writer).await?.is_empty() {
                Migrator::up(&writer, None).await?;
            }
            drop(lock);
        }
        let epoch = epoch(&reader).await?;
        Ok(Self { reader, writer, epoch })
    }

    /// Connects to a database as it is. Gives the names of the migrations that it lacks besides.
    ///
    /// # Errors
    /// [`DbErr`] when the database cannot be reached, or is none of Vestibule's.
    pub async fn inspect(url: &str) -> Result<(Self, Vec<String>), DbErr> {
        let (reader, writer) = connect(url).await?;
        let lacks = pending(&writer).await?;
        let epoch = if lacks.is_empty() { epoch(&reader).await? } else { 0 };
        Ok((Self { reader, writer, epoch }, lacks))
    }

    /// Holds everybody else up who locks the same value, until the transaction ends. SQLite has one writer as it is.
    ///
    /// # Errors
    /// [`DbErr`] when the database does not answer.
    pub(crate) async fn lock_value(
        &self,
        transaction: &DatabaseTransaction,
        value: &[u8],
    ) -> Result<(), DbErr> {
        if self.writer.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let mut key = [0; 8];
        key.iter_mut().zip(value).for_each(|(to, from)| *to = *from);
        let sql = "SELECT pg_advisory_xact_lock($1)";
        let lock = Statement::from_sql_and_values(DbBackend::Postgres, sql, [i64::from_be_bytes(key).into()]);
        transaction.execute_raw(lock).await?;
        Ok(())
    }

    /// By how much the database's clock is ahead of `now`, in milliseconds. SQLite has no other clock than the program's.
    ///
    /// # Errors
    /// [`DbErr`] when it does not answer.
    pub(crate) async fn clock_ahead(&self, now: Timestamp) -> Result<i64, DbErr> {
        if self.reader.get_database_backend() == DbBackend::Sqlite {
            return Ok(0);
        }
        let ask = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
        let row = self.reader.query_one_raw(Statement::from_string(DbBackend::Postgres, ask)).await?;
        Ok(row.map_or(Ok(now.0), |row| row.try_get_by_index(0))? - now.0)
    }

    /// Whether the database answers and takes changes: a PostgreSQL that is a standby does not.
    ///
    /// # Errors
    /// [`DbErr`] when it does not answer.
    pub async fn takes_changes(&self) -> Result<bool, DbErr> {
        if self.reader.get_database_backend() == DbBackend::Sqlite {
            return self.reader.ping().await.map(|()| true);
        }
        let ask = "SELECT NOT pg_is_in_recovery() AND NOT current_setting('transaction_read_only')::boolean";
        let row = self.reader.query_one_raw(Statement::from_string(DbBackend::Postgres, ask)).await?;
        row.map_or(Ok(false), |row| row.try_get_by_index(0))
    }

    /// The connection for reads outside a transaction.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// The present epoch.
    #[must_use]
    pub fn epoch(&self) -> i64 {
        self.epoch
    }

    /// Begins a transaction that writes.
    ///
    /// # Errors
    /// [`DbErr`] when no connection is to be had.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.writer.begin_with_options(options).await
    }

    /// Checks that the keys are the ones that this database was begun with; the first ones to come are.
    ///
    /// # Errors
    /// [`Error::OtherKeys`] for others: with them no password would be right and nothing could be opened.
    pub(crate) async fn check_keys(&self, keys: &Keys, random: &dyn Randomness) -> Result<(), Error> {
        // Most have been begun long ago; a standby takes no changes.
        match self.keys_match(keys).await? {
            Some(true) => return Ok(()),
            Some(false) => return Err(Error::OtherKeys),
            None => {}
        }
        let sealed = keys.seal(random, KEY_CHECK, b"");
        // Of several that begin at once, one writes; all compare with what it wrote.
        let transaction = self.begin().await?;
        installation::Entity::update_many()
            .col_expr(installation::Column::KeyCheck, Expr::value(sealed.bytes))
            .col_expr(installation::Column::KeyCheckId, Expr::value(sealed.key_id))
            .filter(installation::Column::KeyCheck.is_null())
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        if self.keys_match(keys).await? == Some(true) { Ok(()) } else { Err(Error::OtherKeys) }
    }

    /// Whether the keys are this database's, without making them so; `None`: it has none yet.
    ///
    /// # Errors
    /// What the store says.
    pub async fn keys_match(&self, keys: &Keys) -> Result<Option<bool>, Error> {
        let row = installation::Entity::find_by_id(1).one(&self.reader).await?;
        let check = row.and_then(|row| row.key_check.zip(row.key_check_id));
        Ok(check.map(|(bytes, key_id)| keys.open(KEY_CHECK, &Sealed { key_id, bytes }).is_ok()))
    }

    /// Seals the check value anew: the newest key is the one that everything is sealed with.
    pub(crate) async fn reseal_key_check(&self, keys: &Keys, random: &dyn Randomness) -> Result<(), Error> {
        let sealed = keys.seal(random, KEY_CHECK, b"");
        let transaction = self.begin().await?;
        installation::Entity::update_many()
            .col_expr(installation::Column::KeyCheck, Expr::value(sealed.bytes))
            .col_expr(installation::Column::KeyCheckId, Expr::value(sealed.key_id))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Whether nobody is in it yet.
    ///
    /// # Errors
    /// [`DbErr`].
    pub async fn is_empty(&self) -> Result<bool, DbErr> {
        let people = entities::user::Entity::find().count(&self.reader).await?;
        Ok(people + entities::company::Entity::find().count(&self.reader).await? == 0)
    }

    /// Closes the connections, and with them, on SQLite, the write-ahead log.
    ///
    /// # Errors
    /// [`DbErr`] when they cannot be closed in order.
    pub async fn close(self) -> Result<(), DbErr> {
        if self.writer.get_database_backend() == DbBackend::Sqlite {
            self.reader.close().await?;
        }
        self.writer.close().await
    }
}

/// The migrations that the database lacks, by name. Ones that this program does not know are a newer version's, beside
/// which it works on (S57); SeaORM's own look-up would refuse them.
async fn pending(connection: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let mut applied = Vec::new();
    if SchemaManager::new(connection).has_table("seaql_migrations").await? {
        let rows = seaql_migrations::Entity::find().all(connection).await?;
        applied = rows.into_iter().map(|migration| migration.version).collect();
    }
    let known = Migrator::migrations().into_iter().map(|migration| migration.name().to_owned());
    Ok(known.filter(|name| !applied.contains(name)).collect())
}

async fn epoch(connection: &DatabaseConnection) -> Result<i64, DbErr> {
    let installation = installation::Entity::find_by_id(1).one(connection).await?;
    Ok(installation.ok_or_else(|| DbErr::RecordNotFound("installation".into()))?.epoch)
}

/// Why a PostgreSQL server is not reached. A pool tries again and again until it gives up, and says only that.
async fn reason(url: &str) -> Option<DbErr> {
    let tried = tokio::time::timeout(ACQUIRE_TIMEOUT, PgConnection::connect(url)).await;
    tried.ok()?.err().map(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))
}

async fn connect(url: &str) -> Result<(DatabaseConnection, DatabaseConnection), DbErr> {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).acquire_timeout(ACQUIRE_TIMEOUT).connect_timeout(ACQUIRE_TIMEOUT);
    // S55, on either database: what was answered survives a power failure.
    if sqlite_file(url).is_none() {
        options.max_connections(20).map_sqlx_postgres_opts(|postgres| {
            // What it notices besides, such as a table that is there already, nobody can do anything about.
            let settings = [("synchronous_commit", "on"), ("client_min_messages", "warning")];
            postgres.application_name("vestibule").options(settings)
        });
        let pool = match Database::connect(options).await {
            Ok(pool) => pool,
            Err(gave_up) => return Err(reason(url).await.unwrap_or(gave_up)),
        };
        return Ok((pool.clone(), pool));
    }
    // A file does not go away; looking whether it is there would double what a read costs.
    options.test_before_acquire(false);
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
    });
    let writer = Database::connect(options.clone().max_connections(1).min_connections(1).to_owned()).await?;
    let reader = Database::connect(options.max_connections(8).to_owned()).await?;
    Ok((reader, writer))
}
