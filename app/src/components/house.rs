//! The layout of what is behind the doors: a bar at the top, the sections at the left, the page beside them.

use leptos::html;
use leptos::prelude::*;

use super::account_menu::AccountMenu;
use super::icon::{DOWN, Icon, Mark};
use super::session::use_session;
use super::step_up::{StepUp, StepUpDialog};
use crate::api::session::Administered;
use crate::route::{Page, company};

/// A page of the profile, or of the company that the address names.
#[component]
pub fn House(
    /// Which page.
    page: Page,
    /// What is on it.
    children: Children,
) -> impl IntoView {
    let company = use_session().company();
    let section = move |(name, at, path): (&'static str, Page, String)| {
        let current = (at == page).then_some("page");
        view! { <a href=path aria-current=current>{name}</a> }.into_any()
    };
    let class = if company.is_some() { "house of-company" } else { "house" };
    let title =
        company.as_ref().map_or_else(|| "My Profile Settings".to_owned(), |company| company.name.clone());
    let step_up = StepUp::new();
    provide_context(step_up);
    view! {
        <a class="skip" href="#content">"Skip to content"</a>
        <header class="bar">
            <div>
                <a class="home" href=Page::Security.path()><Mark/></a>
                <CompanySwitch/>
                <AccountMenu/>
            </div>
        </header>
        <div class=class>
            <nav class="side" aria-labelledby="side-title">
                <p id="side-title">{title}</p>
                {sections(company).into_iter().map(section).collect::<Vec<_>>()}
            </nav>
            <main id="content" tabindex="-1" class="stack-l">{children()}</main>
        </div>
        <StepUpDialog step_up/>
    }
}

/// The sections of the company, or else of the profile: what they are called, which pages they are, where those are.
fn sections(company: Option<Administered>) -> Vec<(&'static str, Page, String)> {
    match company {
        Some(Administered { slug, .. }) => vec![
            ("Security", Page::CompanySecurity, company::security(&slug)),
            ("Members", Page::CompanyMembers, company::members(&slug)),
            ("Adoption", Page::CompanyAdoption, company::adoption(&slug)),
            ("Activity", Page::CompanyActivity, company::activity(&slug)),
        ],
        None => vec![
            ("Profile", Page::Profile, Page::Profile.path().to_owned()),
            ("Password & Security", Page::Security, Page::Security.path().to_owned()),
        ],
    }
}

/// The way to the companies that the person administers: a link to the only one, or a menu of all of them.
#[component]
fn CompanySwitch() -> impl IntoView {
    let session = use_session();
    let here = session.company();
    view! {
        {move || match &session.companies()[..] {
            [] => ().into_any(),
            [only] => {
                let path = company::security(&only.slug);
                view! { <a class="button quiet switch" href=path><span>{only.name.clone()}</span></a> }.into_any()
            }
            several => {
                let (several, here) = (several.to_vec(), here.clone());
                view! { <CompanyMenu several here/> }.into_any()
            }
        }}
    }
}

/// The menu of several companies. The browser opens it, closes it and says which.
#[component]
fn CompanyMenu(
    several: Vec<Administered>,
    /// The one that the page is about.
    here: Option<Administered>,
) -> impl IntoView {
    let menu = NodeRef::<html::Div>::new();
    let close = move |_| {
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.hide_popover();
        }
    };
    let item = |company: Administered| {
        let current = here.as_ref().is_some_and(|here| here.slug == company.slug).then_some("true");
        let path = company::security(&company.slug);
        view! { <a class="menu-item" href=path aria-current=current on:click=close>{company.name}</a> }
            .into_any()
    };
    let items = several.into_iter().map(item).collect::<Vec<_>>();
    let unseen = here.is_some().then(|| view! { <span class="unseen">", other companies"</span> }.into_any());
    let words = here.map_or_else(|| "Your companies".to_owned(), |here| here.name);
    view! {
        <button type="button" class="quiet switch" popovertarget="company-menu">
            <span>{words}</span>
            {unseen}
            <Icon of=DOWN/>
        </button>
        <div id="company-menu" class="menu" popover="auto" node_ref=menu>{items}</div>
    }
}
