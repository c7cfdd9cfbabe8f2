//! Setting up an authenticator app, at sign-in and from the profile, and changing it.
//!
//! The app that works goes on working until the new one is confirmed, and the two are swapped in one transaction. What
//! comes before, the proof of a method, is in `proofs`.

use domain::{
    AppFlow, FlowId, MethodKind, OneTimeCode, Requirement, SessionId, SessionState, Timestamp, app_flow,
};
use sea_orm::DatabaseTransaction;
use zeroize::Zeroizing;

use crate::attempts::AttemptKind;
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SignedIn};
use crate::flows::{OpenFlow, SetUp};
use crate::methods::active_app;
use crate::notices::Notice;
use crate::proofs::ProofWays;
use crate::records::Proof;
use crate::secret::Password;
use crate::totp::{Match, TotpSecret};
use crate::{Error, Vestibule};

/// A set-up under way.
#[derive(Debug)]
pub struct AppSetUp {
    /// The flow that the forms belong to.
    pub flow: FlowId,
    /// Whether it replaces an app that works.
    pub changing: bool,
    /// What comes next.
    pub step: AppFlowStep,
}

/// What a set-up waits for.
#[derive(Debug)]
pub enum AppFlowStep {
    /// A method that there is.
    Prove(ProofWays),
    /// A code of the new app, whose secret is shown to its owner until then (S8).
    Confirm {
        /// The secret in groups of four.
        key: Zeroizing<String>,
        /// The `otpauth:` link.
        link: Zeroizing<String>,
    },
    /// The new recovery code is to be saved.
    SaveCode,
}

impl Vestibule {
    /// Begins the set-up that the sign-in or the recovery asks for, or goes on with the one that is open. The password
    /// (and the method that there was, or the recovery code) has just been given.
    ///
    /// # Errors
    /// [`Error::Stale`] for another record than the caller's; [`Error::WrongState`] where a set-up that was opened
    /// in the profile has ended: it begins there, with the password.
    pub async fn start_app_set_up(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
    ) -> Result<AppSetUp, Error> {
        let signed_in = caller.of_record(record)?;
        if let Some(set_up) = self.app_set_up(caller).await? {
            return Ok(set_up);
        }
        if !matches!(signed_in.stored_state, SessionState::EnrolOnly | SessionState::Recovering) {
            return Err(Error::WrongState);
        }
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        let flow = match self.open_flow(&transaction, record.0).await? {
            // A second tab was quicker.
            Some(flow) if flow.state.kind() == MethodKind::App => flow,
            _ => {
                let entry = Entry::own(Event::SetUpOpened, signed_in.user.id, client);
                self.audit(&transaction, entry.method(MethodKind::App)).await?;
                let secret = TotpSecret::new(&*self.inner.random);
                let state = SetUp::App(AppFlow::Confirming(app_flow::Confirming { secret }));
                self.begin_flow(&transaction, signed_in, state).await?
            }
        };
        self.commit(transaction, "start_app_set_up").await?;
        self.view(signed_in, &flow).await
    }

    /// Begins a set-up or change from the profile: always with the password, and then, where there is a method
    /// that was not proved in the last five minutes, with a proof of it (S26).
    ///
    /// # Errors
    /// [`Error::NotOffered`] where no company offers MFA and there is no method; [`Error::WrongPassword`];
    /// [`Error::Stale`] for another record than the caller's.
    pub async fn open_app_set_up(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        password: Password,
    ) -> Result<(AppSetUp, Entered), Error> {
        let signed_in = caller.of_record(record)?;
        let assessment = &signed_in.assessment;
        if assessment.requirement == Requirement::Unavailable && !assessment.has_method {
            return Err(Error::NotOffered { in_company: signed_in.in_company });
        }
        let hash = self.confirm_password(client, signed_in, password).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, Some(&hash)).await?;
        let has_method = self.standing(&transaction, signed_in.user.id).await?.assessment.has_method;
        let proved_at = signed_in.record.proved_at.map(Timestamp);
        let secret = TotpSecret::new(&*self.inner.random);
        let state = SetUp::App(AppFlow::begin(has_method, proved_at, self.now(), secret));
        let flow = self.begin_flow(&transaction, signed_in, state).await?;
        let token = self.advance(&transaction, signed_in, SessionState::Full).await?;
        self.password_given(&transaction, record).await?;
        let entry = Entry::own(Event::SetUpOpened, signed_in.user.id, client).method(MethodKind::App);
        self.audit(&transaction, entry).await?;
        self.commit(transaction, "open_app_set_up").await?;
        let entered = Entered { caller: self.caller_by_id(record).await?, token, known: None };
        Ok((self.view(signed_in, &flow).await?, entered))
    }

    /// The set-up that is open in the caller's session, if any.
    ///
    /// # Errors
    /// What the store says.
    pub async fn app_set_up(&self, caller: &Caller) -> Result<Option<AppSetUp>, Error> {
        let signed_in = caller.signed_in()?;
        match self.open_flow(self.inner.store.reader(), signed_in.record.id).await? {
            Some(flow) if flow.state.kind() == MethodKind::App => {
                Ok(Some(self.view(signed_in, &flow).await?))
            }
            _ => Ok(None),
        }
    }

    /// Confirms the new app with a code of it: from then on it is the person's app. Every other session and
    /// sign-in of the person ends (S32). Saving the recovery code follows.
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::ClockOff`], [`Error::Paused`], [`Error::Refused`]; [`Error::Stale`] where the
    /// flow is another or does not wait for the code.
    pub async fn confirm_app(
        &self,
        client: &Client,
        caller: &Caller,
        id: FlowId,
        code: OneTimeCode,
    ) -> Result<Entered, Error> {
        let signed_in = caller.signed_in()?;
        let user = &signed_in.user;
        let subject = self.factor_subject(client, AttemptKind::NewApp, user.id).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user.id, None).await?;
        let (row, SetUp::App(AppFlow::Confirming(confirming))) =
            self.flow_of_form(&transaction, signed_in, id).await?.into_parts()
        else {
            return Err(Error::Stale);
        };
        self.reserve(&transaction, &subject).await?;
        let step = match right_step(&confirming.secret, &code, self.now()) {
            Ok(step) => step,
            Err(error) => {
                let entry = Entry::own(Event::AppAdded, user.id, client).method(MethodKind::App);
                self.audit(&transaction, entry.failed()).await?;
                transaction.commit().await?;
                return Err(error);
            }
        };
        self.clear_attempts(&transaction, &subject).await?;
        let (secret, next) = confirming.confirmed();
        self.move_flow(&transaction, row, SetUp::App(next), None).await?;
        let kept_in = (signed_in.stored_state == SessionState::Recovering).then(|| signed_in.id());
        let changed = self.replace_app(&transaction, user.id, &secret, step, kept_in).await?;
        self.forget_attempts(&transaction, user.id, AttemptKind::App).await?;
        let (event, notice) = if changed {
            (Event::AppChanged, Notice::AppChanged)
        } else if !signed_in.assessment.has_method {
            (Event::AppAdded, Notice::FirstAppAdded)
        } else {
            (Event::AppAdded, Notice::AppAdded)
        };
        self.audit(&transaction, Entry::own(event, user.id, client).method(MethodKind::App)).await?;
        self.notify(&transaction, user, signed_in.in_company, notice, Some(client)).await?;
        self.method_set_up(transaction, client, signed_in, MethodKind::App).await
    }

    /// A method was set up: whoever signed in before did it without it (S32, S46), and the sign-in or the session goes on.
    pub(crate) async fn method_set_up(
        &self,
        transaction: DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        kind: MethodKind,
    ) -> Result<Entered, Error> {
        let user = signed_in.user.id;
        let mut state = signed_in.stored_state;
        self.forget_other_browsers(&transaction, client, user).await?;
        self.end_other_records(&transaction, user, signed_in.id()).await?;
        if matches!(state, SessionState::EnrolOnly | SessionState::Recovering) {
            // At sign-in the recovery code has its own state, and a recovery may have other methods to look at.
            self.end_flows(&transaction, signed_in.record.id).await?;
        }
        if state == SessionState::EnrolOnly {
            state = SessionState::SaveCode;
        }
        let token = self.advance(&transaction, signed_in, state).await?;
        self.proved(&transaction, signed_in.id(), Proof::Method(kind)).await?;
        let name = match kind {
            MethodKind::App => "confirm_app",
            MethodKind::Phone => "confirm_phone",
        };
        self.commit(transaction, name).await?;
        self.outbox_has_mail();
        Ok(Entered { caller: self.caller_by_id(signed_in.id()).await?, token, known: None })
    }

    /// Leaves a set-up that was opened in the profile or in a recovery.
    ///
    /// # Errors
    /// [`Error::Stale`] where it is not the open one; [`Error::WrongState`] where the sign-in requires it.
    pub async fn cancel_set_up(&self, client: &Client, caller: &Caller, id: FlowId) -> Result<(), Error> {
        let signed_in = caller.signed_in()?;
        if signed_in.stored_state == SessionState::EnrolOnly {
            return Err(Error::WrongState);
        }
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        let kind = self.flow_of_form(&transaction, signed_in, id).await?.state.kind();
        let entry = Entry::own(Event::SetUpLeft, signed_in.user.id, client).method(kind);
        self.audit(&transaction, entry).await?;
        self.end_flows(&transaction, signed_in.record.id).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn view(&self, signed_in: &SignedIn, flow: &OpenFlow) -> Result<AppSetUp, Error> {
        let SetUp::App(state) = &flow.state else { return Err(Error::Stale) };
        let step = match state {
            AppFlow::Proving(_) => AppFlowStep::Prove(self.proof_ways(signed_in, flow.id()).await?),
            AppFlow::Saving => AppFlowStep::SaveCode,
            AppFlow::Confirming(confirming) => AppFlowStep::Confirm {
                key: confirming.secret.grouped(),
                link: confirming.secret.link(&self.inner.settings.product, &signed_in.user.email)?,
            },
        };
        let changing = active_app(self.inner.store.reader(), signed_in.user.id).await?.is_some();
        Ok(AppSetUp { flow: flow.id(), changing, step })
    }
}

/// The step at which the code of a new app is right; if it is wrong, whether the device's clock is the reason.
fn right_step(secret: &TotpSecret, code: &OneTimeCode, now: Timestamp) -> Result<i64, Error> {
    match secret.check_clock(code, now) {
        Match::Step(step) => Ok(step),
        Match::ClockOff { seconds } => Err(Error::ClockOff { seconds }),
        Match::No => Err(Error::WrongCode),
    }
}
