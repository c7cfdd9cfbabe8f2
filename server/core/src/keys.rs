//! The key file, and what is done with its keys: sealing (S49), keyed hashes, the password pepper (S3).
//!
//! The file is TOML: `pepper` and `index`, which never change, and one or more `[[sealing]]` keys with an `id`;
//! the one with the highest id seals, all of them open (S50). Each key is 32 random bytes in base 64.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::BASE64;
use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::random::{self, Randomness};

/// A key: 256 bits.
type Key = Zeroizing<[u8; 32]>;

/// Reads the key file again.
type Source = Box<dyn Fn() -> Result<Keys, String> + Send + Sync>;

/// The keys of an installation. They do not print themselves.
pub struct Keys {
    pepper: Key,
    index: Key,
    /// By id; the last one seals. `key rotate` adds to the file while servers run.
    sealing: RwLock<Vec<(i64, Key)>>,
    source: Option<Source>,
}

/// Why a key file cannot be used: each is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// It is not the TOML that is expected.
    #[error("the key file cannot be read: {0}")]
    Format(String),
    /// A key is not 32 bytes of base 64.
    #[error("the key `{0}` is not 32 bytes in base 64")]
    Length(String),
    /// A key that nobody's generator made.
    #[error("the key `{0}` is weak: it repeats itself. Make keys with `vestibule key new`")]
    Weak(String),
    /// No `[[sealing]]` entry.
    #[error("the key file has no [[sealing]] key")]
    NoSealingKey,
    /// One key serves two purposes.
    #[error("two keys of the key file are the same. Make keys with `vestibule key new`")]
    Repeated,
    /// Two `[[sealing]]` entries with one id.
    #[error("two sealing keys have the id {0}")]
    TwiceSameId(i64),
}

/// A sealed value that cannot be opened: other keys, or it was moved or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The key with this id is not in the key file.
    #[error("the sealing key {0} is not in the key file")]
    NoKey(i64),
    /// The value is not what was sealed for this row.
    #[error("a sealed value does not belong where it was found")]
    Forged,
}

/// What a sealed value belongs to: it opens nowhere else (S49).
#[derive(Clone, Copy, Debug)]
pub struct AssociatedData {
    /// The table of the row.
    pub table: &'static str,
    /// The row.
    pub row: Uuid,
    /// The user of the row; nil for rows of nobody.
    pub user: Uuid,
}

/// A sealed value, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Which key sealed it.
    pub key_id: i64,
    /// Nonce and ciphertext.
    pub bytes: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    pepper: Zeroizing<String>,
    index: Zeroizing<String>,
    #[serde(default)]
    sealing: Vec<SealingEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealingEntry {
    id: i64,
    secret: Zeroizing<String>,
}

impl Keys {
    /// Reads the text of a key file.
    ///
    /// # Errors
    /// [`KeysError`]: nothing starts with missing or weak keys (S49).
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        // The message alone: the error's own rendering would quote the line, and with it a key.
        let file: KeyFile =
            toml::from_str(text).map_err(|error| KeysError::Format(error.message().to_owned()))?;
        let mut sealing = Vec::new();
        for entry in &file.sealing {
            if sealing.iter().any(|(id, _)| *id == entry.id) {
                return Err(KeysError::TwiceSameId(entry.id));
            }
            sealing.push((entry.id, parse_key(&format!("sealing {}", entry.id), &entry.secret)?));
        }
        if sealing.is_empty() {
            return Err(KeysError::NoSealingKey);
        }
        sealing.sort_by_key(|(id, _)| *id);
        let keys = Self {
            pepper: parse_key("pepper", &file.pepper)?,
            index: parse_key("index", &file.index)?,
            sealing: RwLock::new(sealing),
            source: None,
        };
        if keys.are_different() { Ok(keys) } else { Err(KeysError::Repeated) }
    }

    /// Has these keys read again from `source` when a value comes that a newer key has sealed (S50).
    #[must_use]
    pub fn reread_from(mut self, source: impl Fn() -> Result<Self, String> + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn newest(&self) -> i64 {
        self.sealing().last().map_or(0, |(id, _)| *id)
    }

    /// What is in the file, for an operator: nothing secret.
    #[must_use]
    pub fn describe(&self) -> String {
        let sealing: Vec<String> = self.sealing().iter().map(|(id, _)| id.to_string()).collect();
        format!("pepper, index and sealing key {}", sealing.join(", "))
    }

    /// Reads the sealing keys again, if the file still has the other two.
    pub(crate) fn reread(&self) {
        let Some(source) = &self.source else { return };
        match source() {
            Ok(read) if read.pepper == self.pepper && read.index == self.index => {
                let read = read.sealing.into_inner().unwrap_or_else(PoisonError::into_inner);
                *self.sealing.write().unwrap_or_else(PoisonError::into_inner) = read;
                tracing::info!(newest = self.newest(), "the key file was read again");
            }
            Ok(_) => tracing::error!("the key file has another pepper or index now: its keys are not used"),
            Err(error) => tracing::error!(error, "the key file could not be read again"),
        }
    }

    fn sealing(&self) -> RwLockReadGuard<'_, Vec<(i64, Key)>> {
        self.sealing.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, id: i64) -> Option<Key> {
        self.sealing().iter().find(|(known, _)| *known == id).map(|(_, key)| key.clone())
    }

    fn are_different(&self) -> bool {
        let sealing = self.sealing();
        let sealing = sealing.iter().map(|(_, key)| key.as_slice());
        let all: Vec<&[u8]> =
            [self.pepper.as_slice(), self.index.as_slice()].into_iter().chain(sealing).collect();
        all.iter().collect::<BTreeSet<_>>().len() == all.len()
    }

    /// The text of a new key file.
    #[must_use]
    pub fn generate(random: &dyn Randomness) -> Zeroizing<String> {
        Zeroizing::new(format!(
            "# Vestibule's keys. Keep a copy apart from the database: without them no authenticator app works.\n\
             pepper = \"{}\"\nindex = \"{}\"\n{}",
            *generate_key(random),
            *generate_key(random),
            *Self::generate_sealing(random, 1),
        ))
    }

    /// The text that adds a new sealing key to a key file.
    #[must_use]
    pub fn generate_sealing(random: &dyn Randomness, id: i64) -> Zeroizing<String> {
        Zeroizing::new(format!("\n[[sealing]]\nid = {id}\nsecret = \"{}\"\n", *generate_key(random)))
    }

    /// The pepper of password hashes, outside the database (S3).
    #[must_use]
    pub fn pepper(&self) -> Zeroizing<[u8; 32]> {
        self.pepper.clone()
    }

    /// Seals `plain` for a row with XChaCha20-Poly1305; the row and the key id are authenticated with it.
    pub(crate) fn seal(&self, random: &dyn Randomness, associated: AssociatedData, plain: &[u8]) -> Sealed {
        // `parse` keeps at least one; the newest seals.
        let (key_id, key) = self.sealing().last().cloned().unwrap_or_default();
        let nonce: [u8; 24] = random::bytes(random);
        let payload = Payload { msg: plain, aad: &associated.to_bytes(key_id) };
        let cipher = XChaCha20Poly1305::new((&*key).into());
        // Fails only for more than 256 GiB.
        let ciphertext = cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        Sealed { key_id, bytes: [&nonce[..], &ciphertext].concat() }
    }

    /// Opens what [`Keys::seal`] made for the same row.
    ///
    /// # Errors
    /// [`OpenError`].
    pub(crate) fn open(
        &self,
        associated: AssociatedData,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let mut key = self.key(sealed.key_id);
        if key.is_none() {
            // Another program may have added it to the file.
            self.reread();
            key = self.key(sealed.key_id);
        }
        let key = key.ok_or(OpenError::NoKey(sealed.key_id))?;
        let (nonce, ciphertext) = sealed.bytes.split_first_chunk::<24>().ok_or(OpenError::Forged)?;
        let payload = Payload { msg: ciphertext, aad: &associated.to_bytes(sealed.key_id) };
        let cipher = XChaCha20Poly1305::new((&*key).into());
        cipher.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| OpenError::Forged)
    }

    /// A keyed hash (HMAC-SHA256) of `parts` for `purpose`: look-ups and codes that the database alone cannot
    /// be searched for.
    pub(crate) fn keyed_hash(&self, purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.index) else { return Vec::new() };
        for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
            // Lengths first, so that no two lists of parts give one text.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().to_vec()
    }
}

impl AssociatedData {
    fn to_bytes(self, key_id: i64) -> Vec<u8> {
        format!("{}\n{}\n{}\n{key_id}", self.table, self.row, self.user).into_bytes()
    }
}

/// A new key, as a key file writes it.
fn generate_key(random: &dyn Randomness) -> Zeroizing<String> {
    Zeroizing::new(BASE64.encode(&*Zeroizing::new(random::bytes::<32>(random))))
}

fn parse_key(name: &str, text: &str) -> Result<Key, KeysError> {
    let bytes =
        Zeroizing::new(BASE64.decode(text.as_bytes()).map_err(|_| KeysError::Length(name.to_owned()))?);
    let key: Key =
        Zeroizing::new(bytes.as_slice().try_into().map_err(|_| KeysError::Length(name.to_owned()))?);
    // 32 random bytes have fewer than 16 different values about once in 10^13: fewer were typed, not generated.
    let mut different: Vec<u8> = key.to_vec();
    different.sort_unstable();
    different.dedup();
    if different.len() < 16 { Err(KeysError::Weak(name.to_owned())) } else { Ok(key) }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Keys(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandomness;

    fn keys() -> Keys {
        Keys::parse(&Keys::generate(&SystemRandomness)).unwrap()
    }

    const ASSOCIATED: AssociatedData =
        AssociatedData { table: "methods", row: Uuid::from_u128(1), user: Uuid::from_u128(2) };

    // S49
    #[test]
    fn a_sealed_value_opens_in_its_row_only() {
        let keys = keys();
        let sealed = keys.seal(&SystemRandomness, ASSOCIATED, b"secret");
        assert_eq!(keys.open(ASSOCIATED, &sealed).unwrap().as_slice(), b"secret");
        for elsewhere in [
            AssociatedData { table: "flows", ..ASSOCIATED },
            AssociatedData { row: Uuid::from_u128(3), ..ASSOCIATED },
            AssociatedData { user: Uuid::from_u128(3), ..ASSOCIATED },
        ] {
            assert_eq!(keys.open(elsewhere, &sealed).unwrap_err(), OpenError::Forged);
        }
        let mut changed = sealed.clone();
        changed.bytes[30] ^= 1;
        assert_eq!(keys.open(ASSOCIATED, &changed).unwrap_err(), OpenError::Forged);
        assert_eq!(self::keys().open(ASSOCIATED, &sealed).unwrap_err(), OpenError::Forged);
    }

    // S50
    #[test]
    fn the_newest_key_seals_and_an_older_one_still_opens() {
        let old = Keys::generate(&SystemRandomness);
        let sealed = Keys::parse(&old).unwrap().seal(&SystemRandomness, ASSOCIATED, b"secret");
        let newer = Keys::generate(&SystemRandomness);
        let secret = newer.split("secret = ").nth(1).unwrap();
        let both = Keys::parse(&format!("{}\n[[sealing]]\nid = 2\nsecret = {secret}", &*old)).unwrap();
        assert_eq!(both.open(ASSOCIATED, &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(both.seal(&SystemRandomness, ASSOCIATED, b"secret").key_id, 2);
    }

    // S49
    #[test]
    fn missing_and_weak_keys_are_refused_with_a_sentence_that_names_them() {
        let good = Keys::generate(&SystemRandomness);
        let zeros = BASE64.encode(&[0; 32]);
        let line = |key: &str| good.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
        let weak = good.replace(&line("pepper"), &format!("pepper = \"{zeros}\""));
        assert_eq!(
            Keys::parse(&weak).unwrap_err().to_string(),
            "the key `pepper` is weak: it repeats itself. Make keys with `vestibule key new`"
        );
        let short = good.replace(&line("index"), "index = \"c2hvcnQ=\"");
        assert_eq!(
            Keys::parse(&short).unwrap_err().to_string(),
            "the key `index` is not 32 bytes in base 64"
        );
        let none = good.split("[[sealing]]").next().unwrap().to_owned();
        assert_eq!(Keys::parse(&none).unwrap_err().to_string(), "the key file has no [[sealing]] key");
        let twice = good.replace(&line("index"), &line("pepper").replace("pepper", "index"));
        assert!(
            Keys::parse(&twice).unwrap_err().to_string().starts_with("two keys of the key file are the same")
        );
        assert!(Keys::parse("").unwrap_err().to_string().contains("pepper"));
        assert!(Keys::parse(&format!("{}\nspare = 1", &*good)).is_err());
    }

    #[test]
    fn keyed_hashes_differ_by_purpose_and_by_parts() {
        let keys = keys();
        let hashes = [
            keys.keyed_hash("a", &[b"bc"]),
            keys.keyed_hash("ab", &[b"c"]),
            keys.keyed_hash("a", &[b"b", b"c"]),
            self::keys().keyed_hash("a", &[b"bc"]),
        ];
        for (index, hash) in hashes.iter().enumerate() {
            assert_eq!(hashes.iter().filter(|other| *other == hash).count(), 1, "{index}");
        }
    }
}
