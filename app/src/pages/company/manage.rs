//! A member's role and payments, and the ways to the rest; an invitation that is on its way.

use domain::Role;
use leptos::prelude::*;

use super::member_dialog::{Desk, Step, TITLE, no_longer_administrator};
use crate::api::company::invitations::invite_again;
use crate::api::company::members::{Member, change_member};
use crate::components::announcer::use_announcer;
use crate::components::sending::{ActionButton, Sending, Submit, Trouble};
use crate::components::session::use_session;
use crate::components::step_up::use_step_up;
use crate::text;

/// Who it is.
fn head(member: &Member) -> AnyView {
    view! {
        <div>
            <h2 id=TITLE class="entry" tabindex="-1">{text::called(member).to_owned()}</h2>
            <p class="soft entry">{member.email.clone()}</p>
        </div>
    }
    .into_any()
}

/// Closes the dialog.
fn close(desk: Desk) -> AnyView {
    view! {
        <button type="button" class="secondary wide" on:click=move |_| desk.close()>"Close"</button>
    }
    .into_any()
}

/// Somebody who belongs to the company.
#[component]
pub fn ManageMember(desk: Desk, member: Member) -> impl IntoView {
    let (title, you) = (head(&member), member.you);
    let remove = ["Remove from ", &desk.list.company.name(), "…"].concat();
    let reset = (!you).then(|| {
        view! {
            <button type="button" class="secondary wide" on:click=move |_| desk.step.set(Step::Reset)>
                "Reset MFA…"
            </button>
        }
        .into_any()
    });
    view! {
        {title}
        <RoleForm desk member/>
        {reset}
        <button type="button" class="secondary wide" on:click=move |_| desk.step.set(Step::Remove)>{remove}</button>
        {close(desk)}
    }
}

/// What the member is in the company.
#[component]
fn RoleForm(desk: Desk, member: Member) -> impl IntoView {
    let session = use_session();
    let announcer = use_announcer();
    let step_up = use_step_up();
    let sending = Sending::new("");
    let Member { id, you, .. } = member;
    let before = (member.role, member.payments);
    let (role, payments) = (RwSignal::new(before.0), RwSignal::new(before.1));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(record) = session.record() else { return };
        let slug = desk.list.company.slug();
        // What was not touched stays, whoever has changed it meanwhile.
        let role = Some(role.get_untracked()).filter(|role| *role != before.0);
        let payments = Some(payments.get_untracked()).filter(|payments| *payments != before.1);
        step_up.then("change what a member may do", sending, move || {
            let slug = slug.clone();
            async move {
                let changed = change_member(record, slug, id, role, payments).await?;
                if you && changed.role != Role::Administrator {
                    return no_longer_administrator(session).await;
                }
                desk.list.replace(changed);
                desk.close_for(id);
                announcer.say("Saved");
                Ok(())
            }
        });
    };
    view! {
        <form class="stack-s" method="post" novalidate on:submit=submit>
            <RoleChoice role/>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || payments.get()
                    on:change=move |event| payments.set(event_target_checked(&event))
                />
                <span>
                    "Handles payments "
                    <span class="hint">"MFA is then required of them, whatever the date."</span>
                </span>
            </label>
            <Trouble sending/>
            <Submit sending label="Save" at_work="Saving…"/>
        </form>
    }
}

/// The roles. Choosing one does nothing else.
#[component]
fn RoleChoice(role: RwSignal<Role>) -> impl IntoView {
    let choice = move |(kind, words): (Role, &'static str)| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="role"
                    prop:checked=move || role.get() == kind
                    on:change=move |_| role.set(kind)
                />
                <span>{words}</span>
            </label>
        }
        .into_any()
    };
    view! {
        <fieldset>
            <legend>"Role"</legend>
            {choice((Role::Member, "Member"))}
            {choice((Role::Administrator, "Administrator"))}
        </fieldset>
    }
}

/// Somebody who was invited and has not accepted.
#[component]
pub fn ManageInvited(desk: Desk, member: Member) -> impl IntoView {
    let session = use_session();
    let step_up = use_step_up();
    let sending = Sending::new("");
    let title = head(&member);
    let id = member.id;
    let done = ["A new invitation was sent to ", &member.email, "."].concat();
    let again = move |()| {
        let Some(record) = session.record() else { return };
        let (slug, done) = (desk.list.company.slug(), done.clone());
        step_up.then("send an invitation again", sending, move || {
            let (slug, done) = (slug.clone(), done.clone());
            async move {
                invite_again(record, slug, id).await?;
                desk.done(id, &done);
                Ok(())
            }
        });
    };
    view! {
        {title}
        <p>"Invited, and not accepted yet. A new link replaces the one before, and works for seven days."</p>
        <Trouble sending/>
        <ActionButton sending label="Send Again" at_work="Sending…" class="primary wide" press=again/>
        <button type="button" class="secondary wide" on:click=move |_| desk.step.set(Step::Remove)>
            "Take Back the Invitation…"
        </button>
        {close(desk)}
    }
}
