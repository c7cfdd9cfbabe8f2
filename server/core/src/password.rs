//! Password hashing off the async threads: argon2id with one reused buffer per worker and a bounded queue (S3, S4).

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use zeroize::Zeroizing;

use crate::random::{self, Randomness};
use crate::secret::Password;

/// Memory of one hash, in KiB: 19 MiB (S3).
const MEMORY_KIB: u32 = 19_456;
/// Passes over the memory (S3).
const PASSES: u32 = 2;
/// Lanes (S3).
const LANES: u32 = 1;
/// Bytes of a hash.
const OUTPUT: usize = 32;
/// How many may wait for each worker. A hash takes some tens of milliseconds, so the last of them waits for a
/// couple of seconds; who comes after them is told at once to try again.
const QUEUE_PER_WORKER: usize = 64;

/// Threads that hash passwords, at most one per core. Cheap to clone.
#[derive(Clone)]
pub struct PasswordPool {
    jobs: Sender<Job>,
    places: Arc<Semaphore>,
    random: Arc<dyn Randomness>,
    /// Takes the place of the hash of an address that is not there, so that it costs the same (S6).
    nobody: Arc<str>,
    computed: Arc<AtomicU64>,
}

/// What a password was compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Right,
    /// It is not, or there is none to compare with.
    Wrong,
}

/// Why no hash was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The queue is full: try again in a second (S4).
    #[error("too many passwords are being checked at once")]
    Busy,
    /// A stored hash that this program did not write, or the workers are gone.
    #[error("a stored password hash cannot be used: {0}")]
    Broken(&'static str),
}

/// A place in the queue, held until the hash is computed.
#[derive(Debug)]
pub struct Slot(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Slot {
    fn new(place: OwnedSemaphorePermit) -> Self {
        metrics::gauge!("vestibule_password_queue").increment(1.0);
        Self(place)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        metrics::gauge!("vestibule_password_queue").decrement(1.0);
    }
}

struct Job {
    slot: Slot,
    password: Password,
    salt: Vec<u8>,
    params: Params,
    reply: oneshot::Sender<Zeroizing<[u8; OUTPUT]>>,
}

impl PasswordPool {
    /// Starts the workers: one per core, `workers` if given.
    ///
    /// # Errors
    /// [`std::io::Error`] when a thread cannot be started.
    pub fn start(
        pepper: Zeroizing<[u8; 32]>,
        random: Arc<dyn Randomness>,
        workers: Option<NonZero<usize>>,
    ) -> std::io::Result<Self> {
        let workers = workers
            .map_or_else(|| std::thread::available_parallelism().map_or(1, NonZero::get), NonZero::get);
        let places = Arc::new(Semaphore::new(QUEUE_PER_WORKER * workers));
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        let computed = Arc::new(AtomicU64::new(0));
        for number in 0..workers {
            let (queue, pepper, computed) = (queue.clone(), pepper.clone(), computed.clone());
            std::thread::Builder::new()
                .name(format!("password-{number}"))
                .spawn(move || work(&queue, &pepper, &computed))?;
        }
        let nobody = phc(&[0; 16], &[0; OUTPUT]).map_err(std::io::Error::other)?.into();
        Ok(Self { jobs, places, random, nobody, computed })
    }

    /// A place in the queue. Taken before an attempt is counted: whom there is no place for has guessed nothing.
    ///
    /// # Errors
    /// [`HashError::Busy`] when the queue is full.
    pub fn admit(&self) -> Result<Slot, HashError> {
        self.places.clone().try_acquire_owned().map(Slot::new).map_err(|_| HashError::Busy)
    }

    /// The PHC string of a password that is being set.
    ///
    /// # Errors
    /// [`HashError`].
    pub async fn hash(&self, slot: Slot, password: Password) -> Result<String, HashError> {
        let salt: [u8; 16] = random::bytes(&*self.random);
        let output = self.compute(slot, password, salt.to_vec(), parameters()?).await?;
        phc(&salt, &*output)
    }

    /// Compares a password with a stored hash; with nobody's where there is none, at the same cost (S6).
    ///
    /// # Errors
    /// [`HashError`].
    pub async fn verify(
        &self,
        slot: Slot,
        password: Password,
        stored: Option<&str>,
    ) -> Result<Verdict, HashError> {
        let hash = PasswordHash::new(stored.unwrap_or(&self.nobody))
            .map_err(|_| HashError::Broken("not a PHC string"))?;
        let number = |name| hash.params.get_decimal(name).ok_or(HashError::Broken("a parameter is missing"));
        let params = Params::new(number("m")?, number("t")?, number("p")?, Some(OUTPUT))
            .map_err(|_| HashError::Broken("parameters out of range"))?;
        let (Some(salt), Some(expected)) = (hash.salt, hash.hash) else {
            return Err(HashError::Broken("no salt or no hash"));
        };
        let output = self.compute(slot, password, salt.to_vec(), params).await?;
        let same = bool::from(output.ct_eq(expected.as_bytes()));
        Ok(if same && stored.is_some() { Verdict::Right } else { Verdict::Wrong })
    }

    /// Whether a stored hash was computed with the parameters of today (S3).
    #[must_use]
    pub fn is_current(&self, stored: &str) -> bool {
        PasswordHash::new(stored).is_ok_and(|hash| {
            [("m", MEMORY_KIB), ("t", PASSES), ("p", LANES)]
                .iter()
                .all(|(name, value)| hash.params.get_decimal(*name) == Some(*value))
        })
    }

    /// How many hashes were computed since the start.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    async fn compute(
        &self,
        slot: Slot,
        password: Password,
        salt: Vec<u8>,
        params: Params,
    ) -> Result<Zeroizing<[u8; OUTPUT]>, HashError> {
        let (reply, answer) = oneshot::channel();
        let gone = |_| HashError::Broken("the workers are gone");
        self.jobs.send(Job { slot, password, salt, params, reply }).map_err(gone)?;
        answer.await.map_err(|_| HashError::Broken("the worker could not compute it"))
    }
}

/// One worker: takes jobs until the pool is gone.
fn work(queue: &Mutex<Receiver<Job>>, pepper: &[u8; 32], computed: &AtomicU64) {
    let mut memory: Vec<Block> = Vec::new();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { slot, password, salt, params, reply }) = next else { return };
        if reply.is_closed() {
            // Whoever asked has gone away.
            continue;
        }
        let Ok(argon2) = Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params) else {
            continue;
        };
        memory.resize(argon2.params().block_count(), Block::default());
        let mut output = Zeroizing::new([0; OUTPUT]);
        let hashed =
            argon2.hash_password_into_with_memory(password.as_bytes(), &salt, &mut *output, &mut memory);
        // Before anybody is told: who knows the outcome finds the place free.
        drop((slot, password));
        if hashed.is_ok() {
            computed.fetch_add(1, Ordering::Relaxed);
            metrics::counter!("vestibule_password_hashes_total").increment(1);
            // The receiver may have gone away meanwhile; then nobody wants to know.
            drop(reply.send(output));
        }
    }
}

fn parameters() -> Result<Params, HashError> {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT))
        .map_err(|_| HashError::Broken("parameters out of range"))
}

fn phc(salt: &[u8], output: &[u8]) -> Result<String, HashError> {
    let broken = |_| HashError::Broken("a hash cannot be written");
    let mut params = ParamsString::new();
    for (name, value) in [("m", MEMORY_KIB), ("t", PASSES), ("p", LANES)] {
        params.add_decimal(name, value).map_err(broken)?;
    }
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params,
        salt: Some(Salt::new(salt).map_err(broken)?),
        hash: Some(Output::new(output).map_err(broken)?),
    };
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandomness;

    fn pool(workers: usize) -> PasswordPool {
        let pepper = Zeroizing::new([7; 32]);
        PasswordPool::start(pepper, Arc::new(SystemRandomness), NonZero::new(workers)).unwrap()
    }

    impl PasswordPool {
        async fn hash_now(&self, password: Password) -> Result<String, HashError> {
            self.hash(self.admit()?, password).await
        }

        async fn verify_now(&self, password: Password, stored: Option<&str>) -> Result<Verdict, HashError> {
            self.verify(self.admit()?, password, stored).await
        }
    }

    fn password(text: &str) -> Password {
        Password::entered(text.to_owned()).unwrap()
    }

    // S3
    #[tokio::test]
    async fn a_hash_is_argon2id_with_19_mib_and_two_passes() {
        let hash = pool(1).hash_now(password("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }

    #[tokio::test]
    async fn only_the_same_password_is_right() {
        let pool = pool(2);
        let hash = pool.hash_now(password("correct horse")).await.unwrap();
        assert_eq!(pool.verify_now(password("correct horse"), Some(&hash)).await, Ok(Verdict::Right));
        assert_eq!(pool.verify_now(password("Correct horse"), Some(&hash)).await, Ok(Verdict::Wrong));
    }

    // S3
    #[tokio::test]
    async fn another_pepper_makes_another_hash() {
        let hash = pool(1).hash_now(password("correct horse")).await.unwrap();
        let other = PasswordPool::start(Zeroizing::new([8; 32]), Arc::new(SystemRandomness), NonZero::new(1))
            .unwrap();
        assert_eq!(other.verify_now(password("correct horse"), Some(&hash)).await, Ok(Verdict::Wrong));
    }

    // S6
    #[tokio::test]
    async fn nobody_costs_one_hash_and_is_never_right() {
        let pool = pool(1);
        assert_eq!(pool.verify_now(password("anything"), None).await, Ok(Verdict::Wrong));
        assert_eq!(pool.computed(), 1);
    }

    // S4
    #[tokio::test]
    async fn a_full_queue_is_refused_at_once() {
        let pool = pool(1);
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..QUEUE_PER_WORKER + 20 {
            let pool = pool.clone();
            waiting.spawn(async move { pool.verify_now(password("anything"), None).await });
        }
        let answers = waiting.join_all().await;
        assert!(answers.contains(&Err(HashError::Busy)));
        assert!(answers.iter().filter(|answer| answer.is_ok()).count() >= QUEUE_PER_WORKER);
    }

    #[tokio::test]
    async fn a_stored_hash_of_something_else_is_an_error_not_a_match() {
        let verdict = pool(1).verify_now(password("x"), Some("plain text")).await;
        assert_eq!(verdict, Err(HashError::Broken("not a PHC string")));
    }
}
