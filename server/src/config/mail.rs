//! Where mail goes: the settings `mail`, `mail_from` and `mail_ca`.

use std::path::PathBuf;

use domain::Email;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::with_port;
use crate::settings::{SettingError, Values};

/// Where mail goes.
#[derive(Clone, Debug)]
pub enum Mail {
    /// To standard output.
    Terminal,
    /// To a mail server.
    Smtp(SmtpSettings),
}

/// A mail server, and who writes. It does not print the password: [`Credentials`] print neither user nor password.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Its name, or its address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub protection: Protection,
    /// User and password, where it asks for them.
    pub credentials: Option<Credentials>,
    /// Who writes.
    pub from: Mailbox,
    /// A file with certificate authorities to trust besides the usual ones.
    pub ca: Option<PathBuf>,
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// It begins in the open and goes on with TLS, or not at all.
    StartTls,
    /// TLS from the beginning.
    Tls,
    /// Not: it does not leave this machine.
    None,
}

/// How `mail` is written.
const FORM: &str = "write terminal, smtp://USER:PASSWORD@HOST:PORT or smtps://USER:PASSWORD@HOST:PORT; in user and \
                    password write signs such as # ? / @ % as %23 %3F %2F %40 %25";

/// The settings of a command.
///
/// # Errors
/// [`SettingError`], naming the setting.
pub(super) fn mail(values: &Values) -> Result<Mail, SettingError> {
    let url = values.get_or_default("mail");
    if url == "terminal" {
        return Ok(Mail::Terminal);
    }
    let from = values.get("mail_from").unwrap_or_default();
    let settings = SmtpSettings::parse(url, from, values.get("mail_ca").map(PathBuf::from));
    settings.map(Mail::Smtp).map_err(|(key, why)| values.wrong(key, why))
}

impl SmtpSettings {
    /// Parses the URL of a mail server and the sender.
    ///
    /// # Errors
    /// The key of the setting that cannot be used, and a sentence that does not quote the URL, since it may hold a
    /// password.
    pub fn parse(url: &str, from: &str, ca: Option<PathBuf>) -> Result<Self, (&'static str, String)> {
        let refused = |why: &str| ("mail", why.to_owned());
        let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "smtp" | "smtps"));
        let url = url.ok_or_else(|| refused(FORM))?;
        let host = host(&url).ok_or_else(|| refused(FORM))?;
        let default_port = if url.scheme() == "smtps" { 465 } else { 587 };
        Ok(Self {
            port: url.port().unwrap_or(default_port),
            protection: protection(&url, &host).map_err(refused)?,
            credentials: credentials(&url).map_err(refused)?,
            from: sender(from).map_err(|why| ("mail_from", why))?,
            host,
            ca,
        })
    }

    /// Host and port, for sentences.
    #[must_use]
    pub fn server(&self) -> String {
        with_port(&self.host, self.port)
    }
}

/// The host of a URL that has nothing behind it but a query.
fn host(url: &Url) -> Option<String> {
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return None;
    }
    let host = match url.host()? {
        Host::Domain(name) => name.to_ascii_lowercase(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    };
    (!host.is_empty()).then_some(host)
}

fn protection(url: &Url, host: &str) -> Result<Protection, &'static str> {
    let loopback = matches!(host, "localhost" | "127.0.0.1" | "::1");
    match (url.scheme(), url.query()) {
        ("smtps", None) => Ok(Protection::Tls),
        ("smtp", None) => Ok(Protection::StartTls),
        ("smtp", Some("tls=none")) if loopback => Ok(Protection::None),
        ("smtp", Some("tls=none")) => {
            Err("tls=none is accepted for a mail server on this machine only: localhost, 127.0.0.1 or [::1]")
        }
        _ => Err(FORM),
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, &'static str> {
    let decoded = |text| match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err("user and password are not UTF-8"),
    };
    match (url.username(), url.password().unwrap_or_default()) {
        ("", "") => Ok(None),
        ("", _) | (_, "") => Err("write a user and a password, or neither"),
        (user, password) => Ok(Some(Credentials::new(decoded(user)?, decoded(password)?))),
    }
}

/// Who writes.
fn sender(text: &str) -> Result<Mailbox, String> {
    if text.is_empty() {
        return Err("say who writes the mails, such as Vestibule <login@example.com>".to_owned());
    }
    mailbox(text).ok_or_else(|| {
        format!("`{text}` is neither an address nor a name with one, such as Vestibule <login@example.com>")
    })
}

/// An address with or without a name. In ASCII, since not every mail server takes others.
fn mailbox(text: &str) -> Option<Mailbox> {
    let mailbox: Mailbox = text.parse().ok()?;
    let email = Email::parse(mailbox.email.as_ref()).ok()?;
    let address = email.as_str().parse().ok().filter(|_| email.as_str().is_ascii())?;
    Some(Mailbox::new(mailbox.name, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "Vestibule <login@example.com>";

    fn parsed(url: &str) -> SmtpSettings {
        SmtpSettings::parse(url, FROM, None).expect(url)
    }

    fn refused(url: &str) -> String {
        let (key, why) = SmtpSettings::parse(url, FROM, None).expect_err(url);
        assert_eq!(key, "mail", "{url}");
        why
    }

    #[test]
    fn a_server_is_reached_with_tls_or_on_this_machine() {
        for (url, server, protection) in [
            ("smtp://Mail.Example.com", "mail.example.com:587", Protection::StartTls),
            ("smtp://mail.example.com:2525/", "mail.example.com:2525", Protection::StartTls),
            ("smtps://mail.example.com", "mail.example.com:465", Protection::Tls),
            ("smtps://[2001:db8::1]:4465", "[2001:db8::1]:4465", Protection::Tls),
            ("smtp://localhost:25?tls=none", "localhost:25", Protection::None),
            ("smtp://127.0.0.1:25?tls=none", "127.0.0.1:25", Protection::None),
            ("smtp://[::1]:25?tls=none", "[::1]:25", Protection::None),
        ] {
            let settings = parsed(url);
            assert_eq!((settings.server().as_str(), settings.protection), (server, protection), "{url}");
        }
        for url in ["smtp://mail.example.com?tls=none", "smtp://localhost.example.com?tls=none"] {
            assert!(refused(url).starts_with("tls=none is accepted"), "{url}");
        }
    }

    #[test]
    fn user_and_password_are_decoded_and_not_printed() {
        let settings = parsed("smtps://log%40in:pa%20ss%23-canary@mail.example.com");
        assert_eq!(
            settings.credentials,
            Some(Credentials::new("log@in".to_owned(), "pa ss#-canary".to_owned()))
        );
        assert_eq!(parsed("smtps://mail.example.com").credentials, None);
        let printed = format!("{:?}", Mail::Smtp(settings));
        assert!(printed.contains("mail.example.com") && !printed.contains("canary"), "{printed}");
    }

    #[test]
    fn what_is_no_mail_server_is_refused_without_being_quoted() {
        for url in [
            "",
            "mail.example.com",
            "http://mail.example.com",
            "smtp://",
            "smtp:mail.example.com",
            "smtp://mail.example.com/canary",
            "smtp://mail.example.com#canary",
            "smtp://mail.example.com?tls=canary",
            "smtps://localhost?tls=none",
            "smtp://v:pa#ss-canary@mail.example.com",
            "smtp://v:12#canary@mail.example.com",
            "smtp://v:12/canary@mail.example.com",
        ] {
            assert_eq!(refused(url), FORM, "{url}");
        }
        for url in ["smtp://v@mail.example.com", "smtp://:canary@mail.example.com"] {
            assert_eq!(refused(url), "write a user and a password, or neither", "{url}");
        }
    }

    #[test]
    fn a_sender_is_an_address_in_ascii_with_or_without_a_name() {
        for (text, written) in [
            ("login@example.com", "login@example.com"),
            (FROM, "Vestibule <login@example.com>"),
            ("login@Bücher.example", "login@xn--bcher-kva.example"),
        ] {
            assert_eq!(sender(text).unwrap().to_string(), written);
        }
        for text in ["nobody", "Vestibule", "büro@example.com", "a@example.com, b@example.com"] {
            assert!(sender(text).unwrap_err().starts_with(&format!("`{text}` is neither")), "{text}");
        }
        assert!(sender("").unwrap_err().starts_with("say who writes"));
    }
}
