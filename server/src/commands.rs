//! What each command does.

use std::fs::OpenOptions;
use std::io::{BufRead, ErrorKind, Write};
use std::num::NonZero;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use domain::{Email, Role};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use vestibule_core::secret::Password;
use vestibule_core::store::Store;
use vestibule_core::{CompanyChange, DemoPerson, NewCompany, Vestibule, local_time};

use crate::application::{Application, Environment};
use crate::cli::{Cli, Command, CompanyCommand, KeyCommand, Switch, UserCommand};
use crate::config::{Config, sqlite_file};
use crate::key_file;
use crate::terminal::Terminal;

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

/// Runs the command.
///
/// # Errors
/// [`CommandError`].
pub async fn run(cli: Cli) -> Result<(), CommandError> {
    let config = Config::check(&cli.settings).map_err(failed)?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(config).await,
        Command::Migrate => {
            open_store(&config).await?.close().await.map_err(failed)?;
            print("The database's schema is up to date.\n")
        }
        Command::Demo { json } => demo(&config, json).await,
        Command::User(command) => {
            let vestibule = vestibule(&config).await?;
            user(&vestibule, command).await?;
            close(vestibule).await
        }
        Command::Company(command) => {
            let vestibule = vestibule(&config).await?;
            company(&vestibule, command).await?;
            close(vestibule).await
        }
        Command::Key(KeyCommand::New) => {
            key_file::create(&config.keys).map_err(failed)?;
            print(&format!(
                "Made the key file {}. Keep a copy apart from the database.\n",
                config.keys.display()
            ))
        }
    }
}

async fn serve(config: Config) -> Result<(), CommandError> {
    if !config.public_url.loopback {
        let why = "mail goes to this terminal, and with it what only its reader may know: the public URL must be \
                   this machine";
        return Err(failed(format!("public-url: {why}")));
    }
    if !config.listen.ip().is_loopback() {
        let why = "the public URL is this machine, where nothing protects passwords on their way: listen on 127.0.0.1";
        return Err(failed(format!("listen: {} is reached from elsewhere. {why}", config.listen)));
    }
    let keys = key_file::read(&config.keys).map_err(failed)?;
    let environment = Environment::of_this_machine(Arc::new(Terminal));
    let store = open_store(&config).await?;
    let listen = config.listen;
    let origin = config.public_url.origin().to_owned();
    let application = Application::build(&config, store, keys, environment).await.map_err(failed)?;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| failed(format!("listen: {listen} cannot be listened on: {error}")))?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    tracing::info!(%listen, "serving {origin}");
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping: finishing what was begun");
    };
    application.serve(listener, stop).await.map_err(failed)
}

async fn demo(config: &Config, json: bool) -> Result<(), CommandError> {
    if !config.public_url.loopback {
        let why = "a demonstration's passwords are well known: it runs on this machine only";
        return Err(failed(format!("public-url: {why}")));
    }
    if !config.keys.exists() && sqlite_file(&config.database).is_some() {
        // Not beside a database that was begun with other keys.
        let store = open_store(config).await?;
        if store.is_empty().await.map_err(failed)? {
            key_file::create(&config.keys).map_err(failed)?;
        }
        store.close().await.map_err(failed)?;
    }
    let vestibule = vestibule(config).await?;
    let people = vestibule.fill_with_demo().await?;
    close(vestibule).await?;
    if json {
        let text = serde_json::to_string_pretty(&serde_json::json!({ "people": people })).map_err(failed)?;
        return print(&format!("{text}\n"));
    }
    print(&format!("Who can sign in:\n\n{}", people.iter().map(describe).collect::<String>()))
}

fn describe(person: &DemoPerson) -> String {
    format!("  {:<20} {:<24} {}: {}\n", person.email, person.password, person.name, person.about)
}

async fn user(vestibule: &Vestibule, command: UserCommand) -> Result<(), CommandError> {
    match command {
        UserCommand::Add { email, name } => {
            let email = Email::parse(&email).map_err(failed)?;
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).map_err(failed)?;
            let password = line.trim_end_matches(['\n', '\r']).to_owned();
            let password = Password::chosen(password)
                .map_err(|error| failed(format!("the password on standard input cannot be used. {error}")))?;
            vestibule.add_user(&email, &name, password).await?;
            print(&format!("Added {email}.\n"))
        }
        UserCommand::List => {
            let mut text = String::new();
            for user in vestibule.users().await? {
                let methods =
                    if user.methods.is_empty() { "no method".to_owned() } else { user.methods.join(", ") };
                text.push_str(&format!("{}  {}  {methods}\n", user.email, user.name));
            }
            print(&text)
        }
    }
}

async fn company(vestibule: &Vestibule, command: CompanyCommand) -> Result<(), CommandError> {
    match command {
        CompanyCommand::Add { slug, name, zone } => {
            vestibule.add_company(&NewCompany { slug: slug.clone(), name, time_zone: zone }).await?;
            print(&format!("Added {slug}.\n"))
        }
        CompanyCommand::List => list_companies(vestibule).await,
        CompanyCommand::Set { slug, zone, text_messages, voluntary_set_up } => {
            let on = |switch| switch == Switch::On;
            let change = CompanyChange {
                time_zone: zone,
                text_messages: text_messages.map(on),
                voluntary_set_up: voluntary_set_up.map(on),
            };
            vestibule.set_company(&slug, &change).await?;
            print(&format!("Changed {slug}.\n"))
        }
        CompanyCommand::AddMember { slug, email, admin, payments } => {
            let email = Email::parse(&email).map_err(failed)?;
            let role = if admin { Role::Administrator } else { Role::Member };
            vestibule.add_member(&slug, &email, role, payments).await?;
            print(&format!("Added {email} to {slug}.\n"))
        }
        CompanyCommand::RequireMfa { slug, from, .. } => {
            let from = vestibule.require_mfa(&slug, from.as_deref()).await?;
            print(&match from {
                Some(from) => format!("{slug} requires MFA from {from}.\n"),
                None => format!("{slug} no longer requires MFA.\n"),
            })
        }
    }
}

async fn list_companies(vestibule: &Vestibule) -> Result<(), CommandError> {
    let mut text = String::new();
    for company in vestibule.companies().await? {
        let zone = local_time::zone(&company.time_zone).map_err(failed)?;
        let requires = match company.mfa_required_from {
            Some(from) => format!("requires MFA from {}", local_time::spelt_out(from, &zone)),
            None => "does not require MFA".to_owned(),
        };
        text.push_str(&format!(
            "{}  {}  {}  {} of {} members have a method  {requires}\n",
            company.slug, company.name, company.time_zone, company.members_with_method, company.members
        ));
    }
    print(&text)
}

/// The use cases over the configured database, for a command beside a server or without one.
async fn vestibule(config: &Config) -> Result<Vestibule, CommandError> {
    let keys = key_file::read(&config.keys).map_err(failed)?;
    let store = open_store(config).await?;
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
    Store::open(&config.database)
        .await
        .map_err(|error| failed(format!("database: it cannot be opened: {error}")))
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
