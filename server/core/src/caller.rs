//! Who is calling: from the cookies of a request to a record, its person and what is asked of them.

use domain::{
    AppFlow, Assessment, Company, Ended, FlowId, Lifetime, Membership, MethodKind, OwnedMethod, Role, SECOND,
    SessionId, SessionState, Timestamp, UserId, app_flow, requirement,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
};

use crate::error::Error;
use crate::secret::Token;
use crate::store::entities::{company, flow, known_browser, membership, method, session, user};
use crate::{Vestibule, random};

/// Use of a session is written down at most this often, so that reading pages does not write.
const USE_GRANULARITY: i64 = 10 * SECOND;
/// Longest browser description that is kept, in characters.
const BROWSER_LENGTH: usize = 300;

/// The tokens of a request's cookies.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// Of a session that is signed in.
    pub session: Option<Token>,
    /// Of a sign-in under way.
    pub pending: Option<Token>,
}

/// What is known of the browser that calls.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its network address, as trusted (S47).
    pub address: String,
    /// What it calls itself.
    pub browser: String,
    /// The token that says which accounts it has signed in to (S46).
    pub known: Option<Token>,
}

/// The person of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// Normalised e-mail address.
    pub email: String,
    /// Full name.
    pub name: String,
    /// IANA zone, if one is set.
    pub time_zone: Option<String>,
}

/// A live record with everything that decides what it may do.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub(crate) record: session::Model,
    pub(crate) stored_state: SessionState,
    pub(crate) user: User,
    pub(crate) assessment: Assessment,
    pub(crate) in_company: bool,
    pub(crate) password_changed_at: Timestamp,
    lifetime: Lifetime,
}

/// Who is calling.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What the record may do now. Not always what is stored: a requirement may have come into force since.
    pub state: SessionState,
    /// A set-up that was opened in the profile goes on, although MFA has been required since.
    pub continues_set_up: bool,
    /// Why the browser's last record has ended, where its cookie is still there.
    pub ended: Option<EndedRecord>,
    signed_in: Option<Box<SignedIn>>,
}

/// A record that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedRecord {
    /// Why.
    pub reason: Ended,
    /// The limit that applied, in milliseconds.
    pub limit: i64,
    /// Whether it was signed in.
    pub was_full: bool,
}

/// A record after a step that gave it a new token (S30).
#[derive(Clone, Debug)]
pub struct Entered {
    /// The record as it is now.
    pub caller: Caller,
    /// Its new token; the old one is dead.
    pub token: Token,
    /// The token by which this browser is known from now on, where it is new.
    pub known: Option<Token>,
}

impl Client {
    /// A client at `address` that calls itself `browser`.
    #[must_use]
    pub fn new(address: String, browser: &str, known: Option<Token>) -> Self {
        Self {
            address,
            browser: browser.chars().filter(|c| !c.is_control()).take(BROWSER_LENGTH).collect(),
            known,
        }
    }
}

impl Caller {
    /// Nobody.
    #[must_use]
    pub fn anonymous(ended: Option<EndedRecord>) -> Self {
        Self { state: SessionState::Anonymous, continues_set_up: false, ended, signed_in: None }
    }

    /// The record's id, which the forms of the sign-in carry.
    #[must_use]
    pub fn record_id(&self) -> Option<SessionId> {
        self.signed_in.as_ref().map(|signed_in| SessionId(signed_in.record.id))
    }

    /// The person.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.signed_in.as_ref().map(|signed_in| &signed_in.user)
    }

    /// What the person's companies ask.
    #[must_use]
    pub fn assessment(&self) -> Option<&Assessment> {
        self.signed_in.as_ref().map(|signed_in| &signed_in.assessment)
    }

    /// Where the person wanted to go.
    #[must_use]
    pub fn return_to(&self) -> Option<&str> {
        self.signed_in.as_ref()?.record.return_to.as_deref()
    }

    /// When the record ends if it is not used.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.signed_in.as_ref().map(|signed_in| signed_in.ends_at())
    }

    /// Whether the sign-in waits for a set-up that nobody asks for any more: it can go on.
    #[must_use]
    pub fn is_freed(&self) -> bool {
        self.signed_in.as_ref().is_some_and(|signed_in| {
            signed_in.stored_state == SessionState::EnrolOnly && !signed_in.assessment.must_set_up()
        })
    }

    /// The live record.
    ///
    /// # Errors
    /// [`Error::WrongState`] for nobody.
    pub(crate) fn signed_in(&self) -> Result<&SignedIn, Error> {
        self.signed_in.as_deref().ok_or(Error::WrongState)
    }
}

impl SignedIn {
    fn ends_at(&self) -> Timestamp {
        self.lifetime.ends(Timestamp(self.record.created_at), Timestamp(self.record.used_at))
    }
}

impl Vestibule {
    /// Finds out who is calling. `counts_as_use` puts the idle end of the record off (S31).
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn identify(&self, tokens: &Tokens, counts_as_use: bool) -> Result<Caller, Error> {
        let mut ended = None;
        for (token, full) in [(&tokens.pending, false), (&tokens.session, true)] {
            let Some(token) = token else { continue };
            let record = session::Entity::find()
                .filter(session::Column::TokenHash.eq(token.hash()))
                .one(self.inner.store.reader())
                .await?;
            // A cookie of one kind does not carry a record of the other.
            let Some(record) = record.filter(|record| (record.state == SessionState::Full.as_str()) == full)
            else {
                continue;
            };
            let caller = self.caller_of(record).await?;
            if caller.signed_in.is_none() {
                ended = ended.or(caller.ended);
            } else {
                return if counts_as_use { self.used(caller).await } else { Ok(caller) };
            }
        }
        Ok(Caller::anonymous(ended))
    }

    /// The caller of the record with this id, as it is now.
    pub(crate) async fn caller_by_id(&self, id: SessionId) -> Result<Caller, Error> {
        let record = session::Entity::find_by_id(id.0).one(self.inner.store.reader()).await?;
        match record {
            Some(record) => self.caller_of(record).await,
            None => Ok(Caller::anonymous(None)),
        }
    }

    async fn caller_of(&self, record: session::Model) -> Result<Caller, Error> {
        let reader = self.inner.store.reader();
        let stored_state = SessionState::parse(&record.state).ok_or(Error::Corrupt("session state"))?;
        let Some(user) = user::Entity::find_by_id(record.user_id).one(reader).await? else {
            return Ok(Caller::anonymous(None));
        };
        let standing = self.standing(reader, UserId(user.id)).await?;
        let lifetime = Lifetime::of(stored_state, standing.administrator);
        let was_full = stored_state == SessionState::Full;
        let created = Timestamp(record.created_at);
        let reason = match record.ended_reason.as_deref().map(Ended::parse) {
            Some(reason) => reason,
            None if record.epoch != self.inner.store.epoch() => Some(Ended::Changed),
            None => lifetime.ended(created, Timestamp(record.used_at), self.now()),
        };
        if let Some(reason) = reason {
            let limit = if reason == Ended::Absolute { lifetime.absolute } else { lifetime.idle };
            return Ok(Caller::anonymous(Some(EndedRecord { reason, limit, was_full })));
        }
        let overtaken = was_full && standing.assessment.must_set_up();
        let continues_set_up = overtaken && self.open_flow(reader, record.id).await?.is_some();
        let state = match (overtaken, continues_set_up) {
            (false, _) => stored_state,
            (true, true) => SessionState::EnrolOnly,
            (true, false) => SessionState::PasswordDue,
        };
        let signed_in = SignedIn {
            stored_state,
            assessment: standing.assessment,
            in_company: standing.in_company,
            password_changed_at: Timestamp(user.password_changed_at),
            user: User { id: UserId(user.id), email: user.email, name: user.name, time_zone: user.time_zone },
            lifetime,
            record,
        };
        Ok(Caller { state, continues_set_up, ended: None, signed_in: Some(Box::new(signed_in)) })
    }

    /// Writes down that the record was used.
    async fn used(&self, mut caller: Caller) -> Result<Caller, Error> {
        let now = self.now();
        let Some(signed_in) = caller.signed_in.as_mut() else { return Ok(caller) };
        if now.since(Timestamp(signed_in.record.used_at)) < USE_GRANULARITY {
            return Ok(caller);
        }
        let transaction = self.inner.store.begin().await?;
        session::Entity::update_many()
            .col_expr(session::Column::UsedAt, Expr::value(now.0))
            .filter(session::Column::Id.eq(signed_in.record.id))
            .filter(session::Column::EndedAt.is_null())
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        signed_in.record.used_at = now.0;
        Ok(caller)
    }

    /// What a person's companies ask now, read through `connection`.
    pub(crate) async fn standing(
        &self,
        connection: &impl ConnectionTrait,
        user: UserId,
    ) -> Result<Standing, Error> {
        let companies = membership::Entity::find()
            .filter(membership::Column::UserId.eq(user.0))
            .find_also_related(company::Entity)
            .all(connection)
            .await?;
        let mut memberships = Vec::with_capacity(companies.len());
        for (membership, company) in companies {
            let company = company.ok_or(Error::Corrupt("membership without company"))?;
            memberships.push(to_membership(membership, company)?);
        }
        let methods =
            method::Entity::find().filter(method::Column::UserId.eq(user.0)).all(connection).await?;
        let mut owned = Vec::with_capacity(methods.len());
        for method in methods {
            owned.push(match MethodKind::parse(&method.kind) {
                Some(MethodKind::App) => OwnedMethod::App,
                Some(MethodKind::Phone) => OwnedMethod::Phone { country: method.country.unwrap_or_default() },
                None => return Err(Error::Corrupt("method kind")),
            });
        }
        let accepted = || memberships.iter().filter(|membership| membership.accepted);
        Ok(Standing {
            administrator: accepted().any(|membership| membership.role == Role::Administrator),
            in_company: accepted().next().is_some(),
            assessment: requirement(
                &memberships,
                &owned,
                &self.inner.settings.payments_countries,
                self.now(),
            ),
        })
    }

    /// The set-up of an authenticator app that is open in this session.
    pub(crate) async fn open_flow(
        &self,
        connection: &impl ConnectionTrait,
        session: uuid::Uuid,
    ) -> Result<Option<flow::Model>, Error> {
        let flow = flow::Entity::find()
            .filter(flow::Column::SessionId.eq(session))
            .filter(flow::Column::Purpose.eq(crate::set_up_app::PURPOSE))
            .filter(flow::Column::EndedAt.is_null())
            .one(connection)
            .await?;
        let lifetime = Lifetime { idle: app_flow::IDLE, absolute: app_flow::ABSOLUTE };
        let live = |flow: &flow::Model| {
            lifetime.ended(Timestamp(flow.created_at), Timestamp(flow.used_at), self.now()).is_none()
        };
        Ok(flow.filter(live))
    }

    /// Gives the record a new token and a state (S30), if it is still what the caller saw: a record that has
    /// ended or moved on meanwhile is refused (S7).
    pub(crate) async fn advance(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        state: SessionState,
    ) -> Result<Token, Error> {
        let token = Token::new(&*self.inner.random);
        let now = self.now().0;
        let mut update = session::Entity::update_many()
            .col_expr(session::Column::TokenHash, Expr::value(token.hash()))
            .col_expr(session::Column::State, Expr::value(state.as_str()))
            .col_expr(session::Column::UsedAt, Expr::value(now))
            .filter(session::Column::Id.eq(signed_in.record.id))
            .filter(session::Column::TokenHash.eq(signed_in.record.token_hash.clone()))
            .filter(session::Column::EndedAt.is_null());
        if state != signed_in.stored_state {
            update = update.col_expr(session::Column::CreatedAt, Expr::value(now));
        }
        if update.exec(transaction).await?.rows_affected == 1 { Ok(token) } else { Err(Error::Stale) }
    }

    /// Writes down that a method was proved in this session.
    pub(crate) async fn proved(
        &self,
        transaction: &DatabaseTransaction,
        session: SessionId,
        kind: MethodKind,
    ) -> Result<(), Error> {
        session::Entity::update_many()
            .col_expr(session::Column::ProvedAt, Expr::value(self.now().0))
            .col_expr(session::Column::ProvedBy, Expr::value(kind.as_str()))
            .filter(session::Column::Id.eq(session.0))
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// Holds the person's row, so that what follows in this transaction and every other change of this person's
    /// password, methods or codes come one after the other. `password_hash`: only if it is still this one.
    pub(crate) async fn hold_user(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        password_hash: Option<&str>,
    ) -> Result<(), Error> {
        let mut update = user::Entity::update_many()
            .col_expr(user::Column::CreatedAt, Expr::col(user::Column::CreatedAt))
            .filter(user::Column::Id.eq(user.0));
        if let Some(hash) = password_hash {
            update = update.filter(user::Column::PasswordHash.eq(hash));
        }
        if update.exec(transaction).await?.rows_affected == 1 { Ok(()) } else { Err(Error::Stale) }
    }

    /// Ends every record of the person but `keep`, on every instance at once (S32).
    pub(crate) async fn end_other_records(
        &self,
        transaction: &DatabaseTransaction,
        user: UserId,
        keep: SessionId,
    ) -> Result<(), Error> {
        session::Entity::update_many()
            .col_expr(session::Column::EndedAt, Expr::value(self.now().0))
            .col_expr(session::Column::EndedReason, Expr::value(Ended::Changed.as_str()))
            .filter(session::Column::UserId.eq(user.0))
            .filter(session::Column::Id.ne(keep.0))
            .filter(session::Column::EndedAt.is_null())
            .exec(transaction)
            .await?;
        Ok(())
    }

    /// Ends one record. Whether it was still live.
    pub(crate) async fn end_record(
        &self,
        transaction: &DatabaseTransaction,
        session: SessionId,
        reason: Ended,
    ) -> Result<bool, Error> {
        let ended = session::Entity::update_many()
            .col_expr(session::Column::EndedAt, Expr::value(self.now().0))
            .col_expr(session::Column::EndedReason, Expr::value(reason.as_str()))
            .filter(session::Column::Id.eq(session.0))
            .filter(session::Column::EndedAt.is_null())
            .exec(transaction)
            .await?;
        Ok(ended.rows_affected == 1)
    }

    /// The browser is signed in: from now on it is known to the account (S46). Gives its token where it is new.
    pub(crate) async fn remember_browser(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        user: UserId,
    ) -> Result<Option<Token>, Error> {
        let now = self.now().0;
        user::Entity::update_many()
            .col_expr(user::Column::LastFullSessionAt, Expr::value(now))
            .filter(user::Column::Id.eq(user.0))
            .exec(transaction)
            .await?;
        let (token, new) = match &client.known {
            Some(token) => (token.clone(), false),
            None => (Token::new(&*self.inner.random), true),
        };
        let touched = known_browser::Entity::update_many()
            .col_expr(known_browser::Column::UsedAt, Expr::value(now))
            .filter(known_browser::Column::UserId.eq(user.0))
            .filter(known_browser::Column::TokenHash.eq(token.hash()))
            .exec(transaction)
            .await?;
        if touched.rows_affected == 0 {
            known_browser::Entity::insert(known_browser::ActiveModel {
                id: Set(random::uuid(&*self.inner.random, self.now())),
                user_id: Set(user.0),
                token_hash: Set(token.hash()),
                created_at: Set(now),
                used_at: Set(now),
            })
            .exec_without_returning(transaction)
            .await?;
        }
        Ok(new.then_some(token))
    }
}

/// What the companies of a person ask, and what the person is there.
pub(crate) struct Standing {
    pub assessment: Assessment,
    pub administrator: bool,
    pub in_company: bool,
}

fn to_membership(membership: membership::Model, company: company::Model) -> Result<Membership, Error> {
    Ok(Membership {
        company: Company {
            id: domain::CompanyId(company.id),
            name: company.name,
            mfa_required_from: company.mfa_required_from.map(Timestamp),
            voluntary_set_up: company.voluntary_set_up,
            text_messages: company.text_messages,
        },
        role: Role::parse(&membership.role).ok_or(Error::Corrupt("role"))?,
        payments_since: membership.payments_since.map(Timestamp),
        accepted: membership.accepted_at.is_some(),
    })
}

/// The flow's id and stored state, for the forms that carry it.
pub(crate) fn flow_id(flow: &flow::Model) -> FlowId {
    FlowId(flow.id)
}

/// The flow's name of the state `Saving`, which no secret belongs to.
pub(crate) const SAVING: &str = AppFlow::<()>::Saving.name();
