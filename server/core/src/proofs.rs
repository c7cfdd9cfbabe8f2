//! Showing that a method works: codes of the phone number, and what a set-up asks for before it goes on (S26). Codes of the
//! app are in `challenge`, the recovery code is in `recovery`.

use domain::{FlowId, MethodKind, OneTimeCode};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::attempts::{AttemptKind, Subject};
use crate::audit::{Entry, Event};
use crate::caller::{Caller, Client, Entered, SignedIn};
use crate::methods::active_app;
use crate::records::Proof;
use crate::store::entities::method;
use crate::text_codes::{TextFor, TextPurpose, Texted};
use crate::totp::TotpSecret;
use crate::{Error, Vestibule};

/// What somebody can prove in a set-up.
#[derive(Clone, Debug)]
pub struct ProofWays {
    /// The authenticator app.
    pub app: bool,
    /// The phone number.
    pub phone: Option<PhoneWay>,
}

/// A phone number that a code can be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneWay {
    /// Its last two digits.
    pub ending: String,
    /// The code that was sent last, if it still works.
    pub texted: Option<Texted>,
}

impl Vestibule {
    /// What can be proved in a flow that waits for it.
    pub(crate) async fn proof_ways(&self, signed_in: &SignedIn, flow: FlowId) -> Result<ProofWays, Error> {
        let app = active_app(self.inner.store.reader(), signed_in.user.id).await?.is_some();
        Ok(ProofWays { app, phone: self.phone_way(signed_in, TextPurpose::Proof, Some(flow.0)).await? })
    }

    /// The person's number, as the pages show it.
    pub(crate) async fn phone_way(
        &self,
        signed_in: &SignedIn,
        purpose: TextPurpose,
        flow: Option<Uuid>,
    ) -> Result<Option<PhoneWay>, Error> {
        let reader = self.inner.store.reader();
        let Some(number) = self.active_number(reader, signed_in.user.id).await? else { return Ok(None) };
        let texted = self.texted(reader, signed_in, TextFor { purpose, flow, number: &number }).await?;
        Ok(Some(PhoneWay { ending: number.ending().to_owned(), texted }))
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
    ) -> Result<Entered, Error> {
        let signed_in = caller.signed_in()?;
        let subject = self.factor_subject(client, AttemptKind::App, signed_in.user.id).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        let (row, proving) = self.proving_flow(&transaction, signed_in, id).await?;
        let transaction = self.answer_with_app(transaction, client, signed_in, &subject, &code).await?;
        let next = proving.proved(|| TotpSecret::new(&*self.inner.random));
        self.move_flow(&transaction, row, next, Some(Proof::Method(MethodKind::App))).await?;
        let token = self.advance(&transaction, signed_in, signed_in.stored_state).await?;
        self.commit(transaction, "prove_app").await?;
        Ok(Entered { caller: self.caller_by_id(signed_in.id()).await?, token, known: None })
    }

    /// Sends a code to the present number, in a flow that waits for a proof.
    ///
    /// # Errors
    /// [`Error::Paused`], [`Error::NoTexts`]; [`Error::Stale`] where the flow is another or does not wait for a proof.
    pub async fn send_proof_text(
        &self,
        client: &Client,
        caller: &Caller,
        id: FlowId,
    ) -> Result<Option<PhoneWay>, Error> {
        let signed_in = caller.signed_in()?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        self.proving_flow(&transaction, signed_in, id).await?;
        self.text_current(&transaction, client, signed_in, TextPurpose::Proof, Some(id.0)).await?;
        self.commit(transaction, "send_text").await?;
        self.outbox_has_mail();
        self.phone_way(signed_in, TextPurpose::Proof, Some(id.0)).await
    }

    /// Proves the present number in a flow that waits for it.
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::UsedCode`], [`Error::ExpiredCode`], [`Error::Paused`], [`Error::Refused`];
    /// [`Error::Stale`] where the flow is another or does not wait for a proof.
    pub async fn prove_phone(
        &self,
        client: &Client,
        caller: &Caller,
        id: FlowId,
        code: OneTimeCode,
    ) -> Result<Entered, Error> {
        let signed_in = caller.signed_in()?;
        let subject = self.factor_subject(client, AttemptKind::Text, signed_in.user.id).await?;
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        let (row, proving) = self.proving_flow(&transaction, signed_in, id).await?;
        let asked = Asked { purpose: TextPurpose::Proof, flow: Some(id.0), subject: &subject };
        let transaction = self.answer_with_text(transaction, client, signed_in, asked, &code).await?;
        let next = proving.proved(|| TotpSecret::new(&*self.inner.random));
        self.move_flow(&transaction, row, next, Some(Proof::Method(MethodKind::Phone))).await?;
        let token = self.advance(&transaction, signed_in, signed_in.stored_state).await?;
        self.commit(transaction, "prove_phone").await?;
        Ok(Entered { caller: self.caller_by_id(signed_in.id()).await?, token, known: None })
    }

    /// Sends a code to the caller's number, for something that is no set-up.
    pub(crate) async fn send_text_in_session(
        &self,
        client: &Client,
        signed_in: &SignedIn,
        purpose: TextPurpose,
    ) -> Result<(), Error> {
        let transaction = self.inner.store.begin().await?;
        self.lock_user(&transaction, signed_in.user.id, None).await?;
        self.lock_record(&transaction, signed_in).await?;
        self.text_current(&transaction, client, signed_in, purpose, None).await?;
        self.commit(transaction, "send_text").await?;
        self.outbox_has_mail();
        Ok(())
    }

    /// Sends a code to the number that the person has.
    ///
    /// # Errors
    /// As [`Vestibule::send_text_code`]; [`Error::WrongState`] for who has none.
    pub(crate) async fn text_current(
        &self,
        transaction: &DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        purpose: TextPurpose,
        flow: Option<Uuid>,
    ) -> Result<(), Error> {
        let Some(number) = self.active_number(transaction, signed_in.user.id).await? else {
            return Err(Error::WrongState);
        };
        self.send_text_code(transaction, client, signed_in, TextFor { purpose, flow, number: &number }).await
    }

    /// Takes a code that was sent to the person's number: the attempt is reserved, the code consumed, the proof written
    /// down. Gives the transaction back to go on with; after a wrong code it is committed, so that the failure stays.
    pub(crate) async fn answer_with_text(
        &self,
        transaction: DatabaseTransaction,
        client: &Client,
        signed_in: &SignedIn,
        asked: Asked<'_>,
        code: &OneTimeCode,
    ) -> Result<DatabaseTransaction, Error> {
        let user = signed_in.user.id;
        let failures = self.reserve(&transaction, asked.subject).await?;
        let entry = Entry::own(Event::TextEntered, user, client).method(MethodKind::Phone);
        let consumed = match self.active_number(&transaction, user).await? {
            Some(number) => {
                let about = TextFor { purpose: asked.purpose, flow: asked.flow, number: &number };
                self.consume_text_code(&transaction, signed_in, about, code, failures).await
            }
            None => Err(Error::WrongCode),
        };
        if let Err(error) = consumed {
            self.audit(&transaction, entry.failed()).await?;
            self.warn_of_wrong_factors(&transaction, client, signed_in, asked.subject).await?;
            transaction.commit().await?;
            return Err(error);
        }
        self.clear_attempts(&transaction, asked.subject).await?;
        method::Entity::update_many()
            .col_expr(method::Column::LastUsedAt, Expr::value(self.now().0))
            .filter(method::Column::UserId.eq(user.0))
            .filter(method::Column::Kind.eq(MethodKind::Phone.as_str()))
            .exec(&transaction)
            .await?;
        self.proved(&transaction, signed_in.id(), Proof::Method(MethodKind::Phone)).await?;
        self.audit(&transaction, entry).await?;
        Ok(transaction)
    }
}

/// What a code by text message was asked for, and whose guesses count.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub purpose: TextPurpose,
    pub flow: Option<Uuid>,
    pub subject: &'a Subject,
}
