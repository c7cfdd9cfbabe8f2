//! The command line. What the commands do is in `commands`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Sign-in and account security in front of a company's web applications.
#[derive(Debug, Parser)]
#[command(name = "vestibule", version)]
pub struct Cli {
    /// Where things are, and what they are called.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// What to do; `serve` without it.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Settings of every command.
#[derive(Clone, Debug, Args)]
pub struct SettingsArgs {
    /// The database: sqlite://FILE or postgres://…
    #[arg(
        long,
        global = true,
        env = "VESTIBULE_DATABASE",
        default_value = "sqlite://vestibule.db",
        hide_env_values = true
    )]
    pub database: String,
    /// The key file; without it the file `.keys` beside the SQLite file
    #[arg(long, global = true, env = "VESTIBULE_KEYS")]
    pub keys: Option<PathBuf>,
    /// Where people reach it, such as https://login.example.com; without it http://localhost with the port of --listen
    #[arg(long, global = true, env = "VESTIBULE_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// The product's name on pages, in mails and in authenticator apps
    #[arg(long, global = true, env = "VESTIBULE_PRODUCT_NAME", default_value = "Vestibule")]
    pub product_name: String,
    /// Whom people turn to who have no administrator, such as support@example.com
    #[arg(long, global = true, env = "VESTIBULE_SUPPORT_CONTACT")]
    pub support_contact: Option<String>,
    /// The address that `serve` listens on
    #[arg(long, global = true, env = "VESTIBULE_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// Serve the browser's files from this folder instead of the ones in the program
    #[arg(long, global = true, env = "VESTIBULE_DIST")]
    pub dist: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the application (the default)
    Serve,
    /// Bring the database's schema up to date
    Migrate,
    /// Fill an empty database with demonstration data, print who can sign in, and exit
    Demo {
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// People
    #[command(subcommand)]
    User(UserCommand),
    /// Companies
    #[command(subcommand)]
    Company(CompanyCommand),
    /// Keys
    #[command(subcommand)]
    Key(KeyCommand),
}

/// Commands about people.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person; the first line of standard input is the password
    Add {
        /// E-mail address
        email: String,
        /// Full name
        #[arg(long)]
        name: String,
    },
    /// List everybody
    List,
}

/// Commands about companies.
#[derive(Debug, Subcommand)]
pub enum CompanyCommand {
    /// Add a company
    Add {
        /// Its name in addresses: lower-case letters, digits and dashes
        slug: String,
        /// Its name
        #[arg(long)]
        name: String,
        /// Its time zone, such as Europe/Berlin
        #[arg(long)]
        zone: String,
    },
    /// List all companies
    List,
    /// Change a company's settings
    #[command(arg_required_else_help = true)]
    Set {
        /// The company's slug
        slug: String,
        /// Its time zone
        #[arg(long)]
        zone: Option<String>,
        /// Whether text messages are accepted
        #[arg(long)]
        text_messages: Option<Switch>,
        /// Whether members may set up MFA though it is not required
        #[arg(long)]
        voluntary_set_up: Option<Switch>,
    },
    /// Add a person to a company
    AddMember {
        /// The company's slug
        slug: String,
        /// The person's e-mail address
        email: String,
        /// As an administrator
        #[arg(long)]
        admin: bool,
        /// As a payments user
        #[arg(long)]
        payments: bool,
    },
    /// Require MFA from a date on, or no longer
    RequireMfa {
        /// The company's slug
        slug: String,
        /// `now`, or a time of the company's zone: 2026-03-03 or 2026-03-03T09:00
        #[arg(long, required_unless_present = "off", conflicts_with = "off")]
        from: Option<String>,
        /// Switch it off
        #[arg(long)]
        off: bool,
    },
}

/// Commands about keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key file where there is none
    New,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
