//! Recovery codes, and whoever has lost everything.

use domain::MethodKind;

use super::list;
use super::methods::method;

/// How long a recovery still lasts: `time` is when it ends. Never said longer than it is.
#[must_use]
pub fn recovery_ends(seconds: u32, time: &str) -> String {
    let left = match seconds / 60 {
        0 => "less than a minute".to_owned(),
        1 => "1 minute".to_owned(),
        minutes => [&minutes.to_string(), " minutes"].concat(),
    };
    ["You have ", &left, ", until ", time, "."].concat()
}

/// What is taken away at the end of a recovery.
#[must_use]
pub fn removing(kinds: &[MethodKind]) -> String {
    let names: Vec<String> = kinds.iter().map(|kind| ["your ", method(*kind)].concat()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let they = if names.len() == 1 { ". It" } else { ". They" };
    ["Continue removes ", &list(&names), they, " will not sign you in any more."].concat()
}

/// What somebody has lost who asks for help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The methods and the recovery code.
    Methods,
    /// The code that was handed over in person: the methods are gone already.
    HandedCode,
    /// The mailbox that codes are mailed to.
    Mailbox,
}

/// What somebody writes to an administrator.
#[must_use]
pub fn call_for_help(product: &str, email: &str, lost: Lost) -> String {
    let (problem, wish) = match lost {
        Lost::Methods => (
            "I have lost my authentication methods and my recovery code. Can you reset two-factor authentication",
            "hand me the code in person?",
        ),
        Lost::HandedCode => {
            ("the code that I was handed does not work. Can you make a new one", "hand it to me in person?")
        }
        Lost::Mailbox => (
            "I can't read the code that is mailed to me. Can you reset two-factor authentication",
            "hand me the code in person?",
        ),
    };
    ["I can't sign in to ", product, ": ", problem, " for my account, ", email, ", and ", wish].concat()
}

/// How the names of files begin that recovery codes are saved in.
#[must_use]
pub fn recovery_file_start(product: &str) -> String {
    [&slug(product), "-recovery-code"].concat()
}

/// The name of the file that a recovery code is saved in; people search for it later. `day` is an ISO date.
#[must_use]
pub fn recovery_file_name(product: &str, email: &str, day: &str) -> String {
    // An address may have characters that file systems do not.
    let email: String = email.chars().map(|c| if "/\\:*?\"<>|".contains(c) { '-' } else { c }).collect();
    [&recovery_file_start(product), "-", &email, "-", day, ".txt"].concat()
}

/// What that file says.
#[must_use]
pub fn recovery_file(product: &str, email: &str, day: &str, code: &str) -> String {
    [
        product,
        " recovery code\r\n\r\nAccount: ",
        email,
        "\r\nCreated: ",
        day,
        "\r\n\r\n",
        code,
        "\r\n\r\nIf your device is lost or broken, this code lets you set up a new one. It works once.\r\n",
    ]
    .concat()
}

/// Knows ASCII only: the tables of every other alphabet would be a sixth of what the browser loads.
fn slug(name: &str) -> String {
    let words =
        name.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// Whom to ask, within a sentence: `known` is what the server says.
#[must_use]
pub fn helper(known: Option<&str>) -> String {
    known.unwrap_or("the people from whom you have your account").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_is_never_said_to_last_longer_than_it_does() {
        assert_eq!(recovery_ends(1_800, "14:32"), "You have 30 minutes, until 14:32.");
        assert_eq!(recovery_ends(1_799, "14:32"), "You have 29 minutes, until 14:32.");
        assert_eq!(recovery_ends(119, "14:32"), "You have 1 minute, until 14:32.");
        assert_eq!(recovery_ends(59, "14:32"), "You have less than a minute, until 14:32.");
    }

    #[test]
    fn what_a_recovery_removes_is_named() {
        assert_eq!(
            removing(&[MethodKind::Phone]),
            "Continue removes your phone number. It will not sign you in any more."
        );
        assert_eq!(
            removing(&[MethodKind::App, MethodKind::Phone]),
            "Continue removes your authenticator app and your phone number. They will not sign you in any more."
        );
    }

    #[test]
    fn a_call_for_help_names_product_and_account_and_asks_to_meet() {
        for lost in [Lost::Methods, Lost::HandedCode, Lost::Mailbox] {
            let message = call_for_help("Vestibule", "anna@example.com", lost);
            for part in ["Vestibule", "anna@example.com", "in person"] {
                assert!(message.contains(part), "{part} in {message}");
            }
        }
        assert!(call_for_help("Vestibule", "anna@example.com", Lost::HandedCode).contains("a new one"));
        assert!(call_for_help("Vestibule", "anna@example.com", Lost::Mailbox).contains("mailed"));
    }

    #[test]
    fn the_recovery_file_names_product_account_and_date() {
        assert_eq!(
            recovery_file_name("Vestibule", "anna@example.com", "2026-03-03"),
            "vestibule-recovery-code-anna@example.com-2026-03-03.txt"
        );
        assert_eq!(
            recovery_file_name("Harbour  ID!", "a/b@c.example", "2026-03-03"),
            "harbour-id-recovery-code-a-b@c.example-2026-03-03.txt"
        );
        assert_eq!(recovery_file_start("Harbour  ID!"), "harbour-id-recovery-code");
        let file = recovery_file("Vestibule", "anna@example.com", "3 March 2026", "K7QM 2XVD");
        for part in ["Vestibule", "anna@example.com", "3 March 2026", "K7QM 2XVD"] {
            assert!(file.contains(part), "{part}");
        }
    }
}
