//! The audit log: append-only, written in the transaction of the change (S52).

use domain::{CompanyId, MethodKind, UserId};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};

use crate::caller::Client;
use crate::store::entities::audit_event;
use crate::{Error, Vestibule};

/// What an event is about, as logs are filtered by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventGroup {
    /// Signing in and out, and the codes for it.
    SignIn,
    /// Authentication methods.
    Methods,
    /// Recovery codes and recoveries.
    Recovery,
    /// Password, address, name: the account itself.
    Account,
    /// Resets of MFA, and This Wasn't Me.
    Resets,
    /// A company's policy, and what its members are mailed about it.
    Policy,
    /// Who belongs to a company, and as what.
    Members,
}

macro_rules! events {
    ($($name:ident = $stored:literal, $group:ident, $words:literal;)+) => {
        /// What happened. To add one: a line here. The stored names never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Event { $($name),+ }

        impl Event {
            const ALL: &[Self] = &[$(Self::$name),+];

            /// The name in the store.
            const fn name(self) -> &'static str {
                match self { $(Self::$name => $stored),+ }
            }

            const fn group(self) -> EventGroup {
                match self { $(Self::$name => EventGroup::$group),+ }
            }

            /// What the person reads about a stored event; of one that only a newer version knows, that there was one.
            pub fn words(stored: &str) -> &'static str {
                match stored {
                    $($stored => $words,)+
                    _ => "Something changed",
                }
            }
        }
    };
}

impl EventGroup {
    /// The stored names of its events.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        Event::ALL.iter().filter(move |event| event.group() == self).map(|event| event.name())
    }
}

events! {
    PasswordEntered = "password_entered", SignIn, "Password entered";
    SignedIn = "signed_in", SignIn, "Signed in";
    SignedOut = "signed_out", SignIn, "Signed out";
    SignedOutElsewhere = "signed_out_elsewhere", SignIn, "Another device signed out";
    ChallengeAnswered = "challenge_answered", SignIn, "Code of the authenticator app entered";
    SetUpOpened = "set_up_opened", Methods, "Set-up of an authentication method begun";
    SetUpLeft = "set_up_left", Methods, "Set-up of an authentication method left";
    AppAdded = "app_added", Methods, "Authenticator app added";
    AppChanged = "app_changed", Methods, "Authenticator app changed";
    AppKept = "app_kept", Methods, "Authenticator app kept after a recovery";
    AppRemoved = "app_removed", Methods, "Authenticator app removed";
    RecoveryCodeRequested = "recovery_code_requested", Recovery, "New recovery code requested";
    RecoveryCodeSaved = "recovery_code_saved", Recovery, "New recovery code saved";
    RecoveryCodeUsed = "recovery_code_used", Recovery, "Recovery code entered";
    RecoveryReopened = "recovery_reopened", Recovery, "Recovery continued";
    CodeMailed = "code_mailed", SignIn, "Code sent by mail";
    CodeTexted = "code_texted", SignIn, "Code sent by text message";
    TextEntered = "text_entered", SignIn, "Code of a text message entered";
    PhoneAdded = "phone_added", Methods, "Phone number added";
    PhoneChanged = "phone_changed", Methods, "Phone number changed";
    PhoneKept = "phone_kept", Methods, "Phone number kept after a recovery";
    PhoneRemoved = "phone_removed", Methods, "Phone number removed";
    IdentityConfirmed = "identity_confirmed", SignIn, "Code before a set-up entered";
    MfaReset = "mfa_reset", Resets, "Two-factor authentication reset";
    Suspended = "suspended", Resets, "This Wasn't Me pressed: sign-in blocked";
    PasswordChanged = "password_changed", Account, "Password changed";
    PasswordResetRequested = "password_reset_requested", Account, "Link for a new password sent by mail";
    PasswordReset = "password_reset", Account, "Password set with a mailed link";
    PasswordSet = "password_set", Account, "Password set by the operator";
    EmailSet = "email_set", Account, "Email address changed";
    ProfileChanged = "profile_changed", Account, "Profile changed";
    UserAdded = "user_added", Account, "Account made";
    UserDeleted = "user_deleted", Account, "Account deleted";
    CompanyAdded = "company_added", Policy, "Company added";
    CompanySet = "company_set", Policy, "Company settings changed";
    MemberAdded = "member_added", Members, "Added to a company";
    MfaRequired = "mfa_required", Policy, "Two-factor authentication required";
    MfaNotRequired = "mfa_not_required", Policy, "Two-factor authentication no longer required";
    MemberInvited = "member_invited", Members, "Invited to a company";
    MemberJoined = "member_joined", Members, "Invitation to a company accepted";
    MemberRemoved = "member_removed", Members, "Removed from a company";
    MadeAdministrator = "made_administrator", Members, "Made an administrator of a company";
    MadeMember = "made_member", Members, "No longer an administrator of a company";
    PaymentsOn = "payments_on", Members, "Made a payments user of a company";
    PaymentsOff = "payments_off", Members, "No longer a payments user of a company";
    MembersReminded = "members_reminded", Policy, "Members reminded to set up two-factor authentication";
    ActivityExported = "activity_exported", Members, "Activity exported";
    MembersExported = "members_exported", Members, "List of members exported";
    ResetRequested = "reset_requested", Resets, "Reset of two-factor authentication asked for";
    ResetConfirmed = "reset_confirmed", Resets, "Reset of two-factor authentication confirmed";
}

/// Stands for the address where the operator did something.
pub(crate) const COMMAND_LINE: &str = "command line";

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
    /// Why, in the words of who did it.
    pub detail: Option<&'a str>,
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
            detail: None,
        }
    }

    /// Something that an administrator did in a company.
    pub fn of_company(event: Event, actor: UserId, company: CompanyId, client: &'a Client) -> Self {
        let client = Some(client);
        let (actor, company) = (Some(actor), Some(company));
        Self { event, actor, subject: None, company, method: None, succeeded: true, client, detail: None }
    }

    /// The same about a member.
    pub fn about(self, subject: UserId) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// The same, with the words of who did it.
    pub fn because(self, detail: &'a str) -> Self {
        Self { detail: Some(detail), ..self }
    }

    /// Something that somebody did who has not shown who they are.
    pub fn visitor(event: Event, subject: Option<UserId>, client: &'a Client) -> Self {
        Self { actor: None, client: Some(client), ..Self::operator(event, subject, None) }
    }

    /// Something that the operator did on the command line.
    pub fn operator(event: Event, subject: Option<UserId>, company: Option<CompanyId>) -> Self {
        Self {
            event,
            actor: None,
            subject,
            company,
            method: None,
            succeeded: true,
            client: None,
            detail: None,
        }
    }

    pub fn method(self, kind: MethodKind) -> Self {
        Self { method: Some(kind), ..self }
    }

    pub fn failed(self) -> Self {
        Self { succeeded: false, ..self }
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
                .map_or_else(|| COMMAND_LINE.to_owned(), |client| client.address.clone())),
            browser: Set(entry.client.map_or_else(String::new, |client| client.browser.clone())),
            detail: Set(entry.detail.map(str::to_owned)),
        })
        .exec_without_returning(transaction)
        .await?;
        Ok(())
    }
}
