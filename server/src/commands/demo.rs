//! `vestibule demo`: an empty database is filled with people in every situation.

use vestibule_core::DemoPerson;
use vestibule_core::store::lock::sqlite_file;

use super::{CommandError, close, failed, open_store, print, vestibule};
use crate::config::Config;
use crate::key_file;

pub(super) async fn demo(config: &Config, json: bool) -> Result<(), CommandError> {
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
