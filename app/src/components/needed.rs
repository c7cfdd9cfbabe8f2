//! What a page has to ask the server before there is anything to show.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::heading::Heading;
use super::session::{Session, use_session};
use crate::api::{ApiError, Code};
use crate::browser::focus;

/// How far the asking is.
#[derive(Clone)]
enum Phase {
    Waiting,
    There,
    Failed(ApiError),
}

/// An answer that a page waits for.
pub struct Needed<T: Send + Sync + 'static> {
    phase: RwSignal<Phase>,
    answer: StoredValue<Option<T>>,
    /// How often it was asked for or set: an answer to an earlier question is of no use.
    asked: StoredValue<u32>,
    ask: Callback<()>,
}

impl<T: Send + Sync> Clone for Needed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync> Copy for Needed<T> {}

impl<T: Send + Sync> Needed<T> {
    /// Begins to ask.
    pub fn new<F>(call: impl Fn() -> F + Copy + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<T, ApiError>> + 'static,
    {
        let session = use_session();
        let phase = RwSignal::new(Phase::Waiting);
        let answer = StoredValue::new(None);
        let asked = StoredValue::new(0_u32);
        let ask = Callback::new(move |()| {
            let this = asked.get_value().wrapping_add(1);
            asked.set_value(this);
            // What is asked for is read while the page is there.
            let pending = call();
            spawn_local(async move {
                let outcome = pending.await;
                // The page may be gone when the answer comes.
                if asked.try_get_value() != Some(this) {
                    return;
                }
                match outcome {
                    Ok(got) => {
                        session.was_used();
                        answer.try_set_value(Some(got));
                        phase.try_set(Phase::There);
                    }
                    Err(error) => fail(session, phase, error).await,
                }
            });
        });
        ask.run(());
        Self { phase, answer, asked, ask }
    }

    /// Asks again.
    pub fn again(self) {
        self.phase.set(Phase::Waiting);
        self.ask.run(());
    }

    /// Asks again, and leaves what is there on the screen until the answer is.
    pub fn renew(self) {
        // The page may be gone by now.
        let _ = self.ask.try_run(());
    }

    /// Asks again, as [`Self::renew`] does, whenever what is asked about is something else.
    pub fn follow<Q: Clone + PartialEq + Send + Sync + 'static>(self, query: Memo<Q>) {
        Effect::new(move |before: Option<Q>| {
            let now = query.get();
            if before.is_some_and(|before| before != now) {
                self.renew();
            }
            now
        });
    }

    /// Has this for an answer from now on.
    pub fn set(self, answer: T) {
        self.asked.try_update_value(|asked| *asked = asked.wrapping_add(1));
        self.answer.try_set_value(Some(answer));
        self.phase.try_set(Phase::There);
    }

    /// The answer, which is then forgotten here, or what stands in for it meanwhile.
    pub fn show(self, view: impl Fn(T) -> AnyView + Send + 'static) -> AnyView {
        let again = Callback::new(move |()| self.again());
        self.draw(skeleton, view, move |error| view! { <Failed error again/> }.into_any())
    }

    /// The same for a part of a page. `heading` is the id of its heading, which has the focus while it is tried again.
    pub fn show_part(self, heading: &'static str, view: impl Fn(T) -> AnyView + Send + 'static) -> AnyView {
        self.draw_part(heading, skeleton, view)
    }

    /// The same for a part that is mostly not there: nothing stands in for it meanwhile.
    pub fn show_if_any(self, heading: &'static str, view: impl Fn(T) -> AnyView + Send + 'static) -> AnyView {
        self.draw_part(heading, || ().into_any(), view)
    }

    fn draw_part(
        self,
        heading: &'static str,
        meanwhile: fn() -> AnyView,
        view: impl Fn(T) -> AnyView + Send + 'static,
    ) -> AnyView {
        let again = Callback::new(move |()| {
            focus(["#", heading].concat());
            self.again();
        });
        self.draw(meanwhile, view, move |error| view! { <PartFailed error again/> }.into_any())
    }

    fn draw(
        self,
        meanwhile: fn() -> AnyView,
        view: impl Fn(T) -> AnyView + Send + 'static,
        failed: impl Fn(ApiError) -> AnyView + Send + 'static,
    ) -> AnyView {
        view! {
            {move || match self.phase.get() {
                Phase::Waiting => meanwhile(),
                Phase::There => self.answer.try_update_value(Option::take).flatten().map_or_else(meanwhile, &view),
                Phase::Failed(error) => failed(error),
            }}
        }
        .into_any()
    }
}

async fn fail(session: Session, phase: RwSignal<Phase>, error: ApiError) {
    // The page does not belong to the state any more, or to the person: that leads to the one that does.
    if !phase.is_disposed() && matches!(error.code, Code::SignedOut | Code::WrongState | Code::NotFound) {
        let _ = session.ask().await;
    }
    phase.try_set(Phase::Failed(error));
}

fn skeleton() -> AnyView {
    view! { <Skeleton/> }.into_any()
}

/// The shape of what will be there; the style sheet shows it when that takes more than 300 ms.
#[component]
pub fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton stack" role="status">
            <span class="unseen">"Loading…"</span>
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
}

/// Something could not be had. It never looks like something empty.
#[component]
pub fn Failed(
    /// What happened.
    error: ApiError,
    /// Tries again.
    again: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="stack">
            <Heading title="This page could not be loaded"/>
            <p>{reason(error)}</p>
            <button type="button" class="primary" on:click=move |_| again.run(())>"Try Again"</button>
        </div>
    }
}

/// A part of a page could not be had; the rest of the page is there.
#[component]
fn PartFailed(error: ApiError, again: Callback<()>) -> impl IntoView {
    view! {
        <div class="failed stack-s">
            <p class="note warn"><b>"This could not be loaded."</b> " " {reason(error)}</p>
            <button type="button" class="secondary" on:click=move |_| again.run(())>"Try Again"</button>
        </div>
    }
}

/// Nothing was typed here that could be lost.
fn reason(error: ApiError) -> String {
    if error.code == Code::Offline { "No connection.".into() } else { error.message }
}
