//! The second door: a method is proved.

use domain::{MethodKind, SessionId, after_challenge};

use crate::caller::{Caller, Client, Entered};
use crate::methods::{kind_of, methods_of};
use crate::proofs::{Given, PhoneWay};
use crate::recovery_code::valid_recovery_code;
use crate::text_codes::TextPurpose;
use crate::{Error, Vestibule};

/// How the second door stands for somebody.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// The methods that it takes.
    pub methods: Vec<MethodKind>,
    /// The one that was used last.
    pub last_used: Option<MethodKind>,
    /// The phone number, and the code that was sent to it.
    pub phone: Option<PhoneWay>,
    /// Text messages are failing at this moment.
    pub texts_failing: bool,
}

impl Vestibule {
    /// How the second door stands for the caller. Nothing is sent.
    ///
    /// # Errors
    /// What the store says.
    pub async fn challenge(&self, caller: &Caller) -> Result<Challenge, Error> {
        let signed_in = caller.signed_in()?;
        let methods = methods_of(self.inner.store.reader(), signed_in.user.id).await?;
        let last_used = methods.iter().max_by_key(|method| method.last_used_at);
        let last_used = last_used.filter(|method| method.last_used_at.is_some());
        Ok(Challenge {
            last_used: last_used.map(kind_of).transpose()?,
            methods: methods.iter().map(kind_of).collect::<Result<_, _>>()?,
            phone: self.phone_way(signed_in, TextPurpose::Challenge, None).await?,
            texts_failing: self.texts_are_failing().await?,
        })
    }

    /// Sends a code for the second door.
    ///
    /// # Errors
    /// [`Error::Paused`], [`Error::NoTexts`]; [`Error::WrongState`] for who has no number; [`Error::Stale`] for another
    /// record than the caller's.
    pub async fn send_challenge_text(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
    ) -> Result<Challenge, Error> {
        let signed_in = caller.of_record(record)?;
        self.send_text(client, signed_in, TextPurpose::Challenge, None).await?;
        self.challenge(&self.caller_by_id(record).await?).await
    }

    /// Takes a code of a method at sign-in. One transaction reserves the attempt, consumes the code and moves the record
    /// on: a code works once, whatever happens at the same time (S13).
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::UsedCode`], [`Error::ExpiredCode`], [`Error::Paused`], [`Error::Refused`];
    /// [`Error::Stale`] for another record than the caller's.
    pub async fn answer_challenge(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        given: Given,
    ) -> Result<Entered, Error> {
        let signed_in = caller.of_record(record)?;
        let user = signed_in.user.id;
        let guess = self.guess(client, signed_in, given, TextPurpose::Challenge, None).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user, None).await?;
        let transaction = self.answer(transaction, client, signed_in, &guess).await?;
        if signed_in.password_reset {
            self.forget_password_reset(&transaction, user).await?;
        }
        let recovery_code = valid_recovery_code(&transaction, user).await?;
        // As it was when the request came. A method that has changed since has ended the record; a policy that has
        // changed since is seen at the next request, as always.
        let state = after_challenge(&signed_in.assessment, recovery_code.is_some());
        let token = self.advance(&transaction, signed_in, state).await?;
        self.commit_step(transaction, client, user, record, state, token).await
    }
}
