//! The settings: one table, from which the command line's options, the environment's variables, the keys of the
//! configuration file and `docs/configuration.md` come. Which were given is in `values`, what a value means in `config`.
//!
//! To add a setting: a row here, its meaning in `config`, and the row that the test `configuration_document` asks for.

mod values;

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

pub use values::{SettingError, Values};

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its key in the file: `public_url`. The option is `--public-url`, the variable `VESTIBULE_PUBLIC_URL`.
    pub key: &'static str,
    /// What stands for its value in the help.
    pub value: &'static str,
    /// What holds without it.
    pub default: &'static str,
    /// What it says.
    pub what: &'static str,
}

const fn setting(
    key: &'static str,
    value: &'static str,
    default: &'static str,
    what: &'static str,
) -> Setting {
    Setting { key, value, default, what }
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    setting(
        "database",
        "URL",
        "sqlite://vestibule.db",
        "The database: sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME",
    ),
    setting("keys", "FILE", "the SQLite file with the ending .keys", "The key file"),
    setting(
        "public_url",
        "URL",
        "http://localhost with the port of listen",
        "Where people reach it, such as https://login.example.com; http is accepted for this machine only",
    ),
    setting("listen", "ADDRESS", "127.0.0.1:3000", "The address that `serve` listens on"),
    setting(
        "metrics_listen",
        "ADDRESS",
        "none",
        "The address that Prometheus metrics are served on, at /metrics, for whoever can reach it",
    ),
    setting(
        "proxies",
        "NETWORKS",
        "none",
        "Proxies whose X-Forwarded-For is believed: addresses or networks such as 10.0.0.0/8, with commas between",
    ),
    setting(
        "mail",
        "URL",
        "terminal",
        "Where mail goes: terminal, smtp://USER:PASSWORD@HOST (STARTTLS) or smtps://USER:PASSWORD@HOST",
    ),
    setting(
        "mail_from",
        "SENDER",
        "none",
        "Who writes the mails: an address, or a name with one, such as `Vestibule <login@example.com>`",
    ),
    setting(
        "mail_ca",
        "FILE",
        "none",
        "A file (PEM) with certificate authorities to trust besides the usual ones, for a mail server of one's own",
    ),
    setting(
        "text",
        "GATEWAY",
        "terminal on this machine, else none",
        "Where text messages go: none, terminal, twilio or webhook",
    ),
    setting("twilio_account", "SID", "none", "Twilio's Account SID: AC and 32 digits"),
    setting("twilio_token", "TOKEN", "none", "Twilio's Auth Token"),
    setting(
        "twilio_from",
        "SENDER",
        "none",
        "Who sends by Twilio: a number such as +15005550006, a short code, a name, or the SID of a Messaging Service",
    ),
    setting("twilio_url", "URL", "https://api.twilio.com", "Twilio's API, such as that of another region"),
    setting("webhook_url", "URL", "none", "Your own gateway; http is accepted for this machine only"),
    setting(
        "webhook_secret",
        "SECRET",
        "none",
        "What signs each message for your own gateway: 32 characters or more that nobody can guess",
    ),
    setting(
        "text_ca",
        "FILE",
        "none",
        "A file (PEM) with certificate authorities to trust besides the usual ones, for a gateway of one's own",
    ),
    setting(
        "text_countries",
        "COUNTRIES",
        "US,CA,GB,IE,DE,AT,CH,FR,BE,NL,LU,ES,PT,IT,DK,SE,NO,FI,PL,CZ,AU,NZ",
        "Countries (ISO 3166-1, two letters) whose phone numbers get text messages, with commas between",
    ),
    setting(
        "texts_per_country_a_day",
        "NUMBER",
        "5000",
        "Text messages that go to the numbers of one dial code in a day, at most",
    ),
    setting("texts_a_day", "NUMBER", "20000", "Text messages that go out in a day, at most"),
    setting(
        "product_name",
        "NAME",
        "Vestibule",
        "The product's name on pages, in mails and in authenticator apps",
    ),
    setting(
        "support_contact",
        "CONTACT",
        "none",
        "Whom people turn to who have no administrator: an email address or an https link",
    ),
    setting("session_idle_min", "MINUTES", "60", "How long a session lasts without use"),
    setting("session_absolute_min", "MINUTES", "1440", "How long a session lasts at most"),
    setting(
        "administrator_idle_min",
        "MINUTES",
        "30",
        "How long an administrator's session lasts without use",
    ),
    setting(
        "administrator_absolute_min",
        "MINUTES",
        "720",
        "How long an administrator's session lasts at most",
    ),
    setting(
        "payments_countries",
        "COUNTRIES",
        "US",
        "Countries (ISO 3166-1, two letters) whose phone numbers payments users may use, with commas between",
    ),
    setting(
        "drain_s",
        "SECONDS",
        "0",
        "How long `serve` goes on answering after SIGTERM while /ready says 503, for a load balancer to notice",
    ),
    setting("log", "FILTER", "info", "What is logged: error, warn, info, debug or trace, also by module"),
    setting("log_format", "FORMAT", "text", "How it is logged on standard error: text or json"),
    setting(
        "dist",
        "FOLDER",
        "the browser's files in the program",
        "Serve the browser's files from this folder",
    ),
];

/// The option and variable that name the configuration file, which cannot be in it.
pub const CONFIG: Setting =
    setting("config", "FILE", "vestibule.toml, if it is there", "The configuration file (TOML)");

impl Setting {
    /// Its option, without dashes in front.
    #[must_use]
    pub fn option(&self) -> String {
        self.key.replace('_', "-")
    }

    /// Its variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("VESTIBULE_{}", self.key.to_uppercase())
    }

    fn of(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }

    fn argument(&'static self) -> Arg {
        Arg::new(self.key).long(self.option()).value_name(self.value).global(true).help(format!(
            "{} [without it: {}] [env: {}]",
            self.what,
            self.default,
            self.variable()
        ))
    }
}

/// The options that were given on the command line.
#[derive(Clone, Debug, Default)]
pub struct SettingsArgs(BTreeMap<&'static str, String>);

impl Args for SettingsArgs {
    fn augment_args(command: Command) -> Command {
        SETTINGS.iter().chain([&CONFIG]).fold(command, |command, setting| command.arg(setting.argument()))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingsArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = SETTINGS
            .iter()
            .chain([&CONFIG])
            .filter_map(|setting| Some((setting.key, matches.get_one::<String>(setting.key)?.clone())));
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
