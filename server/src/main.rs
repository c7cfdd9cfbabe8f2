//! The binary `vestibule`: reads the command line, runs the command, says in a sentence what went wrong.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use server::cli::Cli;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    // Standard output belongs to what a command prints and to the `terminal` sender.
    let filter = EnvFilter::try_from_env("VESTIBULE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,sea_orm_migration=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    match server::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::debug!(?error, "the command failed");
            // Also where logging is switched off.
            let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("vestibule: {error}\n"));
            ExitCode::FAILURE
        }
    }
}
