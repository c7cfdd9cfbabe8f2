//! Who is in the databases. People are written as rows: they all have one password, and so one hash is enough, where
//! signing up a million people would take hours.

use std::collections::BTreeMap;
use std::io::Write;
use std::num::NonZero;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use domain::{DAY, Role, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
};
use uuid::Uuid;
use vestibule_core::clock::{Clock, SystemClock};
use vestibule_core::keys::Keys;
use vestibule_core::password::PasswordPool;
use vestibule_core::random::{self, SystemRandomness};
use vestibule_core::secret::Password;
use vestibule_core::store::Store;
use vestibule_core::store::entities::{company, membership, outbox, user};

use crate::crowd::{self, Crowd};
use crate::process::Installation;
use crate::writes;

/// Everybody's password, as `bench seed` says too.
pub const PASSWORD: &str = "correct-horse-battery";
/// Rows of one INSERT: well below the number of values that SQLite takes in one statement.
const ROWS: usize = 1_000;

/// How long messages may take to be sent, and how often it is looked.
const MESSAGES_WITHIN: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(200);

/// An open database that people are written to.
pub struct Seeder {
    store: Store,
    hash: String,
    key: i64,
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
        let store = Store::open(&installation.url).await?;
        let keys = Keys::parse(&std::fs::read_to_string(&installation.keys)?)?;
        Ok(Self { store, hash: hash(&keys).await?, key: keys.newest(), now: SystemClock.now() })
    }

    /// When everybody's password was set.
    pub fn password_changed_at(&self) -> Timestamp {
        self.now
    }

    /// Writes a company, and so many people of a group into it. Gives its id.
    ///
    /// # Errors
    /// What the store says.
    pub async fn company(&self, slug: &str, requires_mfa: bool, groups: &[(&str, usize)]) -> Result<Uuid> {
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
            self.write(&transaction, group, *count, company).await?;
        }
        transaction.commit().await?;
        Ok(company)
    }

    /// Has somebody who is there administer a company too.
    ///
    /// # Errors
    /// What the store says; nobody has this address.
    pub async fn administrator(&self, company: Uuid, email: &str) -> Result<()> {
        let transaction = self.store.begin().await?;
        let person = user::Entity::find().filter(user::Column::Email.eq(email)).one(&transaction).await?;
        let person = person.with_context(|| format!("nobody is {email}"))?;
        let membership = membership::ActiveModel {
            role: Set(Role::Administrator.as_str().to_owned()),
            ..self.member(company, person.id, email)
        };
        membership::Entity::insert(membership).exec_without_returning(&transaction).await?;
        company::Entity::update_many()
            .col_expr(company::Column::Members, Expr::col(company::Column::Members).add(1))
            .filter(company::Column::Id.eq(company))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Writes a crowd, once for each database: so many people, the first of whom belong to a company.
    ///
    /// # Errors
    /// What the store says; the crowd is there already.
    pub async fn crowd(&self, people: usize, company: Uuid, members: usize) -> Result<()> {
        let crowd = Crowd {
            backend: self.store.reader().get_database_backend(),
            people,
            company,
            members,
            hash: &self.hash,
            key: self.key,
            epoch: self.store.epoch(),
            now: self.now,
        };
        self.run(&crowd.statements()).await
    }

    /// Waits until no message is on its way: what is measured next would share the database with it.
    ///
    /// # Errors
    /// What the store says; it takes too long.
    pub async fn every_message_is_sent(&self) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < MESSAGES_WITHIN {
            let unsent = outbox::Entity::find()
                .filter(outbox::Column::SentAt.is_null())
                .filter(outbox::Column::FailedAt.is_null())
                .count(self.store.reader())
                .await?;
            if unsent == 0 {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("the messages were not sent in {MESSAGES_WITHIN:?}")
    }

    /// Has the database count from now on what is written to it.
    ///
    /// # Errors
    /// What the store says.
    pub async fn begin_counting(&self) -> Result<()> {
        self.run(&writes::begin(self.store.reader()).await?).await
    }

    /// Has it count no longer. Gives how many rows were written, by table and kind of statement.
    ///
    /// # Errors
    /// What the store says.
    pub async fn end_counting(&self) -> Result<BTreeMap<String, i64>> {
        let written = writes::read(self.store.reader()).await?;
        self.run(&writes::end(self.store.reader()).await?).await?;
        Ok(written)
    }

    async fn run(&self, statements: &[String]) -> Result<()> {
        let transaction = self.store.begin().await?;
        for statement in statements {
            transaction.execute_unprepared(statement).await?;
        }
        Ok(transaction.commit().await?)
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
        company: Uuid,
    ) -> Result<()> {
        for first in (0..count).step_by(ROWS) {
            let (mut people, mut members) = (Vec::new(), Vec::new());
            for number in first..count.min(first + ROWS) {
                let email = email(group, number);
                let id = self.id();
                members.push(self.member(company, id, &email));
                people.push(self.person(id, email));
            }
            user::Entity::insert_many(people).exec_without_returning(transaction).await?;
            membership::Entity::insert_many(members).exec_without_returning(transaction).await?;
        }
        Ok(())
    }

    fn person(&self, id: Uuid, email: String) -> user::ActiveModel {
        user::ActiveModel {
            id: Set(id),
            email: Set(email),
            name: Set("Anna Berg".to_owned()),
            password_hash: Set(Some(self.hash.clone())),
            password_changed_at: Set(self.now.0),
            created_at: Set(self.now.0),
            ..Default::default()
        }
    }

    fn member(&self, company: Uuid, user: Uuid, email: &str) -> membership::ActiveModel {
        membership::ActiveModel {
            company_id: Set(company),
            user_id: Set(user),
            address: Set(email.to_owned()),
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
async fn hash(keys: &Keys) -> Result<String> {
    let pool = PasswordPool::start(keys.pepper(), Arc::new(SystemRandomness), NonZero::new(1))?;
    let slot = pool.admit()?;
    pool.hash(slot, Password::chosen(PASSWORD.to_owned())?).await.context("the password could not be hashed")
}

/// Makes a database of so many people, so many of whom belong to the company `office`, and its administrator. Says who can
/// sign in.
///
/// # Errors
/// The key file is missing (`vestibule key new` makes it), what the store says, or more members than people.
pub async fn demonstrate(database: &str, keys: &str, people: usize, members: usize) -> Result<()> {
    ensure!(members <= people, "{members} members of {people} people");
    let installation = Installation { url: database.to_owned(), keys: keys.into() };
    let seeder = Seeder::open(&installation).await?;
    seeder.company("desk", false, &[("administrator", 1)]).await?;
    let company = seeder.company("office", false, &[]).await?;
    seeder.crowd(people, company, members).await?;
    let administrator = email("administrator", 0);
    seeder.administrator(company, &administrator).await?;
    seeder.close().await?;
    let (first, last) = (crowd::email(1), crowd::email(people));
    writeln!(
        std::io::stdout(),
        "administrator of office: {administrator}\npeople: {first} to {last}, every second with an app that is nobody's\n\
         everybody's password: {PASSWORD}"
    )?;
    Ok(())
}
