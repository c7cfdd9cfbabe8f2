//! Confirm it's you: before something is set up, a method that there is is shown to work, or the recovery code is spent.

use domain::{FlowId, MethodKind};
use leptos::prelude::*;

use super::choose::Choose;
use super::code_field::CodeForm;
use super::door::{Step, Steps};
use super::heading::{Heading, use_title};
use super::recovery_code_field::RecoveryCodeForm;
use super::sending::Sending;
use super::session::use_session;
use super::text_code::{TextCode, Texting, Texts};
use crate::api::proofs::{prove_app, prove_phone, prove_with_recovery_code, send_proof_text};
use crate::api::session::SessionView;
use crate::api::text::ProofWays;
use crate::browser::focus;
use crate::browser::navigation::Entry;
use crate::route::Page;

/// A way to show that it is you.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// None is chosen yet.
    Choose,
    /// With a code of this method.
    Method(MethodKind),
    /// With the recovery code.
    RecoveryCode,
}

/// What there is to prove, and what for.
#[derive(Clone, Copy)]
struct Ways {
    app: bool,
    texts: Option<Texts>,
    /// Whether it is the number that changes: the present one is asked first, and was sent a code already.
    number_changes: bool,
}

impl Ways {
    fn both(self) -> bool {
        self.app && self.texts.is_some()
    }

    fn first(self) -> Way {
        match (self.app, self.texts.is_some()) {
            (true, true) if !self.number_changes => Way::Choose,
            (_, true) => Way::Method(MethodKind::Phone),
            (true, false) => Way::Method(MethodKind::App),
            (false, false) => Way::RecoveryCode,
        }
    }

    /// What can be done instead, in words, in the same order everywhere.
    fn instead_of(self, way: Way) -> Vec<(&'static str, Way)> {
        const RECOVERY_CODE: (&str, Way) = ("Use your recovery code", Way::RecoveryCode);
        const DIFFERENT: (&str, Way) = ("Use a different method", Way::Choose);
        const NO_CODES: &str = "I can't receive codes at this number";
        match way {
            Way::Choose => vec![RECOVERY_CODE],
            Way::Method(MethodKind::Phone) if self.number_changes && self.app => {
                vec![(NO_CODES, Way::Method(MethodKind::App)), RECOVERY_CODE]
            }
            Way::Method(MethodKind::Phone) if self.number_changes => vec![(NO_CODES, Way::RecoveryCode)],
            Way::Method(_) if self.both() => vec![DIFFERENT, RECOVERY_CODE],
            Way::Method(_) => vec![RECOVERY_CODE],
            Way::RecoveryCode if self.both() => vec![DIFFERENT],
            Way::RecoveryCode if self.app => {
                vec![("Use your authenticator app", Way::Method(MethodKind::App))]
            }
            Way::RecoveryCode => vec![("Use a text message", Way::Method(MethodKind::Phone))],
        }
    }
}

/// The page.
#[component]
pub fn Prove(
    /// The set-up.
    flow: FlowId,
    /// Which step this is.
    step: Step,
    /// What can be proved.
    ways: ProofWays,
    /// The kind of method that changes or is added.
    kind: MethodKind,
    /// What has become of the code that was texted last.
    look: Callback<(), Texting>,
    /// What to do once something is proved.
    proved: Callback<SessionView>,
) -> impl IntoView {
    let send = Callback::new(move |()| -> Texting {
        Box::pin(async move { Ok(send_proof_text(flow).await?.texted) })
    });
    let number_changes = kind == MethodKind::Phone && ways.phone.is_some();
    let ways =
        Ways { app: ways.app, texts: ways.phone.map(|phone| Texts::of(phone, send, look)), number_changes };
    let way = RwSignal::new(ways.first());
    let chosen = RwSignal::new(MethodKind::App);
    let draw = move || match (way.get(), ways.texts) {
        (Way::Choose, Some(texts)) => view! { <ChooseProof texts chosen way/> }.into_any(),
        (Way::Method(MethodKind::Phone), Some(texts)) => view! { <ProvePhone flow texts proved/> }.into_any(),
        (Way::RecoveryCode, _) => view! { <ProveWithRecoveryCode flow kind/> }.into_any(),
        _ => view! { <ProveApp flow proved/> }.into_any(),
    };
    view! {
        <Steps at=step/>
        <Heading title="Confirm it's you"/>
        {draw}
        <div>{move || ways.instead_of(way.get()).into_iter().map(|to| other(to, way)).collect::<Vec<_>>()}</div>
    }
}

/// Leads to another way.
fn other((words, to): (&'static str, Way), way: RwSignal<Way>) -> AnyView {
    let title = use_title();
    let change = move |_| {
        title.show_error(false);
        way.set(to);
        focus("[data-field=code], input:checked".to_owned());
    };
    view! { <p><button type="button" class="quiet" on:click=change>{words}</button></p> }.into_any()
}

/// The choice, where there are two. Continue sends the text, where that is chosen.
#[component]
fn ChooseProof(texts: Texts, chosen: RwSignal<MethodKind>, way: RwSignal<Way>) -> impl IntoView {
    let go_on = Callback::new(move |(sending, kind): (Sending, MethodKind)| {
        sending.send(async move {
            if kind == MethodKind::Phone && !texts.is_sent() {
                texts.send().await?;
            }
            way.try_set(Way::Method(kind));
            focus("[data-field=code]".to_owned());
            Ok(())
        });
    });
    view! {
        <Choose ending=texts.ending() chosen last_used=None go_on>
            "How do you want to confirm it's you?"
        </Choose>
    }
}

#[component]
fn ProveApp(flow: FlowId, proved: Callback<SessionView>) -> impl IntoView {
    let send = Callback::new(move |(sending, code): (Sending, String)| {
        sending.send(async move {
            proved.try_run(prove_app(flow, code).await?);
            Ok(())
        });
    });
    view! {
        <CodeForm
            label="Enter the code from your current authenticator app"
            hint="It changes every 30 seconds."
            send
        />
    }
}

#[component]
fn ProvePhone(flow: FlowId, texts: Texts, proved: Callback<SessionView>) -> impl IntoView {
    let enter = Callback::new(move |(sending, code): (Sending, String)| {
        sending.send(async move {
            proved.try_run(prove_phone(flow, code).await?);
            Ok(())
        });
    });
    view! { <TextCode texts label="Enter the 6-digit code" enter/> }
}

/// What follows is a recovery, in which the set-up goes on.
#[component]
fn ProveWithRecoveryCode(flow: FlowId, kind: MethodKind) -> impl IntoView {
    let session = use_session();
    let send = Callback::new(move |(sending, code): (Sending, String)| {
        sending.send(async move {
            let view = prove_with_recovery_code(flow, code).await?;
            let page = match kind {
                MethodKind::App => Page::SignInApp,
                MethodKind::Phone => Page::SignInPhone,
            };
            session.update(view);
            session.go(page.path(), Entry::Replaced);
            Ok(())
        });
    });
    view! { <RecoveryCodeForm send/> }
}
