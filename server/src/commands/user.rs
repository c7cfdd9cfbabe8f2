//! `vestibule user …`: people.

use std::io::BufRead;

use domain::Email;
use vestibule_core::secret::Password;
use vestibule_core::{InPersonCode, Vestibule};

use super::{CommandError, failed, print};
use crate::cli::UserCommand;

pub(super) async fn user(vestibule: &Vestibule, command: UserCommand) -> Result<(), CommandError> {
    match command {
        UserCommand::Add { email, name } => {
            let email = address(&email)?;
            vestibule.add_user(&email, &name, read_password()?).await?;
            print(&format!("Added {email}.\n"))
        }
        UserCommand::List => list(vestibule).await,
        UserCommand::SetPassword { email } => {
            let email = address(&email)?;
            vestibule.set_password(&email, read_password()?).await?;
            print(&format!("Set the password of {email}. Every session has ended.\n"))
        }
        UserCommand::SetEmail { email, new } => {
            let (email, new) = (address(&email)?, address(&new)?);
            vestibule.set_email(&email, &new).await?;
            print(&format!("{email} is {new} from now on. Every session has ended.\n"))
        }
        UserCommand::ResetMfa { email } => {
            let email = address(&email)?;
            let handed_over = vestibule.reset_mfa(&email).await?;
            let minutes = handed_over.minutes(vestibule.now());
            let InPersonCode { code, .. } = handed_over;
            print(&format!(
                "Reset the MFA of {email}. Every session has ended.\n\
                 Hand this code over in person, once you are sure who asks; it works once, for {minutes} minutes:\n\n\
                 {}\n\n\
                 The next sign-in asks for it after the password, and then for a new set-up.\n",
                *code.grouped()
            ))
        }
        UserCommand::Delete { email } => {
            let email = address(&email)?;
            vestibule.delete_user(&email).await?;
            print(&format!("Deleted {email}.\n"))
        }
    }
}

async fn list(vestibule: &Vestibule) -> Result<(), CommandError> {
    let mut text = String::new();
    for user in vestibule.users().await? {
        let methods = if user.methods.is_empty() { "no method".to_owned() } else { user.methods.join(", ") };
        text.push_str(&format!("{}  {}  {methods}\n", user.email, user.name));
    }
    print(&text)
}

fn address(text: &str) -> Result<Email, CommandError> {
    Email::parse(text).map_err(failed)
}

/// A password that is being set, from the first line of standard input.
fn read_password() -> Result<Password, CommandError> {
    let mut line = zeroize::Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line).map_err(failed)?;
    Password::chosen(line.trim_end_matches(['\n', '\r']).to_owned())
        .map_err(|error| failed(format!("the password on standard input cannot be used. {error}")))
}
