//! The binary `vestibule`: reads the command line and the settings, runs the command, says in a sentence what went
//! wrong.

use std::fmt::Display;
use std::process::ExitCode;

use clap::Parser;
use server::cli::Cli;
use server::logging;
use server::settings::Values;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let values = Values::gather(&cli.settings, std::env::vars_os());
    let values = match values.and_then(|values| logging::start(&values).map(|()| values)) {
        Ok(values) => values,
        Err(error) => return fail(&error),
    };
    match server::run(cli.command, &values).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

/// Says what went wrong, also where logging is switched off.
fn fail(error: &dyn Display) -> ExitCode {
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("vestibule: {error}\n"));
    ExitCode::FAILURE
}
