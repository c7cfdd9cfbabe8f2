//! What an operator configures and the use cases need.

/// Names and addresses of the installation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The product's name, on pages, in mails and in authenticator apps. Has no colon (it would end the issuer
    /// of an `otpauth:` link).
    pub product: String,
    /// Where people reach it: scheme, host and port, without a slash at the end. Links are built from it (S38).
    pub public_url: String,
    /// Whom people turn to who have no administrator.
    pub support: Option<String>,
    /// How long sessions live.
    pub session_limits: domain::SessionLimits,
    /// Countries (ISO 3166-1 alpha-2) whose numbers payments users may use.
    pub payments_countries: Vec<String>,
    /// Whether there is somebody who carries text messages.
    pub text_available: bool,
    /// Countries (ISO 3166-1 alpha-2) whose numbers text messages are sent to (S19).
    pub text_countries: Vec<String>,
    /// Text messages that are sent to one country in a day, at most (S18).
    pub texts_per_country_a_day: u32,
    /// Text messages that are sent in a day, at most (S18).
    pub texts_a_day: u32,
}

#[cfg(test)]
impl Settings {
    /// Those of an installation for unit tests.
    pub(crate) fn example() -> Self {
        Self {
            product: "Vestibule".to_owned(),
            public_url: "https://login.example.com".to_owned(),
            support: None,
            session_limits: domain::SessionLimits::default(),
            payments_countries: vec!["US".to_owned()],
            text_available: true,
            text_countries: vec!["US".to_owned(), "DE".to_owned()],
            texts_per_country_a_day: 5_000,
            texts_a_day: 20_000,
        }
    }
}
