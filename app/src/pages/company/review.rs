//! What a change of the policy would mean for the people, before it is made.

use leptos::prelude::*;

use super::figures::FigureList;
use super::{Company, Told};
use crate::api::company::policy::{CompanySecurity, Policy, Preview, save_policy};
use crate::api::{ApiError, Code};
use crate::browser::{dates, focus};
use crate::components::dialog::Modal;
use crate::components::needed::Needed;
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;
use crate::text;

/// A change that is looked at.
#[derive(Clone)]
pub struct Review {
    /// The version of the policy that it changes.
    pub version: i64,
    /// The policy that there would be.
    pub policy: Policy,
    /// What it would mean.
    pub preview: Preview,
}

/// What the dialog works with.
#[derive(Clone, Copy)]
struct Desk {
    company: Company,
    review: RwSignal<Option<Review>>,
    own_first: RwSignal<Option<String>>,
    needed: Needed<CompanySecurity>,
    told: Told,
}

/// The dialog.
#[component]
pub fn ReviewDialog(
    company: Company,
    /// What is looked at.
    review: RwSignal<Option<Review>>,
    /// Why the person cannot require it yet.
    own_first: RwSignal<Option<String>>,
    needed: Needed<CompanySecurity>,
    told: Told,
) -> impl IntoView {
    let desk = Desk { company, review, own_first, needed, told };
    let open = Memo::new(move |_| review.read().is_some());
    let cancel = Callback::new(move |()| review.set(None));
    view! {
        <Modal open titled_by="review" cancel>
            {review.get_untracked().map(|review| view! { <Change desk review/> }.into_any())}
        </Modal>
    }
}

#[component]
fn Change(desk: Desk, review: Review) -> impl IntoView {
    let session = use_session();
    let step_up = use_step_up();
    let sending = Sending::new("");
    let preview = review.preview.clone();
    let label = text::save_button(&preview, preview.required_from.map(dates::day).as_deref());
    let review = StoredValue::new(review);
    let save = move |()| {
        let Some(record) = session.record() else { return };
        let (slug, review) = (desk.company.slug(), review.get_value());
        step_up.then("change the security of your company", sending, move || {
            let (slug, review) = (slug.clone(), review.clone());
            async move { desk.saved(save_policy(record, slug, review.version, review.policy).await) }
        });
    };
    let warning = text::warning(&preview).map(|words| view! { <p class="note warn">{words}</p> }.into_any());
    focus("#keep".to_owned());
    view! {
        <div class="stack">
            <h2 id="review">"What this changes"</h2>
            <p>{when(&preview)}</p>
            {warning}
            <FigureList of=desk.company figures=preview.figures/>
            <p>{text::effect(&preview)}</p>
            <Trouble sending/>
            <div class="row">
                <ActionButton sending label at_work="Saving…" class="primary" press=save/>
                <button id="keep" type="button" class="secondary" on:click=move |_| desk.review.set(None)>
                    "Go Back"
                </button>
            </div>
        </div>
    }
}

/// From when, in the reader's zone.
fn when(preview: &Preview) -> String {
    match preview.required_from {
        None => "MFA is not required.".into(),
        Some(_) if preview.past => "MFA is required from now on.".into(),
        Some(at) => ["MFA is required from ", &dates::weekday_and_time(at), " (your time)."].concat(),
    }
}

impl Desk {
    /// Goes on after the answer to a save.
    fn saved(self, answer: Result<CompanySecurity, ApiError>) -> Result<(), ApiError> {
        match answer {
            Ok(security) => {
                self.review.try_set(None);
                self.needed.set(security);
                self.told.done("Saved.");
            }
            // Somebody else was quicker: the page that is there now says how it stands.
            Err(ApiError { code: Code::PolicyChanged, message, .. }) => {
                self.review.try_set(None);
                self.needed.renew();
                self.told.warn(&message);
            }
            Err(ApiError { code: Code::OwnMethodFirst, message, .. }) => {
                self.review.try_set(None);
                self.own_first.try_set(Some(message));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
