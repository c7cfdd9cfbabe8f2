//! Places where a fault test ends the program as a power failure would, just before or after a step is committed. Only
//! with the feature `fail-points`, which a release does not have.

/// Before or after the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Before,
    After,
}

/// Ends the program here (SIGKILL: nothing is flushed, nobody is answered) where `FAIL_POINT` says `before NAME` or
/// `after NAME`.
#[cfg(feature = "fail-points")]
pub(crate) fn pass(name: &str, when: When) {
    let when = if when == When::Before { "before" } else { "after" };
    if std::env::var("FAIL_POINT").is_ok_and(|point| point == format!("{when} {name}")) {
        let own = std::process::id().to_string();
        let _ = std::process::Command::new("kill").args(["-KILL", &own]).status();
        std::process::abort(); // not reached
    }
}

#[cfg(not(feature = "fail-points"))]
pub(crate) fn pass(_: &str, _: When) {}
