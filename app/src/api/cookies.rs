//! The browser's cookies: their names, their protection, and which step sets which (S30). On the server only.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use domain::SessionState;
use vestibule_core::secret::Token;
use vestibule_core::{Entered, Tokens};

/// Seconds that a browser stays known (S46): a year.
const KNOWN_SECONDS: u32 = 365 * 24 * 60 * 60;

/// What a cookie carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The token of a session that is signed in.
    Session,
    /// The token of a sign-in under way (S7).
    Pending,
    /// The token by which a browser is known (S46).
    Browser,
}

/// How cookies are named and protected. Over https they carry the `__Host-` prefix and Secure; on loopback over
/// http they have neither, under other names, because Safari drops Secure there.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// Whether the public URL is https.
    pub secure: bool,
}

impl Cookies {
    const fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.secure) {
            (Cookie::Session, true) => "__Host-vestibule-session",
            (Cookie::Session, false) => "vestibule-session",
            (Cookie::Pending, true) => "__Host-vestibule-pending",
            (Cookie::Pending, false) => "vestibule-pending",
            (Cookie::Browser, true) => "__Host-vestibule-browser",
            (Cookie::Browser, false) => "vestibule-browser",
        }
    }

    /// The token of a request's cookie, if it carries one.
    #[must_use]
    pub fn read(self, headers: &HeaderMap, cookie: Cookie) -> Option<Token> {
        let pairs = headers.get_all(COOKIE).into_iter().filter_map(|header| header.to_str().ok());
        let mut pairs =
            pairs.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
        Token::parse(pairs.find(|(name, _)| *name == self.name(cookie))?.1)
    }

    /// The tokens that say who is calling.
    #[must_use]
    pub fn tokens(self, headers: &HeaderMap) -> Tokens {
        Tokens { session: self.read(headers, Cookie::Session), pending: self.read(headers, Cookie::Pending) }
    }

    /// The `Set-Cookie` headers of a step: the new token under the name that goes with its state, the other
    /// forgotten, and the token of a browser that is known from now on.
    #[must_use]
    pub fn enter(self, entered: &Entered) -> Vec<HeaderValue> {
        let full = matches!(entered.caller.state, SessionState::Full | SessionState::PasswordDue)
            || entered.caller.continues_set_up;
        let (kept, forgotten) =
            if full { (Cookie::Session, Cookie::Pending) } else { (Cookie::Pending, Cookie::Session) };
        let mut headers = vec![self.set(kept, &entered.token, None), self.forget(forgotten)];
        headers
            .extend(entered.known.iter().map(|token| self.set(Cookie::Browser, token, Some(KNOWN_SECONDS))));
        headers
    }

    /// The `Set-Cookie` header that removes a cookie.
    #[must_use]
    pub fn forget(self, cookie: Cookie) -> HeaderValue {
        self.header(cookie, "", Some(0))
    }

    fn set(self, cookie: Cookie, token: &Token, seconds: Option<u32>) -> HeaderValue {
        self.header(cookie, &token.cookie_value(), seconds)
    }

    fn header(self, cookie: Cookie, value: &str, seconds: Option<u32>) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", self.name(cookie));
        // Names and tokens are plain ASCII; and no header is better than a panic.
        let mut header = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
        header.set_sensitive(true);
        header
    }
}
