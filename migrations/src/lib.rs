//! Vestibule's schema, written by hand for SQLite and PostgreSQL alike.
//!
//! Each migration is a `.sql` file beside its module. The types are PostgreSQL's; SQLite takes any type name and
//! keeps what is bound to it. Conventions: identifiers are UUIDv7 made by the server; times are Unix milliseconds
//! (`BIGINT`, named `…_at`, `…_from`, `…_until`), because text written by two programs does not compare; secrets
//! are sealed or hashed before they get here. To change the schema, add a migration that the previous version of
//! the program can live with (S57); never edit one that has been released.

use sea_orm_migration::MigrationTrait;
pub use sea_orm_migration::{MigratorTrait, SchemaManager, seaql_migrations};

mod m0001_initial;

/// Every migration, in order.
pub struct Migrator;

#[sea_orm_migration::async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_initial::Migration)]
    }
}
