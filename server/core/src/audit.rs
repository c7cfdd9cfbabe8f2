//! The audit log: append-only, written in the transaction of the change (S52).

use domain::{CompanyId, MethodKind, UserId};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};

use crate::caller::Client;
use crate::store::entities::audit_event;
use crate::{Error, Vestibule};

/// What happened. To add one: a case here and its name; names are stored, so they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    PasswordEntered,
    SignedIn,
    SignedOut,
    ChallengeAnswered,
    SetUpOpened,
    SetUpLeft,
    AppAdded,
    AppChanged,
    AppKept,
    AppRemoved,
    RecoveryCodeRequested,
    RecoveryCodeSaved,
    RecoveryCodeUsed,
    RecoveryReopened,
    IdentityConfirmed,
    MfaReset,
    PasswordSet,
    EmailSet,
    UserAdded,
    UserDeleted,
    CompanyAdded,
    CompanySet,
    MemberAdded,
    MfaRequired,
    MfaNotRequired,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub event: Event,
    /// Who did it; `None`: nobody known, or the operator.
    pub actor: Option<UserId>,
    /// About whom.
    pub subject: Option<UserId>,
    pub company: Option<CompanyId>,
    pub method: Option<MethodKind>,
    pub succeeded: bool,
    /// From where; `None`: the command line.
    pub client: Option<&'a Client>,
}

impl<'a> Entry<'a> {
    /// Something that a person did about themselves.
    pub fn own(event: Event, user: UserId, client: &'a Client) -> Self {
        let client = Some(client);
        Self {
            event,
            actor: Some(user),
            subject: Some(user),
            company: None,
            method: None,
            succeeded: true,
            client,
        }
    }

    /// Something that somebody did who has not shown who they are.
    pub fn visitor(event: Event, subject: Option<UserId>, client: &'a Client) -> Self {
        Self { actor: None, client: Some(client), ..Self::operator(event, subject, None) }
    }

    /// Something that the operator did on the command line.
    pub fn operator(event: Event, subject: Option<UserId>, company: Option<CompanyId>) -> Self {
        Self { event, actor: None, subject, company, method: None, succeeded: true, client: None }
    }

    pub fn method(self, kind: MethodKind) -> Self {
        Self { method: Some(kind), ..self }
    }

    pub fn failed(self) -> Self {
        Self { succeeded: false, ..self }
    }
}

impl Event {
    const fn name(self) -> &'static str {
        match self {
            Self::PasswordEntered => "password_entered",
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::ChallengeAnswered => "challenge_answered",
            Self::SetUpOpened => "set_up_opened",
            Self::SetUpLeft => "set_up_left",
            Self::AppAdded => "app_added",
            Self::AppChanged => "app_changed",
            Self::AppKept => "app_kept",
            Self::AppRemoved => "app_removed",
            Self::RecoveryCodeRequested => "recovery_code_requested",
            Self::RecoveryCodeSaved => "recovery_code_saved",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::RecoveryReopened => "recovery_reopened",
            Self::IdentityConfirmed => "identity_confirmed",
            Self::MfaReset => "mfa_reset",
            Self::PasswordSet => "password_set",
            Self::EmailSet => "email_set",
            Self::UserAdded => "user_added",
            Self::UserDeleted => "user_deleted",
            Self::CompanyAdded => "company_added",
            Self::CompanySet => "company_set",
            Self::MemberAdded => "member_added",
            Self::MfaRequired => "mfa_required",
            Self::MfaNotRequired => "mfa_not_required",
        }
    }
}

impl Vestibule {
    /// Writes a row of the log.
    pub(crate) async fn audit(
        &self,
        transaction: &DatabaseTransaction,
        entry: Entry<'_>,
    ) -> Result<(), Error> {
        let outcome = if entry.succeeded { "success" } else { "failure" };
        let event = entry.event.name();
        metrics::counter!("vestibule_events_total", "event" => event, "outcome" => outcome).increment(1);
        audit_event::Entity::insert(audit_event::ActiveModel {
            id: Set(self.id()),
            at: Set(self.now().0),
            actor_id: Set(entry.actor.map(|id| id.0)),
            subject_id: Set(entry.subject.map(|id| id.0)),
            company_id: Set(entry.company.map(|id| id.0)),
            event: Set(event.to_owned()),
            method: Set(entry.method.map(|kind| kind.as_str().to_owned())),
            outcome: Set(outcome.to_owned()),
            address: Set(entry
                .client
                .map_or_else(|| "command line".to_owned(), |client| client.address.clone())),
            browser: Set(entry.client.map_or_else(String::new, |client| client.browser.clone())),
            detail: Set(None),
        })
        .exec_without_returning(transaction)
        .await?;
        Ok(())
    }
}
