//! A pasted list of any length, in parts that the server takes at once.

use std::collections::BTreeSet;

use super::company::{counted, number};
use crate::api::company::invitations::InvitationCheck;

/// How many lines a part has at most.
const LINES: u32 = 500;
/// How many people at most, unless one line alone names more; the server takes a thousand at once.
const PEOPLE: usize = 900;
/// How many bytes it has at most, unless one line alone has more; the server takes 200,000.
const BYTES: usize = 100_000;
/// How many lines to correct are shown.
const SHOWN: usize = 100;

/// Some lines of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How many lines of the list are before it.
    pub before: u32,
    /// How many it has.
    pub lines: u32,
    /// The lines. One that the list has before is empty here: the others keep their numbers.
    pub text: String,
}

/// The list in parts, all of its lines in their order.
#[must_use]
pub fn parts(list: &str) -> Vec<Part> {
    let mut seen = BTreeSet::new();
    let mut parts: Vec<Part> = Vec::new();
    let mut people = 0;
    for line in list.lines() {
        let line = line.trim();
        let line = if line.is_empty() || seen.insert(sort_key(line)) { line } else { "" };
        let named = 1 + line.matches([',', ';']).count();
        let fits = |part: &Part| {
            part.lines < LINES && people + named <= PEOPLE && part.text.len() + line.len() < BYTES
        };
        match parts.last_mut().filter(|part| fits(part)) {
            Some(part) => {
                people += named;
                part.lines += 1;
                part.text.push('\n');
                part.text.push_str(line);
            }
            None => {
                let before = parts.last().map_or(0, |part| part.before + part.lines);
                people = named;
                parts.push(Part { before, lines: 1, text: line.to_owned() });
            }
        }
    }
    parts
}

/// What two lines about the same person mostly have in common. The server compares what is left.
fn sort_key(line: &str) -> String {
    let address = match line.rsplit_once('<') {
        // Several people in one line are one of a kind.
        Some((name, rest)) if !rest.contains([',', ';']) && !name.contains([',', ';', '<']) => {
            rest.trim_end_matches('>')
        }
        _ => line,
    };
    address.trim().to_ascii_lowercase()
}

/// How far a list is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many parts are done.
    pub parts: usize,
    /// How many lines these have.
    pub lines: u32,
    /// How many lines there are.
    pub of: u32,
    /// What they amount to.
    pub sum: InvitationCheck,
}

impl Progress {
    /// At the beginning of these.
    #[must_use]
    pub fn of(parts: &[Part]) -> Self {
        Self { of: parts.iter().map(|part| part.lines).sum(), ..Self::default() }
    }

    /// Adds what the server said of the next part.
    pub fn add(&mut self, part: &Part, check: InvitationCheck) {
        self.parts += 1;
        self.lines += part.lines;
        self.sum.invitations += check.invitations;
        self.sum.members += check.members;
        self.sum.problems.extend(check.problems.into_iter().map(|mut problem| {
            problem.line += part.before;
            problem
        }));
    }

    /// The same in words.
    #[must_use]
    pub fn words(&self) -> String {
        [&*number(self.lines), " of ", &counted(self.of, "line", "lines"), " done."].concat()
    }
}

/// How many of the lines to correct are shown, and what is said of the others.
#[must_use]
pub fn shown_problems(count: usize) -> (usize, Option<String>) {
    let rest = u32::try_from(count.saturating_sub(SHOWN)).unwrap_or(u32::MAX);
    (count.min(SHOWN), (rest > 0).then(|| ["And ", &counted(rest, "more line", "more lines"), "."].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::company::invitations::LineProblem;

    #[test]
    fn a_long_list_is_in_parts_and_every_line_keeps_its_number() {
        let list: String = (1..=1_001).map(|index| format!("a{index}@example.com\r\n")).collect();
        let parts = parts(&list);
        let numbers: Vec<(u32, u32)> = parts.iter().map(|part| (part.before, part.lines)).collect();
        assert_eq!(numbers, [(0, 500), (500, 500), (1_000, 1)]);
        assert_eq!(parts[2].text, "a1001@example.com");
        assert_eq!(parts[1].text.lines().next(), Some("a501@example.com"));
    }

    #[test]
    fn a_part_has_few_bytes_and_a_longer_line_is_alone() {
        let long = "a".repeat(150_000);
        let parts = parts(&format!("first\n{long}\nlast"));
        let numbers: Vec<(u32, u32)> = parts.iter().map(|part| (part.before, part.lines)).collect();
        assert_eq!(numbers, [(0, 1), (1, 1), (2, 1)]);
    }

    #[test]
    fn who_stands_there_twice_is_sent_once() {
        let list = "Anna <anna@example.com>\nANNA@example.com\n\nanna@example.com, bo@example.com\nbo@example.com, Anna <anna@example.com>";
        let parts = parts(list);
        assert_eq!(parts.len(), 1);
        assert_eq!(
            parts[0].text,
            "Anna <anna@example.com>\n\n\nanna@example.com, bo@example.com\nbo@example.com, Anna <anna@example.com>"
        );
        assert_eq!(parts[0].lines, 5);
    }

    #[test]
    fn a_part_names_fewer_people_than_the_server_takes() {
        let list: String = (0..400)
            .map(|index| format!("a{index}@example.com, b{index}@example.com; c{index}@example.com\n"))
            .collect();
        let numbers: Vec<(u32, u32)> = parts(&list).iter().map(|part| (part.before, part.lines)).collect();
        assert_eq!(numbers, [(0, 300), (300, 100)]);
    }

    #[test]
    fn what_the_parts_amount_to() {
        let list = "a@example.com\n".to_owned() + &"\n".repeat(499) + "b@example.com\nnobody";
        let parts = parts(&list);
        let mut progress = Progress::of(&parts);
        assert_eq!(progress.words(), "0 of 502 lines done.");
        let answer = |invitations, members, problems| InvitationCheck { invitations, members, problems };
        progress.add(&parts[0], answer(1, 0, vec![]));
        assert_eq!(progress.words(), "500 of 502 lines done.");
        let problem = LineProblem { line: 2, text: "nobody".into(), why: "No.".into() };
        progress.add(&parts[1], answer(0, 1, vec![problem]));
        assert_eq!((progress.sum.invitations, progress.sum.members, progress.parts), (1, 1, 2));
        assert_eq!(progress.sum.problems[0].line, 502);
    }

    #[test]
    fn of_many_problems_the_first_are_shown() {
        assert_eq!(shown_problems(3), (3, None));
        assert_eq!(shown_problems(101), (100, Some("And 1 more line.".into())));
    }
}
