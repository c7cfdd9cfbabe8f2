//! What can be done with a member, one thing at a time in one dialog.

use domain::UserId;
use leptos::prelude::*;

use super::ask::AskOnce;
use super::manage::{ManageInvited, ManageMember};
use super::members::List;
use super::reset::{ResetMember, ShowCode};
use crate::api::ApiError;
use crate::api::company::members::{Member, remove_member};
use crate::api::company::reset::Reset;
use crate::browser::focus;
use crate::browser::navigation::Entry;
use crate::components::dialog::Modal;
use crate::components::sending::Sending;
use crate::components::session::{Session, use_session};
use crate::components::step_up::use_step_up;
use crate::route::Page;
use crate::text;

/// The id of the dialog's title, whatever it is about at the moment.
pub const TITLE: &str = "member-title";

/// What the dialog is about at the moment.
#[derive(Clone)]
pub enum Step {
    /// The member, and what can be done.
    Manage,
    /// Reset MFA.
    Reset,
    /// What became of that, for this member; the code is kept nowhere else.
    After(Member, Reset),
    /// Removal, or taking an invitation back.
    Remove,
}

/// What its parts work with.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The list, which shows what came of it.
    pub list: List,
    /// What it is about at the moment.
    pub step: RwSignal<Step>,
    managed: RwSignal<Option<Member>>,
}

impl Desk {
    /// Closes it, and says what came of a reset. The code is gone then.
    pub fn close(self) {
        // The page may be gone by now.
        let Some(step) = self.step.try_get_untracked() else { return };
        self.managed.set(None);
        self.step.set(Step::Manage);
        match step {
            Step::After(member, Reset::Done { .. }) => {
                self.list.changed(&["MFA was reset for ", &member.name, "."].concat());
            }
            Step::After(member, Reset::Requested { hours }) => {
                self.list.changed(&text::reset_requested(&member.name, hours));
            }
            Step::Manage | Step::Reset | Step::Remove => {}
        }
    }

    /// Closes it, unless it is open for somebody else by now.
    pub fn close_for(self, member: UserId) {
        if self.managed.try_get_untracked().flatten().is_some_and(|managed| managed.id == member) {
            self.close();
        }
    }

    /// Something was done with a member: says so, and closes.
    pub fn done(self, member: UserId, words: &str) {
        self.close_for(member);
        self.list.changed(words);
    }

    /// A member was reset. The code is shown this once, even where the dialog was closed meanwhile.
    pub fn after_reset(self, member: Member, outcome: Reset) {
        self.step.try_set(Step::After(member.clone(), outcome));
        self.managed.try_set(Some(member));
    }
}

/// The dialog.
#[component]
pub fn MemberDialog(
    list: List,
    /// The member that it is open for.
    managed: RwSignal<Option<Member>>,
) -> impl IntoView {
    let desk = Desk { list, step: RwSignal::new(Step::Manage), managed };
    let open = Memo::new(move |_| managed.read().is_some());
    let cancel = Callback::new(move |()| desk.close());
    view! { <Modal open titled_by=TITLE cancel><Steps desk/></Modal> }
}

#[component]
fn Steps(desk: Desk) -> impl IntoView {
    let member = desk.managed.get_untracked()?;
    let step = move || {
        let member = member.clone();
        match desk.step.get() {
            Step::Manage => {
                focus(["#", TITLE].concat());
                if member.accepted {
                    view! { <ManageMember desk member/> }.into_any()
                } else {
                    view! { <ManageInvited desk member/> }.into_any()
                }
            }
            Step::Reset => view! { <ResetMember desk member/> }.into_any(),
            Step::After(member, outcome) => view! { <ShowCode desk member outcome/> }.into_any(),
            Step::Remove => view! { <Remove desk member/> }.into_any(),
        }
    };
    Some(view! { <div class="stack">{step}</div> }.into_any())
}

/// Removes a member, or takes an invitation back.
#[component]
fn Remove(desk: Desk, member: Member) -> impl IntoView {
    let session = use_session();
    let step_up = use_step_up();
    let sending = Sending::new("");
    let company = desk.list.company;
    let (name, Member { id, you, accepted, .. }) = (text::called(&member).to_owned(), member);
    let done = if accepted {
        [&name, " was removed from ", &company.name(), "."].concat()
    } else {
        ["The invitation of ", &name, " was taken back."].concat()
    };
    let confirmed = Callback::new(move |()| {
        let Some(record) = session.record() else { return };
        let (slug, done) = (company.slug(), done.clone());
        let act = if accepted { "remove a member" } else { "take an invitation back" };
        step_up.then(act, sending, move || {
            let (slug, done) = (slug.clone(), done.clone());
            async move {
                remove_member(record, slug, id).await?;
                if you {
                    return no_longer_administrator(session).await;
                }
                desk.done(id, &done);
                Ok(())
            }
        });
    });
    let back = Callback::new(move |()| desk.step.set(Step::Manage));
    let (title, effect, act, keep) = if accepted {
        (
            ["Remove ", &name, " from ", &company.name(), "?"].concat(),
            ["The account stays, with everything in it. Only ", &company.name(), " is no longer open to it."]
                .concat(),
            "Remove",
            "Go Back",
        )
    } else {
        (
            ["Take back the invitation of ", &name, "?"].concat(),
            "The link that was mailed stops working.".to_owned(),
            "Take Back the Invitation",
            "Keep It",
        )
    };
    view! { <AskOnce id=TITLE title effect act keep sending confirmed back/> }
}

/// The person has given the administration up: these pages are not theirs any more.
pub async fn no_longer_administrator(session: Session) -> Result<(), ApiError> {
    session.notice().set(Some("You no longer administer that company."));
    session.go(Page::Security.path(), Entry::Replaced);
    session.ask().await
}
