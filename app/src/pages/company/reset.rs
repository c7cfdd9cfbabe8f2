//! Reset MFA: the way back for a member who has lost everything, after checking who asks.

use leptos::html;
use leptos::prelude::*;

use super::member_dialog::{Desk, Step, TITLE};
use crate::api::company::members::Member;
use crate::api::company::reset::{Reset, reset_member};
use crate::browser::focus;
use crate::components::field::Described;
use crate::components::groups::Groups;
use crate::components::sending::{Problem, Sending, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;
use crate::text;

/// What it does, and the reason for it.
#[component]
pub fn ResetMember(desk: Desk, member: Member) -> impl IntoView {
    let session = use_session();
    let step_up = use_step_up();
    let sending = Sending::new("reason");
    let reason = NodeRef::<html::Input>::new();
    let (id, name) = (member.id, member.name.clone());
    let check = ["Check first, by voice or in person, that it is ", text::first_name(&name), "."].concat();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(reason) = reason.get_untracked().map(|field| field.value()) else { return };
        if reason.trim().is_empty() {
            return sending
                .refuse(vec![Problem::new("reason", "Enter the reason. It is kept in the activity log.")]);
        }
        let Some(record) = session.record() else { return };
        let (slug, member) = (desk.list.company.slug(), member.clone());
        step_up.then("reset the MFA of a member", sending, move || {
            let (slug, reason, member) = (slug.clone(), reason.clone(), member.clone());
            async move {
                let outcome = reset_member(record, slug, id, reason).await?;
                desk.after_reset(member, outcome);
                Ok(())
            }
        });
    };
    focus("#reason".to_owned());
    view! {
        <h2 id=TITLE class="entry">{["Reset MFA for ", &name, "?"].concat()}</h2>
        <ul class="reasons">
            <li>"Every authentication method is removed."</li>
            <li>"Every device is signed out."</li>
            <li>"The recovery code stops working."</li>
            <li>"A mail says that this was done."</li>
        </ul>
        <p><b>{check}</b></p>
        <form class="stack" method="post" novalidate on:submit=submit>
            <ReasonField sending input=reason/>
            <Trouble sending/>
            <div class="row">
                <button type="submit" class="danger" aria-disabled=move || sending.busy().then_some("true")>
                    {move || if sending.busy() { "Resetting…" } else { "Reset MFA" }}
                </button>
                <button type="button" class="secondary" on:click=move |_| desk.step.set(Step::Manage)>"Go Back"</button>
            </div>
        </form>
    }
}

#[component]
fn ReasonField(sending: Sending, input: NodeRef<html::Input>) -> impl IntoView {
    let described = Described::new(sending, "reason", "reason", false);
    view! {
        <div class="field" class:bad=move || described.is_bad()>
            <label for="reason">"Reason (kept in the activity log)"</label>
            {described.error()}
            <input
                node_ref=input
                id="reason"
                data-field="reason"
                type="text"
                autocomplete="off"
                aria-invalid=move || described.invalid()
                aria-describedby=move || described.by()
            />
        </div>
    }
}

/// The code to hand over, this once, or who has to confirm it.
#[component]
pub fn ShowCode(desk: Desk, member: Member, outcome: Reset) -> impl IntoView {
    focus(["#", TITLE].concat());
    let (title, what) = match outcome {
        Reset::Done { code, minutes } => {
            let what = view! {
                <Groups code/>
                <p><b>{text::hand_over(minutes)}</b></p>
                <p class="soft">"It is shown this once: when you close this, it is gone."</p>
            };
            (["MFA was reset for ", &member.name].concat(), what.into_any())
        }
        Reset::Requested { hours } => {
            let words = text::reset_requested(&member.name, hours);
            ("The reset has to be confirmed".to_owned(), view! { <p>{words}</p> }.into_any())
        }
    };
    view! {
        <h2 id=TITLE class="entry" tabindex="-1">{title}</h2>
        {what}
        <button type="button" class="primary wide" on:click=move |_| desk.close()>"Close"</button>
    }
}
