//! What a page has to ask the server before there is anything to show.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::heading::Heading;
use super::session::use_session;
use crate::api::{ApiError, Code};

/// An answer that a page waits for.
pub struct Needed<T: Send + Sync + 'static> {
    answer: RwSignal<Option<Result<T, ApiError>>>,
    ask: Callback<()>,
}

impl<T: Send + Sync> Clone for Needed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync> Copy for Needed<T> {}

impl<T: Clone + Send + Sync> Needed<T> {
    /// Begins to ask.
    pub fn new<F>(call: impl Fn() -> F + Copy + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<T, ApiError>> + 'static,
    {
        let session = use_session();
        let answer = RwSignal::new(None);
        let ask = Callback::new(move |()| {
            answer.set(None);
            spawn_local(async move {
                let got = call().await;
                // The page does not belong to the state any more: that leads to the one that does.
                if got.as_ref().is_err_and(|error| matches!(error.code, Code::SignedOut | Code::WrongState)) {
                    let _ = session.ask().await;
                }
                // The page may be gone by now.
                answer.try_set(Some(got));
            });
        });
        ask.run(());
        Self { answer, ask }
    }

    /// Asks again.
    pub fn again(self) {
        self.ask.run(());
    }

    /// Has this for an answer from now on.
    pub fn set(self, answer: T) {
        self.answer.set(Some(Ok(answer)));
    }

    /// The answer, or what stands in for it meanwhile.
    pub fn show(self, view: impl Fn(T) -> AnyView + Send + 'static) -> impl IntoView {
        move || match self.answer.get() {
            None => Skeleton().into_any(),
            Some(Ok(answer)) => view(answer),
            Some(Err(error)) => view! { <Failed error again=self.ask/> }.into_any(),
        }
    }
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
            <p>{error.message}</p>
            <button type="button" class="primary" on:click=move |_| again.run(())>"Try Again"</button>
        </div>
    }
}
