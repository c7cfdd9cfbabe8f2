//! How far a company's members are, over time, and what they are mailed about the enforcement date.

use domain::{DAY, Timestamp};
use leptos::prelude::*;

use super::{Company, Telling, Told};
use crate::api::company::adoption::{
    Adoption, AdoptionDay, Campaign, Reminders, adoption, remind, reminders,
};
use crate::browser::dates;
use crate::components::heading::Heading;
use crate::components::house::House;
use crate::components::needed::Needed;
use crate::components::sending::{ActionButton, Sending, Trouble};
use crate::components::session::use_session;
use crate::route::Page;
use crate::text;

/// The page.
#[component]
pub fn CompanyAdoptionPage() -> impl IntoView {
    let company = Company::here()?;
    let told = Told::new();
    let progress = Needed::new(move || adoption(company.slug()));
    let mails = Needed::new(move || reminders(company.slug()));
    let page = view! {
        <House page=Page::CompanyAdoption>
            <Telling told/>
            <Heading title=[&company.name(), ": adoption"].concat()/>
            <section class="panel">
                <header><h2>"Who is set up"</h2></header>
                {progress.show_part("adoption", |adoption| view! { <Progress adoption/> }.into_any())}
            </section>
            <section class="panel">
                <header>
                    <h2>"Reminders"</h2>
                    <p class="soft">
                        "Everybody without a second step is mailed when a date is saved, and 14, 7 and 1 days before it."
                    </p>
                </header>
                {mails.show_part("reminders", move |reminders| {
                    view! { <Mails company reminders mails told/> }.into_any()
                })}
            </section>
        </House>
    };
    Some(page.into_any())
}

/// The figure first, then how it got there.
#[component]
fn Progress(adoption: Adoption) -> impl IntoView {
    let AdoptionDay { members, set_up, .. } = adoption.today;
    let words = text::set_up(set_up, members, adoption.gained_in_a_week);
    view! {
        <div class="inside stack">
            <div class="stack-s">
                <p id="set-up"><b>{words.clone()}</b></p>
                <progress
                    aria-labelledby="set-up"
                    max=members.max(1).to_string()
                    value=set_up.to_string()
                ></progress>
            </div>
            <Chart words days=adoption.days.clone() from=adoption.required_from/>
            <details>
                <summary>"The numbers behind it"</summary>
                <Numbers days=adoption.days/>
            </details>
        </div>
    }
}

/// The share of those who are set up, over the days up to the date.
#[component]
fn Chart(words: String, days: Vec<AdoptionDay>, from: Option<Timestamp>) -> impl IntoView {
    let first = days.first().map_or(0, |day| day.day);
    let today = days.last().map_or(0, |day| day.day);
    let date = from.map(|from| from.0.div_euclid(DAY)).filter(|date| *date >= first);
    let last = date.unwrap_or(today).max(today);
    if last == first {
        return view! { <p class="soft">"The chart begins tomorrow: there is one day so far."</p> }
            .into_any();
    }
    let path = text::chart_path(&days, first, last);
    let line = date.zip(from).map(|(date, from)| {
        let x = text::chart_x(date, first, last).to_string();
        let anchor = if date - first > last - date { "end" } else { "start" };
        view! {
            <line class="date" x1=x.clone() x2=x.clone() y1="16" y2="112"></line>
            <text x=x y="11" text-anchor=anchor>{["Required from ", &dates::day(from)].concat()}</text>
        }
        .into_any()
    });
    let noon = |day: i64| Timestamp(day * DAY + DAY / 2);
    view! {
        <svg class="chart" viewBox="0 0 320 130" role="img" aria-label=words>
            <line x1="0" x2="320" y1="16" y2="16"></line>
            <line x1="0" x2="320" y1="112" y2="112"></line>
            <path d=path></path>
            {line}
            <text x="0" y="126">{dates::day(noon(first))}</text>
            <text x="320" y="126" text-anchor="end">{dates::day(noon(last))}</text>
        </svg>
    }
    .into_any()
}

/// The same as a table.
#[component]
fn Numbers(days: Vec<AdoptionDay>) -> impl IntoView {
    let row = |day: AdoptionDay| {
        view! {
            <tr>
                <th scope="row">{dates::day(Timestamp(day.day * DAY + DAY / 2))}</th>
                <td class="digits">{text::number(day.set_up)}</td>
                <td class="digits">{text::number(day.members)}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <div class="scroll" role="region" aria-labelledby="numbers-caption" tabindex="0">
            <table>
                <caption id="numbers-caption">"Days on which something changed, in UTC"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Day"</th>
                        <th scope="col">"Set up"</th>
                        <th scope="col">"Members"</th>
                    </tr>
                </thead>
                <tbody>{days.into_iter().rev().map(row).collect::<Vec<_>>()}</tbody>
            </table>
        </div>
    }
}

/// What was mailed, what will be, and the button.
#[component]
fn Mails(company: Company, reminders: Reminders, mails: Needed<Reminders>, told: Told) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new("");
    let press = move |()| {
        let Some(record) = session.record() else { return };
        sending.send(async move {
            mails.set(remind(record, company.slug()).await?);
            told.done("The reminders are on their way.");
            Ok(())
        });
    };
    let by_hand = match (reminders.required_from, reminders.by_hand_in) {
        (None, _) => view! { <p>"Nothing is mailed while Require MFA is off."</p> }.into_any(),
        (Some(_), 0) => view! {
            <ActionButton sending label="Remind Everybody" at_work="Sending…" press/>
            <Trouble sending/>
        }
        .into_any(),
        (Some(_), seconds) => view! { <p>{text::reminded_again(seconds)}</p> }.into_any(),
    };
    let next: Vec<String> = reminders.next.iter().map(|at| dates::weekday_and_time(*at)).collect();
    let next = (!next.is_empty())
        .then(|| view! { <p>{["By themselves they go on ", &next.join(", ")].concat()} "."</p> }.into_any());
    let sent = match reminders.campaigns.is_empty() {
        true => view! { <p class="item soft">"Nothing was mailed yet."</p> }.into_any(),
        false => view! {
            <ul class="rows">{reminders.campaigns.iter().map(campaign).collect::<Vec<_>>()}</ul>
        }
        .into_any(),
    };
    view! {
        <div class="inside stack">
            <p>{text::waiting(reminders.waiting)}</p>
            {next}
            {by_hand}
            <div>
                <button type="button" class="secondary" on:click=move |_| mails.renew()>"Look Again"</button>
            </div>
        </div>
        {sent}
    }
}

/// Something that was mailed.
fn campaign(campaign: &Campaign) -> AnyView {
    let at = campaign.at;
    view! {
        <li class="item">
            <div>
                <p><b>{text::campaign(campaign.kind)}</b></p>
                <p class="soft">
                    <time datetime=dates::machine(at)>{dates::recent_time(at)}</time>
                    ", about " {dates::day(campaign.required_from)}
                </p>
                <p class="soft">{text::mailed(campaign)}</p>
            </div>
        </li>
    }
    .into_any()
}
