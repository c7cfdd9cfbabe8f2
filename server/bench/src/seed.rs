//! Who is in the databases. People are written as rows: they all have one password, and so one hash is enough, where
//! signing up a million people would take hours.

use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use domain::{DAY, Role, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, Statement};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use vestibule_core::clock::{Clock, SystemClock};
use vestibule_core::keys::Keys;
use vestibule_core::password::PasswordPool;
use vestibule_core::random::{self, SystemRandomness};
use vestibule_core::secret::Password;
use vestibule_core::store::Store;
use vestibule_core::store::entities::{company, membership, user};

use crate::process::Installation;

/// Everybody's password.
pub const PASSWORD: &str = "correct-horse-battery";
/// Rows of one INSERT: well below the number of values that SQLite takes in one statement.
const ROWS: usize = 1_000;

/// An open database that people are written to.
pub struct Seeder {
    store: Store,
    hash: String,
    now: Timestamp,
}

/// The address of a person.
pub fn email(group: &str, number: usize) -> String {
    format!("{group}-{number:07}@example.com")
}

impl Seeder {
    /// Opens a database, with the schema that this checkout has.
    ///
    /// # Errors
    /// What the store and the key file say.
    pub async fn open(installation: &Installation) -> Result<Self> {
        let store = Store::open(&installation.url()).await?;
        let hash = hash(&installation.keys).await?;
        Ok(Self { store, hash, now: SystemClock.now() })
    }

    /// When everybody's password was set.
    pub fn password_changed_at(&self) -> Timestamp {
        self.now
    }

    /// Writes a company, and so many people of a group into it.
    ///
    /// # Errors
    /// What the store says.
    pub async fn company(&self, slug: &str, requires_mfa: bool, groups: &[(&str, usize)]) -> Result<()> {
        let transaction = self.store.begin().await?;
        let company = self.id();
        let members = groups.iter().map(|(_, count)| count).sum::<usize>();
        company::Entity::insert(company::ActiveModel {
            id: Set(company),
            slug: Set(slug.to_owned()),
            name: Set(slug.to_owned()),
            time_zone: Set("Europe/Berlin".to_owned()),
            mfa_required_from: Set(requires_mfa.then(|| self.now.plus(-DAY).0)),
            voluntary_set_up: Set(true),
            text_messages: Set(true),
            policy_version: Set(1),
            members: Set(i64::try_from(members)?),
            members_with_method: Set(0),
            created_at: Set(self.now.0),
        })
        .exec_without_returning(&transaction)
        .await?;
        for (group, count) in groups {
            self.write(&transaction, group, *count, Some(company)).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Writes so many people who are in no company, in one transaction.
    ///
    /// # Errors
    /// What the store says.
    pub async fn people(&self, group: &str, count: usize) -> Result<()> {
        let transaction = self.store.begin().await?;
        self.write(&transaction, group, count, None).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What names the schema: the statements that made it, and the migrations that were applied.
    ///
    /// # Errors
    /// What the store says.
    pub async fn schema(&self) -> Result<String> {
        let reader = self.store.reader();
        let mut hash = Sha256::new();
        for query in [
            "SELECT COALESCE(sql, '') FROM sqlite_master ORDER BY name",
            "SELECT version FROM seaql_migrations ORDER BY version",
        ] {
            let statement = Statement::from_string(reader.get_database_backend(), query);
            for row in reader.query_all_raw(statement).await? {
                hash.update(row.try_get_by_index::<String>(0)?);
            }
        }
        Ok(HEXLOWER.encode(&hash.finalize()[..8]))
    }

    /// Closes the database, so that all of it is in its file.
    ///
    /// # Errors
    /// What the store says.
    pub async fn close(self) -> Result<()> {
        Ok(self.store.close().await?)
    }

    async fn write(
        &self,
        transaction: &DatabaseTransaction,
        group: &str,
        count: usize,
        company: Option<Uuid>,
    ) -> Result<()> {
        for first in (0..count).step_by(ROWS) {
            let people: Vec<_> =
                (first..count.min(first + ROWS)).map(|number| self.person(group, number)).collect();
            let members = company
                .map(|company| people.iter().map(|(id, _)| self.member(company, *id)).collect::<Vec<_>>());
            let people = people.into_iter().map(|(_, row)| row);
            user::Entity::insert_many(people).exec_without_returning(transaction).await?;
            if let Some(members) = members {
                membership::Entity::insert_many(members).exec_without_returning(transaction).await?;
            }
        }
        Ok(())
    }

    fn person(&self, group: &str, number: usize) -> (Uuid, user::ActiveModel) {
        let id = self.id();
        let row = user::ActiveModel {
            id: Set(id),
            email: Set(email(group, number)),
            name: Set("Anna Berg".to_owned()),
            password_hash: Set(Some(self.hash.clone())),
            password_changed_at: Set(self.now.0),
            created_at: Set(self.now.0),
            ..Default::default()
        };
        (id, row)
    }

    fn member(&self, company: Uuid, user: Uuid) -> membership::ActiveModel {
        membership::ActiveModel {
            company_id: Set(company),
            user_id: Set(user),
            address: Set(user.to_string()),
            sought_as: Set("anna berg".to_owned()),
            role: Set(Role::Member.as_str().to_owned()),
            accepted_at: Set(Some(self.now.0)),
            created_at: Set(self.now.0),
            ..Default::default()
        }
    }

    fn id(&self) -> Uuid {
        random::uuid(&SystemRandomness, self.now)
    }
}

/// The hash of everybody's password with the pepper of these keys.
async fn hash(keys: &Path) -> Result<String> {
    let keys = Keys::parse(&std::fs::read_to_string(keys)?)?;
    let pool = PasswordPool::start(keys.pepper(), Arc::new(SystemRandomness), NonZero::new(1))?;
    let slot = pool.admit()?;
    pool.hash(slot, Password::chosen(PASSWORD.to_owned())?).await.context("the password could not be hashed")
}
