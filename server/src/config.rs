//! What an operator wrote, checked: a wrong setting is a sentence that names it, before anything starts.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::http::Uri;
use domain::Email;
use vestibule_core::Settings;

use crate::cli::SettingsArgs;

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// `sqlite://FILE` or `postgres://…`.
    pub database: String,
    /// The key file.
    pub keys: PathBuf,
    /// Where people reach it.
    pub public_url: PublicUrl,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// A folder to serve instead of the program's own files.
    pub dist: Option<PathBuf>,
    /// Names and contacts.
    pub settings: Settings,
}

/// The public URL: scheme, host and port. It decides cookies and origin, and links are built from it (S38).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    /// Whether it is https.
    pub secure: bool,
    /// Whether it is this machine only.
    pub loopback: bool,
}

/// What is wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {why}")]
pub struct ConfigError {
    setting: &'static str,
    why: String,
}

fn wrong(setting: &'static str, why: impl Into<String>) -> ConfigError {
    ConfigError { setting, why: why.into() }
}

impl PublicUrl {
    /// Parses a public URL: https anywhere, http on loopback only.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let setting = "public-url";
        let refuse = |why: &str| wrong(setting, format!("`{text}` {why}"));
        let uri: Uri = text.parse().map_err(|_| refuse("is not a URL"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(refuse("is not a URL such as https://login.example.com"));
        };
        if uri.path() != "/" || uri.query().is_some() || authority.as_str().contains('@') {
            return Err(refuse("has more than scheme, host and port"));
        }
        let host = authority.host().to_ascii_lowercase();
        let loopback =
            matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost");
        match scheme {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(refuse("is not safe: http is accepted for localhost only, use https")),
            _ => return Err(refuse("begins with neither https:// nor http://")),
        }
        // Browsers leave a scheme's own port out of the Origin header.
        let default_port = if scheme == "https" { 443 } else { 80 };
        let port = authority.port_u16().filter(|port| *port != default_port);
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        Ok(Self { origin: format!("{scheme}://{host}{port}"), secure: scheme == "https", loopback })
    }

    /// The origin, as browsers send it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl Config {
    /// Checks the settings of a command.
    ///
    /// # Errors
    /// [`ConfigError`], naming the setting.
    pub fn check(args: &SettingsArgs) -> Result<Self, ConfigError> {
        let database = &args.database;
        if !["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| database.starts_with(scheme)) {
            // Not quoted: it may hold a password.
            return Err(wrong("database", "write sqlite://FILE or postgres://USER@HOST/NAME"));
        }
        let keys = match (&args.keys, sqlite_file(database)) {
            (Some(keys), _) => keys.clone(),
            (None, Some(file)) => file.with_extension("keys"),
            (None, None) => {
                return Err(wrong("keys", "name the key file; `vestibule key new --keys FILE` makes one"));
            }
        };
        let product = args.product_name.trim();
        if product.is_empty()
            || product.chars().count() > 40
            || product.contains(':')
            || product.chars().any(char::is_control)
        {
            // A colon ends the issuer of an otpauth link.
            return Err(wrong("product-name", "use 1 to 40 characters, and no colon"));
        }
        if let Some(contact) = &args.support_contact {
            let link = contact.starts_with("https://");
            if !link && Email::parse(contact).is_err() {
                return Err(wrong(
                    "support-contact",
                    format!("`{contact}` is neither an email address nor an https link"),
                ));
            }
        }
        let public_url = match &args.public_url {
            Some(url) => PublicUrl::parse(url)?,
            None => PublicUrl::parse(&format!("http://localhost:{}", args.listen.port()))?,
        };
        let settings = Settings {
            product: product.to_owned(),
            public_url: public_url.origin().to_owned(),
            support: args.support_contact.clone(),
            session_limits: domain::SessionLimits::default(),
            payments_countries: vec!["US".to_owned()],
        };
        Ok(Self {
            database: database.clone(),
            keys,
            public_url,
            listen: args.listen,
            dist: args.dist.clone(),
            settings,
        })
    }
}

/// The file of a `sqlite://` URL.
#[must_use]
pub fn sqlite_file(database: &str) -> Option<&Path> {
    let path = database.strip_prefix("sqlite://")?;
    Some(Path::new(path.split('?').next().unwrap_or(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_is_accepted_anywhere_and_http_on_loopback_only() {
        for (text, origin, secure, loopback) in [
            ("https://login.example.com", "https://login.example.com", true, false),
            ("https://Login.Example.com/", "https://login.example.com", true, false),
            ("https://login.example.com:443", "https://login.example.com", true, false),
            ("https://login.example.com:8443", "https://login.example.com:8443", true, false),
            ("http://localhost:3000", "http://localhost:3000", false, true),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000", false, true),
            ("http://[::1]:3000", "http://[::1]:3000", false, true),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!((url.origin(), url.secure, url.loopback), (origin, secure, loopback), "{text}");
        }
        for text in [
            "http://login.example.com",
            "http://localhost.example.com",
            "ftp://localhost",
            "login.example.com",
            "https://login.example.com/path",
            "https://login.example.com/?a=b",
            "https://user@login.example.com",
            "",
        ] {
            let error = PublicUrl::parse(text).unwrap_err();
            assert!(error.to_string().starts_with("public-url: "), "{text}: {error}");
        }
    }
}
