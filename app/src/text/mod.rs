//! Sentences that depend on something: pure, so that they can be tested anywhere. Dates and times come in as
//! they are to be shown. One file for each subject.

mod activity;
mod adoption;
mod company;
mod members;
mod methods;
mod pasted;
mod phone;
mod profile;
mod recovery;
mod sign_in;
mod time;

pub use activity::{COMPANY_ENTRIES, OWN_ENTRIES, activity_file_name, by_and_about, entries};
pub use adoption::{campaign, chart_path, chart_x, mailed, reminded_again, set_up, waiting};
pub use company::{
    counted, effect, number, policy_state, reads_as, ready, save_button, shared_numbers, warning,
};
pub use members::{
    Need, asked, called, demanded, filters, first_name, found, hand_over, invitations, invited,
    members_file_name, methods, reset_requested, role, send_invitations, sent_again,
};
pub use methods::{Removal, after_removal, kept_for, method, method_facts, number_facts, removal};
pub use pasted::{Part, Progress, parts, shown_problems};
pub use phone::{before_long_pause, country, country_of, undeliverable};
pub use profile::{
    SHORTEST_PASSWORD, initials, is_handheld, name_problem, password_problem, place, signed_in_since, zone,
};
pub use recovery::{
    Lost, call_for_help, helper, recovery_ends, recovery_file, recovery_file_name, recovery_file_start,
    removing,
};
pub use sign_in::{ended, password_due, required, upcoming};
pub use time::{countdown, remaining, resend, wait};

/// Names as a list: "A", "A and B", "A, B and C".
#[must_use]
pub fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => [&most.join(", "), " and ", last].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn names_are_listed() {
        assert_eq!(list(&["A"]), "A");
        assert_eq!(list(&["A", "B"]), "A and B");
        assert_eq!(list(&["A", "B", "C"]), "A, B and C");
    }
}
