//! The table of the members, which becomes cards where it is narrow.

use leptos::prelude::*;

use super::member_dialog::MemberDialog;
use super::members::List;
use crate::api::company::members::{Member, MemberFilter, MembersQuery, members};
use crate::browser::navigation::Entry;
use crate::browser::{dates, focus};
use crate::components::method::{Pill, Tone};
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::text;

/// The columns.
const HEADS: [&str; 6] = ["Name", "Role", "Methods", "Recovery code", "Last sign-in", "What is asked"];

/// The members that were found, or that there are none.
#[component]
pub fn MembersTable(list: List) -> impl IntoView {
    let managed = RwSignal::new(None::<Member>);
    let empty = Memo::new(move |_| list.rows.read().is_empty());
    let more = Memo::new(move |_| list.next.read().is_some());
    view! {
        {move || {
            if empty.get() {
                view! { <NoneMatch list/> }.into_any()
            } else {
                view! { <Table list managed/> }.into_any()
            }
        }}
        {move || more.get().then(|| view! { <ShowMore list/> }.into_any())}
        <MemberDialog list managed/>
    }
}

/// Whom nobody matches: the list is not empty, it is filtered.
#[component]
fn NoneMatch(list: List) -> impl IntoView {
    let clear = move |_| {
        list.look_for(MemberFilter::Everybody, "", Entry::New);
        focus("#search".to_owned());
    };
    view! {
        <div class="item">
            <p><b>"No member matches."</b></p>
            <button type="button" class="secondary" on:click=clear>"Clear Filters"</button>
        </div>
    }
}

/// The roles are written out: browsers forget them where the rows become cards.
#[component]
fn Table(list: List, managed: RwSignal<Option<Member>>) -> impl IntoView {
    let caption = ["Members of ", &list.company.name(), ", by email address"].concat();
    let head = |name: &'static str| view! { <th role="columnheader" scope="col">{name}</th> }.into_any();
    let row = move |member: Member| row(member, managed);
    view! {
        <p class="inside soft">{move || list.found()}</p>
        <div class="scroll" role="region" aria-labelledby="members-caption" tabindex="0">
            <table role="table">
                <caption id="members-caption" class="unseen">{caption}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {HEADS.map(head).into_iter().collect::<Vec<_>>()}
                        <td role="cell"></td>
                    </tr>
                </thead>
                <tbody id="member-rows" role="rowgroup">
                    {move || list.rows.get().into_iter().map(row).collect::<Vec<_>>()}
                </tbody>
            </table>
        </div>
    }
}

/// A member.
fn row(member: Member, managed: RwSignal<Option<Member>>) -> AnyView {
    let name = text::called(&member).to_owned();
    let email = Some(&member.email).filter(|email| **email != name);
    let email = email.map(|email| view! { <span class="soft entry">{email.clone()}</span> }.into_any());
    let role = if member.accepted { text::role(member.role, member.payments) } else { "–" };
    let saved = match (member.accepted && !member.methods.is_empty(), member.recovery_code) {
        (false, _) => "–",
        (true, true) => "Saved",
        (true, false) => "Not saved",
    };
    let signed_in = match member.last_sign_in {
        _ if !member.accepted => "–".to_owned(),
        Some(at) => dates::recent_day(at),
        None => "Never".to_owned(),
    };
    let asked = match text::demanded(&member.requirement) {
        _ if !member.accepted => "–".to_owned(),
        from => text::asked(&member.requirement, &from.map(dates::day).unwrap_or_default()),
    };
    let (pills, flags) = (methods(&member), flags(&member));
    view! {
        <tr role="row" tabindex="-1">
            <th role="rowheader" scope="row">
                <b class="entry">{name.clone()}</b>
                {email}
                {flags}
            </th>
            <td role="cell" data-label=HEADS[1]><span>{role}</span></td>
            <td role="cell" data-label=HEADS[2]><span class="pills">{pills}</span></td>
            <td role="cell" data-label=HEADS[3]><span>{saved}</span></td>
            <td role="cell" data-label=HEADS[4]><span class="capital">{signed_in}</span></td>
            <td role="cell" data-label=HEADS[5]><span>{asked}</span></td>
            <td role="cell">
                <button type="button" class="secondary manage" on:click=move |_| managed.set(Some(member.clone()))>
                    "Manage"
                    <span class="unseen">" " {name}</span>
                </button>
            </td>
        </tr>
    }
    .into_any()
}

/// The kinds of method, in words.
fn methods(member: &Member) -> Vec<AnyView> {
    let pill = |(words, need): (&'static str, text::Need)| {
        let tone = match need {
            text::Need::Nothing => Tone::Plain,
            text::Need::Fulfilled => Tone::Good,
            text::Need::Something => Tone::Warning,
        };
        view! { <Pill words tone/> " " }.into_any()
    };
    text::methods(member).into_iter().map(pill).collect()
}

/// What is particular about a member.
fn flags(member: &Member) -> Vec<AnyView> {
    let flags = [
        (member.you, "You", Tone::Plain),
        (member.suspended, "Sign-in blocked", Tone::Warning),
        (member.shared_number, "Shared phone number", Tone::Plain),
    ];
    let shown = flags.into_iter().filter(|(holds, ..)| *holds);
    shown.map(|(_, words, tone)| view! { <Pill words tone/> " " }.into_any()).collect()
}

/// The next page. The focus goes to the first row that is new.
#[component]
fn ShowMore(list: List) -> impl IntoView {
    let sending = Sending::new("");
    let show = move |()| {
        let asked = list.query.get_untracked();
        let query = MembersQuery { after: list.next.get_untracked(), ..asked.clone() };
        let (slug, shown) = (list.company.slug(), list.rows.read_untracked().len());
        sending.send(async move {
            let page = members(slug, query).await?;
            // Something else is looked for by now.
            if list.query.try_get_untracked() != Some(asked) {
                return Ok(());
            }
            list.rows.update(|rows| rows.extend(page.rows));
            list.next.set(page.next);
            focus(["#member-rows > :nth-child(", &(shown + 1).to_string(), ")"].concat());
            Ok(())
        });
    };
    view! {
        <div class="item">
            <ActionButton sending label="Show more" at_work="Loading…" press=show/>
            <Trouble sending/>
        </div>
    }
}
