//! Randomness is passed in like time. There is one source, the system's generator.

use domain::Timestamp;
use rand::TryRng;
use uuid::Uuid;

/// A cryptographic source of random bytes.
pub trait Randomness: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The system's generator (getrandom).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    /// # Panics
    /// When the system cannot give random bytes: nothing that follows would be safe.
    #[expect(clippy::expect_used, reason = "without randomness no secret can be made; there is no way on")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rngs::SysRng.try_fill_bytes(bytes).expect("the system's random generator must answer");
    }
}

/// `N` random bytes.
pub fn bytes<const N: usize>(random: &dyn Randomness) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// A random number below `bound`, each as likely as the next.
pub fn below(random: &dyn Randomness, bound: u32) -> u32 {
    // The numbers above the last whole multiple would favour the small ones: they are drawn again.
    let limit = u32::MAX - u32::MAX % bound;
    loop {
        let number = u32::from_be_bytes(bytes(random));
        if number < limit {
            return number % bound;
        }
    }
}

/// A UUIDv7 of this instant (RFC 9562, section 5.7).
pub fn uuid(random: &dyn Randomness, now: Timestamp) -> Uuid {
    let milliseconds = u64::try_from(now.0).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes(random)).into_uuid()
}
