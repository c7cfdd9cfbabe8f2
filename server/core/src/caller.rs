//! Who is calling: from the cookies of a request to a record, its person and what is asked of them.

use domain::{Assessment, Ended, Lifetime, Membership, SECOND, SessionId, SessionState, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::company::Administered;
use crate::secret::Token;
use crate::store::entities::{session, user};
use crate::{Error, Vestibule};

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
    /// An administrator has taken the methods away, and none was set up since.
    pub(crate) mfa_reset: bool,
    /// The password was set by a mailed link, and no challenge was passed since (S43).
    pub(crate) password_reset: bool,
    pub(crate) administrator: bool,
    /// The companies that the person administers, by name.
    pub(crate) administered: Vec<Administered>,
    /// What the assessment was made of.
    pub(crate) memberships: Vec<Membership>,
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

impl From<user::Model> for User {
    fn from(user: user::Model) -> Self {
        Self { id: UserId(user.id), email: user.email, name: user.name, time_zone: user.time_zone }
    }
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

    /// The companies that the person administers, by name; none before the sign-in is complete.
    #[must_use]
    pub fn administered(&self) -> &[Administered] {
        let signed_in = self.signed_in.as_ref().filter(|_| self.state == SessionState::Full);
        signed_in.map_or(&[], |signed_in| &signed_in.administered)
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
            matches!(signed_in.stored_state, SessionState::EnrolOnly | SessionState::IdentityDue)
                && !signed_in.assessment.must_set_up()
                && !signed_in.mfa_reset
        })
    }

    /// Whether an administrator has taken the person's methods away, and none was set up since.
    #[must_use]
    pub fn mfa_reset(&self) -> bool {
        self.signed_in.as_ref().is_some_and(|signed_in| signed_in.mfa_reset)
    }

    /// The live record.
    ///
    /// # Errors
    /// [`Error::WrongState`] for nobody.
    pub(crate) fn signed_in(&self) -> Result<&SignedIn, Error> {
        self.signed_in.as_deref().ok_or(Error::WrongState)
    }

    /// The live record, if it is the one that a form was made for: a form of another person's page in the same
    /// browser (a shared tablet) does not act in this one's.
    ///
    /// # Errors
    /// [`Error::Stale`] for another record.
    pub(crate) fn of_record(&self, id: SessionId) -> Result<&SignedIn, Error> {
        let signed_in = self.signed_in()?;
        if signed_in.record.id == id.0 { Ok(signed_in) } else { Err(Error::Stale) }
    }
}

impl SignedIn {
    /// The record's id.
    pub(crate) fn id(&self) -> SessionId {
        SessionId(self.record.id)
    }

    fn ends_at(&self) -> Timestamp {
        self.lifetime.ends(Timestamp(self.record.state_since), last_use(&self.record, self.stored_state))
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
        // A newer version beside this one may know more states; here, nobody is in them.
        let Some(stored_state) = SessionState::parse(&record.state) else {
            return Ok(Caller::anonymous(None));
        };
        let Some(user) = user::Entity::find_by_id(record.user_id).one(reader).await? else {
            return Ok(Caller::anonymous(None));
        };
        let standing = self.standing(reader, UserId(user.id)).await?;
        let lifetime =
            Lifetime::of(stored_state, standing.administrator, &self.inner.settings.session_limits);
        let was_full = stored_state == SessionState::Full;
        let created = Timestamp(record.state_since);
        let reason = match record.ended_at {
            // Also for a reason that only a newer version knows.
            Some(_) => Some(record.ended_reason.as_deref().and_then(Ended::parse).unwrap_or(Ended::Changed)),
            None if record.epoch != self.inner.store.epoch() => Some(Ended::Changed),
            None if user.suspended_at.is_some() => Some(Ended::Suspended),
            None => lifetime.ended(created, last_use(&record, stored_state), self.now()),
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
            mfa_reset: user.mfa_reset_at.is_some(),
            password_reset: user.password_reset_at.is_some(),
            administrator: standing.administrator,
            administered: standing.administered,
            memberships: standing.memberships,
            user: user.into(),
            lifetime,
            record,
        };
        Ok(Caller { state, continues_set_up, ended: None, signed_in: Some(Box::new(signed_in)) })
    }

    /// Writes down that the record was used, and with it the flow that is open in it: whoever stays, stays in the
    /// middle of what they do.
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
        // In a transaction of its own: the others hold flows before sessions.
        let transaction = self.inner.store.begin().await?;
        self.touch_flow(&transaction, signed_in.record.id).await?;
        transaction.commit().await?;
        signed_in.record.used_at = now.0;
        Ok(caller)
    }
}

/// From when a record's idle time counts. The second door waits for a text message, and for nothing else (S7).
fn last_use(record: &session::Model, state: SessionState) -> Timestamp {
    match state {
        SessionState::Challenge => Timestamp(record.texted_at.unwrap_or(record.state_since)),
        _ => Timestamp(record.used_at),
    }
}
