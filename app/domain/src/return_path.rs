//! Where a person goes after signing in.

/// A path of this origin (S39): starts with one slash, cannot name another host, has no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath(String);

impl ReturnPath {
    /// The path, if it is one of this origin and not a page of the sign-in itself; otherwise it is dropped.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let own = text.starts_with('/')
            && !text.starts_with("//")
            && text.len() <= 2_000
            && !text.chars().any(|c| c == '\\' || c.is_control() || c.is_whitespace());
        let path = text.split(['?', '#']).next().unwrap_or_default();
        const MAILED: [&str; 5] =
            ["/reset-password", "/not-me", "/invitation", "/confirm-reset", "/set-up-again"];
        let useful = !["/", "/sign-in", "/forgot-password"].contains(&path)
            && !MAILED.contains(&path)
            && !path.starts_with("/sign-in/")
            && !path.starts_with("/api/");
        (own && useful).then(|| Self(text.to_owned()))
    }

    /// The path with its query.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S39
    #[test]
    fn a_path_of_this_origin_is_kept() {
        for path in ["/profile/security", "/companies/harbour/security?filter=none#members"] {
            assert_eq!(ReturnPath::parse(path).map(|p| p.0), Some(path.to_owned()));
        }
    }

    // S39
    #[test]
    fn everything_else_is_dropped() {
        for text in [
            "",
            "profile",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/a\nb",
            "javascript:alert(1)",
            "/ /evil.example",
            "/",
            "/sign-in",
            "/sign-in/app",
            "/sign-in?return=/x",
            "/api/sign_out",
        ] {
            assert_eq!(ReturnPath::parse(text), None, "{text:?}");
        }
    }
}
