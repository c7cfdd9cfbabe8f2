//! Which page belongs to which state: the one decision behind every redirect.
//!
//! A new page is a variant of [`Page`], a path, and a place in [`Page::belongs_to`]. Its path says which program draws
//! it ([`Program::of`]).

pub mod company;

use domain::{MethodKind, ReturnPath, SessionState};

use crate::api::session::SessionView;

/// The two programs of the browser. Each holds the pages that it draws and no others; from one to the other the page is
/// loaded anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// At the doors: password, second factor, mailed links, and addresses that are none.
    Door,
    /// Behind them, and what is set up on the way in: it is the same that is set up behind them.
    House,
}

impl Program {
    /// What the house draws: these, and everything below them.
    const HOUSE: [&str; 8] = [
        "/profile",
        "/companies",
        Page::Required.path(),
        Page::Method.path(),
        Page::SignInApp.path(),
        Page::SignInPhone.path(),
        Page::SaveCode.path(),
        Page::Recover.path(),
    ];

    /// The program of this path. The server and both programs ask here, so that they cannot differ.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let behind = Self::HOUSE.into_iter().any(|start| {
            path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if behind { Self::House } else { Self::Door }
    }
}

/// The pages of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Wherever the state belongs.
    Home,
    /// Email and password.
    SignIn,
    /// Forgot your password?
    ForgotPassword,
    /// A new password, with a mailed link.
    ResetPassword,
    /// This Wasn't Me, with a mailed link.
    NotMe,
    /// An invitation to a company, with a mailed link.
    Invitation,
    /// One's own reset, confirmed with a mailed link.
    ConfirmReset,
    /// Setting up again after a reset, with a mailed link.
    SetUpAgain,
    /// The second door: a method is chosen where there are two, and a code of it is entered.
    Challenge,
    /// Enter your recovery code, at sign-in.
    UseRecoveryCode,
    /// Who can help somebody who has nothing left.
    Help,
    /// A code that was mailed or handed over in person, before a set-up.
    Identity,
    /// Recovering: every method is set up anew, shown to work, or let go.
    Recover,
    /// Two-Factor Authentication Required.
    Required,
    /// Select an Authentication Method.
    Method,
    /// Secure your Account, at sign-in.
    SignInApp,
    /// The set-up of a phone number, at sign-in.
    SignInPhone,
    /// Save Your Recovery Code, at sign-in.
    SaveCode,
    /// The person's profile.
    Profile,
    /// Password & Security.
    Security,
    /// Change Password.
    ChangePassword,
    /// The authenticator app's set-up, from the profile.
    SecurityApp,
    /// The phone number's set-up, from the profile.
    SecurityPhone,
    /// Save Your Recovery Code, where a new one was requested in the profile.
    SecurityCode,
    /// A company, without a word of which of its pages.
    Company,
    /// A company's policy.
    CompanySecurity,
    /// A company's members.
    CompanyMembers,
    /// How far they are, and what they are mailed.
    CompanyAdoption,
    /// Who did what there.
    CompanyActivity,
    /// Nothing here, or not yours.
    NotFound,
}

impl Page {
    /// The pages that have an address of their own; those of a company have its slug in theirs.
    const ALL: [Self; 24] = [
        Self::Home,
        Self::SignIn,
        Self::ForgotPassword,
        Self::ResetPassword,
        Self::NotMe,
        Self::Invitation,
        Self::ConfirmReset,
        Self::SetUpAgain,
        Self::Challenge,
        Self::UseRecoveryCode,
        Self::Help,
        Self::Identity,
        Self::Recover,
        Self::Required,
        Self::Method,
        Self::SignInApp,
        Self::SignInPhone,
        Self::SaveCode,
        Self::Profile,
        Self::Security,
        Self::ChangePassword,
        Self::SecurityApp,
        Self::SecurityPhone,
        Self::SecurityCode,
    ];

    /// The page at this path.
    #[must_use]
    pub fn at(path: &str) -> Self {
        let own = Self::ALL.into_iter().find(|page| page.path() == path);
        own.or_else(|| company::page(path)).unwrap_or(Self::NotFound)
    }

    /// Whether it is a company's.
    const fn is_of_company(self) -> bool {
        matches!(
            self,
            Self::Company
                | Self::CompanySecurity
                | Self::CompanyMembers
                | Self::CompanyAdoption
                | Self::CompanyActivity
        )
    }

    /// Its path; empty for a company's ([`company`] has them), and for [`Page::NotFound`], which is at every other one.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::SignIn => "/sign-in",
            Self::ForgotPassword => "/forgot-password",
            Self::ResetPassword => "/reset-password",
            Self::NotMe => "/not-me",
            Self::Invitation => "/invitation",
            Self::ConfirmReset => "/confirm-reset",
            Self::SetUpAgain => "/set-up-again",
            Self::Challenge => "/sign-in/challenge",
            Self::UseRecoveryCode => "/sign-in/use-recovery-code",
            Self::Help => "/sign-in/help",
            Self::Identity => "/sign-in/identity",
            Self::Recover => "/sign-in/recover",
            Self::Required => "/sign-in/required",
            Self::Method => "/sign-in/method",
            Self::SignInApp => "/sign-in/app",
            Self::SignInPhone => "/sign-in/phone",
            Self::SaveCode => "/sign-in/recovery-code",
            Self::Profile => "/profile",
            Self::Security => "/profile/security",
            Self::ChangePassword => "/profile/security/password",
            Self::SecurityApp => "/profile/security/app",
            Self::SecurityPhone => "/profile/security/phone",
            Self::SecurityCode => "/profile/security/recovery-code",
            Self::Company
            | Self::CompanySecurity
            | Self::CompanyMembers
            | Self::CompanyAdoption
            | Self::CompanyActivity
            | Self::NotFound => "",
        }
    }

    /// Whether somebody who stands like this may see it.
    fn belongs_to(self, view: &SessionView) -> bool {
        // Mailed links are opened wherever the mail is read, whoever is signed in there.
        if matches!(
            self,
            Self::ForgotPassword
                | Self::ResetPassword
                | Self::NotMe
                | Self::Invitation
                | Self::ConfirmReset
                | Self::SetUpAgain
        ) {
            return true;
        }
        match view.state {
            SessionState::Anonymous | SessionState::PasswordDue => self == Self::SignIn,
            SessionState::Challenge => matches!(self, Self::Challenge | Self::UseRecoveryCode | Self::Help),
            SessionState::IdentityDue => matches!(self, Self::Identity | Self::Help),
            SessionState::EnrolOnly => match self {
                Self::Required | Self::Method | Self::SignInApp | Self::SignInPhone => true,
                // A set-up that was open when the requirement came into force goes on where it is.
                Self::SecurityApp | Self::SecurityPhone => view.continues_set_up,
                _ => false,
            },
            SessionState::SaveCode => self == Self::SaveCode,
            SessionState::Recovering => {
                matches!(self, Self::Recover | Self::SignInApp | Self::SignInPhone | Self::Help)
            }
            // The sign-in page offers to go on as that person, or to sign out (shared tablets).
            SessionState::Full => {
                matches!(
                    self,
                    Self::SignIn
                        | Self::Profile
                        | Self::Security
                        | Self::ChangePassword
                        | Self::SecurityApp
                        | Self::SecurityPhone
                        | Self::SecurityCode
                        | Self::CompanySecurity
                        | Self::CompanyMembers
                        | Self::CompanyAdoption
                        | Self::CompanyActivity
                        | Self::NotFound
                )
            }
        }
    }
}

/// The parameter of the second door's address that says which method's code is entered: the back button leads to the choice
/// between them.
pub const BY: &str = "by";

/// Where at the second door a code of this method is entered.
#[must_use]
pub const fn challenge_by(kind: MethodKind) -> &'static str {
    match kind {
        MethodKind::App => "/sign-in/challenge?by=app",
        MethodKind::Phone => "/sign-in/challenge?by=phone",
    }
}

/// An address within the application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// The path.
    pub path: String,
    /// The query with its question mark, or nothing.
    pub query: String,
}

/// What to do with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Show its page.
    Show(Page),
    /// Go to this address instead.
    Go(String),
}

/// What somebody who stands like `view` gets to see at `asked`.
#[must_use]
pub fn decide(view: &SessionView, asked: &Address) -> Decision {
    let mut page = Page::at(&asked.path);
    if page.is_of_company() && view.state == SessionState::Full {
        let own =
            company::slug(&asked.path).filter(|slug| view.companies.iter().any(|own| own.slug == *slug));
        match own {
            Some(slug) if page == Page::Company => return Decision::Go(company::security(slug)),
            Some(_) => {}
            // Missing and forbidden read the same.
            None => page = Page::NotFound,
        }
    }
    if page.belongs_to(view) { Decision::Show(page) } else { Decision::Go(place(view, asked)) }
}

/// Where the step that led to `view` leads.
#[must_use]
pub fn next(view: &SessionView) -> String {
    place(view, &Address::default())
}

fn place(view: &SessionView, asked: &Address) -> String {
    let page = match view.state {
        SessionState::Anonymous | SessionState::PasswordDue => return sign_in(asked),
        SessionState::Challenge => Page::Challenge,
        SessionState::IdentityDue => Page::Identity,
        SessionState::EnrolOnly => Page::Required,
        SessionState::SaveCode => Page::SaveCode,
        SessionState::Recovering => Page::Recover,
        SessionState::Full => return inside(view.return_to.as_deref()),
    };
    page.path().to_owned()
}

/// The page that a signed-in person came for, or else Password & Security.
#[must_use]
pub fn inside(return_to: Option<&str>) -> String {
    let path = return_to.and_then(ReturnPath::parse);
    path.map_or_else(|| Page::Security.path().to_owned(), |path| path.as_str().to_owned())
}

/// The sign-in page, which leads back to what was asked for.
fn sign_in(asked: &Address) -> String {
    let mut address = Page::SignIn.path().to_owned();
    if let Some(path) = ReturnPath::parse(&[&*asked.path, &*asked.query].concat()) {
        address.push_str("?return=");
        encode(path.as_str(), &mut address);
    }
    address
}

/// Percent-encodes what has a meaning of its own in a query.
fn encode(text: &str, into: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.push(char::from(HEX[usize::from(byte >> 4)]));
            into.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
