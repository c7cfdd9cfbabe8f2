//! What the set-ups of both kinds of method share: how they begin at sign-in and from the profile, and how they end.

use domain::{FlowId, MethodKind, Requirement, SessionState};
use sea_orm::DatabaseTransaction;

use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SignedIn};
use crate::flows::{OpenFlow, SetUp};
use crate::records::Proof;
use crate::secret::{Password, Token};
use crate::{Error, Vestibule};

impl Vestibule {
    /// The set-up of a kind that is open in the caller's session, if any.
    pub(crate) async fn set_up_of(
        &self,
        signed_in: &SignedIn,
        kind: MethodKind,
    ) -> Result<Option<OpenFlow>, Error> {
        let flow = self.open_flow(self.inner.store.reader(), signed_in.record.id).await?;
        Ok(flow.filter(|flow| flow.state.kind() == kind))
    }

    /// Begins with `state` the set-up that the sign-in or the recovery asks for, or goes on with the one that is open.
    /// `act` names the commit.
    ///
    /// # Errors
    /// [`Error::WrongState`] where nothing is open and nothing asks for a set-up; as [`Vestibule::check_texts`].
    pub(crate) async fn start_set_up(
        &self,
        client: &Client,
        signed_in: &SignedIn,
        state: SetUp,
        act: &'static str,
    ) -> Result<OpenFlow, Error> {
        let kind = state.kind();
        if let Some(flow) = self.set_up_of(signed_in, kind).await? {
            return Ok(flow);
        }
        if !matches!(signed_in.stored_state, SessionState::EnrolOnly | SessionState::Recovering) {
            return Err(Error::WrongState);
        }
        if kind == MethodKind::Phone {
            self.check_texts(&signed_in.assessment)?;
        }
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        let flow = match self.open_flow(&transaction, signed_in.record.id).await? {
            // A second tab was quicker.
            Some(flow) if flow.state.kind() == kind => flow,
            _ => {
                let entry = Entry::own(Event::SetUpOpened, signed_in.user.id, client).method(kind);
                self.audit(&transaction, entry).await?;
                self.begin_flow(&transaction, signed_in, state).await?
            }
        };
        self.commit(transaction, act).await?;
        Ok(flow)
    }

    /// What a set-up from the profile begins with: it is offered, and the password is right. The transaction has the
    /// person locked, with that password.
    ///
    /// # Errors
    /// [`Error::NotOffered`] where no company offers MFA and there is no method; as [`Vestibule::check_texts`];
    /// [`Error::WrongPassword`], [`Error::Paused`], [`Error::Refused`].
    pub(crate) async fn password_for_set_up(
        &self,
        client: &Client,
        signed_in: &SignedIn,
        kind: MethodKind,
        password: Password,
    ) -> Result<DatabaseTransaction, Error> {
        let assessment = &signed_in.assessment;
        if assessment.requirement == Requirement::Unavailable && !assessment.has_method {
            return Err(Error::NotOffered { in_company: signed_in.in_company });
        }
        if kind == MethodKind::Phone {
            self.check_texts(assessment)?;
        }
        let hash = self.confirm_password(client, signed_in, password).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, Some(&hash)).await?;
        Ok(transaction)
    }

    /// Opens a set-up from the profile, after [`Vestibule::password_for_set_up`]. The record gets a new token (S30).
    pub(crate) async fn open_set_up(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        state: SetUp,
    ) -> Result<(OpenFlow, Token), Error> {
        let entry = Entry::own(Event::SetUpOpened, signed_in.user.id, client).method(state.kind());
        let flow = self.begin_flow(transaction, signed_in, state).await?;
        let token = self.advance(transaction, signed_in, SessionState::Full).await?;
        self.password_given(transaction, signed_in.id()).await?;
        self.audit(transaction, entry).await?;
        Ok((flow, token))
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
        self.entered(signed_in.id(), token).await
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
}
