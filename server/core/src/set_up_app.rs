//! Setting up an authenticator app, at sign-in and from the profile, and changing it.
//!
//! The app that works goes on working until the new one is confirmed, and the two are swapped in one transaction. What
//! comes before, the proof of a method, is in `proofs`.

use domain::{AppFlow, FlowId, MethodKind, OneTimeCode, SessionId, SessionState, Timestamp, app_flow};
use zeroize::Zeroizing;

use crate::attempts::AttemptKind;
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SignedIn};
use crate::flows::{OpenFlow, SetUp};
use crate::methods::active_app;
use crate::notices::Notice;
use crate::proofs::ProofWays;
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
        let secret = TotpSecret::new(&*self.inner.random);
        let state = SetUp::App(AppFlow::Confirming(app_flow::Confirming { secret }));
        let flow = self.start_set_up(client, signed_in, state, "start_app_set_up").await?;
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
        let transaction = self.password_for_set_up(client, signed_in, MethodKind::App, password).await?;
        let has_method = self.standing(&transaction, signed_in.user.id).await?.assessment.has_method;
        let proved_at = signed_in.record.proved_at.map(Timestamp);
        let secret = TotpSecret::new(&*self.inner.random);
        let state = SetUp::App(AppFlow::begin(has_method, proved_at, self.now(), secret));
        let (flow, token) = self.open_set_up(&transaction, client, signed_in, state).await?;
        self.commit(transaction, "open_app_set_up").await?;
        let entered = self.entered(record, token).await?;
        Ok((self.view(signed_in, &flow).await?, entered))
    }

    /// The set-up that is open in the caller's session, if any.
    ///
    /// # Errors
    /// What the store says.
    pub async fn app_set_up(&self, caller: &Caller) -> Result<Option<AppSetUp>, Error> {
        let signed_in = caller.signed_in()?;
        match self.set_up_of(signed_in, MethodKind::App).await? {
            Some(flow) => Ok(Some(self.view(signed_in, &flow).await?)),
            None => Ok(None),
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
