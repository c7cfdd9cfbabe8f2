//! A person, their devices, and what they choose.

/// The most characters that a name has; the server counts too.
const LONGEST_NAME: usize = 200;
/// The fewest that a password has; the server counts too.
pub const SHORTEST_PASSWORD: usize = 8;

/// The first letters of a person's first and last name; the style sheet shows capitals.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|part| part.chars().next());
    letters.next().into_iter().chain(letters.next_back()).collect()
}

/// What is wrong with a name, if anything is.
#[must_use]
pub fn name_problem(name: &str) -> Option<String> {
    match name.trim().chars().count() {
        0 => Some("Enter your name.".into()),
        length if length > LONGEST_NAME => Some(
            [
                "A name has ",
                &LONGEST_NAME.to_string(),
                " characters at most. This has ",
                &length.to_string(),
                ".",
            ]
            .concat(),
        ),
        _ => None,
    }
}

/// What is wrong with a new password before the server has seen it, if anything is.
#[must_use]
pub fn password_problem(password: &str) -> Option<String> {
    match password.chars().count() {
        0 => Some("Enter a new password.".into()),
        length if length < SHORTEST_PASSWORD => {
            Some(["A password has at least 8 characters. This has ", &length.to_string(), "."].concat())
        }
        _ => None,
    }
}

/// A time zone as people read it: "America/New York".
#[must_use]
pub fn zone(name: &str) -> String {
    name.split('_').collect::<Vec<_>>().join(" ")
}

/// Since when a device is signed in, and where in the network it did that.
#[must_use]
pub fn signed_in_since(since: &str, address: &str) -> String {
    let from = if address.is_empty() { "" } else { ", from network address " };
    ["Signed in since ", since, from, address].concat()
}

/// Where something was done, as far as that is known.
#[must_use]
pub fn place(device: &str, address: &str) -> String {
    let from = if address.is_empty() { "" } else { ", network address " };
    [device, from, address].concat()
}

/// Whether a device of this name is one for the hand.
#[must_use]
pub fn is_handheld(device: &str) -> bool {
    ["Android", "iPhone", "iPad"].iter().any(|system| device.ends_with(system))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_last_name() {
        assert_eq!(initials("Anna Maria Berg"), "AB");
        assert_eq!(initials("émile"), "é");
        assert_eq!(initials(" "), "");
    }

    #[test]
    fn a_name_is_there_and_not_too_long() {
        assert_eq!(name_problem("Anna Berg"), None);
        assert_eq!(name_problem("  ").unwrap(), "Enter your name.");
        assert_eq!(name_problem(&"é".repeat(200)), None);
        assert_eq!(
            name_problem(&"é".repeat(214)).unwrap(),
            "A name has 200 characters at most. This has 214."
        );
    }

    // S1
    #[test]
    fn a_password_is_long_enough_and_may_have_spaces() {
        assert_eq!(password_problem(" a b c d"), None);
        assert_eq!(password_problem("").unwrap(), "Enter a new password.");
        assert_eq!(password_problem("pässe").unwrap(), "A password has at least 8 characters. This has 5.");
    }

    #[test]
    fn a_zone_is_readable() {
        assert_eq!(zone("America/Argentina/Buenos_Aires"), "America/Argentina/Buenos Aires");
        assert_eq!(zone("UTC"), "UTC");
    }

    // S34
    #[test]
    fn a_device_says_since_when_and_where() {
        assert_eq!(
            signed_in_since("today, 07:02", "192.0.2.7"),
            "Signed in since today, 07:02, from network address 192.0.2.7"
        );
        assert_eq!(signed_in_since("3 March 2026, 07:02", ""), "Signed in since 3 March 2026, 07:02");
        assert_eq!(place("Chrome on Windows", "192.0.2.7"), "Chrome on Windows, network address 192.0.2.7");
        assert_eq!(place("The operator", ""), "The operator");
    }

    #[test]
    fn phones_and_tablets_are_told_from_computers() {
        assert!(is_handheld("Chrome on Android"));
        assert!(is_handheld("A browser on iPad"));
        assert!(!is_handheld("Chrome on Windows"));
    }
}
