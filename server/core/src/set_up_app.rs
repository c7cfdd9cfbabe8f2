//! Setting up an authenticator app, at sign-in and from the profile, and changing it.
//!
//! The flow's states are [`domain::AppFlow`]; a row of `flows` keeps them, with the pending secret sealed. The
//! app that works goes on working until the new one is confirmed, and the two are swapped in one transaction.

use domain::{
    AppFlow, Email, FlowId, MethodKind, OneTimeCode, Requirement, SessionId, SessionState, Timestamp,
    app_flow,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, Value};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::attempts::Guess;
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SAVING, SignedIn, flow_id};
use crate::challenge::active_app;
use crate::keys::{Place, Sealed};
use crate::notices::Notice;
use crate::password::Verdict;
use crate::secret::Password;
use crate::store::entities::{flow, method, session, user};
use crate::totp::{Match, TotpSecret};
use crate::{Error, Vestibule};

/// The purpose of these flows in the store.
pub(crate) const PURPOSE: &str = "set_up_app";

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
    /// A code of the present app.
    Prove,
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
    /// Begins the set-up that the sign-in requires, or goes on with the one that is open. The password (and the
    /// method that there was) has just been given.
    ///
    /// # Errors
    /// [`Error::Stale`] for another record than the caller's.
    pub async fn start_app_set_up(&self, caller: &Caller, record: SessionId) -> Result<AppSetUp, Error> {
        let signed_in = caller.signed_in()?;
        if signed_in.record.id != record.0 {
            return Err(Error::Stale);
        }
        if let Some(set_up) = self.app_set_up(caller).await? {
            return Ok(set_up);
        }
        let transaction = self.inner.store.begin().await?;
        let open = self.open_flow(&transaction, signed_in.record.id).await?;
        let flow = match open {
            // A second tab was quicker.
            Some(flow) => flow,
            None => {
                self.insert_flow(
                    &transaction,
                    signed_in,
                    AppFlow::Confirming(app_flow::Confirming { secret: () }),
                )
                .await?
            }
        };
        transaction.commit().await?;
        self.view(signed_in, &flow).await
    }

    /// Begins a set-up or change from the profile: always with the password, and then, where there is a method
    /// that was not proved in the last five minutes, with a proof of it (S26).
    ///
    /// # Errors
    /// [`Error::NotOffered`] where no company offers MFA and there is no app; [`Error::WrongPassword`].
    pub async fn open_app_set_up(
        &self,
        client: &Client,
        caller: &Caller,
        password: Password,
    ) -> Result<(AppSetUp, Entered), Error> {
        let signed_in = caller.signed_in()?;
        let record = &signed_in.record;
        let assessment = &signed_in.assessment;
        if assessment.requirement == Requirement::Unavailable && !assessment.has_method {
            return Err(Error::NotOffered);
        }
        let hash = self.confirm_password(client, signed_in, password).await?;
        let transaction = self.inner.store.begin().await?;
        self.hold_user(&transaction, signed_in.user.id, Some(&hash)).await?;
        let proved_at = record.proved_at.map(Timestamp);
        let begun = AppFlow::begin(assessment.has_method, proved_at, self.now(), ());
        let flow = self.insert_flow(&transaction, signed_in, begun).await?;
        let token = self.advance(&transaction, signed_in, SessionState::Full).await?;
        session::Entity::update_many()
            .col_expr(session::Column::PasswordAt, Expr::value(self.now().0))
            .filter(session::Column::Id.eq(record.id))
            .exec(&transaction)
            .await?;
        self.audit(
            &transaction,
            Entry::own(Event::SetUpOpened, signed_in.user.id, client).method(MethodKind::App),
        )
        .await?;
        transaction.commit().await?;
        let entered = Entered { caller: self.caller_by_id(SessionId(record.id)).await?, token, known: None };
        Ok((self.view(signed_in, &flow).await?, entered))
    }

    /// The set-up that is open in the caller's session, if any.
    ///
    /// # Errors
    /// What the store says.
    pub async fn app_set_up(&self, caller: &Caller) -> Result<Option<AppSetUp>, Error> {
        let signed_in = caller.signed_in()?;
        match self.open_flow(self.inner.store.reader(), signed_in.record.id).await? {
            Some(flow) => Ok(Some(self.view(signed_in, &flow).await?)),
            None => Ok(None),
        }
    }

    /// Proves the present app in a flow that waits for it.
    ///
    /// # Errors
    /// As [`Vestibule::challenge_app`]; [`Error::Stale`] where the flow is another or does not wait for a proof.
    pub async fn prove_app(
        &self,
        client: &Client,
        caller: &Caller,
        id: FlowId,
        code: OneTimeCode,
    ) -> Result<(AppSetUp, Entered), Error> {
        let signed_in = caller.signed_in()?;
        let user = &signed_in.user;
        let subject = self.factor_subject(client, Guess::App, user.id).await?;
        let transaction = self.inner.store.begin().await?;
        let flow = self
            .flow_in_state(&transaction, signed_in, id, AppFlow::<()>::Proving(app_flow::Proving).name())
            .await?;
        self.reserve(&transaction, &subject).await?;
        let entry = Entry::own(Event::ChallengeAnswered, user.id, client).method(MethodKind::App);
        if let Err(error) = self.use_app_code(&transaction, user, &code).await {
            self.audit(&transaction, entry.failed()).await?;
            transaction.commit().await?;
            return Err(error);
        }
        self.guessed_right(&transaction, &subject).await?;
        self.audit(&transaction, entry).await?;
        let record = SessionId(signed_in.record.id);
        self.proved(&transaction, record, MethodKind::App).await?;
        let token = self.advance(&transaction, signed_in, SessionState::Full).await?;
        let next = app_flow::Proving.proved(());
        let sealed = self.seal_new_secret(flow.id, user.id.0);
        let moved = self.move_flow(&transaction, &flow, &next, Some(sealed)).await?;
        transaction.commit().await?;
        let entered = Entered { caller: self.caller_by_id(record).await?, token, known: None };
        Ok((self.view(signed_in, &moved).await?, entered))
    }

    /// Confirms the new app with a code of it: from then on it is the person's app. Every other session and
    /// sign-in of the person ends (S32). At sign-in, saving the recovery code follows; so it does in the profile.
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
        let subject = self.factor_subject(client, Guess::NewApp, user.id).await?;
        let transaction = self.inner.store.begin().await?;
        self.hold_user(&transaction, user.id, None).await?;
        let waiting = AppFlow::Confirming(app_flow::Confirming { secret: () });
        let flow = self.flow_in_state(&transaction, signed_in, id, waiting.name()).await?;
        self.reserve(&transaction, &subject).await?;
        let secret = self.pending_secret(&flow)?;
        let step = match secret.check_clock(&code, self.now()) {
            Match::Step(step) => step,
            wrong => {
                transaction.commit().await?;
                return Err(match wrong {
                    Match::ClockOff { seconds } => Error::ClockOff { seconds },
                    _ => Error::WrongCode,
                });
            }
        };
        self.guessed_right(&transaction, &subject).await?;
        let (secret, next) = app_flow::Confirming { secret }.confirmed();
        self.move_flow(&transaction, &flow, &next, None).await?;
        let changed = self.swap_app(&transaction, signed_in, &secret, step).await?;
        let record = SessionId(signed_in.record.id);
        self.end_other_records(&transaction, user.id, record).await?;
        let at_sign_in = signed_in.stored_state == SessionState::EnrolOnly;
        if at_sign_in {
            end_flow(&transaction, flow.id, self.now()).await?;
        }
        let state = if at_sign_in { SessionState::SaveCode } else { signed_in.stored_state };
        let token = self.advance(&transaction, signed_in, state).await?;
        self.proved(&transaction, record, MethodKind::App).await?;
        let event = if changed { Event::AppChanged } else { Event::AppAdded };
        self.audit(&transaction, Entry::own(event, user.id, client).method(MethodKind::App)).await?;
        self.notify(&transaction, user, if changed { Notice::AppChanged } else { Notice::AppAdded }, client)
            .await?;
        transaction.commit().await?;
        self.outbox_has_mail();
        Ok(Entered { caller: self.caller_by_id(record).await?, token, known: None })
    }

    /// Leaves a set-up that was opened in the profile.
    ///
    /// # Errors
    /// [`Error::Stale`] where it is not the open one.
    pub async fn cancel_app_set_up(&self, caller: &Caller, id: FlowId) -> Result<(), Error> {
        let signed_in = caller.signed_in()?;
        let transaction = self.inner.store.begin().await?;
        let flow = self.open_flow(&transaction, signed_in.record.id).await?;
        if flow.is_none_or(|flow| flow_id(&flow) != id) {
            return Err(Error::Stale);
        }
        end_flow(&transaction, id.0, self.now()).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Checks the password of the person who is signed in, within its budget, and gives the hash that it matched.
    pub(crate) async fn confirm_password(
        &self,
        client: &Client,
        signed_in: &SignedIn,
        password: Password,
    ) -> Result<String, Error> {
        let email = Email::parse(&signed_in.user.email).map_err(|_| Error::Corrupt("email"))?;
        let subject = self.password_subject(client, &email, Some(signed_in.user.id)).await?;
        let transaction = self.inner.store.begin().await?;
        self.reserve(&transaction, &subject).await?;
        transaction.commit().await?;

        let person = user::Entity::find_by_id(signed_in.user.id.0).one(self.inner.store.reader()).await?;
        let hash = person.and_then(|person| person.password_hash);
        let verdict = self.inner.passwords.verify(password, hash.as_deref()).await?;
        let transaction = self.inner.store.begin().await?;
        let entry = Entry::own(Event::PasswordEntered, signed_in.user.id, client);
        let (Verdict::Right, Some(hash)) = (verdict, hash) else {
            self.audit(&transaction, entry.failed()).await?;
            transaction.commit().await?;
            return Err(Error::WrongPassword);
        };
        self.guessed_right(&transaction, &subject).await?;
        transaction.commit().await?;
        Ok(hash)
    }

    /// Makes the new secret the person's app, in the place of the one that there is. Whether there was one.
    async fn swap_app(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        secret: &TotpSecret,
        step: i64,
    ) -> Result<bool, Error> {
        let user = signed_in.user.id;
        let old = active_app(transaction, user).await?;
        if let Some(old) = &old {
            method::Entity::delete_by_id(old.id).exec(transaction).await?;
        } else if !self.standing(transaction, user).await?.assessment.has_method {
            self.count_first_method(transaction, user).await?;
        }
        let id = self.id();
        let place = Place { table: "methods", row: id, user: user.0 };
        let sealed = self.inner.keys.seal(&*self.inner.random, place, secret.as_bytes());
        method::Entity::insert(method::ActiveModel {
            id: Set(id),
            user_id: Set(user.0),
            kind: Set(MethodKind::App.as_str().to_owned()),
            sealed: Set(sealed.bytes),
            key_id: Set(sealed.key_id),
            // The confirming code is used up with it (S13).
            last_step: Set(Some(step)),
            number_index: Set(None),
            country: Set(None),
            added_at: Set(self.now().0),
            last_used_at: Set(None),
        })
        .exec_without_returning(transaction)
        .await?;
        Ok(old.is_some())
    }

    /// A new open flow of the caller's session, in the place of an earlier one.
    async fn insert_flow(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        state: AppFlow<()>,
    ) -> Result<flow::Model, Error> {
        flow::Entity::update_many()
            .col_expr(flow::Column::EndedAt, Expr::value(self.now().0))
            .filter(flow::Column::SessionId.eq(signed_in.record.id))
            .filter(flow::Column::Purpose.eq(PURPOSE))
            .filter(flow::Column::EndedAt.is_null())
            .exec(transaction)
            .await?;
        let id = self.id();
        let sealed = match &state {
            AppFlow::Confirming(_) => Some(self.seal_new_secret(id, signed_in.user.id.0)),
            AppFlow::Proving(_) | AppFlow::Saving => None,
        };
        let now = self.now().0;
        let flow = flow::Model {
            id,
            session_id: signed_in.record.id,
            user_id: signed_in.user.id.0,
            purpose: PURPOSE.to_owned(),
            state: state.name().to_owned(),
            proved_at: None,
            proved_by: None,
            target_key_id: sealed.as_ref().map(|sealed| sealed.key_id),
            target_sealed: sealed.map(|sealed| sealed.bytes),
            target_index: None,
            target_country: None,
            created_at: now,
            used_at: now,
            ended_at: None,
        };
        flow::Entity::insert(flow::ActiveModel::from(flow.clone()))
            .exec_without_returning(transaction)
            .await?;
        Ok(flow)
    }

    /// The caller's open flow, if it is this one and in this state.
    async fn flow_in_state(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        id: FlowId,
        state: &str,
    ) -> Result<flow::Model, Error> {
        let flow = self.open_flow(transaction, signed_in.record.id).await?;
        flow.filter(|flow| flow.id == id.0 && flow.state == state).ok_or(Error::Stale)
    }

    /// Moves a flow from the state that it was read in: of two that try at once, one does (S25).
    async fn move_flow<Secret: Sync>(
        &self,
        transaction: &DatabaseTransaction,
        flow: &flow::Model,
        next: &AppFlow<Secret>,
        target: Option<Sealed>,
    ) -> Result<flow::Model, Error> {
        let (bytes, key_id) = target.map_or((None, None), |sealed| (Some(sealed.bytes), Some(sealed.key_id)));
        let now = self.now().0;
        let moved = flow::Entity::update_many()
            .col_expr(flow::Column::State, Expr::value(next.name()))
            .col_expr(flow::Column::TargetSealed, Expr::value(Value::from(bytes.clone())))
            .col_expr(flow::Column::TargetKeyId, Expr::value(key_id))
            .col_expr(flow::Column::UsedAt, Expr::value(now))
            .filter(flow::Column::Id.eq(flow.id))
            .filter(flow::Column::State.eq(flow.state.as_str()))
            .filter(flow::Column::EndedAt.is_null())
            .exec(transaction)
            .await?;
        if moved.rows_affected != 1 {
            return Err(Error::Stale);
        }
        let state = next.name().to_owned();
        Ok(flow::Model { state, target_sealed: bytes, target_key_id: key_id, used_at: now, ..flow.clone() })
    }

    /// A new secret, sealed for the flow that shows it.
    fn seal_new_secret(&self, flow: Uuid, user: Uuid) -> Sealed {
        let secret = TotpSecret::new(&*self.inner.random);
        let place = Place { table: "flows", row: flow, user };
        self.inner.keys.seal(&*self.inner.random, place, secret.as_bytes())
    }

    fn pending_secret(&self, flow: &flow::Model) -> Result<TotpSecret, Error> {
        let (Some(bytes), Some(key_id)) = (flow.target_sealed.clone(), flow.target_key_id) else {
            return Err(Error::Corrupt("flow without secret"));
        };
        let place = Place { table: "flows", row: flow.id, user: flow.user_id };
        Ok(TotpSecret::from_bytes(self.inner.keys.open(place, &Sealed { key_id, bytes })?))
    }

    async fn view(&self, signed_in: &SignedIn, flow: &flow::Model) -> Result<AppSetUp, Error> {
        let step = match flow.state.as_str() {
            SAVING => AppFlowStep::SaveCode,
            _ if flow.target_sealed.is_none() => AppFlowStep::Prove,
            _ => {
                let secret = self.pending_secret(flow)?;
                let link = secret.link(&self.inner.settings.product, &signed_in.user.email)?;
                AppFlowStep::Confirm { key: secret.grouped(), link }
            }
        };
        let changing = active_app(self.inner.store.reader(), signed_in.user.id).await?.is_some();
        Ok(AppSetUp { flow: flow_id(flow), changing, step })
    }
}

/// Ends a flow.
pub(crate) async fn end_flow(
    transaction: &DatabaseTransaction,
    flow: Uuid,
    now: Timestamp,
) -> Result<(), Error> {
    flow::Entity::update_many()
        .col_expr(flow::Column::EndedAt, Expr::value(now.0))
        .filter(flow::Column::Id.eq(flow))
        .filter(flow::Column::EndedAt.is_null())
        .exec(transaction)
        .await?;
    Ok(())
}
