//! What may be a password besides its length, and how strong one is (S1, S2): not what many people use, and not a
//! name that others know. There are no rules of composition.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::secret::{Password, SHORTEST_PASSWORD};

/// The most common passwords: lower case, one a line, in the order of their bytes. `data/README.md` says where they
/// come from.
const LIST: &str = include_str!("../data/common-passwords.txt");
/// Shorter words are in too many others by chance.
const SHORTEST_WORD: usize = 3;
/// With fewer letters than these beside the names, a password is made of names.
const OTHER_LETTERS: usize = 4;
/// A number after a common password, a year for instance, hides it from nobody.
const DIGITS_AFTER: usize = 4;
/// How many characters the meter looks at. They are enough for the best score, and its work grows with the square of
/// their number: at worst it takes as long as a few hashes for 32, and most of a second for 100.
const METERED: usize = 32;

/// The words that a password must not be made of: names of the product, the companies and the person.
#[derive(Clone, Debug)]
pub struct Context {
    /// The longest first, so that `annaberg` is found before `anna`.
    words: Vec<Word>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    /// In lower case.
    text: String,
    /// As it is compared.
    letters: Vec<char>,
}

/// Why a text of the right length cannot be a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is on the list of common passwords, or a run such as `aaaaaaaa`, `abcdefgh` or `87654321`.
    #[error("Many people use this password. Choose another.")]
    Common,
    /// Beside names it has next to nothing.
    #[error("A password made of your name, your company's or ours is easy to guess. Choose another.")]
    Personal {
        /// The longest of the names, in lower case.
        word: String,
    },
}

/// What the meter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strength {
    /// From 0 (guessed at once) to 4 (very hard to guess). 0 for what would not be accepted.
    pub score: u8,
    /// Why it would not be accepted, besides its length.
    pub refusal: Option<Refusal>,
}

impl Context {
    /// Takes names as they are stored, and addresses, which have an `@`.
    #[must_use]
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words: Vec<Word> = names.into_iter().flat_map(words_of).collect();
        words.sort_by(|a, b| b.letters.len().cmp(&a.letters.len()).then_with(|| a.text.cmp(&b.text)));
        words.dedup();
        Self { words }
    }
}

impl Word {
    fn new(text: &str) -> Self {
        let text: String = text.chars().filter(|letter| plain(*letter).is_alphanumeric()).collect();
        Self { letters: text.chars().map(plain).collect(), text }
    }

    fn is_telling(&self) -> bool {
        self.letters.len() >= SHORTEST_WORD && self.text.chars().any(char::is_alphabetic)
    }
}

/// Whether this may be a password for somebody with these names around.
///
/// # Errors
/// [`Refusal`], whose text can be shown beside the field.
pub fn check(password: &Password, context: &Context) -> Result<(), Refusal> {
    let text = lower_case(password.as_str());
    if is_common(&text) {
        return Err(Refusal::Common);
    }
    match made_of(&text, context) {
        Some(word) => Err(Refusal::Personal { word: word.to_owned() }),
        None => Ok(()),
    }
}

/// How hard this is to guess for somebody who knows these names. It computes for up to some tens of milliseconds.
#[must_use]
pub fn strength(password: &Password, context: &Context) -> Strength {
    let refusal = check(password, context).err();
    let text = password.as_str();
    if refusal.is_some() || text.chars().count() < SHORTEST_PASSWORD {
        return Strength { score: 0, refusal };
    }
    let start: Zeroizing<String> = Zeroizing::new(text.chars().take(METERED).collect());
    let names: Vec<&str> = context.words.iter().map(|word| word.text.as_str()).collect();
    Strength { score: zxcvbn::zxcvbn(&start, &names).score().into(), refusal }
}

/// Whether it is a common password or a run, by itself, between punctuation, or before a short number.
fn is_common(text: &str) -> bool {
    let bare = text.trim_matches(is_punctuation);
    let digits = bare.bytes().rev().take(DIGITS_AFTER).take_while(u8::is_ascii_digit).count();
    let word = bare[..bare.len() - digits].trim_end_matches(is_punctuation);
    [text, bare, word]
        .iter()
        .any(|form| form.chars().count() >= SHORTEST_PASSWORD && (is_run(form) || is_listed(form)))
}

fn is_punctuation(letter: char) -> bool {
    !letter.is_alphanumeric()
}

/// Whether it is one character again and again, or goes up or down by one.
fn is_run(text: &str) -> bool {
    let mut steps = text.chars().zip(text.chars().skip(1)).map(step);
    let first = steps.next();
    matches!(first, Some(-1..=1)) && steps.all(|step| Some(step) == first)
}

/// How far it is from one character to the next. Among digits, 0 comes after 9.
fn step((from, to): (char, char)) -> i32 {
    let distance = to as i32 - from as i32;
    match distance {
        -9 if from == '9' && to == '0' => 1,
        9 if from == '0' && to == '9' => -1,
        _ => distance,
    }
}

/// Binary search for a line of the text as it lies in the program: an index of the lines would take more memory than
/// the list.
fn is_listed(text: &str) -> bool {
    let list = LIST.as_bytes();
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = list[low..middle].iter().rposition(|byte| *byte == b'\n').map_or(low, |at| low + at + 1);
        let end = list[middle..].iter().position(|byte| *byte == b'\n').map_or(list.len(), |at| middle + at);
        match list[start..end].cmp(text.as_bytes()) {
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
            std::cmp::Ordering::Equal => return true,
        }
    }
    false
}

/// The longest name in a text, if the text has next to nothing beside names.
fn made_of<'a>(text: &str, context: &'a Context) -> Option<&'a str> {
    // Neither a word's letter nor anything that a name has.
    const GONE: char = ' ';
    // A digit may stand for a letter of a name; left over, it does not count as one.
    let (letters, counts): (Vec<char>, Vec<bool>) = text
        .chars()
        .map(|letter| (plain(letter), letter.is_alphabetic()))
        .filter(|(letter, _)| letter.is_alphanumeric())
        .unzip();
    let mut letters = Zeroizing::new(letters);
    let mut longest = None;
    for word in &context.words {
        let length = word.letters.len();
        while let Some(at) = letters.windows(length).position(|part| part == word.letters) {
            letters[at..at + length].fill(GONE);
            longest = longest.or(Some(word.text.as_str()));
        }
    }
    let left = letters.iter().zip(&counts).filter(|(letter, counts)| **letter != GONE && **counts).count();
    longest.filter(|_| left < OTHER_LETTERS)
}

/// The words of a name: its runs of letters and digits, and all of it without what is between them. Of an address,
/// they are those before the `@` and of the first label after it: `com` is nobody's name.
fn words_of(name: &str) -> Vec<Word> {
    match name.rsplit_once('@') {
        Some((local, host)) => [runs_of(local), runs_of(host.split('.').next().unwrap_or_default())].concat(),
        None => runs_of(name),
    }
}

fn runs_of(name: &str) -> Vec<Word> {
    let name = lower_case(name);
    let runs = name.split(|letter| !plain(letter).is_alphanumeric()).map(Word::new);
    std::iter::once(Word::new(&name)).chain(runs).filter(Word::is_telling).collect()
}

/// A letter as names are compared: what is often written for it is undone. `l` and `i` are one, as `1` is for both.
fn plain(letter: char) -> char {
    match letter {
        '0' => 'o',
        '1' | 'l' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// In lower case and NFC.
fn lower_case(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.chars().flat_map(char::to_lowercase).nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str) -> Password {
        Password::chosen(text.to_owned()).unwrap()
    }

    fn names() -> Context {
        Context::new(["Vestibule", "Harbour Build", "Quarry & Stone", "Anna Berg", "a.berg@tideway.example"])
    }

    fn refusal(text: &str) -> Option<Refusal> {
        check(&chosen(text), &names()).err()
    }

    fn personal(word: &str) -> Option<Refusal> {
        Some(Refusal::Personal { word: word.to_owned() })
    }

    fn score(text: &str) -> u8 {
        strength(&Password::entered(text.to_owned()).unwrap(), &names()).score
    }

    // S2
    #[test]
    fn a_listed_password_is_refused_in_any_case_and_with_punctuation_or_a_short_number_after_it() {
        for text in [
            "password",
            "PassWord",
            "Password1!",
            "password123...",
            "(password)",
            "password ",
            "Password2024!",
            "sunshine_99",
            "P@ssw0rd",
            "ILOVEYOU1",
            "qwertyuiop",
        ] {
            assert_eq!(refusal(text), Some(Refusal::Common), "{text}");
        }
    }

    // S2
    #[test]
    fn a_run_of_any_length_is_refused() {
        for text in [
            "zzzzzzzz".to_owned(),
            "é".repeat(64),
            "?".repeat(256),
            "abcdefghijkl".to_owned(),
            "ZYXWVUTSRQ!".to_owned(),
            "87654321".to_owned(),
            "1234567890".repeat(5),
            "09876543210987".to_owned(),
            "жжжжжжжжж7".to_owned(),
        ] {
            assert_eq!(refusal(&text), Some(Refusal::Common), "{text}");
        }
    }

    // S2
    #[test]
    fn the_list_is_as_the_search_needs_it_and_every_line_is_found() {
        let lines: Vec<&str> = LIST.lines().collect();
        assert!(lines.len() > 20_000);
        assert!(LIST.ends_with('\n'));
        assert!(lines.windows(2).all(|pair| pair[0].as_bytes() < pair[1].as_bytes()), "sorted and unique");
        for line in lines {
            assert!(line.chars().count() >= SHORTEST_PASSWORD, "{line}");
            assert_eq!(*lower_case(line), line);
            assert!(is_listed(line), "{line}");
        }
    }

    // S2
    #[test]
    fn what_is_not_a_line_is_not_found() {
        for text in ["", "\n", "!", "~~~~~~~~~", "passwor", "password\n", "password\npassword1"] {
            assert!(!is_listed(text), "{text}");
        }
    }

    // S2
    #[test]
    fn names_of_the_product_the_company_and_the_person_with_digits_and_punctuation_are_refused() {
        for (text, word) in [
            ("Vestibule1!", "vestibule"),
            ("V3st1bu1e#2026", "vestibule"),
            ("HarbourBuild", "harbourbuild"),
            ("harbour-build-77", "harbourbuild"),
            ("H4rb0ur-2026", "harbour"),
            ("quarry&stone 12", "quarrystone"),
            ("AnnaBerg1987", "annaberg"),
            ("4nn4.b3rg.99", "annaberg"),
            ("bergannaxyz", "anna"),
            ("anna.anna.anna", "anna"),
            ("a.berg@tideway.com", "tideway"),
        ] {
            assert_eq!(refusal(text), personal(word), "{text}");
        }
    }

    // S2
    #[test]
    fn letters_of_every_script_are_letters() {
        let context = Context::new(["Zoe\u{308} Çelik", "Жанна Ли"]);
        for text in ["ZOËçelik1", "zoe\u{308}-2026-07", "жанна!1999"] {
            assert!(matches!(check(&chosen(text), &context), Err(Refusal::Personal { .. })), "{text}");
        }
        assert_eq!(check(&chosen("Жанна любит мох"), &context), Ok(()));
    }

    // S2
    #[test]
    fn short_words_numbers_and_the_end_of_a_domain_are_no_names() {
        let context = Context::new(["Bo 1984", "bo@example.com"]);
        for text in ["bo-77-31-52", "1984.2207.31", "com-77-31-52"] {
            assert_eq!(check(&chosen(text), &context), Ok(()), "{text}");
        }
    }

    // S2
    #[test]
    fn a_passphrase_that_merely_contains_a_name_is_accepted() {
        for text in ["anna likes velvet moss", "harbour lights at dusk", "berg52moss"] {
            assert_eq!(refusal(text), None, "{text}");
        }
    }

    // S2
    #[test]
    fn the_passwords_of_the_demonstration_and_of_the_tests_are_accepted() {
        for text in [
            "copper-kettle-41-drift",
            "velvet-anchor-72-moss",
            "paper-lantern-58-fjord",
            "silent-orchard-36-quill",
            "amber-saddle-93-creek",
            "hollow-maple-27-tide",
            "velvet anchor 72 moss",
            "correct-horse-battery",
        ] {
            assert_eq!(strength(&chosen(text), &names()), Strength { score: 4, refusal: None }, "{text}");
        }
    }

    // S1
    #[test]
    fn long_passwords_and_those_of_one_kind_of_character_are_accepted() {
        let long = |length| "paper lantern on a fjord ".chars().cycle().take(length).collect::<String>();
        for text in ["mossvelvetanchor", "82910374655102", "ブナの森に雨が降る", &long(64), &long(256)]
        {
            assert_eq!(refusal(text), None, "{text}");
        }
        assert_eq!(strength(&chosen(&long(256)), &names()), Strength { score: 4, refusal: None });
    }

    // S2
    #[test]
    fn what_would_not_be_accepted_has_score_0() {
        let meter = strength(&chosen("Password1!"), &names());
        assert_eq!(meter, Strength { score: 0, refusal: Some(Refusal::Common) });
        assert_eq!(strength(&chosen("annaberg1987"), &names()).refusal, personal("annaberg"));
        assert_eq!((score("annaberg1987"), score("x9#Qv2!")), (0, 0));
    }

    // S2
    #[test]
    fn a_name_makes_a_password_weaker() {
        let strangers = strength(&chosen("tideway moss"), &Context::new([])).score;
        assert!(score("tideway moss") < strangers);
    }
}
