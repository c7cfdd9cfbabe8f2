//! An invitation to a company, with a mailed link. Opening it accepts nothing, and it signs nobody in.

use domain::SessionState;
use leptos::html;
use leptos::prelude::*;

use crate::api::company::invitations::{Invitation, accept_as_new, accept_invitation, invitation};
use crate::api::{ApiError, Code};
use crate::browser::navigation::Entry;
use crate::browser::{forget_fragment, fragment};
use crate::components::door::Door;
use crate::components::error_summary::ErrorSummary;
use crate::components::heading::Heading;
use crate::components::name_field::{NameField, name_problem};
use crate::components::needed::Needed;
use crate::components::new_password_field::{NewPasswordField, new_password_problem};
use crate::components::password_field::Username;
use crate::components::sending::{ActionButton, Problem, Sending, Submit, Trouble};
use crate::components::session::use_session;
use crate::route::{self, Page};

/// An invitation that can be accepted.
#[derive(Clone)]
struct Invited {
    token: String,
    invitation: Invitation,
}

/// The invitation of the address. `None`: it was used or taken back, it is too old, or it is none.
type Link = Needed<Option<Invited>>;

/// What was accepted here: the company's name, and where that leads.
type Joined = RwSignal<Option<(String, String)>>;

/// The page.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let joined = Joined::new(None);
    let link = Link::new(look);
    // A newer link that is opened over this one is another page to the person; to the browser it is the same.
    let listener = window_event_listener_untyped("hashchange", move |_| {
        joined.set(None);
        link.again();
    });
    on_cleanup(move || listener.remove());
    let answer = move |at: Option<Invited>| match at {
        Some(at) if at.invitation.has_account => view! { <Known at link joined/> }.into_any(),
        Some(at) => view! { <NewPerson at link/> }.into_any(),
        None => view! { <Gone/> }.into_any(),
    };
    view! {
        <Door>
            {move || match joined.get() {
                Some((company, next)) => view! { <Done company next/> }.into_any(),
                None => link.show(answer),
            }}
        </Door>
    }
}

/// What the link in the address invites to.
async fn look() -> Result<Option<Invited>, ApiError> {
    let token = fragment();
    if token.is_empty() {
        return Ok(None);
    }
    match invitation(token.clone()).await {
        Ok(invitation) => Ok(Some(Invited { token, invitation })),
        Err(ApiError { code: Code::LinkGone, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Who invites, and whom.
#[component]
fn Who(invitation: Invitation) -> impl IntoView {
    let Invitation { company, email, .. } = invitation;
    view! {
        <Heading title=[&*company, " invites you"].concat()/>
        <p class="soft">"This invitation is for " <b class="entry">{email}</b> "."</p>
    }
}

/// Somebody without a password: a name and a first one. The link is spent when they are sent, and not before.
#[component]
fn NewPerson(at: Invited, link: Link) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("new");
    let (named, input) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let Invited { token, invitation } = at;
    let Invitation { email, name, .. } = invitation.clone();
    let (username, measured) = (email.clone(), token.clone());
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (Some(name), Some(new)) = (named.get_untracked(), input.get_untracked()) else { return };
        let (name, new) = (name.value(), new.value());
        let problems = problems(&name, &new);
        if !problems.is_empty() {
            return sending.refuse(problems);
        }
        let (token, email) = (token.clone(), email.clone());
        sending.send(async move {
            match accept_as_new(token, name, new).await {
                Ok(()) => {}
                // It was used or taken back meanwhile, or its seven days are over.
                Err(ApiError { code: Code::LinkGone, .. }) => {
                    link.set(None);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
            session.notice().set(Some("Welcome. Sign in with your new password."));
            session.carry_email(&email);
            session.go(Page::SignIn.path(), Entry::Replaced);
            Ok(())
        });
    };
    view! {
        <Who invitation/>
        <ErrorSummary sending/>
        <form class="stack-l" method="post" novalidate on:submit=submit>
            <NameField sending input=named name/>
            <Username email=username/>
            <NewPasswordField sending input token=measured/>
            <Trouble sending/>
            <Submit sending label="Accept" at_work="Accepting…"/>
        </form>
    }
}

/// What has to be mended before it is worth asking the server.
fn problems(name: &str, new: &str) -> Vec<Problem> {
    name_problem(name).into_iter().chain(new_password_problem(new)).collect()
}

/// Somebody who has an account: no link gets anybody into one, so it is accepted there.
#[component]
fn Known(at: Invited, link: Link, joined: Joined) -> impl IntoView {
    let session = use_session();
    // A sign-in under way is nobody's yet.
    let here = Memo::new(move |_| {
        session.person().filter(|_| session.is(SessionState::Full)).map(|person| person.email)
    });
    let invitation = at.invitation.clone();
    let choice = move || {
        let email = at.invitation.email.clone();
        match here.get() {
            Some(here) if here.eq_ignore_ascii_case(&email) => {
                view! { <Accept at=at.clone() link joined/> }.into_any()
            }
            Some(here) => view! { <Other here email/> }.into_any(),
            None => view! { <SignInFirst email/> }.into_any(),
        }
    };
    view! {
        <Who invitation/>
        {choice}
    }
}

/// The person of the invitation is signed in.
#[component]
fn Accept(at: Invited, link: Link, joined: Joined) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("");
    let accept = move |()| {
        let Some(record) = session.record() else { return };
        let Invited { token, invitation } = at.clone();
        sending.send(async move {
            match accept_invitation(record, token).await {
                Ok(view) => {
                    forget_fragment();
                    // It is said here: the page that it leads to is loaded anew, and would not know of it.
                    joined.try_set(Some((invitation.company, route::next(&view))));
                    session.update(view);
                }
                // It was used or taken back meanwhile, or its seven days are over.
                Err(ApiError { code: Code::LinkGone, .. }) => link.set(None),
                Err(error) => return Err(error),
            }
            Ok(())
        });
    };
    view! {
        <Trouble sending/>
        <ActionButton sending label="Accept" at_work="Accepting…" class="primary wide" press=accept/>
    }
}

/// Somebody else is signed in (shared tablets).
#[component]
fn Other(here: String, email: String) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("");
    let carried = email.clone();
    let leave = move |()| {
        session.carry_email(&carried);
        sending.send(session.leave());
    };
    view! {
        <p>
            "You are signed in as " <b class="entry">{here}</b> ". Sign out, sign in as "
            <b class="entry">{email}</b> ", then open this link again."
        </p>
        <Trouble sending/>
        <ActionButton sending label="Sign Out" at_work="Signing out…" class="primary wide" press=leave/>
    }
}

/// Nobody is signed in, or not all the way.
#[component]
fn SignInFirst(email: String) -> impl IntoView {
    let session = use_session();
    let carried = email.clone();
    let carry = move |_| session.carry_email(&carried);
    view! {
        <p>"You have an account. Sign in as " <b class="entry">{email}</b> ", then open this link again."</p>
        <a class="button primary wide" href=Page::SignIn.path() on:click=carry>"Sign In"</a>
    }
}

/// It is accepted. What the company asks for comes next, or else the profile.
#[component]
fn Done(company: String, next: String) -> impl IntoView {
    view! {
        <Heading title=["You are a member of ", &company, "."].concat()/>
        <a class="button primary wide" href=next>"Continue"</a>
    }
}

/// The link is of no use any more.
#[component]
fn Gone() -> impl IntoView {
    view! {
        <Heading title="This invitation has been used, taken back, or is older than seven days."/>
        <p>"Ask your administrator for a new one."</p>
        <p class="ways"><a href=Page::SignIn.path()>"Go to sign-in"</a></p>
    }
}
