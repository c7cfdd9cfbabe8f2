//! Which rows are written: triggers of the bench's own note them down.

use std::collections::BTreeMap;

use anyhow::Result;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

/// Where they note it.
const TABLE: &str = "bench_writes";
/// What is noted.
const KINDS: [&str; 3] = ["insert", "update", "delete"];

/// The statements that begin it.
///
/// # Errors
/// What the database says.
pub async fn begin(reader: &DatabaseConnection) -> Result<Vec<String>> {
    let backend = reader.get_database_backend();
    let mut statements = vec![format!("CREATE TABLE {TABLE} (what TEXT NOT NULL)")];
    if backend == DbBackend::Postgres {
        statements.push(format!(
            "CREATE FUNCTION {TABLE}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO {TABLE} VALUES (TG_TABLE_NAME || ' ' || lower(TG_OP)); RETURN NULL; END $$"
        ));
    }
    for table in tables(reader).await? {
        for kind in KINDS {
            let act = match backend {
                DbBackend::Postgres => format!("EXECUTE FUNCTION {TABLE}()"),
                _ => format!("BEGIN INSERT INTO {TABLE} VALUES ('{table} {kind}'); END"),
            };
            let name = trigger(&table, kind);
            statements.push(format!("CREATE TRIGGER {name} AFTER {kind} ON {table} FOR EACH ROW {act}"));
        }
    }
    Ok(statements)
}

/// How many rows, by table and kind.
///
/// # Errors
/// What the database says.
pub async fn read(reader: &DatabaseConnection) -> Result<BTreeMap<String, i64>> {
    let query = format!("SELECT what, count(*) FROM {TABLE} GROUP BY what");
    let mut written = BTreeMap::new();
    for row in rows(reader, query).await? {
        written.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    }
    Ok(written)
}

/// The statements that end it.
///
/// # Errors
/// What the database says.
pub async fn end(reader: &DatabaseConnection) -> Result<Vec<String>> {
    let backend = reader.get_database_backend();
    let mut statements = Vec::new();
    for table in tables(reader).await? {
        for kind in KINDS {
            let name = trigger(&table, kind);
            statements.push(match backend {
                DbBackend::Postgres => format!("DROP TRIGGER {name} ON {table}"),
                _ => format!("DROP TRIGGER {name}"),
            });
        }
    }
    if backend == DbBackend::Postgres {
        statements.push(format!("DROP FUNCTION {TABLE}()"));
    }
    statements.push(format!("DROP TABLE {TABLE}"));
    Ok(statements)
}

fn trigger(table: &str, kind: &str) -> String {
    format!("bench_{table}_{kind}")
}

async fn tables(reader: &DatabaseConnection) -> Result<Vec<String>> {
    let query = match reader.get_database_backend() {
        DbBackend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    };
    let mut tables = Vec::new();
    for row in rows(reader, query.to_owned()).await? {
        tables.push(row.try_get_by_index(0)?);
    }
    tables.retain(|table| table != TABLE);
    Ok(tables)
}

async fn rows(reader: &DatabaseConnection, query: String) -> Result<Vec<sea_orm::QueryResult>> {
    let statement = Statement::from_string(reader.get_database_backend(), query);
    Ok(reader.query_all_raw(statement).await?)
}
