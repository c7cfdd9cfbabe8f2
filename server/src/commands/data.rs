//! The database as a whole: its schema, copies of it, and whether everything is in order.

use std::path::Path;
use std::sync::Arc;

use vestibule_core::clock::SystemClock;
use vestibule_core::keys::Keys;
use vestibule_core::store::lock::sqlite_file;
use vestibule_core::store::{Store, backup as copies};

use super::{CommandError, close, failed, open_store, print, unopened, use_cases};
use crate::config::{Config, Mail, Text};
use crate::key_file;
use crate::smtp::Smtp;
use crate::text::{Twilio, Webhook};

pub(super) async fn migrate(config: &Config) -> Result<(), CommandError> {
    open_store(config).await?.close().await.map_err(failed)?;
    print("The database's schema is up to date.\n")
}

pub(super) async fn backup(config: &Config, file: &Path) -> Result<(), CommandError> {
    let store = existing_store(config).await?;
    let copied = store.backup(&config.database, file).await;
    store.close().await.map_err(failed)?;
    copied?;
    print(&format!("Copied the database to {}. The keys are not in it.\n", file.display()))
}

pub(super) async fn restore(config: &Config, file: &Path) -> Result<(), CommandError> {
    // Without its keys it could not be used.
    let keys = key_file::read(&config.keys).map_err(failed)?;
    copies::restore(&config.database, file, &keys).await?;
    close(super::vestibule(config).await?).await?;
    print(&format!(
        "The database is the copy {} now. Everybody is signed out, and every recovery code is void: people save a new \
         one at their next sign-in.\n",
        file.display()
    ))
}

/// Looks at everything that `serve` needs, and changes nothing.
pub(super) async fn check(config: &Config) -> Result<(), CommandError> {
    super::serve::refuse_the_open(config)?;
    print("configuration: in order\n")?;
    let keys = key_file::read(&config.keys).map_err(failed)?;
    print(&format!("keys: {} holds {}\n", config.keys.display(), keys.describe()))?;
    check_database(config, keys).await?;
    check_mail(config).await?;
    check_text(config).await
}

async fn check_database(config: &Config, keys: Keys) -> Result<(), CommandError> {
    let (store, lacks) = inspect(config).await?;
    if !lacks.is_empty() {
        store.close().await.map_err(failed)?;
        return Err(failed(format!(
            "database: its schema is older than this program and lacks {}: run `vestibule migrate`, or `vestibule serve`",
            lacks.join(", ")
        )));
    }
    print("database: it answers, and its schema is up to date\n")?;
    if !store.takes_changes().await.map_err(failed)? {
        print("database: it takes no changes, as a standby does: nobody can sign in with it\n")?;
    }
    // Before the use cases, which would make these keys the database's own where it has none yet.
    match store.keys_match(&keys).await? {
        Some(true) => print("keys: they are the database's own\n")?,
        Some(false) => return Err(vestibule_core::Error::OtherKeys.into()),
        None => {
            return print("keys: the database has none yet; the first program that uses it gives it these\n");
        }
    }
    let vestibule = use_cases(config, keys, store).await?;
    if !vestibule.is_resealed().await? {
        print("keys: a rotation is not complete: run `vestibule key rotate`\n")?;
    }
    close(vestibule).await
}

async fn check_mail(config: &Config) -> Result<(), CommandError> {
    let Mail::Smtp(settings) = &config.mail else {
        return print("mail: written to standard output\n");
    };
    let smtp = Smtp::new(settings.clone()).map_err(failed)?;
    smtp.check().await.map_err(|error| failed(format!("mail: {error}")))?;
    let signed_in = if settings.credentials.is_some() { " and accepts user and password" } else { "" };
    print(&format!("mail: {} answers{signed_in}\n", settings.server()))
}

/// As far as it goes without sending anything.
async fn check_text(config: &Config) -> Result<(), CommandError> {
    match &config.text {
        Text::None => print("text: nobody is sent text messages\n"),
        Text::Terminal => print("text: written to standard output\n"),
        Text::Twilio(settings) => {
            let twilio = Twilio::new(settings.clone()).map_err(failed)?;
            twilio.check().await.map_err(|error| failed(format!("text: {error}")))?;
            print(&format!("text: {} answers and accepts account and token\n", settings.endpoint.server()))
        }
        Text::Webhook(settings) => {
            let clock = Arc::new(SystemClock);
            let webhook = Webhook::new(settings.clone(), clock).map_err(failed)?;
            webhook.check().await.map_err(|why| failed(format!("text: {why}")))?;
            print(&format!("text: {} takes connections\n", settings.endpoint.server()))
        }
    }
}

async fn existing_store(config: &Config) -> Result<Store, CommandError> {
    let (store, lacks) = inspect(config).await?;
    if lacks.is_empty() {
        return Ok(store);
    }
    store.close().await.map_err(failed)?;
    Err(failed("database: its schema is older than this program: run `vestibule migrate` first"))
}

async fn inspect(config: &Config) -> Result<(Store, Vec<String>), CommandError> {
    if let Some(file) = sqlite_file(&config.database).filter(|file| !file.exists()) {
        let why = "`vestibule migrate` makes it, and so does `vestibule serve`";
        return Err(failed(format!("database: there is no file {}: {why}", file.display())));
    }
    Store::inspect(&config.database).await.map_err(|error| unopened(config, &error))
}
