//! Tests of where each page belongs.

use super::*;
use crate::api::session::Administered;

fn standing(state: SessionState) -> SessionView {
    SessionView {
        state,
        product: "Vestibule".into(),
        record: None,
        person: None,
        companies: Vec::new(),
        requirement: None,
        mfa_reset: false,
        continues_set_up: false,
        return_to: None,
        ends_in_s: None,
        ended: None,
    }
}

fn address(text: &str) -> Address {
    let (path, query) = text.find('?').map_or((text, ""), |at| text.split_at(at));
    Address { path: path.into(), query: query.into() }
}

fn at(state: SessionState, asked: &str) -> Decision {
    decide(&standing(state), &address(asked))
}

fn go(path: &str) -> Decision {
    Decision::Go(path.into())
}

#[test]
fn every_page_is_found_at_its_path() {
    for page in Page::ALL {
        assert_eq!(Page::at(page.path()), page);
    }
    assert_eq!(Page::at("/profile/"), Page::NotFound);
    assert_eq!(Page::at(""), Page::NotFound);
}

#[test]
fn what_is_behind_the_doors_belongs_to_the_house() {
    for path in ["/profile", "/profile/", "/profile/security/app", "/companies/a/b", "/sign-in/phone"] {
        assert_eq!(Program::of(path), Program::House, "{path}");
    }
    for path in ["", "/", "/sign-in", "/sign-in/challenge", "/nowhere", "/profiles", "//profile"] {
        assert_eq!(Program::of(path), Program::Door, "{path}");
    }
}

#[test]
fn a_stranger_signs_in_first_and_comes_back_to_what_was_asked_for() {
    for state in [SessionState::Anonymous, SessionState::PasswordDue] {
        assert_eq!(at(state, "/sign-in"), Decision::Show(Page::SignIn));
        assert_eq!(at(state, "/"), go("/sign-in"));
        assert_eq!(at(state, "/profile/security"), go("/sign-in?return=/profile/security"));
        assert_eq!(at(state, "/nowhere?a=b&c=ü"), go("/sign-in?return=/nowhere%3Fa%3Db%26c%3D%C3%BC"));
    }
}

// S39
#[test]
fn a_page_of_the_sign_in_or_of_another_host_is_not_come_back_to() {
    for asked in ["/sign-in/app", "/sign-in/challenge?x=1", "//evil.example"] {
        assert_eq!(at(SessionState::Anonymous, asked), go("/sign-in"));
    }
    let mut view = standing(SessionState::Full);
    view.return_to = Some("//evil.example".into());
    assert_eq!(next(&view), "/profile/security");
}

#[test]
fn each_step_of_the_sign_in_has_its_page_and_no_other() {
    let steps = [
        (SessionState::Challenge, "/sign-in/challenge", Page::Challenge),
        (SessionState::EnrolOnly, "/sign-in/required", Page::Required),
        (SessionState::SaveCode, "/sign-in/recovery-code", Page::SaveCode),
        (SessionState::IdentityDue, "/sign-in/identity", Page::Identity),
        (SessionState::Recovering, "/sign-in/recover", Page::Recover),
    ];
    for (state, path, page) in steps {
        assert_eq!(at(state, path), Decision::Show(page));
        assert_eq!(next(&standing(state)), path);
        for elsewhere in ["/", "/sign-in", "/profile/security", "/profile/security/app", "/nowhere"] {
            assert_eq!(at(state, elsewhere), go(path), "{elsewhere} in {state:?}");
        }
    }
}

#[test]
fn a_mailed_link_opens_whoever_is_signed_in() {
    let links = [
        ("/forgot-password", Page::ForgotPassword),
        ("/reset-password", Page::ResetPassword),
        ("/not-me", Page::NotMe),
        ("/invitation", Page::Invitation),
        ("/confirm-reset", Page::ConfirmReset),
        ("/set-up-again", Page::SetUpAgain),
    ];
    for state in SessionState::ALL {
        for (path, page) in links {
            assert_eq!(at(state, path), Decision::Show(page));
        }
    }
}

#[test]
fn who_must_set_up_moves_between_the_pages_of_the_set_up() {
    for (path, page) in [
        ("/sign-in/method", Page::Method),
        ("/sign-in/app", Page::SignInApp),
        ("/sign-in/phone", Page::SignInPhone),
    ] {
        assert_eq!(at(SessionState::EnrolOnly, path), Decision::Show(page));
        assert_eq!(at(SessionState::Challenge, path), go("/sign-in/challenge"));
    }
}

#[test]
fn the_second_door_has_one_page_whichever_method_it_is_opened_with() {
    for kind in [MethodKind::App, MethodKind::Phone] {
        assert_eq!(at(SessionState::Challenge, challenge_by(kind)), Decision::Show(Page::Challenge));
        assert_eq!(address(challenge_by(kind)).query, ["?", BY, "=", kind.as_str()].concat());
    }
}

#[test]
fn who_has_lost_a_method_is_helped_only_after_the_password() {
    for state in [SessionState::Challenge, SessionState::IdentityDue, SessionState::Recovering] {
        assert_eq!(at(state, "/sign-in/help"), Decision::Show(Page::Help));
    }
    assert_eq!(at(SessionState::Anonymous, "/sign-in/help"), go("/sign-in"));
    assert_eq!(
        at(SessionState::Challenge, "/sign-in/use-recovery-code"),
        Decision::Show(Page::UseRecoveryCode)
    );
    assert_eq!(at(SessionState::Recovering, "/sign-in/use-recovery-code"), go("/sign-in/recover"));
    assert_eq!(at(SessionState::Recovering, "/sign-in/app"), Decision::Show(Page::SignInApp));
    assert_eq!(at(SessionState::Recovering, "/sign-in/phone"), Decision::Show(Page::SignInPhone));
}

#[test]
fn a_set_up_opened_in_the_profile_goes_on_there() {
    let mut view = standing(SessionState::EnrolOnly);
    view.continues_set_up = true;
    assert_eq!(decide(&view, &address("/profile/security/app")), Decision::Show(Page::SecurityApp));
    assert_eq!(decide(&view, &address("/profile/security/phone")), Decision::Show(Page::SecurityPhone));
    assert_eq!(decide(&view, &address("/profile/security")), go("/sign-in/required"));
}

#[test]
fn who_is_signed_in_sees_the_page_asked_for() {
    assert_eq!(at(SessionState::Full, "/profile/security"), Decision::Show(Page::Security));
    assert_eq!(at(SessionState::Full, "/profile/security/app"), Decision::Show(Page::SecurityApp));
    assert_eq!(at(SessionState::Full, "/profile/security/phone"), Decision::Show(Page::SecurityPhone));
    assert_eq!(at(SessionState::Full, "/sign-in"), Decision::Show(Page::SignIn));
    assert_eq!(at(SessionState::Full, "/nowhere"), Decision::Show(Page::NotFound));
    assert_eq!(at(SessionState::Full, "/"), go("/profile/security"));
}

#[test]
fn a_finished_sign_in_leads_to_where_the_person_was_going() {
    let mut view = standing(SessionState::Full);
    view.return_to = Some("/profile/security/app?x=1".into());
    assert_eq!(next(&view), "/profile/security/app?x=1");
    assert_eq!(decide(&view, &address("/sign-in/challenge")), go("/profile/security/app?x=1"));
}

fn administrator() -> SessionView {
    let company = Administered { slug: "harbour-build".into(), name: "Harbour Build".into() };
    SessionView { companies: vec![company], ..standing(SessionState::Full) }
}

#[test]
fn an_administrator_sees_the_pages_of_the_company() {
    let view = administrator();
    let shown = [
        (company::security("harbour-build"), Page::CompanySecurity),
        (company::members("harbour-build"), Page::CompanyMembers),
        (company::adoption("harbour-build"), Page::CompanyAdoption),
        (company::activity("harbour-build"), Page::CompanyActivity),
        ("/companies/harbour-build/members?filter=no_mfa&q=a".to_owned(), Page::CompanyMembers),
    ];
    for (path, page) in shown {
        assert_eq!(decide(&view, &address(&path)), Decision::Show(page), "{path}");
        assert_eq!(Program::of(&address(&path).path), Program::House, "{path}");
    }
    assert_eq!(decide(&view, &address("/companies/harbour-build")), go("/companies/harbour-build/security"));
}

// S41
#[test]
fn a_company_that_is_missing_and_one_that_is_another_s_read_the_same() {
    let view = administrator();
    let hidden = [
        "/companies",
        "/companies/",
        "/companies/pier",
        "/companies/pier/security",
        "/companies/pier/members",
        "/companies/harbour-build/",
        "/companies/harbour-build/nowhere",
        "/companies/harbour-build/members/1",
    ];
    for path in hidden {
        assert_eq!(decide(&view, &address(path)), Decision::Show(Page::NotFound), "{path}");
    }
    assert_eq!(at(SessionState::Full, "/companies/harbour-build/security"), Decision::Show(Page::NotFound));
}

#[test]
fn a_company_is_come_back_to_after_the_sign_in() {
    for path in ["/companies/pier", "/companies/pier/members"] {
        assert_eq!(at(SessionState::Anonymous, path), go(&["/sign-in?return=", path].concat()));
        assert_eq!(at(SessionState::EnrolOnly, path), go("/sign-in/required"));
    }
}
