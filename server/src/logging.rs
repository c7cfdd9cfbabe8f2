//! The log, on standard error: standard output belongs to what a command prints and to the `terminal` sender.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::settings::{SettingError, Values};

/// Begins to log as the settings say.
///
/// # Errors
/// [`SettingError`] for a filter or format that is none.
pub fn start(values: &Values) -> Result<(), SettingError> {
    let text = values.get_or_default("log");
    let filter = EnvFilter::try_new(format!("sea_orm_migration=warn,{text}"));
    let filter = filter.map_err(|error| values.wrong("log", format!("`{text}` is no filter: {error}")))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    match values.get_or_default("log_format") {
        "text" => log.init(),
        "json" => log.json().flatten_event(true).init(),
        other => return Err(values.wrong("log_format", format!("`{other}` is neither text nor json"))),
    }
    Ok(())
}
