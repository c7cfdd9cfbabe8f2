//! Vestibule's use cases and store: no HTTP, no Leptos.
//!
//! [`Vestibule`] is the façade that the server functions and the command line call; each use case is a file
//! (`sign_in`, `challenge`, `set_up_app`, `recovery_code`, `security`, `people`, `companies`, `outbox`). Rules
//! that need no IO live in `domain`. To add a use case: a file with an `impl Vestibule` block whose functions
//! take a [`Caller`] where there is one, change the store inside [`store::Store::begin`] … `commit`, write the
//! audit row and the notice in the same transaction, and answer with [`Entered`] where the browser's cookie
//! changes.
//!
//! Single use and counters are one conditional UPDATE each, and what counts is that exactly one row changed.

mod activity;
pub mod attempts;
mod audit;
mod caller;
mod challenge;
pub mod clock;
mod codes;
mod companies;
mod company;
mod demo;
mod device;
mod devices;
mod error;
mod fail_point;
mod flows;
mod help;
mod housekeeping;
mod identity;
pub mod keys;
mod links;
pub mod local_time;
mod mail;
mod methods;
mod notices;
pub mod outbox;
pub mod password;
mod password_policy;
mod password_reset;
mod passwords;
mod people;
mod phone_number;
mod profile;
mod proofs;
pub mod random;
mod records;
mod recovery;
mod recovery_code;
mod remove_method;
mod reset;
mod rotate;
pub mod secret;
mod security;
mod set_up;
mod set_up_app;
mod set_up_phone;
mod settings;
mod sign_in;
mod spreadsheet;
mod standing;
mod step_up;
pub mod store;
mod suspension;
mod text_budgets;
mod text_codes;
pub mod texts;
pub mod totp;

pub use activity::{ActivityEntry, ActivityFilter};
pub use audit::EventGroup;
pub use caller::{Caller, Client, EndedRecord, Entered, Tokens, User};
pub use challenge::Challenge;
pub use companies::{CompanyChange, CompanyRow, NewCompany};
pub use company::read_import;
pub use company::{
    Administered, Adoption, AdoptionDay, Campaign, CampaignKind, CompanyActivityQuery, CompanyEntry,
    CompanySecurity, Figures, ImportList, Imported, Invitation, InvitationCheck, LineOfImport, LineProblem,
    Member, MemberChange, MemberCounts, MemberFilter, Members, MembersQuery, Policy, Preview, Reminders,
    Reset, ResetRequest,
};
pub use demo::DemoPerson;
pub use devices::Device;
pub use error::Error;
pub use help::Administrator;
pub use identity::MailedCode;
pub use links::LinkKind;
pub use passwords::PasswordStrength;
pub use people::UserRow;
pub use phone_number::{Country, NumberError, PhoneNumber, countries, is_country};
pub use proofs::{Given, PhoneWay, ProofWays};
pub use recovery::{Fate, Recovery, RecoveryMethod};
pub use recovery_code::StagedRecoveryCode;
pub use reset::InPersonCode;
pub use sea_orm::DbErr as StoreError;
pub use security::{MethodFacts, PhoneFacts, Security};
pub use set_up_app::{AppFlowStep, AppSetUp};
pub use set_up_phone::{PhoneFlowStep, PhoneSetUp};
pub use settings::Settings;
pub use step_up::StepUp;
pub use text_codes::Texted;

use clock::Clock;
use keys::Keys;
use password::PasswordPool;
use random::Randomness;
use sea_orm::DatabaseTransaction;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use store::Store;
use tokio::sync::Semaphore;

/// Everything that the use cases need. Cheap to clone.
#[derive(Clone)]
pub struct Vestibule {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Randomness>,
    keys: Keys,
    passwords: PasswordPool,
    settings: Settings,
    /// Places for who measures how strong a password is.
    meters: Arc<Semaphore>,
    outbox_ready: tokio::sync::Notify,
    clock_is_right: AtomicBool,
}

impl Vestibule {
    /// Puts the use cases together over a migrated `store`.
    ///
    /// # Errors
    /// [`Error::OtherKeys`] when the keys are not the ones that the database was begun with; [`Error::Store`].
    pub async fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Randomness>,
        keys: Keys,
        passwords: PasswordPool,
        settings: Settings,
    ) -> Result<Self, Error> {
        store.check_keys(&keys, &*random).await?;
        let outbox_ready = tokio::sync::Notify::new();
        let clock_is_right = AtomicBool::new(true);
        let meters = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, NonZero::get)));
        let inner =
            Inner { store, clock, random, keys, passwords, settings, meters, outbox_ready, clock_is_right };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The configured names and addresses.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The clock that every use case reads.
    #[must_use]
    pub fn now(&self) -> domain::Timestamp {
        self.inner.clock.now()
    }

    /// The store, for tests and for the command line.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The pool that hashes passwords.
    #[must_use]
    pub fn passwords(&self) -> &PasswordPool {
        &self.inner.passwords
    }

    /// Commits a step. `name` is where a fault test can end the program, before or after (see `fail_point`).
    async fn commit(&self, transaction: DatabaseTransaction, name: &'static str) -> Result<(), Error> {
        fail_point::pass(name, fail_point::When::Before);
        transaction.commit().await?;
        fail_point::pass(name, fail_point::When::After);
        Ok(())
    }

    /// A new identifier: UUIDv7 of the clock's time.
    fn id(&self) -> uuid::Uuid {
        random::uuid(&*self.inner.random, self.now())
    }
}
