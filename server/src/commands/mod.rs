//! What each command does: one file for each subject.

mod company;
mod data;
mod demo;
mod import;
mod key;
mod serve;
mod user;

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::num::NonZero;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use vestibule_core::Vestibule;
use vestibule_core::clock::Clock;
use vestibule_core::keys::Keys;
use vestibule_core::outbox::Sender;
use vestibule_core::store::Store;
use vestibule_core::store::lock::sqlite_file;

use crate::application::Environment;
use crate::cli::Command;
use crate::config::{Config, Mail, Text};
use crate::key_file;
use crate::settings::Values;
use crate::smtp::Smtp;
use crate::terminal::Terminal;
use crate::text::{Senders, Twilio, Webhook};

/// Why a command failed: a sentence for whoever typed it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CommandError(String);

impl From<vestibule_core::Error> for CommandError {
    fn from(error: vestibule_core::Error) -> Self {
        Self(error.to_string())
    }
}

fn failed(error: impl std::fmt::Display) -> CommandError {
    CommandError(error.to_string())
}

/// Runs the command; `serve` without one.
///
/// # Errors
/// [`CommandError`].
pub async fn run(command: Option<Command>, values: &Values) -> Result<(), CommandError> {
    let config = Config::check(values).map_err(failed)?;
    match command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(config).await,
        Command::Migrate => data::migrate(&config).await,
        Command::Demo { json } => demo::demo(&config, json).await,
        Command::User(command) => {
            let vestibule = vestibule(&config).await?;
            user::user(&vestibule, command).await?;
            close(vestibule).await
        }
        Command::Company(command) => {
            let vestibule = vestibule(&config).await?;
            company::company(&vestibule, command).await?;
            close(vestibule).await
        }
        Command::Key(command) => key::key(&config, command).await,
        Command::Backup { file } => data::backup(&config, &file).await,
        Command::Restore { file } => data::restore(&config, &file).await,
        Command::Check => data::check(&config).await,
    }
}

/// The use cases over the configured database, for a command beside a server or without one.
async fn vestibule(config: &Config) -> Result<Vestibule, CommandError> {
    let keys = key_file::read(&config.keys).map_err(failed)?;
    let store = open_store(config).await?;
    use_cases(config, keys, store).await
}

/// For the server, with those who carry its messages.
fn environment(config: &Config) -> Result<Environment, CommandError> {
    let environment = Environment::of_this_machine(Arc::new(Terminal));
    let text = text_sender(config, environment.clock.clone())?;
    let sender = Arc::new(Senders::new(mail_sender(config)?, text));
    Ok(Environment { sender, ..environment })
}

/// Where mail goes.
fn mail_sender(config: &Config) -> Result<Arc<dyn Sender>, CommandError> {
    Ok(match &config.mail {
        Mail::Terminal => Arc::new(Terminal),
        Mail::Smtp(settings) => Arc::new(Smtp::new(settings.clone()).map_err(failed)?),
    })
}

/// Where text messages go.
fn text_sender(config: &Config, clock: Arc<dyn Clock>) -> Result<Option<Arc<dyn Sender>>, CommandError> {
    Ok(match &config.text {
        Text::None => None,
        Text::Terminal => Some(Arc::new(Terminal)),
        Text::Twilio(settings) => Some(Arc::new(Twilio::new(settings.clone()).map_err(failed)?)),
        Text::Webhook(settings) => Some(Arc::new(Webhook::new(settings.clone(), clock).map_err(failed)?)),
    })
}

/// For commands, which leave it to the server to send what they put into the outbox.
async fn use_cases(config: &Config, keys: Keys, store: Store) -> Result<Vestibule, CommandError> {
    let environment =
        Environment { password_workers: NonZero::new(1), ..Environment::of_this_machine(Arc::new(Terminal)) };
    environment.use_cases(store, keys, config.settings.clone()).await.map_err(failed)
}

async fn close(vestibule: Vestibule) -> Result<(), CommandError> {
    vestibule.store().clone().close().await.map_err(failed)
}

async fn open_store(config: &Config) -> Result<Store, CommandError> {
    if let Some(file) = sqlite_file(&config.database) {
        prepare_file(file)?;
    }
    Store::open(&config.database).await.map_err(|error| unopened(config, &error))
}

/// Says why the database cannot be opened, without the URL, which may hold a password.
fn unopened(config: &Config, error: &vestibule_core::StoreError) -> CommandError {
    failed(format!("database: it cannot be opened: {}", error.to_string().replace(&config.database, "…")))
}

/// Makes the file of a database, readable by its owner only, like the keys. One that is there stays as it is.
fn prepare_file(file: &Path) -> Result<(), CommandError> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(failed(format!("database: there is no folder {}", folder.display())));
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(failed(format!("database: {} cannot be made: {error}", file.display())))
        }
        _ => Ok(()),
    }
}

/// Writes to standard output. A reader that has gone away is not an error.
fn print(text: &str) -> Result<(), CommandError> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(failed(error)),
        _ => Ok(()),
    }
}
