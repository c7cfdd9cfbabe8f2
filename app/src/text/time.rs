//! Waits and what is left of them, in words and in figures.

/// So many minutes in words: "an hour", "30 minutes".
pub(super) fn span(minutes: u32) -> String {
    match minutes {
        1 => "a minute".into(),
        60 => "an hour".into(),
        _ if minutes > 0 && minutes.is_multiple_of(60) => [&(minutes / 60).to_string(), " hours"].concat(),
        _ => [&minutes.to_string(), " minutes"].concat(),
    }
}

/// How long to wait: "in 45 seconds", "in 2 minutes". Never less than it takes.
#[must_use]
pub fn wait(seconds: u32) -> String {
    let (count, unit) = if seconds < 60 { (seconds, "second") } else { (seconds.div_ceil(60), "minute") };
    ["in ", &count.to_string(), " ", unit, if count == 1 { "" } else { "s" }].concat()
}

/// Minutes and seconds as a countdown shows them: "1:05".
#[must_use]
pub fn countdown(seconds: u32) -> String {
    let rest = seconds % 60;
    [&*(seconds / 60).to_string(), if rest < 10 { ":0" } else { ":" }, &rest.to_string()].concat()
}

/// Minutes and seconds as they are spoken: "1 minute 30 seconds".
#[must_use]
pub fn remaining(seconds: u32) -> String {
    let part = |count: u32, unit: &str| match count {
        0 => String::new(),
        1 => ["1 ", unit].concat(),
        _ => [&count.to_string(), " ", unit, "s"].concat(),
    };
    let (minutes, rest) = (part(seconds / 60, "minute"), part(seconds % 60, "second"));
    [&*minutes, if minutes.is_empty() || rest.is_empty() { "" } else { " " }, &*rest].concat()
}

/// What is said of the wait for another message, at the moments when something is said: it is shown all the time, and
/// spoken at one minute, at half a minute and at its end.
#[must_use]
pub fn resend(seconds: u32) -> Option<&'static str> {
    match seconds {
        60 => Some("Send again in 1 minute."),
        30 => Some("Send again in 30 seconds."),
        0 => Some("You can send again now."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_never_said_shorter_than_it_is() {
        assert_eq!(wait(1), "in 1 second");
        assert_eq!(wait(45), "in 45 seconds");
        assert_eq!(wait(60), "in 1 minute");
        assert_eq!(wait(61), "in 2 minutes");
    }

    #[test]
    fn what_is_left_is_shown_and_spoken() {
        assert_eq!((countdown(65), remaining(65)), ("1:05".into(), "1 minute 5 seconds".into()));
        assert_eq!((countdown(120), remaining(120)), ("2:00".into(), "2 minutes".into()));
        assert_eq!((countdown(30), remaining(30)), ("0:30".into(), "30 seconds".into()));
    }

    #[test]
    fn a_countdown_does_not_chatter() {
        let spoken: Vec<u32> = (0..=90).filter(|seconds| resend(*seconds).is_some()).collect();
        assert_eq!(spoken, [0, 30, 60]);
    }
}
