//! The pages, one file each, and what decides between them.

mod challenge;
mod change_password;
mod company;
mod confirm_reset;
mod forgot_password;
mod help;
mod identity;
mod invitation;
mod method;
mod not_found;
mod not_me;
mod profile;
mod recover;
mod required;
mod reset_password;
mod save_code;
mod security;
mod security_app;
mod security_code;
mod security_phone;
mod set_up_again;
mod sign_in;
mod sign_in_app;
mod sign_in_phone;
mod use_recovery_code;

use leptos::ev;
use leptos::prelude::*;

use crate::api::ApiError;
use crate::browser::navigation::{Entry, Navigation};
use crate::browser::shell::{self, Typed};
use crate::components::announcer::{Announcements, Announcer};
use crate::components::door::Door;
use crate::components::heading::Title;
use crate::components::needed::{Failed, Skeleton};
use crate::components::session::{Session, Standing};
use crate::components::still_there::StillThere;
use crate::route::{Decision, Page, Program, company::slug, decide};

/// Draws the pages of a program.
pub type DrawPage = fn(Page) -> AnyView;

/// What was typed before this program was there; the sign-in form takes it.
type Carried = StoredValue<Option<Typed>>;

/// What is on the screen.
#[derive(Clone, PartialEq)]
enum Shown {
    /// Nothing yet, or nothing any more: the other program's page is on its way.
    Waiting,
    /// Why there is nothing.
    Unreachable(ApiError),
    /// Nothing for a moment: the address changes to this one.
    Leaving(String),
    /// A page, and the slug of the company that it is about, if it is about one: another company's is another page.
    Page(Page, String),
}

/// The application.
#[component]
pub fn App(
    /// Which of the two programs this is.
    program: Program,
    /// Draws its pages.
    draw_page: DrawPage,
) -> impl IntoView {
    let navigation = Navigation::start(program);
    let session = Session::start(navigation);
    provide_context(session);
    provide_context(Announcer::new());
    provide_context(Title::start());
    provide_context::<Carried>(StoredValue::new(None));
    blank_when_put_aside(session);

    let shown = Memo::new(move |_| {
        let address = navigation.address().read();
        if Program::of(&address.path) != program {
            return Shown::Waiting;
        }
        match &*session.standing().read() {
            Standing::Known(view) => match decide(view, &address) {
                Decision::Show(page) => Shown::Page(page, slug(&address.path).unwrap_or_default().to_owned()),
                Decision::Go(to) => Shown::Leaving(to),
            },
            // The first door works by itself.
            Standing::Unreachable(_) if Page::at(&address.path) == Page::SignIn => {
                Shown::Page(Page::SignIn, String::new())
            }
            Standing::Unreachable(error) => Shown::Unreachable(error.clone()),
            Standing::Unknown => Shown::Waiting,
        }
    });
    Effect::new(move || {
        if let Shown::Leaving(to) = shown.get() {
            session.go(&to, Entry::Replaced);
        }
    });
    view! {
        {move || draw(shown.get(), session, draw_page)}
        <StillThere/>
        <Announcements/>
    }
}

fn draw(shown: Shown, session: Session, draw_page: DrawPage) -> AnyView {
    match shown {
        // The shell stays as long as there is nothing to put in its place.
        Shown::Waiting | Shown::Leaving(_) if shell::is_there() => ().into_any(),
        Shown::Waiting | Shown::Leaving(_) => view! { <Door><Skeleton/></Door> }.into_any(),
        Shown::Unreachable(error) => {
            shell::take();
            let again = Callback::new(move |()| session.refresh());
            view! { <Door><Failed error again/></Door> }.into_any()
        }
        Shown::Page(page, _) => {
            if let Some(typed) = shell::take() {
                expect_context::<Carried>().set_value(Some(typed));
            }
            draw_page(page)
        }
    }
}

/// The pages at the doors.
pub fn draw_door_page(page: Page) -> AnyView {
    match page {
        Page::SignIn => sign_in::SignIn().into_any(),
        Page::ForgotPassword => forgot_password::ForgotPassword().into_any(),
        Page::ResetPassword => reset_password::ResetPassword().into_any(),
        Page::NotMe => not_me::NotMe().into_any(),
        Page::Invitation => invitation::InvitationPage().into_any(),
        Page::ConfirmReset => confirm_reset::ConfirmResetPage().into_any(),
        Page::SetUpAgain => set_up_again::SetUpAgainPage().into_any(),
        Page::Challenge => challenge::ChallengePage().into_any(),
        Page::UseRecoveryCode => use_recovery_code::UseRecoveryCode().into_any(),
        Page::Help => help::HelpPage().into_any(),
        Page::Identity => identity::Identity().into_any(),
        Page::NotFound => not_found::NotFound().into_any(),
        // Nobody belongs to the first; the others are the house's.
        Page::Home
        | Page::Recover
        | Page::Required
        | Page::Method
        | Page::SignInApp
        | Page::SignInPhone
        | Page::SaveCode
        | Page::Profile
        | Page::Security
        | Page::ChangePassword
        | Page::SecurityApp
        | Page::SecurityPhone
        | Page::SecurityCode
        | Page::Company
        | Page::CompanySecurity
        | Page::CompanyMembers
        | Page::CompanyAdoption
        | Page::CompanyActivity => ().into_any(),
    }
}

/// The pages behind them, and of what is set up on the way in.
pub fn draw_house_page(page: Page) -> AnyView {
    match page {
        Page::Recover => recover::Recover().into_any(),
        Page::Required => required::Required().into_any(),
        Page::Method => method::Method().into_any(),
        Page::SignInApp => sign_in_app::SignInApp().into_any(),
        Page::SignInPhone => sign_in_phone::SignInPhone().into_any(),
        Page::SaveCode => save_code::SaveCodePage().into_any(),
        Page::Profile => profile::ProfilePage().into_any(),
        Page::Security => security::SecurityPage().into_any(),
        Page::ChangePassword => change_password::ChangePassword().into_any(),
        Page::SecurityApp => security_app::SecurityApp().into_any(),
        Page::SecurityPhone => security_phone::SecurityPhone().into_any(),
        Page::SecurityCode => security_code::SecurityCode().into_any(),
        Page::CompanySecurity => company::CompanySecurityPage().into_any(),
        Page::CompanyMembers => company::CompanyMembersPage().into_any(),
        Page::CompanyAdoption => company::CompanyAdoptionPage().into_any(),
        Page::CompanyActivity => company::CompanyActivityPage().into_any(),
        Page::NotFound => not_found::NotFound().into_any(),
        // The door's.
        _ => ().into_any(),
    }
}

/// A page that the browser keeps for the back button keeps nothing of anybody: the next person at a shared tablet
/// may press it.
fn blank_when_put_aside(session: Session) {
    let _ = window_event_listener(ev::pagehide, move |event| {
        if event.persisted() {
            session.blank();
        }
    });
    let _ = window_event_listener(ev::pageshow, move |event| {
        if event.persisted() {
            drop(window().location().reload());
        }
    });
}
