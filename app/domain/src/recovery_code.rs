//! The recovery code: 128 random bits, written as 26 base-32 characters.

use zeroize::Zeroizing;

/// How many characters a code has, without spaces and dashes.
const LENGTH: usize = 26;

/// Crockford's base 32: no I, L, O or U, so that nothing on paper is read as something else. Written out here, because a
/// library for it is a tenth of what these pages make a browser load, and this is all that is used of one.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A recovery code (S22). It does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(Zeroizing<[u8; 16]>);

/// Why a text is not a recovery code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryCodeError {
    /// Too few or too many characters.
    #[error("A recovery code has {LENGTH} characters. This has {0}.")]
    Length(usize),
    /// The right length, but not characters that Vestibule writes.
    #[error("A recovery code has only digits and letters, and never a U. Check each character.")]
    Characters,
}

impl RecoveryCode {
    /// The code of 16 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Parses what a person typed: any spacing, case and dashes; O is read as 0, I and L as 1.
    ///
    /// # Errors
    /// [`RecoveryCodeError`], whose text can be shown beside the field.
    pub fn parse(text: &str) -> Result<Self, RecoveryCodeError> {
        let symbols = Zeroizing::new(
            text.chars()
                .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'))
                .collect::<Vec<char>>(),
        );
        if symbols.len() != LENGTH {
            return Err(RecoveryCodeError::Length(symbols.len()));
        }
        let mut bits = 0_u128;
        for (index, symbol) in symbols.iter().enumerate() {
            let five = value(*symbol).ok_or(RecoveryCodeError::Characters)?;
            // 26 characters hold two bits more than a code: whoever mistypes those has typed the code.
            bits = if index < LENGTH - 1 { bits << 5 | five } else { bits << 3 | five >> 2 };
        }
        Ok(Self::from_bytes(bits.to_be_bytes()))
    }

    /// The 16 bytes, for hashing.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The code as it is shown: groups of four with a space between them.
    #[must_use]
    pub fn grouped(&self) -> Zeroizing<String> {
        let bits = u128::from_be_bytes(*self.0);
        let mut text = Zeroizing::new(String::with_capacity(LENGTH + LENGTH / 4));
        for index in 0..LENGTH {
            if index > 0 && index % 4 == 0 {
                text.push(' ');
            }
            // Five bits each, from the top; the last has the three that are left, and two zeros.
            let five = if index < LENGTH - 1 { bits >> (123 - 5 * index) } else { bits << 2 };
            text.push(char::from(SYMBOLS[(five & 31) as usize]));
        }
        text
    }
}

/// What a character stands for, in either case. O is read as 0, I and L as 1.
fn value(symbol: char) -> Option<u128> {
    let symbol = match symbol.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    SYMBOLS.iter().position(|known| char::from(*known) == symbol).map(|value| value as u128)
}

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("RecoveryCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: [u8; 16] = [0xff, 0, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 1, 2, 3, 4, 5, 6];

    // S22
    #[test]
    fn a_code_has_26_characters_in_groups_of_four() {
        let shown = RecoveryCode::from_bytes(BYTES).grouped();
        let groups: Vec<usize> = shown.split(' ').map(str::len).collect();
        assert_eq!(groups, [4, 4, 4, 4, 4, 4, 2]);
    }

    // What another implementation of base 32 (Python's) writes, in Crockford's alphabet.
    #[test]
    fn a_code_is_written_as_elsewhere() {
        let written = "ZW01 4D2P F2DB SQQG 0410 6105 0R";
        assert_eq!(RecoveryCode::from_bytes(BYTES).grouped().as_str(), written);
        assert_eq!(RecoveryCode::parse(written), Ok(RecoveryCode::from_bytes(BYTES)));
    }

    #[test]
    fn spacing_case_dashes_and_look_alikes_do_not_matter() {
        let code = RecoveryCode::from_bytes(BYTES);
        let shown = code.grouped();
        for typed in [
            shown.to_lowercase(),
            shown.replace(' ', ""),
            shown.replace(' ', "-"),
            format!("  {}\n", shown.replace(' ', "  ")),
            shown.replace('0', "o").replace('1', "l"),
            shown.replace('0', "O").replace('1', "I"),
        ] {
            assert_eq!(RecoveryCode::parse(&typed), Ok(code.clone()), "{typed}");
        }
    }

    #[test]
    fn a_wrong_length_says_how_many_characters_there_are() {
        assert_eq!(
            RecoveryCode::parse("K7QM 2XVD P4TA 9HRW B3NE 6FYC").unwrap_err().to_string(),
            "A recovery code has 26 characters. This has 24."
        );
    }

    #[test]
    fn other_characters_are_refused() {
        assert_eq!(RecoveryCode::parse(&"U".repeat(26)), Err(RecoveryCodeError::Characters));
        assert_eq!(RecoveryCode::parse(&"é".repeat(26)), Err(RecoveryCodeError::Characters));
    }

    #[test]
    fn the_two_bits_that_the_last_character_has_too_many_do_not_count() {
        let written = RecoveryCode::parse(&["Z".repeat(25), "W".to_owned()].concat());
        assert!(written.is_ok());
        assert_eq!(RecoveryCode::parse(&"Z".repeat(26)), written);
    }
}
