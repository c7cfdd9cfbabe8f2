//! What an operator wrote, checked: a wrong setting is a sentence that names it, before anything starts.

mod mail;
mod text;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;
use domain::{Email, Lifetime, MINUTE, SessionLimits};
use ipnet::IpNet;
use vestibule_core::Settings;
use vestibule_core::store::lock::sqlite_file;

pub use self::mail::{Mail, Protection, SmtpSettings};
pub use self::text::{Endpoint, Secret, Text, TwilioSettings, WebhookSettings};
use crate::settings::{SettingError, Values};

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
    /// The address to serve metrics on.
    pub metrics_listen: Option<SocketAddr>,
    /// Proxies that say truly for whom they ask (S47).
    pub proxies: Proxies,
    /// Where mail goes.
    pub mail: Mail,
    /// Where text messages go.
    pub text: Text,
    /// How long to go on answering once the server was told to stop.
    pub drain: Duration,
    /// A folder to serve instead of the program's own files.
    pub dist: Option<PathBuf>,
    /// Names, contacts and limits.
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

/// The networks of the configured proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Parses addresses and networks with commas between.
    ///
    /// # Errors
    /// The part that is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| {
            let single = || part.parse::<IpAddr>().map(IpNet::from);
            part.parse::<IpNet>().or_else(|_| single()).map_err(|_| part.to_owned())
        };
        parts.map(network).collect::<Result<_, _>>().map(Self)
    }

    /// Whose address a request comes from: the peer's; where that is a proxy, the last address of `forwarded` (the
    /// header's values, in order) that is none. What stands before it was written by whoever asked.
    #[must_use]
    pub fn client<'a>(&self, peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'a str>) -> IpAddr {
        let mut client = peer.to_canonical();
        let mut hops = forwarded.rev().flat_map(|value| value.rsplit(',')).map(str::trim);
        while self.0.iter().any(|network| network.contains(&client)) {
            let Some(Ok(hop)) = hops.next().map(parse_hop) else { break };
            client = hop.to_canonical();
        }
        client
    }
}

/// An address as proxies write it: alone, or with a port.
fn parse_hop(text: &str) -> Result<IpAddr, std::net::AddrParseError> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()))
}

impl PublicUrl {
    /// Parses a public URL: https anywhere, http on loopback only.
    ///
    /// # Errors
    /// A sentence about the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refuse = |why: &str| format!("`{text}` {why}");
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
    /// [`SettingError`], naming the setting.
    pub fn check(values: &Values) -> Result<Self, SettingError> {
        let database = values.get_or_default("database");
        if !["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| database.starts_with(scheme)) {
            // Not quoted: it may hold a password.
            return Err(values.wrong("database", "write sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME"));
        }
        let readable = match sqlite_file(database) {
            // SQLite would decode it, and the locks beside it would be elsewhere.
            Some(file) => !file.to_string_lossy().contains('%'),
            None => url::Url::parse(database).is_ok(),
        };
        if !readable {
            let why = "it cannot be read: in a postgres:// URL write signs such as # ? / @ % in a password as %23 %3F \
                       %2F %40 %25; in the name of a SQLite file use no %";
            return Err(values.wrong("database", why));
        }
        let keys = match (values.get("keys"), sqlite_file(database)) {
            (Some(keys), _) => PathBuf::from(keys),
            (None, Some(file)) => file.with_extension("keys"),
            (None, None) => {
                let why = "name the key file; `vestibule key new --keys FILE` makes one";
                return Err(values.wrong("keys", why));
            }
        };
        let listen = address(values, "listen", values.get_or_default("listen"))?;
        let public_url = match values.get("public_url") {
            Some(url) => PublicUrl::parse(url),
            None => PublicUrl::parse(&format!("http://localhost:{}", listen.port())),
        };
        let public_url = public_url.map_err(|why| values.wrong("public_url", why))?;
        let metrics_listen = values.get("metrics_listen").map(|text| address(values, "metrics_listen", text));
        let proxies = Proxies::parse(values.get("proxies").unwrap_or_default());
        let proxies = proxies.map_err(|part| {
            values
                .wrong("proxies", format!("`{part}` is neither an address nor a network such as 10.0.0.0/8"))
        })?;
        let text = text::text(values, &public_url)?;
        Ok(Self {
            database: database.to_owned(),
            keys,
            listen,
            metrics_listen: metrics_listen.transpose()?,
            proxies,
            mail: mail::mail(values)?,
            drain: Duration::from_secs(number(values, "drain_s", 0, 600)?),
            dist: values.get("dist").map(PathBuf::from),
            settings: settings(values, &public_url, &text)?,
            public_url,
            text,
        })
    }
}

fn settings(values: &Values, public_url: &PublicUrl, text: &Text) -> Result<Settings, SettingError> {
    let product = values.get_or_default("product_name").trim();
    let length = product.chars().count();
    if !(1..=40).contains(&length) || product.contains(':') || product.chars().any(char::is_control) {
        // A colon ends the issuer of an otpauth link.
        return Err(values.wrong("product_name", "use 1 to 40 characters, and no colon"));
    }
    let support = values.get("support_contact");
    if let Some(contact) = support.filter(|contact| !contact.starts_with("https://"))
        && Email::parse(contact).is_err()
    {
        let why = format!("`{contact}` is neither an email address nor an https link");
        return Err(values.wrong("support_contact", why));
    }
    let settings = Settings {
        product: product.to_owned(),
        public_url: public_url.origin().to_owned(),
        support: support.map(str::to_owned),
        session_limits: SessionLimits {
            everybody: lifetime(values, "session_idle_min", "session_absolute_min")?,
            administrators: lifetime(values, "administrator_idle_min", "administrator_absolute_min")?,
        },
        payments_countries: countries(values, "payments_countries")?,
        text_available: !matches!(text, Text::None),
        text_countries: countries(values, "text_countries")?,
        texts_per_country_a_day: texts_a_day(values, "texts_per_country_a_day")?,
        texts_a_day: texts_a_day(values, "texts_a_day")?,
    };
    if settings.text_available {
        // Names and URL, which are in every text message, may be too long for one.
        vestibule_core::texts::check(&settings).map_err(SettingError)?;
    }
    Ok(settings)
}

/// Countries, by their codes, with commas between.
fn countries(values: &Values, key: &str) -> Result<Vec<String>, SettingError> {
    let countries: Vec<String> =
        values.get_or_default(key).split(',').map(|code| code.trim().to_owned()).collect();
    if let Some(code) =
        countries.iter().find(|code| code.len() != 2 || !code.bytes().all(|b| b.is_ascii_uppercase()))
    {
        let why = format!("`{code}` is not a country's two capital letters, such as US");
        return Err(values.wrong(key, why));
    }
    Ok(countries)
}

fn texts_a_day(values: &Values, key: &str) -> Result<u32, SettingError> {
    Ok(u32::try_from(number(values, key, 1, 10_000_000)?).unwrap_or(u32::MAX))
}

/// How long sessions live. The question that comes two minutes before the end needs those two minutes.
fn lifetime(values: &Values, idle: &str, absolute: &str) -> Result<Lifetime, SettingError> {
    let minutes = |key| number(values, key, 5, 7 * 24 * 60);
    let (idle_min, absolute_min) = (minutes(idle)?, minutes(absolute)?);
    if idle_min > absolute_min {
        return Err(values.wrong(idle, format!("it is longer than {absolute}")));
    }
    let milliseconds = |minutes: u64| i64::try_from(minutes).unwrap_or(i64::MAX / MINUTE) * MINUTE;
    Ok(Lifetime { idle: milliseconds(idle_min), absolute: milliseconds(absolute_min) })
}

fn number(values: &Values, key: &str, least: u64, most: u64) -> Result<u64, SettingError> {
    let text = values.get_or_default(key);
    match text.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(values.wrong(key, format!("`{text}` is not a whole number from {least} to {most}"))),
    }
}

/// A host and its port, for sentences.
fn with_port(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

fn address(values: &Values, key: &str, text: &str) -> Result<SocketAddr, SettingError> {
    text.parse().map_err(|_| {
        values.wrong(key, format!("`{text}` is not an address with a port, such as 127.0.0.1:3000"))
    })
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
            assert!(PublicUrl::parse(text).is_err(), "{text}");
        }
    }

    fn client(proxies: &str, peer: &str, forwarded: &[&str]) -> String {
        let proxies = Proxies::parse(proxies).unwrap();
        proxies.client(peer.parse().unwrap(), forwarded.iter().copied()).to_string()
    }

    // S47
    #[test]
    fn the_header_counts_only_where_the_peer_is_a_configured_proxy() {
        assert_eq!(client("", "192.0.2.7", &["198.51.100.1"]), "192.0.2.7");
        assert_eq!(client("10.0.0.0/8", "192.0.2.7", &["198.51.100.1"]), "192.0.2.7");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.1.2.3", "::ffff:10.1.2.3", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(client("fd00::/8", "fd00::1", &["[2001:db8::7]"]), "2001:db8::7");
    }

    // S47
    #[test]
    fn only_the_address_that_the_last_proxy_saw_counts() {
        // Whoever asks can write anything in front.
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["203.0.113.9, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            client("10.0.0.0/8", "10.1.2.3", &["203.0.113.9", "198.51.100.1, 10.9.9.9"]),
            "198.51.100.1"
        );
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["unknown"]), "10.1.2.3");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn a_proxy_that_is_none_is_named() {
        assert_eq!(Proxies::parse("10.0.0.0/8, proxy.example.com").unwrap_err(), "proxy.example.com");
    }
}
