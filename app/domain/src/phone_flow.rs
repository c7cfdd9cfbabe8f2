//! Adding or changing a phone number, as states that carry their own data (S20, S25).
//!
//! As in [`crate::app_flow`], the password and, where there is a method, a proof of it come first; then the number is
//! entered, and a code that was sent to it. The number that works goes on working until then.

use crate::app_flow::{CONFIRMING, PROVING, Proving, SAVING};

/// Where a flow stands. `Number` is the pending number as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneFlow<Number> {
    /// The password was right; a method that the user has is to be proved first (S26).
    Proving(Proving),
    /// The new number is to be entered.
    Entering(Entering),
    /// A code was sent to the new number, and is awaited.
    Confirming(Sent<Number>),
    /// The number works; from the profile, the new recovery code is to be saved.
    Saving,
}

/// See [`PhoneFlow::Entering`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entering;

/// See [`PhoneFlow::Confirming`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent<Number> {
    /// The pending number.
    pub number: Number,
}

impl<Number> PhoneFlow<Number> {
    /// Begins a flow of a user for whom the password has just been right. `must_prove`: there is a number to change, or
    /// a method that was not proved in the last five minutes.
    #[must_use]
    pub const fn begin(must_prove: bool) -> Self {
        if must_prove { Self::Proving(Proving) } else { Self::Entering(Entering) }
    }

    /// The name used in the store.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Proving(_) => PROVING,
            Self::Entering(_) => ENTERING,
            Self::Confirming(_) => CONFIRMING,
            Self::Saving => SAVING,
        }
    }
}

impl Entering {
    /// The number was entered, and a code is on its way to it.
    #[must_use]
    pub const fn entered<Number>(self, number: Number) -> PhoneFlow<Number> {
        PhoneFlow::Confirming(Sent { number })
    }
}

impl<Number> Sent<Number> {
    /// Another number is to be entered: this one was wrong.
    #[must_use]
    pub fn corrected(self) -> PhoneFlow<Number> {
        PhoneFlow::Entering(Entering)
    }

    /// The code was right: gives the number to keep, and the flow's next state.
    #[must_use]
    pub fn confirmed(self) -> (Number, PhoneFlow<Number>) {
        (self.number, PhoneFlow::Saving)
    }
}

/// The name of [`PhoneFlow::Entering`] in the store.
pub const ENTERING: &str = "entering";

#[cfg(test)]
mod tests {
    use super::*;

    // S20, S26
    #[test]
    fn who_has_something_to_prove_proves_it_before_a_number_is_entered() {
        assert_eq!(PhoneFlow::<&str>::begin(true), PhoneFlow::Proving(Proving));
        assert_eq!(PhoneFlow::<&str>::begin(false), PhoneFlow::Entering(Entering));
    }

    #[test]
    fn a_number_that_was_wrong_is_entered_again() {
        let PhoneFlow::Confirming(sent) = Entering.entered("wrong") else { panic!("a code is awaited") };
        assert_eq!(sent.corrected(), PhoneFlow::Entering(Entering));
    }

    #[test]
    fn a_confirmed_flow_gives_the_number_that_the_code_was_sent_to() {
        let PhoneFlow::Confirming(sent) = Entering.entered("new") else { panic!("a code is awaited") };
        assert_eq!(sent.confirmed(), ("new", PhoneFlow::Saving));
    }
}
