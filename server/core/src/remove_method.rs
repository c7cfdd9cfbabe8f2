//! Removing a method from the profile: once, knowingly, and not the last one that somebody requires (S29).

use domain::{MethodKind, SessionId, SessionState};
use sea_orm::EntityTrait;

use crate::attempts::AttemptKind;
use crate::audit::Entry;
use crate::caller::{Caller, Client, Entered};
use crate::methods::methods_of;
use crate::recovery::removal_of;
use crate::store::entities::method;
use crate::{Error, Vestibule};

impl Vestibule {
    /// Removes the caller's method of this kind. With the last one the recovery code is void. Every other session ends.
    ///
    /// # Errors
    /// [`Error::StepUpNeeded`]; [`Error::LastMethod`]; [`Error::Stale`] where there is no such method, or for another
    /// record than the caller's.
    pub async fn remove_method(
        &self,
        client: &Client,
        caller: &Caller,
        record: SessionId,
        kind: MethodKind,
    ) -> Result<Entered, Error> {
        let signed_in = caller.of_record(record)?;
        let user = &signed_in.user;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, user.id, None).await?;
        let methods = methods_of(&transaction, user.id).await?;
        self.require_step_up(signed_in, &methods)?;
        let Some(removed) = methods.iter().find(|method| method.kind == kind.as_str()) else {
            return Err(Error::Stale);
        };
        self.forget_attempts(&transaction, user.id, AttemptKind::of_method(kind)).await?;
        self.end_flows_of(&transaction, user.id).await?;
        method::Entity::delete_by_id(removed.id).exec(&transaction).await?;
        let standing = self.standing(&transaction, user.id).await?;
        if standing.assessment.must_set_up() {
            // The transaction is dropped: nothing has changed.
            return Err(Error::LastMethod { companies: standing.assessment.requirement.demanding() });
        }
        let was_last = !standing.assessment.has_method;
        if was_last {
            self.void_recovery_codes(&transaction, user.id).await?;
        }
        self.forget_other_browsers(&transaction, client, user.id).await?;
        self.end_other_records(&transaction, user.id, record).await?;
        let token = self.advance(&transaction, signed_in, SessionState::Full).await?;
        if was_last {
            self.count_method(&transaction, user.id, -1).await?;
        }
        let (event, notice) = removal_of(kind);
        self.audit(&transaction, Entry::own(event, user.id, client).method(kind)).await?;
        self.notify(&transaction, user, signed_in.in_company, notice, Some(client)).await?;
        self.commit(transaction, "remove_method").await?;
        self.outbox_has_mail();
        self.entered(record, token).await
    }
}
