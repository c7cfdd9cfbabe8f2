//! C1: argon2id with Vestibule's parameters on every core, with memory that is there already.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// The parameters of `vestibule_core::password`: KiB, passes, lanes, bytes of the hash.
const PARAMETERS: (u32, u32, u32, usize) = (19_456, 2, 1, 32);

/// Hashes per second of all cores together.
///
/// # Errors
/// What argon2 says.
pub async fn per_second(length: Duration) -> Result<f64> {
    tokio::task::spawn_blocking(move || on_all_cores(length)).await?
}

fn on_all_cores(length: Duration) -> Result<f64> {
    let cores = std::thread::available_parallelism()?.get();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(move || on_one_core(length))).collect();
        let rates =
            threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a thread panicked"))?);
        rates.sum::<Result<f64>>()
    })
}

fn on_one_core(length: Duration) -> Result<f64> {
    let (memory, passes, lanes, bytes) = PARAMETERS;
    let params = Params::new(memory, passes, lanes, Some(bytes))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut memory = vec![Block::default(); argon2.params().block_count()];
    let mut hash = || -> Result<Vec<u8>> {
        let mut output = vec![0; bytes];
        argon2.hash_password_into_with_memory(
            b"correct-horse-battery",
            &[7; 16],
            &mut output,
            &mut memory,
        )?;
        Ok(output)
    };
    // The first one also makes the memory real.
    let expected = hash()?;
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < length {
        ensure!(hash()? == expected, "argon2 gave another hash for the same password");
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}
