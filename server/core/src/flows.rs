//! Flows in the store: every set-up under way, its state, and its pending secret (S25).
//!
//! The states and what leads from one to the next are [`domain::AppFlow`] and [`domain::PhoneFlow`]; here they are loaded
//! and kept. One set-up is open in a session at a time.

use domain::app_flow::{self, Proving};
use domain::phone_flow::{self, Entering};
use domain::{AppFlow, Ended, FlowId, Lifetime, MethodKind, PhoneFlow, Timestamp, UserId};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, Value};
use uuid::Uuid;

use crate::caller::SignedIn;
use crate::keys::{AssociatedData, Sealed};
use crate::phone_number::PhoneNumber;
use crate::records::Proof;
use crate::store::entities::flow;
use crate::totp::TotpSecret;
use crate::{Error, Vestibule};

/// The purpose of the flows that set up an authenticator app.
pub(crate) const SET_UP_APP: &str = "set_up_app";
/// The purpose of the flows that set up a phone number.
pub(crate) const SET_UP_PHONE: &str = "set_up_phone";
/// The purpose of the flows in which nothing but a new recovery code is saved.
const NEW_RECOVERY_CODE: &str = "new_recovery_code";
/// How long a flow waits for a step.
const LIFETIME: Lifetime = Lifetime { idle: app_flow::IDLE, absolute: app_flow::ABSOLUTE };

/// What is set up, and where that stands.
pub(crate) enum SetUp {
    App(AppFlow<TotpSecret>),
    Phone(PhoneFlow<PhoneNumber>),
}

impl SetUp {
    pub const fn kind(&self) -> MethodKind {
        match self {
            Self::App(_) => MethodKind::App,
            Self::Phone(_) => MethodKind::Phone,
        }
    }

    const fn purpose(&self) -> &'static str {
        match self {
            Self::App(_) => SET_UP_APP,
            Self::Phone(_) => SET_UP_PHONE,
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::App(state) => state.name(),
            Self::Phone(state) => state.name(),
        }
    }

    const fn is_saving(&self) -> bool {
        matches!(self, Self::App(AppFlow::Saving) | Self::Phone(PhoneFlow::Saving))
    }
}

/// A flow that is open, in its state.
pub(crate) struct OpenFlow {
    row: flow::Model,
    pub state: SetUp,
}

impl OpenFlow {
    pub fn id(&self) -> FlowId {
        FlowId(self.row.id)
    }

    /// The row and the state, each to be consumed: a transition takes the state, the store the row.
    pub fn into_parts(self) -> (flow::Model, SetUp) {
        (self.row, self.state)
    }
}

impl Vestibule {
    /// The set-up that is open in this session. What waits for a recovery code to be saved
    /// waits for all of the flow's time, however long the person looks for a safe place.
    pub(crate) async fn open_flow(
        &self,
        connection: &impl ConnectionTrait,
        session: Uuid,
    ) -> Result<Option<OpenFlow>, Error> {
        let row = flow::Entity::find()
            .filter(flow::Column::SessionId.eq(session))
            .filter(flow::Column::Purpose.is_in([SET_UP_APP, SET_UP_PHONE]))
            .filter(flow::Column::EndedAt.is_null())
            .one(connection)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let state = self.state_of(&row)?;
        let ended = LIFETIME.ended(Timestamp(row.created_at), Timestamp(row.used_at), self.now());
        let live = if state.is_saving() { ended != Some(Ended::Absolute) } else { ended.is_none() };
        Ok(live.then_some(OpenFlow { row, state }))
    }

    /// The flow that a form was made for, if it waits for a proof.
    ///
    /// # Errors
    /// [`Error::Stale`] for another, or one that waits for something else.
    pub(crate) async fn proving_flow(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        id: FlowId,
    ) -> Result<(flow::Model, ProvingFlow), Error> {
        match self.flow_of_form(transaction, signed_in, id).await?.into_parts() {
            (row, SetUp::App(AppFlow::Proving(proving))) => Ok((row, ProvingFlow::App(proving))),
            (row, SetUp::Phone(PhoneFlow::Proving(_))) => Ok((row, ProvingFlow::Phone)),
            _ => Err(Error::Stale),
        }
    }

    /// The open set-up, if it is the one that a form was made for.
    ///
    /// # Errors
    /// [`Error::Stale`] for another, or none.
    pub(crate) async fn flow_of_form(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        id: FlowId,
    ) -> Result<OpenFlow, Error> {
        let flow = self.open_flow(transaction, signed_in.record.id).await?;
        flow.filter(|flow| flow.id() == id).ok_or(Error::Stale)
    }

    /// A new flow of the caller's session, in the place of an earlier one of either kind.
    pub(crate) async fn begin_flow(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        state: SetUp,
    ) -> Result<OpenFlow, Error> {
        for purpose in [SET_UP_APP, SET_UP_PHONE] {
            self.end_flow_for(transaction, signed_in.record.id, purpose).await?;
        }
        self.insert_flow(transaction, signed_in, state.purpose(), state).await
    }

    /// A new recovery code is to be saved in the caller's session, without a set-up before it.
    pub(crate) async fn begin_saving(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
    ) -> Result<(), Error> {
        self.end_flow_for(transaction, signed_in.record.id, NEW_RECOVERY_CODE).await?;
        let saving = SetUp::App(AppFlow::Saving);
        self.insert_flow(transaction, signed_in, NEW_RECOVERY_CODE, saving).await?;
        Ok(())
    }

    /// Whether a flow of the session waits for a recovery code to be saved.
    pub(crate) async fn is_saving(
        &self,
        connection: &impl ConnectionTrait,
        session: Uuid,
    ) -> Result<bool, Error> {
        let waiting = flow::Entity::find()
            .filter(flow::Column::SessionId.eq(session))
            .filter(flow::Column::State.eq(app_flow::SAVING))
            .filter(flow::Column::EndedAt.is_null())
            .filter(flow::Column::CreatedAt.gt(self.now().plus(-app_flow::ABSOLUTE).0))
            .one(connection)
            .await?;
        Ok(waiting.is_some())
    }

    async fn insert_flow(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        purpose: &'static str,
        state: SetUp,
    ) -> Result<OpenFlow, Error> {
        let id = self.id();
        let user = signed_in.user.id.0;
        let sealed = self.seal_target_of(id, user, &state);
        let now = self.now().0;
        let row = flow::Model {
            id,
            session_id: signed_in.record.id,
            user_id: user,
            purpose: purpose.to_owned(),
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
        flow::Entity::insert(flow::ActiveModel::from(row.clone()))
            .exec_without_returning(transaction)
            .await?;
        Ok(OpenFlow { row, state })
    }

    /// Moves a flow from the state that it was read in: of two that try at once, one does (S25). `proof` is what has
    /// just been shown to work in it.
    ///
    /// # Errors
    /// [`Error::Stale`] for the other.
    pub(crate) async fn move_flow(
        &self,
        transaction: &DatabaseTransaction,
        row: flow::Model,
        state: SetUp,
        proof: Option<Proof>,
    ) -> Result<OpenFlow, Error> {
        let sealed = self.seal_target_of(row.id, row.user_id, &state);
        let country = match &state {
            SetUp::Phone(PhoneFlow::Confirming(sent)) => Some(sent.number.country().to_owned()),
            _ => None,
        };
        let (bytes, key_id) = sealed.map_or((None, None), |sealed| (Some(sealed.bytes), Some(sealed.key_id)));
        let now = self.now().0;
        let proved_at = if proof.is_some() { Some(now) } else { row.proved_at };
        let proved_by = proof.map(|proof| proof.as_str().to_owned()).or_else(|| row.proved_by.clone());
        let moved = flow::Entity::update_many()
            .col_expr(flow::Column::State, Expr::value(state.name()))
            .col_expr(flow::Column::ProvedAt, Expr::value(proved_at))
            .col_expr(flow::Column::ProvedBy, Expr::value(proved_by))
            .col_expr(flow::Column::TargetSealed, Expr::value(Value::from(bytes)))
            .col_expr(flow::Column::TargetKeyId, Expr::value(key_id))
            .col_expr(flow::Column::TargetCountry, Expr::value(country))
            .col_expr(flow::Column::UsedAt, Expr::value(now))
            .filter(flow::Column::Id.eq(row.id))
            .filter(flow::Column::State.eq(row.state.as_str()))
            .filter(flow::Column::EndedAt.is_null())
            .exec(transaction)
            .await?;
        if moved.rows_affected == 1 { Ok(OpenFlow { row, state }) } else { Err(Error::Stale) }
    }

    /// Ends whatever flows are open in the session; a pending secret is not kept.
    pub(crate) async fn end_flows(
        &self,
        transaction: &DatabaseTransaction,
        session: Uuid,
    ) -> Result<(), Error> {
        self.end_flows_where(transaction, flow::Column::SessionId.eq(session)).await
    }

    /// Ends whatever flows a person has open, in any session.
    pub(crate) async fn end_flows_of(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
    ) -> Result<(), Error> {
        self.end_flows_where(transaction, flow::Column::UserId.eq(user.0)).await
    }

    async fn end_flow_for(
        &self,
        transaction: &DatabaseTransaction,
        session: Uuid,
        purpose: &'static str,
    ) -> Result<(), Error> {
        let which = flow::Column::SessionId.eq(session).and(flow::Column::Purpose.eq(purpose));
        self.end_flows_where(transaction, which).await
    }

    async fn end_flows_where(
        &self,
        transaction: &DatabaseTransaction,
        which: SimpleExpr,
    ) -> Result<(), Error> {
        flow::Entity::update_many()
            .col_expr(flow::Column::EndedAt, Expr::value(self.now().0))
            .col_expr(flow::Column::TargetSealed, Expr::value(Option::<Vec<u8>>::None))
            .filter(which)
            .filter(flow::Column::EndedAt.is_null())
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// Puts the idle end of the session's open flow off, unless it has passed.
    pub(crate) async fn touch_flow(
        &self,
        transaction: &DatabaseTransaction,
        session: Uuid,
    ) -> Result<(), Error> {
        let now = self.now();
        flow::Entity::update_many()
            .col_expr(flow::Column::UsedAt, Expr::value(now.0))
            .filter(flow::Column::SessionId.eq(session))
            .filter(flow::Column::EndedAt.is_null())
            .filter(flow::Column::UsedAt.gt(now.plus(-app_flow::IDLE).0))
            .exec(transaction)
            .await?;
        Ok(())
    }

    fn state_of(&self, row: &flow::Model) -> Result<SetUp, Error> {
        let corrupt = || Error::Corrupt("flow state");
        let target = |associated: fn(Uuid, Uuid) -> AssociatedData| {
            let sealed = (row.target_sealed.clone(), row.target_key_id);
            let (Some(bytes), Some(key_id)) = sealed else { return Err(corrupt()) };
            Ok(self.inner.keys.open(associated(row.id, row.user_id), &Sealed { key_id, bytes })?)
        };
        Ok(match (row.purpose.as_str(), row.state.as_str()) {
            (SET_UP_PHONE, app_flow::PROVING) => SetUp::Phone(PhoneFlow::Proving(Proving)),
            (SET_UP_PHONE, phone_flow::ENTERING) => SetUp::Phone(PhoneFlow::Entering(Entering)),
            (SET_UP_PHONE, app_flow::CONFIRMING) => {
                let e164 = String::from_utf8(target(associated_number)?.to_vec()).map_err(|_| corrupt())?;
                let country = row.target_country.clone().unwrap_or_default();
                let number = PhoneNumber::stored(e164.into(), country);
                SetUp::Phone(PhoneFlow::Confirming(phone_flow::Sent { number }))
            }
            (SET_UP_PHONE, app_flow::SAVING) => SetUp::Phone(PhoneFlow::Saving),
            (_, app_flow::PROVING) => SetUp::App(AppFlow::Proving(Proving)),
            (_, app_flow::CONFIRMING) => {
                let secret = TotpSecret::from_bytes(target(associated)?);
                SetUp::App(AppFlow::Confirming(app_flow::Confirming { secret }))
            }
            (_, app_flow::SAVING) => SetUp::App(AppFlow::Saving),
            _ => return Err(corrupt()),
        })
    }

    fn seal_target_of(&self, id: Uuid, user: Uuid, state: &SetUp) -> Option<Sealed> {
        let (associated, target) = match state {
            SetUp::App(AppFlow::Confirming(confirming)) => {
                (associated(id, user), confirming.secret.as_bytes())
            }
            SetUp::Phone(PhoneFlow::Confirming(sent)) => {
                (associated_number(id, user), sent.number.as_str().as_bytes())
            }
            _ => return None,
        };
        Some(self.inner.keys.seal(&*self.inner.random, associated, target))
    }
}

/// A flow that waits for a proof.
pub(crate) enum ProvingFlow {
    App(Proving),
    Phone,
}

impl ProvingFlow {
    /// What follows the proof.
    pub fn proved(self, secret: impl FnOnce() -> TotpSecret) -> SetUp {
        match self {
            Self::App(proving) => SetUp::App(proving.proved(secret())),
            Self::Phone => SetUp::Phone(PhoneFlow::Entering(Entering)),
        }
    }
}

/// What a pending secret belongs to.
pub(crate) fn associated(row: Uuid, user: Uuid) -> AssociatedData {
    AssociatedData { table: "flows (set_up_app)", row, user }
}

/// What a pending number belongs to.
pub(crate) fn associated_number(row: Uuid, user: Uuid) -> AssociatedData {
    AssociatedData { table: "flows (set_up_phone)", row, user }
}
