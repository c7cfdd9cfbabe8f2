//! `vestibule key …`: the key file.

use super::{CommandError, close, failed, print, vestibule};
use crate::cli::KeyCommand;
use crate::config::Config;
use crate::key_file;

pub(super) async fn key(config: &Config, command: KeyCommand) -> Result<(), CommandError> {
    match command {
        KeyCommand::New => {
            key_file::create(&config.keys).map_err(failed)?;
            print(&format!(
                "Made the key file {}. Keep a copy apart from the database.\n",
                config.keys.display()
            ))
        }
        KeyCommand::Rotate { prepare } => rotate(config, prepare).await,
    }
}

/// Goes on with a rotation that was prepared or stopped; else begins one with a new key.
async fn rotate(config: &Config, prepare: bool) -> Result<(), CommandError> {
    let shown = config.keys.display();
    let before = vestibule(config).await?;
    let complete = before.is_resealed().await?;
    close(before).await?;
    if complete {
        let id = key_file::add_sealing_key(&config.keys).map_err(failed)?;
        print(&format!("Added the sealing key {id} to {shown}. Keep a copy apart from the database.\n"))?;
    }
    if prepare {
        return print(&format!(
            "Bring {shown} to every machine that serves this database, then run `vestibule key rotate`.\n"
        ));
    }
    let vestibule = vestibule(config).await?;
    let resealed = vestibule.reseal().await?;
    let complete = vestibule.is_resealed().await?;
    let newest = vestibule.newest_key();
    close(vestibule).await?;
    if !complete {
        let why =
            "a server without it has sealed something meanwhile: bring it the key file, then rotate again";
        return Err(failed(format!("{resealed} values were sealed anew with the key {newest}, but {why}")));
    }
    print(&format!(
        "{resealed} values were sealed anew, and everything is sealed with the key {newest} now. Servers take it up within \
         two minutes. Backups made before still need the older keys: keep those in {shown} for as long as you keep the \
         backups, and run `vestibule check` before you delete one.\n"
    ))
}
