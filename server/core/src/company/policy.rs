//! A company's MFA policy, as its administrators change it: one row, whatever the number of members (S27).

use domain::{CompanyId, DAY, SessionId, Timestamp};
use sea_orm::DatabaseTransaction;
use sea_orm::sea_query::Expr;

use super::News;
use super::figures::Figures;
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, SignedIn};
use crate::companies::next_policy;
use crate::local_time;
use crate::store::entities::{company, method};
use crate::{Error, Vestibule};

/// How near a date is that people have little time for, in milliseconds.
const SOON: i64 = 7 * DAY;

/// What can be changed of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// From when MFA is required, in the company's zone: `2026-03-03T09:00`; `None`: off.
    pub required_from: Option<String>,
    /// Whether text messages are accepted.
    pub text_messages: bool,
    /// Whether members may set up MFA though it is not required.
    pub voluntary_set_up: bool,
}

/// A company's policy, and how far its members are.
#[derive(Clone, Debug)]
pub struct CompanySecurity {
    /// The company's name.
    pub name: String,
    /// IANA name of its zone.
    pub time_zone: String,
    /// Which version of the policy this is.
    pub version: i64,
    /// What it is.
    pub policy: Policy,
    /// From when MFA is required; `None`: off.
    pub required_from: Option<Timestamp>,
    /// How far the members are.
    pub figures: Figures,
    /// Whether the caller has a method that all who ask accept.
    pub own_method: bool,
    /// How many members have a number that serves other accounts too.
    pub shared_numbers: i64,
    /// Whether a daily cap of text messages is reached (S18).
    pub texts_capped: bool,
}

/// What a change would mean.
#[derive(Clone, Copy, Debug)]
pub struct Preview {
    /// From when it would be required; `None`: off.
    pub required_from: Option<Timestamp>,
    /// Whether that has passed, and so means from now on.
    pub past: bool,
    /// Whether it is fewer than seven days away.
    pub soon: bool,
    /// Whether the date changes.
    pub moves: bool,
    /// How far the members are, by the changed policy.
    pub figures: Figures,
}

/// A change of a policy, compared with what it was.
struct Change {
    from: Option<Timestamp>,
    past: bool,
    moves: bool,
    loosens: bool,
}

impl Vestibule {
    /// The policy of a company that the caller administers.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn company_security(&self, caller: &Caller, slug: &str) -> Result<CompanySecurity, Error> {
        let signed_in = caller.signed_in()?;
        let reader = self.inner.store.reader();
        let company = self.administered_company(reader, signed_in, slug).await?;
        let id = CompanyId(company.id);
        let required_from = company.mfa_required_from.map(Timestamp);
        Ok(CompanySecurity {
            policy: policy_of(&company)?,
            figures: self.figures(reader, id, company.text_messages, required_from).await?,
            shared_numbers: self.shared_numbers(reader, id).await?,
            texts_capped: self.texts_are_capped().await?,
            own_method: signed_in.assessment.has_acceptable_method,
            name: company.name,
            time_zone: company.time_zone,
            version: company.policy_version,
            required_from,
        })
    }

    /// What a change of the policy would mean. Nothing is changed.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a date that is none.
    pub async fn preview_policy(
        &self,
        caller: &Caller,
        slug: &str,
        policy: &Policy,
    ) -> Result<Preview, Error> {
        let reader = self.inner.store.reader();
        let company = self.administered_company(reader, caller.signed_in()?, slug).await?;
        let Change { from, past, moves, .. } = self.compare(&company, policy)?;
        let figures = self.figures(reader, CompanyId(company.id), policy.text_messages, from).await?;
        let soon = moves && from.is_some_and(|from| from.since(self.now()) < SOON);
        Ok(Preview { required_from: from, past, soon, moves, figures })
    }

    /// Changes the policy, if nobody else has changed it since `version`. Saving or moving a date announces it to every
    /// member without a method: one row, which a worker expands.
    ///
    /// # Errors
    /// [`Error::PolicyChanged`]; [`Error::OwnMethodFirst`] for who would require what they lack themselves;
    /// [`Error::StepUpNeeded`] where it loosens (S42); [`Error::NotFound`]; [`Error::Invalid`] for a date that is none;
    /// [`Error::Stale`] for another record than the caller's.
    pub async fn save_policy(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        slug: &str,
        version: i64,
        policy: &Policy,
    ) -> Result<CompanySecurity, Error> {
        let signed_in = caller.of_record(record)?;
        let transaction = self.inner.store.begin().await?;
        let company = self.administered_company(&transaction, signed_in, slug).await?;
        if company.policy_version != version {
            return Err(Error::PolicyChanged);
        }
        let change = self.compare(&company, policy)?;
        if change.loosens {
            self.authorise(&transaction, signed_in, slug).await?;
        }
        if change.moves && change.from.is_some() {
            self.require_own_method(&transaction, signed_in, policy).await?;
        }
        let update = next_policy(&company)
            .col_expr(company::Column::MfaRequiredFrom, Expr::value(change.from.map(|from| from.0)))
            .col_expr(company::Column::TextMessages, Expr::value(policy.text_messages))
            .col_expr(company::Column::VoluntarySetUp, Expr::value(policy.voluntary_set_up));
        if update.exec(&transaction).await?.rows_affected != 1 {
            return Err(Error::PolicyChanged);
        }
        if let Some(from) = change.from.filter(|_| change.moves) {
            self.announce(&transaction, CompanyId(company.id), from).await?;
        }
        self.tell_of_policy(&transaction, client, signed_in, &company, policy, &change).await?;
        self.commit(transaction, "save_policy").await?;
        self.outbox_has_mail();
        self.company_security(caller, slug).await
    }

    async fn tell_of_policy(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        company: &company::Model,
        policy: &Policy,
        change: &Change,
    ) -> Result<(), Error> {
        let user = &signed_in.user;
        let event = match (change.moves, change.from) {
            (true, Some(_)) => Event::MfaRequired,
            (true, None) => Event::MfaNotRequired,
            (false, _) => Event::CompanySet,
        };
        let zone = local_time::zone(&company.time_zone).map_err(|_| Error::Corrupt("zone"))?;
        let on_or_off = |on| if on { "on" } else { "off" };
        let requires = change.from.map_or_else(
            || "is off".to_owned(),
            |from| format!("is on from {}", local_time::spelt_out(from, &zone)),
        );
        let says = format!(
            "{} has changed how {} secures sign-in: Require MFA {requires}, text messages are {}, voluntary set-up is {}.",
            user.name,
            company.name,
            on_or_off(policy.text_messages),
            on_or_off(policy.voluntary_set_up),
        );
        let entry = Entry::of_company(event, user.id, CompanyId(company.id), client);
        self.audit(transaction, entry.because(&says)).await?;
        let leads_to = Some(("See the Settings", "/security"));
        let news = News { subject: "security settings changed", says, leads_to, client, about: None };
        self.tell_administrators(transaction, company, &[user.id], &news).await
    }

    /// Whoever requires MFA of others has a method that their own policy accepts.
    async fn require_own_method(
        &self,
        transaction: &DatabaseTransaction,
        signed_in: &SignedIn,
        policy: &Policy,
    ) -> Result<(), Error> {
        let methods: Vec<method::Model> = crate::methods::methods_of(transaction, signed_in.user.id).await?;
        let has_app = methods.iter().any(|method| method.kind == domain::MethodKind::App.as_str());
        if has_app || (policy.text_messages && signed_in.assessment.has_acceptable_method) {
            Ok(())
        } else {
            Err(Error::OwnMethodFirst)
        }
    }

    /// A date that has passed is from now on; one that was not touched stays the instant that it is.
    fn compare(&self, company: &company::Model, policy: &Policy) -> Result<Change, Error> {
        let before = policy_of(company)?;
        let old = company.mfa_required_from.map(Timestamp);
        let now = self.now();
        let moves = before.required_from != policy.required_from;
        let entered = match &policy.required_from {
            Some(text) if moves => Some(
                local_time::instant(text, &company.time_zone)
                    .map_err(|error| Error::Invalid { field: "required_from", why: error.to_string() })?,
            ),
            Some(_) => old,
            None => None,
        };
        let in_force = |from: Option<Timestamp>| from.is_some_and(|from| from <= now);
        // Required already, and to be required since another day in the past: nothing changes for anybody.
        let moves = moves && !(in_force(old) && in_force(entered));
        let past = moves && in_force(entered);
        let from = match (moves, past) {
            (false, _) => old,
            (true, true) => Some(now),
            (true, false) => entered,
        };
        let later = match (old, from) {
            (Some(old), Some(from)) => from > old,
            (Some(_), None) => true,
            (None, _) => false,
        };
        let loosens = later
            || (policy.text_messages && !before.text_messages)
            || (!policy.voluntary_set_up && before.voluntary_set_up);
        Ok(Change { from, past, moves, loosens })
    }
}

fn policy_of(company: &company::Model) -> Result<Policy, Error> {
    let local = |from: i64| {
        local_time::local(Timestamp(from), &company.time_zone).map_err(|_| Error::Corrupt("zone"))
    };
    Ok(Policy {
        required_from: company.mfa_required_from.map(local).transpose()?,
        text_messages: company.text_messages,
        voluntary_set_up: company.voluntary_set_up,
    })
}
