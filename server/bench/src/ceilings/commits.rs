//! C5: transactions that change one row and are on the disk before the next begins, as SQLite's one writer makes them.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use sea_orm::sqlx::{ConnectOptions, Connection, query, query_scalar};

use crate::database;

/// Durable commits per second, in a file of this folder.
///
/// # Errors
/// What the database says.
pub async fn per_second(folder: &Path, length: Duration) -> Result<f64> {
    let mut connection = database::options(&folder.join("commits.db")).connect().await?;
    query("CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY, value INTEGER NOT NULL)")
        .execute(&mut connection)
        .await?;
    query("INSERT OR REPLACE INTO counter (id, value) VALUES (1, 0)").execute(&mut connection).await?;
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < length {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        query("UPDATE counter SET value = value + 1 WHERE id = 1").execute(&mut *transaction).await?;
        transaction.commit().await?;
        count += 1;
    }
    let rate = f64::from(count) / begun.elapsed().as_secs_f64();
    let value: i64 =
        query_scalar("SELECT value FROM counter WHERE id = 1").fetch_one(&mut connection).await?;
    ensure!(value == i64::from(count), "{count} commits left the counter at {value}");
    connection.close().await?;
    Ok(rate)
}
