//! The schema: brought up to date by one program at a time, beside newer and older ones (S55, S57).

use futures::future::join_all;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use vestibule_core::store::Store;

use crate::support::{App, Operator};

// S57
#[tokio::test(flavor = "multi_thread")]
async fn many_that_start_at_once_on_an_empty_database_all_start() {
    let operator = Operator::set_up().await;
    let url = if operator.database().starts_with("sqlite:") {
        format!("sqlite://{}", operator.path("vestibule.db").display())
    } else {
        operator.database().to_owned()
    };
    let opened = join_all((0..8).map(|_| {
        let url = url.clone();
        tokio::spawn(async move { Store::open(&url).await.map(|store| store.epoch()) })
    }))
    .await;
    for epoch in opened {
        assert_eq!(epoch.unwrap().unwrap(), 1);
    }
}

// S57: a newer version has brought the schema further; this one works on beside it.
#[tokio::test]
async fn a_database_that_a_newer_version_has_migrated_is_served() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let transaction = app.vestibule.store().begin().await.unwrap();
    transaction
        .execute_unprepared(
            "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_the_future', 0)",
        )
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let app = app.restarted().await;
    app.browser().sign_in("anna@example.com").await.state("full");
}

// S57: what only a newer version knows: an end is an end, and a state that is none here is nobody's.
#[tokio::test]
async fn a_session_that_a_newer_version_has_ended_is_over() {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let mut browser = app.browser();
    for change in ["ended_at = 1, ended_reason = 'of_the_future'", "state = 'of_the_future'"] {
        browser.sign_in("anna@example.com").await.state("full");
        let transaction = app.vestibule.store().begin().await.unwrap();
        transaction.execute_unprepared(&format!("UPDATE sessions SET {change}")).await.unwrap();
        transaction.commit().await.unwrap();
        browser.session().await.state("anonymous");
    }
}

// S55
#[tokio::test]
async fn what_was_answered_is_durable() {
    let app = App::start().await;
    let transaction = app.vestibule.store().begin().await.unwrap();
    let backend = transaction.get_database_backend();
    let value = async |sql: &str| {
        let row = transaction.query_one_raw(Statement::from_string(backend, sql)).await.unwrap().unwrap();
        row.try_get_by_index::<String>(0)
            .or_else(|_| row.try_get_by_index::<i64>(0).map(|n| n.to_string()))
            .unwrap()
    };
    if backend == DbBackend::Sqlite {
        assert_eq!(value("PRAGMA journal_mode").await, "wal");
        // FULL
        assert_eq!(value("PRAGMA synchronous").await, "2");
        assert_eq!(value("PRAGMA foreign_keys").await, "1");
    } else {
        assert_eq!(value("SHOW synchronous_commit").await, "on");
    }
}
