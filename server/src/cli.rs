//! The command line. What the commands do is in `commands`.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::settings::SettingsArgs;

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
    /// Write a consistent copy of the database to a new file, also while it is served
    Backup {
        /// The new file
        file: PathBuf,
    },
    /// Put a copy in the place of the database; every session and recovery code of the copy is void
    Restore {
        /// A file that `backup` wrote
        file: PathBuf,
    },
    /// Check configuration, keys, database and mail server, and say what is wrong
    Check,
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
    /// Set a person's password, the first line of standard input; ends every session of the person
    SetPassword {
        /// E-mail address
        email: String,
    },
    /// Give a person another address; ends every session of the person
    SetEmail {
        /// E-mail address
        email: String,
        /// The new one
        new: String,
    },
    /// Remove a person's methods and recovery code; prints the code to hand over in person, after checking who asks
    ResetMfa {
        /// E-mail address
        email: String,
    },
    /// Delete a person, with secrets, codes and sessions
    Delete {
        /// E-mail address
        email: String,
    },
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
    /// Invite everybody in a file: CSV in UTF-8 with a column of addresses, and one of names; stopped, it goes on where it was
    Import {
        /// The company's slug
        slug: String,
        /// The file
        file: PathBuf,
        /// Only say what it would do
        #[arg(long)]
        dry_run: bool,
    },
    /// Require MFA from a date on, which its members are mailed, or no longer
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
    /// Add a new sealing key and seal everything anew with it, while servers run; stopped, it goes on where it was
    Rotate {
        /// Only add the key to the file, to bring it to the other machines first
        #[arg(long)]
        prepare: bool,
    },
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
