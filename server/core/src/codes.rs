//! What codes by mail and by text have in common: the pauses between two of them.

use domain::{MINUTE, Timestamp};

use crate::store::entities::code;

/// The pauses after the first, the second and every further message, in milliseconds (S18).
const PAUSES: [i64; 3] = [MINUTE, 2 * MINUTE, 5 * MINUTE];
/// Wrong codes in a row that end every code of a flow (S17).
pub(crate) const WRONG_CODES: u32 = 5;

/// From when another may follow these, the newest first.
pub(crate) fn again_at(sent: &[code::Model]) -> Option<Timestamp> {
    let last = sent.first()?;
    Some(Timestamp(last.created_at).plus(PAUSES[(sent.len() - 1).min(PAUSES.len() - 1)]))
}

/// How many more can be sent before the long pause, after so many.
pub(crate) fn before_long_pause(sent: usize) -> u32 {
    u32::try_from(PAUSES.len().saturating_sub(sent)).unwrap_or(0)
}

/// When the oldest of the `most` newest was sent, where there are as many.
pub(crate) fn nth_newest(sent: &[code::Model], most: u64) -> Option<Timestamp> {
    let at = usize::try_from(most).ok()?.checked_sub(1)?;
    sent.get(at).map(|code| Timestamp(code.created_at))
}
