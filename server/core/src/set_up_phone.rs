//! Adding and changing a phone number, at sign-in and from the profile (S16 to S20).
//!
//! The number that works goes on working until a code of the new one was entered; then the two are swapped in one
//! transaction, and the old number is told.

use domain::{Assessment, FlowId, MethodKind, OneTimeCode, PhoneFlow, SessionId, SessionState, TextRule};

use crate::attempts::AttemptKind;
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SignedIn};
use crate::flows::{OpenFlow, SetUp};
use crate::notices::Notice;
use crate::outbox::NOTICE_LASTS;
use crate::phone_number::{NumberError, PhoneNumber};
use crate::proofs::ProofWays;
use crate::secret::Password;
use crate::text_codes::{TextFor, TextPurpose, Texted};
use crate::{Error, Vestibule, texts};

/// A set-up under way.
#[derive(Debug)]
pub struct PhoneSetUp {
    /// The flow that the forms belong to.
    pub flow: FlowId,
    /// Whether it replaces a number that works.
    pub changing: bool,
    /// What comes next.
    pub step: PhoneFlowStep,
}

/// What a set-up waits for.
#[derive(Debug)]
pub enum PhoneFlowStep {
    /// A method that there is.
    Prove(ProofWays),
    /// The new number.
    Enter,
    /// The code that was sent to it.
    Confirm {
        /// The whole number, shown to its owner until it is confirmed.
        number: PhoneNumber,
        /// The code that was sent last, if it still works.
        texted: Option<Texted>,
    },
    /// The new recovery code is to be saved.
    SaveCode,
}

impl Vestibule {
    /// Begins the set-up that the sign-in or the recovery asks for, or goes on with the one that is open.
    ///
    /// # Errors
    /// As [`Vestibule::start_app_set_up`]; [`Error::Invalid`] where text messages are no acceptable method.
    pub async fn start_phone_set_up(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
    ) -> Result<PhoneSetUp, Error> {
        let signed_in = caller.of_record(record)?;
        let state = SetUp::Phone(PhoneFlow::begin(false));
        let flow = self.start_set_up(client, signed_in, state, "start_phone_set_up").await?;
        self.phone_view(signed_in, &flow).await
    }

    /// Begins a set-up or change from the profile: always with the password. Who changes a number is sent a code to the
    /// present one at once; who adds one proves the app, unless that was done in the last five minutes (S20, S26).
    ///
    /// # Errors
    /// As [`Vestibule::open_app_set_up`]; [`Error::Invalid`] where text messages are no acceptable method.
    pub async fn open_phone_set_up(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        password: Password,
    ) -> Result<(PhoneSetUp, Entered), Error> {
        let signed_in = caller.of_record(record)?;
        let user = signed_in.user.id;
        let transaction = self.password_for_set_up(client, signed_in, MethodKind::Phone, password).await?;
        let changing = self.active_number(&transaction, user).await?.is_some();
        let has_method = self.standing(&transaction, user).await?.assessment.has_method;
        let fresh = self.is_fresh(signed_in.record.proved_at);
        let state = SetUp::Phone(PhoneFlow::begin(changing || (has_method && !fresh)));
        let (flow, token) = self.open_set_up(&transaction, client, signed_in, state).await?;
        if changing {
            let sent =
                self.text_current(&transaction, client, signed_in, TextPurpose::Proof, Some(flow.id())).await;
            match sent {
                // The page says so, and offers the other ways.
                Err(Error::Paused { .. } | Error::NoTexts) => {}
                sent => sent?,
            }
        }
        self.commit(transaction, "open_phone_set_up").await?;
        self.outbox_has_mail();
        let entered = self.entered(record, token).await?;
        Ok((self.phone_view(signed_in, &flow).await?, entered))
    }

    /// The set-up of a number that is open in the caller's session, if any.
    ///
    /// # Errors
    /// What the store says.
    pub async fn phone_set_up(&self, caller: &Caller) -> Result<Option<PhoneSetUp>, Error> {
        let signed_in = caller.signed_in()?;
        match self.set_up_of(signed_in, MethodKind::Phone).await? {
            Some(flow) => Ok(Some(self.phone_view(signed_in, &flow).await?)),
            None => Ok(None),
        }
    }

    /// Takes the new number and sends a code to it. `country` is the selected one; a number with a `+` says its own.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a number that cannot be texted; [`Error::Paused`], [`Error::NoTexts`]; [`Error::Stale`]
    /// where the flow is another or does not wait for a number.
    pub async fn enter_number(
        &self,
        client: &Client,
        caller: &Caller,
        id: FlowId,
        country: &str,
        text: &str,
    ) -> Result<PhoneSetUp, Error> {
        let signed_in = caller.signed_in()?;
        let settings = &self.inner.settings;
        let number = PhoneNumber::parse(country, text, &settings.text_countries)
            .map_err(|error| Error::Invalid { field: "number", why: error.to_string() })?;
        self.check_number(&signed_in.assessment, &number)?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        let (row, SetUp::Phone(PhoneFlow::Entering(entering))) =
            self.flow_of_form(&transaction, signed_in, id).await?.into_parts()
        else {
            return Err(Error::Stale);
        };
        let about = TextFor { purpose: TextPurpose::NewNumber, flow: Some(id), number: &number };
        self.send_text_code(&transaction, client, signed_in, about).await?;
        let next = SetUp::Phone(entering.entered(number));
        let flow = self.move_flow(&transaction, row, next, None).await?;
        self.commit(transaction, "enter_number").await?;
        self.outbox_has_mail();
        self.phone_view(signed_in, &flow).await
    }

    /// Sends another code to the new number. Earlier ones go on working (S17).
    ///
    /// # Errors
    /// As [`Vestibule::enter_number`].
    pub async fn send_number_code(
        &self,
        client: &Client,
        caller: &Caller,
        id: FlowId,
    ) -> Result<PhoneSetUp, Error> {
        let signed_in = caller.signed_in()?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        let flow = self.flow_of_form(&transaction, signed_in, id).await?;
        let SetUp::Phone(PhoneFlow::Confirming(sent)) = &flow.state else { return Err(Error::Stale) };
        self.check_number(&signed_in.assessment, &sent.number)?;
        let about = TextFor { purpose: TextPurpose::NewNumber, flow: Some(id), number: &sent.number };
        self.send_text_code(&transaction, client, signed_in, about).await?;
        self.commit(transaction, "send_text").await?;
        self.outbox_has_mail();
        self.phone_view(signed_in, &flow).await
    }

    /// Goes back to where the number is entered: the one that was entered is wrong.
    ///
    /// # Errors
    /// [`Error::Stale`] where the flow is another or waits for something else.
    pub async fn correct_number(&self, caller: &Caller, id: FlowId) -> Result<PhoneSetUp, Error> {
        let signed_in = caller.signed_in()?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        let (row, SetUp::Phone(PhoneFlow::Confirming(sent))) =
            self.flow_of_form(&transaction, signed_in, id).await?.into_parts()
        else {
            return Err(Error::Stale);
        };
        let flow = self.move_flow(&transaction, row, SetUp::Phone(sent.corrected()), None).await?;
        self.commit(transaction, "correct_number").await?;
        self.phone_view(signed_in, &flow).await
    }

    /// Confirms the new number with a code that was sent to it: from then on it is the person's. Every other session and
    /// sign-in of the person ends (S32), and the old number is told.
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::UsedCode`], [`Error::ExpiredCode`], [`Error::Paused`], [`Error::Refused`];
    /// [`Error::Invalid`] where the number is not acceptable any more, or serves five others; [`Error::Stale`] where the
    /// flow is another or does not wait for the code.
    pub async fn confirm_phone(
        &self,
        client: &Client,
        caller: &Caller,
        id: FlowId,
        code: OneTimeCode,
    ) -> Result<Entered, Error> {
        let signed_in = caller.signed_in()?;
        let user = &signed_in.user;
        let subject = self.factor_subject(client, AttemptKind::NewNumber, user.id).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user.id, None).await?;
        let (row, SetUp::Phone(PhoneFlow::Confirming(sent))) =
            self.flow_of_form(&transaction, signed_in, id).await?.into_parts()
        else {
            return Err(Error::Stale);
        };
        let failures = self.reserve(&transaction, &subject).await?;
        let about = TextFor { purpose: TextPurpose::NewNumber, flow: Some(id), number: &sent.number };
        if let Err(error) = self.consume_text_code(&transaction, signed_in, about, &code, failures).await {
            let entry = Entry::own(Event::PhoneAdded, user.id, client).method(MethodKind::Phone);
            self.audit(&transaction, entry.failed()).await?;
            transaction.commit().await?;
            return Err(error);
        }
        self.clear_attempts(&transaction, &subject).await?;
        let (number, next) = sent.confirmed();
        self.check_number(&self.standing(&transaction, user.id).await?.assessment, &number)?;
        self.move_flow(&transaction, row, SetUp::Phone(next), None).await?;
        let kept_in = (signed_in.stored_state == SessionState::Recovering).then(|| signed_in.id());
        let old = self.replace_number(&transaction, user.id, &number, kept_in).await?;
        self.forget_attempts(&transaction, user.id, AttemptKind::Text).await?;
        let (event, notice) = if old.is_some() {
            (Event::PhoneChanged, Notice::PhoneChanged)
        } else if !signed_in.assessment.has_method {
            (Event::PhoneAdded, Notice::FirstPhoneAdded)
        } else {
            (Event::PhoneAdded, Notice::PhoneAdded)
        };
        self.audit(&transaction, Entry::own(event, user.id, client).method(MethodKind::Phone)).await?;
        self.notify(&transaction, user, signed_in.in_company, notice, Some(client)).await?;
        if let Some(old) = old.filter(|old| *old != number) {
            self.post(&transaction, texts::number_replaced(&self.inner.settings, &old), NOTICE_LASTS).await?;
        }
        self.method_set_up(transaction, client, signed_in, MethodKind::Phone).await
    }

    async fn phone_view(&self, signed_in: &SignedIn, flow: &OpenFlow) -> Result<PhoneSetUp, Error> {
        let SetUp::Phone(state) = &flow.state else { return Err(Error::Stale) };
        let reader = self.inner.store.reader();
        let step = match state {
            PhoneFlow::Proving(_) => PhoneFlowStep::Prove(self.proof_ways(signed_in, flow.id()).await?),
            PhoneFlow::Entering(_) => PhoneFlowStep::Enter,
            PhoneFlow::Confirming(sent) => {
                let purpose = TextPurpose::NewNumber;
                let about = TextFor { purpose, flow: Some(flow.id()), number: &sent.number };
                let texted = self.texted(reader, signed_in, about).await?;
                PhoneFlowStep::Confirm { number: sent.number.clone(), texted }
            }
            PhoneFlow::Saving => PhoneFlowStep::SaveCode,
        };
        let changing = self.active_number(reader, signed_in.user.id).await?.is_some();
        Ok(PhoneSetUp { flow: flow.id(), changing, step })
    }

    /// Refuses text messages where they are no acceptable method, or not sent at all.
    pub(crate) fn check_texts(&self, assessment: &Assessment) -> Result<(), Error> {
        if !self.inner.settings.text_available {
            return Err(Error::NoTexts);
        }
        match &assessment.text_messages {
            TextRule::Off { company } => {
                let why = format!("{company} does not accept text messages. Use an authenticator app.");
                Err(Error::Invalid { field: "number", why })
            }
            TextRule::Allowed | TextRule::PaymentsCountries => Ok(()),
        }
    }

    /// Refuses a number that would not be acceptable.
    fn check_number(&self, assessment: &Assessment, number: &PhoneNumber) -> Result<(), Error> {
        self.check_texts(assessment)?;
        let settings = &self.inner.settings;
        if !settings.text_countries.iter().any(|country| country == number.country()) {
            let refused = NumberError::of_country(number.country());
            return Err(Error::Invalid { field: "number", why: refused.to_string() });
        }
        let countries = &settings.payments_countries;
        if assessment.text_messages == TextRule::PaymentsCountries
            && !countries.iter().any(|country| country == number.country())
        {
            let why = "Who handles payments can't use a number of that country. Use an authenticator app.";
            return Err(Error::Invalid { field: "number", why: why.to_owned() });
        }
        Ok(())
    }
}
