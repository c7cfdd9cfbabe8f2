//! The form of a company's policy. It saves nothing by itself: what would follow is shown first.

use leptos::prelude::*;

use super::draft::{DATE, Draft, Reading, TIME};
use super::review::{Review, ReviewDialog};
use super::{Company, Told};
use crate::api::company::policy::{CompanySecurity, preview_policy};
use crate::api::{ApiError, Code};
use crate::components::error_summary::ErrorSummary;
use crate::components::field::Described;
use crate::components::needed::Needed;
use crate::components::sending::{Sending, Submit, Trouble};
use crate::route::Page;

/// What the form works with.
#[derive(Clone, Copy)]
struct Form {
    company: Company,
    /// The version of the policy that it changes.
    version: i64,
    draft: Draft,
    sending: Sending,
    /// What is looked at before it is saved.
    review: RwSignal<Option<Review>>,
    /// Why the person cannot require it yet.
    own_first: RwSignal<Option<String>>,
}

impl Form {
    /// Asks what the change would mean, and shows that.
    fn look(self) {
        let problems = self.draft.problems();
        if !problems.is_empty() {
            return self.sending.refuse(problems);
        }
        self.own_first.set(None);
        let (version, slug, policy) = (self.version, self.company.slug(), self.draft.policy());
        self.sending.send(async move {
            match preview_policy(slug, policy.clone()).await {
                Ok(preview) => drop(self.review.try_set(Some(Review { version, policy, preview }))),
                Err(ApiError { code: Code::OwnMethodFirst, message, .. }) => {
                    self.own_first.try_set(Some(message));
                }
                Err(error) => return Err(error),
            }
            Ok(())
        });
    }
}

/// The form.
#[component]
pub fn PolicyForm(
    company: Company,
    security: CompanySecurity,
    needed: Needed<CompanySecurity>,
    told: Told,
) -> impl IntoView {
    let CompanySecurity { time_zone, version, policy, required_from, own_method, .. } = security;
    let (draft, sending) = (Draft::of(&policy), Sending::new(DATE));
    let (review, own_first) = (RwSignal::new(None), RwSignal::new(None));
    let form = Form { company, version, draft, sending, review, own_first };
    let reading = Reading::new(company, draft, time_zone, required_from);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        form.look();
    };
    view! {
        <form class="stack-l" method="post" novalidate on:submit=submit>
            {(!own_method).then(|| view! { <OwnMethodFirst/> }.into_any())}
            <ErrorSummary sending/>
            <CheckBox label=["Require MFA of everybody at ", &company.name()].concat() on=draft.on/>
            {move || draft.on.get().then(|| view! { <When sending draft reading/> }.into_any())}
            <CheckBox
                label="Allow text messages"
                hint="Otherwise only the authenticator app is accepted."
                on=draft.texts
            />
            <CheckBox
                label="Allow voluntary set-up"
                hint="People may set up MFA although it is not required."
                on=draft.voluntary
            />
            <div role="status">{move || own_first.get().map(|message| view! { <Refused message/> }.into_any())}</div>
            <Trouble sending/>
            <Submit sending label="Review Changes" at_work="Checking…"/>
        </form>
        <ReviewDialog company review own_first needed told/>
    }
}

/// The server has said that the person has to have it first.
#[component]
fn Refused(message: String) -> impl IntoView {
    view! {
        <p class="note warn">{message} " " <a href=Page::Security.path()>"Set up your own first"</a></p>
    }
}

/// Nobody requires of others what they do not have themselves.
#[component]
fn OwnMethodFirst() -> impl IntoView {
    view! {
        <p class="note warn">
            <b>"You have no authentication method that this company accepts."</b>
            " Before you require MFA of others: "
            <a href=Page::Security.path()>"Set up your own first"</a>
        </p>
    }
}

/// Something that is on or off; it holds when the form is saved.
#[component]
fn CheckBox(
    #[prop(into)] label: String,
    /// What to know of it.
    #[prop(optional)]
    hint: &'static str,
    on: RwSignal<bool>,
) -> impl IntoView {
    let hint = (!hint.is_empty()).then(|| view! { <span class="hint">{hint}</span> }.into_any());
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || on.get()
                on:change=move |event| on.set(event_target_checked(&event))
            />
            <span>{label} {hint}</span>
        </label>
    }
}

/// From when: a day and a time, and how both read.
#[component]
fn When(sending: Sending, draft: Draft, reading: Reading) -> impl IntoView {
    view! {
        <fieldset class="stack" on:input=move |_| reading.entered()>
            <legend class="unseen">"Enforcement"</legend>
            <div class="row when">
                <Part sending name=DATE label="Enforcement date" kind="date" value=draft.date/>
                <Part sending name=TIME label="Time" kind="time" value=draft.time/>
            </div>
            <p class="soft">{["In the time zone ", &reading.zone(), "."].concat()}</p>
            <p class="reading" role="status">{move || reading.words.get()}</p>
        </fieldset>
    }
}

/// The day, or the time.
#[component]
fn Part(
    sending: Sending,
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    value: RwSignal<String>,
) -> impl IntoView {
    let described = Described::new(sending, name, name, false);
    view! {
        <div class="field" class:bad=move || described.is_bad()>
            <label for=name>{label}</label>
            {described.error()}
            <input
                id=name
                data-field=name
                type=kind
                prop:value=move || value.get()
                aria-invalid=move || described.invalid()
                aria-describedby=move || described.by()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </div>
    }
}
