//! A pasted list of addresses: lines, commas, semicolons, `Name <address>`.

use std::collections::BTreeMap;

use domain::Email;

use crate::people::checked_name;

/// Most people in one list.
const MOST: usize = 1_000;
/// Longest list, in bytes.
const LONGEST: usize = 200_000;

/// A line that names nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineProblem {
    /// Which, from 1.
    pub line: u32,
    /// What it says.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

/// What a list says: whom it names, each once, with a name where one is given; and the lines that name nobody.
pub(super) fn read(list: &str) -> (BTreeMap<Email, Option<String>>, Vec<LineProblem>) {
    let mut people = BTreeMap::new();
    let mut problems = Vec::new();
    if list.len() > LONGEST {
        return (people, vec![problem(1, "", "This list is too long. Send it in parts.")]);
    }
    for (index, line) in list.lines().enumerate() {
        // What is refused as a whole need not be read to its end.
        if people.len() > MOST {
            break;
        }
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        for entry in entries(line) {
            match person(entry) {
                Ok((email, name)) => {
                    people.entry(email).or_insert(name);
                }
                Err(why) => problems.push(problem(number, entry, &why)),
            }
        }
    }
    if people.len() > MOST {
        problems.push(problem(1, "", "These are more than 1,000 people. Send them in parts."));
    }
    (people, problems)
}

/// What a line lists. A name in quotes may have a comma in it, as mail programs write it: `"Berg, Anna" <anna@example.com>`.
fn entries(line: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    line.trim_start_matches('\u{feff}')
        .split(move |letter| {
            quoted ^= letter == '"';
            !quoted && matches!(letter, ',' | ';')
        })
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

fn person(entry: &str) -> Result<(Email, Option<String>), String> {
    let (name, address) = match entry.split_once('<') {
        Some((name, rest)) => (name.trim().trim_matches('"'), rest.trim_end().trim_end_matches('>')),
        None => ("", entry),
    };
    let email = Email::parse(address).map_err(|error| error.to_string())?;
    if name.is_empty() {
        return Ok((email, None));
    }
    let name = checked_name(name).map_err(|error| error.to_string())?;
    Ok((email, Some(name.to_owned())))
}

fn problem(line: u32, text: &str, why: &str) -> LineProblem {
    LineProblem { line, text: text.chars().take(100).collect(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_commas_and_names_are_read_and_each_person_counts_once() {
        let list = "anna@example.com\n\nBea Lind <Bea@Example.com>, luis@example.com;\n\"Anna\" <anna@example.com>\n";
        let (people, problems) = read(list);
        assert_eq!(problems, []);
        let read: Vec<(&str, Option<&str>)> =
            people.iter().map(|(email, name)| (email.as_str(), name.as_deref())).collect();
        assert_eq!(
            read,
            [("anna@example.com", None), ("bea@example.com", Some("Bea Lind")), ("luis@example.com", None)]
        );
    }

    #[test]
    fn a_name_in_quotes_may_have_a_comma_and_a_byte_order_mark_is_no_letter() {
        let list = "\u{feff}\"Berg, Anna\" <anna@example.com>; \"Lind; Bo\" <bo@example.com>\r\nANNA@example.com\r\n";
        let (people, problems) = read(list);
        assert_eq!(problems, []);
        let read: Vec<(&str, Option<&str>)> =
            people.iter().map(|(email, name)| (email.as_str(), name.as_deref())).collect();
        assert_eq!(read, [("anna@example.com", Some("Berg, Anna")), ("bo@example.com", Some("Lind; Bo"))]);
        // A quote that is not closed is no name, and takes nobody in.
        assert_eq!(read_lines("\"Berg, anna@example.com\nbo@example.com"), (1, vec![1]));
    }

    fn read_lines(list: &str) -> (usize, Vec<u32>) {
        let (people, problems) = read(list);
        (people.len(), problems.iter().map(|problem| problem.line).collect())
    }

    #[test]
    fn a_line_that_names_nobody_is_named() {
        let (people, problems) = read("anna@example.com\nnot an address\n<>");
        assert_eq!(people.len(), 1);
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(problems[0].text, "not an address");
    }

    #[test]
    fn a_list_that_is_too_long_is_refused() {
        let (people, problems) = read(&"anna@example.com\n".repeat(20_000));
        assert_eq!((people.len(), problems.len()), (0, 1));
        let many: String = (0..1_001).map(|index| format!("a{index}@example.com\n")).collect();
        assert_eq!(read(&many).1.len(), 1);
    }
}
