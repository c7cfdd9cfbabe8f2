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
}
