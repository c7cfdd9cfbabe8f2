//! A file of people to import: CSV (RFC 4180) in UTF-8, with commas, semicolons or tabs, with or without a line of headings.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use csv::{ByteRecord, ReaderBuilder};
use domain::Email;

use crate::people::checked_name;

/// What the column of addresses is called.
const EMAIL: [&str; 5] = ["email", "e-mail", "email address", "e-mail address", "mail"];
/// What the column of names is called.
const NAME: [&str; 3] = ["name", "full name", "display name"];
/// What stands at the beginning of a file of this encoding.
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";
/// The same for encodings that are not read.
const UTF_16_MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// A line that names nobody, or somebody whom another line has named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineOfImport {
    /// Which, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportList {
    /// Whom it names, each once, by address, with a name where one is given.
    pub people: Vec<(Email, Option<String>)>,
    /// Lines that name nobody.
    pub problems: Vec<LineOfImport>,
    /// Lines that name somebody again: by letter case or spelling of the domain, too.
    pub duplicates: Vec<LineOfImport>,
}

/// Reads a file.
///
/// # Errors
/// A sentence, where it cannot be read as a whole.
pub fn read(file: &[u8]) -> Result<ImportList, String> {
    if UTF_16_MARKS.iter().any(|mark| file.starts_with(mark)) {
        return Err("the file is in UTF-16: save it as \"CSV UTF-8\"".to_owned());
    }
    let file = file.strip_prefix(UTF_8_MARK).unwrap_or(file);
    if file.contains(&0) {
        return Err("the file is no text: save it as \"CSV UTF-8\"".to_owned());
    }
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(file)).from_reader(file);
    let mut seen = BTreeMap::new();
    let mut list = ImportList::default();
    let mut columns = None;
    let mut record = ByteRecord::new();
    let mut lines = Lines { file, at: 0, line: 1 };
    while reader.read_byte_record(&mut record).map_err(|error| error.to_string())? {
        let line = lines.line_of(record.position().map_or(0, csv::Position::byte));
        if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            continue;
        }
        let columns = match columns {
            Some(columns) => columns,
            None => {
                let (found, is_heading) = find_columns(&record)?;
                columns = Some(found);
                if is_heading {
                    continue;
                }
                found
            }
        };
        match person(&record, columns) {
            Err(why) => list.problems.push(LineOfImport { line, why }),
            Ok((email, name)) => match seen.entry(email) {
                Entry::Vacant(vacant) => {
                    vacant.insert((line, name));
                }
                Entry::Occupied(first) => {
                    let why = format!("{} is on line {} already", first.key().as_str(), first.get().0);
                    list.duplicates.push(LineOfImport { line, why });
                }
            },
        }
    }
    list.people = seen.into_iter().map(|(email, (_, name))| (email, name)).collect();
    Ok(list)
}

/// Counts lines as an editor does. The reader's own count is one behind where lines end in CRLF.
struct Lines<'a> {
    file: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that begins at this byte, or after the ends of lines there. Records come in order.
    fn line_of(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(one) = self.file.get(self.at)
            && (self.at < byte || matches!(one, b'\r' | b'\n'))
        {
            self.line += u64::from(*one == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// Where addresses and names are.
#[derive(Clone, Copy)]
struct Columns {
    email: usize,
    name: Option<usize>,
}

/// By the headings, if these are; and whether they are. Without headings the first column with an `@` holds addresses, and the
/// next one, or else the first, names.
fn find_columns(first: &ByteRecord) -> Result<(Columns, bool), String> {
    let cells: Vec<String> =
        first.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_lowercase()).collect();
    let find = |names: &[&str]| cells.iter().position(|cell| names.contains(&cell.as_str()));
    if let Some(email) = find(&EMAIL) {
        return Ok((Columns { email, name: find(&NAME) }, true));
    }
    match cells.iter().position(|cell| cell.contains('@')) {
        Some(0) => Ok((Columns { email: 0, name: (cells.len() > 1).then_some(1) }, false)),
        Some(email) => Ok((Columns { email, name: Some(0) }, false)),
        None => Err(format!(
            "the first line has neither a heading `email` nor an address: {}",
            cells.join(", ").chars().take(100).collect::<String>()
        )),
    }
}

fn person(record: &ByteRecord, columns: Columns) -> Result<(Email, Option<String>), String> {
    let cell = |column: usize| match record.get(column).map(std::str::from_utf8) {
        None => Ok(""),
        Some(Ok(text)) => Ok(text.trim()),
        Some(Err(_)) => Err("it is not in UTF-8: save the file as \"CSV UTF-8\"".to_owned()),
    };
    let address = cell(columns.email)?;
    if address.is_empty() {
        return Err("it has no address".to_owned());
    }
    let shown: String = address.chars().filter(|c| !c.is_control()).take(100).collect();
    let email = Email::parse(address).map_err(|error| format!("`{shown}`: {error}"))?;
    let name = columns.name.map(cell).transpose()?.filter(|name| !name.is_empty());
    let name = name.map(checked_name).transpose().map_err(|error| error.to_string())?;
    Ok((email, name.map(str::to_owned)))
}

/// What stands between cells: whatever the first line has most of.
fn delimiter(file: &[u8]) -> u8 {
    let first = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| first.iter().filter(|byte| **byte == wanted).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|wanted| count(*wanted)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(list: &ImportList) -> Vec<(&str, Option<&str>)> {
        list.people.iter().map(|(email, name)| (email.as_str(), name.as_deref())).collect()
    }

    #[test]
    fn headings_quotes_a_mark_and_windows_lines_are_read() {
        let file = "\u{feff}Name,Department,E-Mail\r\n\"Berg, Anna\",Crane,anna@example.com\r\n\r\n\
                    \"Bea \"\"B\"\" Lind\",\"two\r\nlines\",bea@example.com\r\n";
        let list = read(file.as_bytes()).unwrap();
        assert_eq!(list.problems, []);
        assert_eq!(
            addresses(&list),
            [("anna@example.com", Some("Berg, Anna")), ("bea@example.com", Some("Bea \"B\" Lind"))]
        );
    }

    #[test]
    fn files_without_headings_and_with_semicolons_or_tabs_are_read() {
        let expected = [("anna@example.com", Some("Anna Berg")), ("bea@example.com", None)];
        for file in [
            "anna@example.com;Anna Berg\nbea@example.com;\n",
            "Anna Berg\tanna@example.com\n\tbea@example.com\n",
            "anna@example.com,Anna Berg\nbea@example.com",
        ] {
            assert_eq!(addresses(&read(file.as_bytes()).unwrap()), expected, "{file}");
        }
    }

    #[test]
    fn the_same_address_in_other_letters_counts_once() {
        let file = "email\nanna@bücher.example\nANNA@BÜCHER.example\nanna@xn--bcher-kva.example\n";
        let list = read(file.as_bytes()).unwrap();
        assert_eq!(list.people.len(), 1);
        assert_eq!(list.duplicates.iter().map(|line| line.line).collect::<Vec<_>>(), [3, 4]);
        assert!(list.duplicates[0].why.contains("line 2"), "{:?}", list.duplicates);
    }

    #[test]
    fn lines_that_name_nobody_are_named_and_the_others_are_read() {
        let file = b"email,name\nanna@example.com,Anna\nno address,Bea\n,Cid\nd\xe9j\xe0@example.com,D\n\
                     eva@example.com,E\xe9\nfay@example.com,Fay\n";
        let list = read(file).unwrap();
        assert_eq!(addresses(&list).len(), 2);
        assert_eq!(list.problems.iter().map(|line| line.line).collect::<Vec<_>>(), [3, 4, 5, 6]);
        assert!(list.problems[2].why.contains("UTF-8"), "{:?}", list.problems);
    }

    #[test]
    fn a_file_that_is_none_is_refused_with_a_sentence() {
        for (file, word) in [
            (b"\xff\xfee\0m\0".as_slice(), "UTF-16"),
            (b"PK\x03\x04\0\0", "no text"),
            (b"first name,last name\nAnna,Berg\n", "heading"),
        ] {
            let refused = read(file).unwrap_err();
            assert!(refused.contains(word), "{refused}");
        }
        assert_eq!(read(b"").unwrap(), ImportList::default());
    }
}
