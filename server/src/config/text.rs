//! Where text messages go: the settings `text` and `text_ca`, and those of the gateway that `text` names.

use std::path::PathBuf;

use url::{Host, Position, Url};
use zeroize::Zeroizing;

use super::{PublicUrl, with_port};
use crate::settings::{SettingError, Values};

/// Where text messages go.
#[derive(Clone, Debug)]
pub enum Text {
    /// Nowhere: nobody is offered any.
    None,
    /// To standard output.
    Terminal,
    /// To Twilio.
    Twilio(TwilioSettings),
    /// To the operator's own gateway.
    Webhook(WebhookSettings),
}

/// An account at Twilio, and who sends.
#[derive(Clone, Debug)]
pub struct TwilioSettings {
    /// Twilio's API.
    pub endpoint: Endpoint,
    /// The Account SID.
    pub account: String,
    /// The Auth Token.
    pub token: Secret,
    /// A number, a short code, a name, or the SID of a Messaging Service.
    pub from: String,
    /// The public URL, where Twilio reports what became of a message; `None`: Twilio cannot reach it.
    pub public_url: Option<String>,
}

/// The operator's own gateway.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// Where it is.
    pub endpoint: Endpoint,
    /// What signs each message.
    pub secret: Secret,
}

/// Where a gateway is, and who vouches for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Whether it is https.
    pub secure: bool,
    /// Its name, or its address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Path and query; they may hold what only the gateway may know.
    pub path: String,
    /// A file with certificate authorities to trust besides the usual ones.
    pub ca: Option<PathBuf>,
}

/// What only the gateway and we know.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// How each setting is written. None of them is quoted, since any of them may hold a secret by mistake.
const TEXT: &str = "write none, terminal, twilio or webhook";
const ACCOUNT: &str = "write the Account SID of Twilio's console: AC and 32 hexadecimal digits";
const TOKEN: &str = "write the Auth Token of Twilio's console: 32 characters";
const FROM: &str = "write who sends: a number such as +15005550006, a short code, a name of up to 11 letters and \
                    digits, or the SID of a Messaging Service: MG and 32 hexadecimal digits";
const TWILIO_URL: &str = "write https://HOST, such as https://api.twilio.com; http is accepted for this machine only: \
                          localhost, 127.0.0.1 or [::1]";
const WEBHOOK_URL: &str = "write https://HOST/PATH, without user and password; http is accepted for this machine only: \
                           localhost, 127.0.0.1 or [::1]";
const WEBHOOK_SECRET: &str = "it is weak or missing: write 32 characters or more that nobody can guess, such as \
                              `openssl rand -hex 32` makes, and tell them to your gateway";

/// The fewest characters of a secret, and the fewest different ones.
const SHORTEST_SECRET: usize = 32;
const FEWEST_DIFFERENT: usize = 8;

/// The settings of a command.
///
/// # Errors
/// [`SettingError`], naming the setting.
pub(super) fn text(values: &Values, public_url: &PublicUrl) -> Result<Text, SettingError> {
    match (values.get("text"), public_url.loopback) {
        (Some("none"), _) | (None, false) => Ok(Text::None),
        (Some("terminal"), _) | (None, true) => Ok(Text::Terminal),
        (Some("twilio"), _) => twilio(values, public_url).map(Text::Twilio),
        (Some("webhook"), _) => webhook(values).map(Text::Webhook),
        (Some(_), _) => Err(values.wrong("text", TEXT)),
    }
}

fn twilio(values: &Values, public_url: &PublicUrl) -> Result<TwilioSettings, SettingError> {
    let endpoint = Endpoint::parse(values.get_or_default("twilio_url"), authorities(values));
    let endpoint = endpoint.filter(|endpoint| endpoint.path == "/");
    let account = values.get("twilio_account").filter(|account| is_sid(account, "AC"));
    let from = values.get("twilio_from").filter(|from| is_sender(from));
    Ok(TwilioSettings {
        account: account.ok_or_else(|| values.wrong("twilio_account", ACCOUNT))?.to_owned(),
        token: secret(values, "twilio_token").ok_or_else(|| values.wrong("twilio_token", TOKEN))?,
        from: from.ok_or_else(|| values.wrong("twilio_from", FROM))?.to_owned(),
        endpoint: endpoint.ok_or_else(|| values.wrong("twilio_url", TWILIO_URL))?,
        public_url: (!public_url.loopback).then(|| public_url.origin().to_owned()),
    })
}

fn webhook(values: &Values) -> Result<WebhookSettings, SettingError> {
    let endpoint = Endpoint::parse(values.get("webhook_url").unwrap_or_default(), authorities(values));
    Ok(WebhookSettings {
        endpoint: endpoint.ok_or_else(|| values.wrong("webhook_url", WEBHOOK_URL))?,
        secret: secret(values, "webhook_secret")
            .ok_or_else(|| values.wrong("webhook_secret", WEBHOOK_SECRET))?,
    })
}

fn authorities(values: &Values) -> Option<PathBuf> {
    values.get("text_ca").map(PathBuf::from)
}

fn secret(values: &Values, key: &str) -> Option<Secret> {
    Secret::parse(values.get(key)?)
}

/// One of Twilio's identifiers.
fn is_sid(text: &str, kind: &str) -> bool {
    let digits = text.strip_prefix(kind).unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_sender(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.strip_prefix('+').is_some_and(|rest| (8..=15).contains(&rest.len()) && digits(rest));
    let short_code = (3..=8).contains(&text.len()) && digits(text);
    let name = (1..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" +-_&".contains(&byte))
        && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    number || short_code || name || is_sid(text, "MG")
}

impl TwilioSettings {
    /// Whether a Messaging Service chooses the number that sends.
    #[must_use]
    pub fn by_service(&self) -> bool {
        is_sid(&self.from, "MG")
    }
}

impl Endpoint {
    /// Parses a URL: https anywhere, http on this machine only. A file may name authorities to trust besides.
    #[must_use]
    pub fn parse(url: &str, ca: Option<PathBuf>) -> Option<Self> {
        let url = Url::parse(url).ok()?;
        let host = match url.host()? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let secure = match url.scheme() {
            "https" => true,
            "http" if matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1") => false,
            _ => return None,
        };
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return None;
        }
        let path = url[Position::BeforePath..].to_owned();
        Some(Self { secure, host, port: url.port_or_known_default()?, path, ca })
    }

    /// Host and port, for sentences.
    #[must_use]
    pub fn server(&self) -> String {
        with_port(&self.host, self.port)
    }

    /// Host and port, as requests name them: without the scheme's own port.
    #[must_use]
    pub fn authority(&self) -> String {
        let server = self.server();
        let usual = if self.secure { ":443" } else { ":80" };
        server.strip_suffix(usual).unwrap_or(&server).to_owned()
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Endpoint").field(&self.server()).finish()
    }
}

impl Secret {
    /// A secret that is long enough and does not repeat itself.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let different = text.chars().collect::<std::collections::BTreeSet<_>>().len();
        let strong = text.chars().count() >= SHORTEST_SECRET && different >= FEWEST_DIFFERENT;
        strong.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SettingsArgs;

    const ACCOUNT_SID: &str = "AC0123456789abcdef0123456789ABCDEF";
    const CANARY: &str = "canary-0123456789abcdef0123456789";

    fn given(settings: &[(&str, &str)], public_url: &str) -> Result<Text, String> {
        let variable = |(key, value): &(&str, &str)| {
            (format!("VESTIBULE_{}", key.to_uppercase()).into(), value.to_string().into())
        };
        let values = Values::gather(&SettingsArgs::default(), settings.iter().map(variable)).unwrap();
        text(&values, &PublicUrl::parse(public_url).unwrap()).map_err(|error| error.to_string())
    }

    /// The settings with one of them changed.
    fn changed<'a>(settings: &[(&'a str, &'a str)], key: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
        let kept = settings.iter().filter(|(other, _)| *other != key).copied();
        kept.chain([(key, value)]).collect()
    }

    const HERE: &str = "http://localhost:3000";
    const ELSEWHERE: &str = "https://login.example.com";
    const TWILIO: [(&str, &str); 4] = [
        ("text", "twilio"),
        ("twilio_account", ACCOUNT_SID),
        ("twilio_token", CANARY),
        ("twilio_from", "+15005550006"),
    ];
    const WEBHOOK: [(&str, &str); 3] = [
        ("text", "webhook"),
        ("webhook_url", "https://texts.example.com:8443/send?to=canary"),
        ("webhook_secret", CANARY),
    ];

    #[test]
    fn without_a_setting_text_messages_go_to_the_terminal_on_this_machine_and_nowhere_elsewhere() {
        assert!(matches!(given(&[], HERE).unwrap(), Text::Terminal));
        assert!(matches!(given(&[], ELSEWHERE).unwrap(), Text::None));
        assert!(matches!(given(&[("text", "none")], HERE).unwrap(), Text::None));
        assert!(matches!(given(&[("text", "terminal")], ELSEWHERE).unwrap(), Text::Terminal));
        assert_eq!(given(&[("text", "canary")], HERE).unwrap_err(), format!("VESTIBULE_TEXT: {TEXT}"));
    }

    #[test]
    fn twilio_reports_only_where_it_can_reach() {
        let Text::Twilio(settings) = given(&TWILIO, ELSEWHERE).unwrap() else { panic!("another gateway") };
        assert_eq!(settings.endpoint.server(), "api.twilio.com:443");
        assert_eq!(settings.public_url.as_deref(), Some(ELSEWHERE));
        assert!(!settings.by_service());
        let Text::Twilio(settings) = given(&TWILIO, HERE).unwrap() else { panic!("another gateway") };
        assert_eq!(settings.public_url, None);
    }

    // S51
    #[test]
    fn what_is_secret_does_not_print_itself() {
        for settings in [&TWILIO[..], &WEBHOOK] {
            let printed = format!("{:?}", given(settings, ELSEWHERE).unwrap());
            assert!(printed.contains("Secret(…)") && !printed.contains("canary"), "{printed}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named_and_not_quoted() {
        for (settings, key, values, form) in [
            (&TWILIO[..], "twilio_account", &["", "AC1", "SK0123456789abcdef0123456789ABCDEF"][..], ACCOUNT),
            (&TWILIO, "twilio_token", &["", "canary", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"], TOKEN),
            (&TWILIO, "twilio_from", &["", "+1500", "12", "a name of 13 x", "MG1;", "+1500555000a6"], FROM),
            (
                &TWILIO,
                "twilio_url",
                &["api.twilio.com", "http://api.twilio.com", "https://api.twilio.com/canary"],
                TWILIO_URL,
            ),
            (
                &WEBHOOK,
                "webhook_url",
                &["", "texts.example.com", "http://texts.example.com", "https://u:canary@texts.example.com"],
                WEBHOOK_URL,
            ),
            (
                &WEBHOOK,
                "webhook_secret",
                &["", "0123456789abcdef0123456789abcde", "abcabcabcabcabcabcabcabcabcabcabcabc"],
                WEBHOOK_SECRET,
            ),
        ] {
            for value in values {
                let told = given(&changed(settings, key, value), ELSEWHERE).unwrap_err();
                assert_eq!(told, format!("VESTIBULE_{}: {form}", key.to_uppercase()), "{value}");
            }
        }
    }

    #[test]
    fn a_sender_is_a_number_a_short_code_a_name_or_a_service() {
        for from in ["+15005550006", "12345", "Vestibule", "A & B", "MG0123456789abcdef0123456789abcdef"] {
            assert!(is_sender(from), "{from}");
        }
    }

    #[test]
    fn a_gateway_is_reached_by_https_or_on_this_machine() {
        for (url, server, path, secure) in [
            ("https://Texts.Example.com", "texts.example.com:443", "/", true),
            ("https://[2001:db8::1]:8443/a/b?c=d", "[2001:db8::1]:8443", "/a/b?c=d", true),
            ("http://localhost:8080/send", "localhost:8080", "/send", false),
            ("http://[::1]:8080/", "[::1]:8080", "/", false),
        ] {
            let endpoint = Endpoint::parse(url, None).expect(url);
            assert_eq!(
                (endpoint.server().as_str(), endpoint.path.as_str(), endpoint.secure),
                (server, path, secure)
            );
            assert_eq!(endpoint.authority(), server.trim_end_matches(":443"));
        }
    }
}
