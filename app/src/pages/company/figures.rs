//! How far the members of a company are: figures, most of which lead to the people behind them.

use leptos::prelude::*;

use super::Company;
use crate::api::company::members::MemberFilter;
use crate::api::company::policy::Figures;
use crate::route::company;
use crate::text;

/// How many are ready, in words and as a bar.
#[component]
pub fn Readiness(figures: Figures) -> impl IntoView {
    view! {
        <div class="stack-s">
            <p id="ready"><b>{text::ready(figures.ready, figures.members)}</b></p>
            <progress
                aria-labelledby="ready"
                max=figures.members.max(1).to_string()
                value=figures.ready.to_string()
            ></progress>
        </div>
    }
}

/// All five of them.
#[component]
pub fn FigureList(
    /// Whose.
    of: Company,
    figures: Figures,
) -> impl IntoView {
    let slug = of.slug();
    let figure = move |(count, words, filter): (u32, &'static str, Option<MemberFilter>)| {
        let inside = view! { <b class="digits">{text::number(count)}</b> " " <span>{words}</span> };
        match filter.filter(|_| count > 0) {
            Some(filter) => {
                view! { <li><a href=company::members_like(&slug, filter, "")>{inside}</a></li> }.into_any()
            }
            None => view! { <li><p>{inside}</p></li> }.into_any(),
        }
    };
    let all = [
        (figures.ready, "ready", None),
        (figures.not_set_up, "not set up", Some(MemberFilter::NoMfa)),
        (figures.never_signed_in, "never signed in", Some(MemberFilter::NeverSignedIn)),
        (
            figures.unacceptable_only,
            "only with a method that is not accepted",
            Some(MemberFilter::UnacceptableOnly),
        ),
        (figures.earlier_elsewhere, "asked earlier by another company", None),
    ];
    view! { <ul class="figures">{all.into_iter().map(figure).collect::<Vec<_>>()}</ul> }
}
