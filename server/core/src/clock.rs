//! Time is passed in, so that tests move it instead of waiting.

use domain::Timestamp;

/// What time it is.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The machine's clock, moved by as much as a test says.
#[cfg(feature = "test-clock")]
#[derive(Debug, Default)]
pub struct MovableClock {
    ahead: std::sync::atomic::AtomicI64,
}

#[cfg(feature = "test-clock")]
impl MovableClock {
    /// Moves the clock by so many milliseconds; negative: back.
    pub fn advance(&self, milliseconds: i64) {
        self.ahead.fetch_add(milliseconds, std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(feature = "test-clock")]
impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(self.ahead.load(std::sync::atomic::Ordering::SeqCst))
    }
}
