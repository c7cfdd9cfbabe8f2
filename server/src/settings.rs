//! The settings: one table, from which the command line's options, the environment's variables, the keys of the
//! configuration file and `docs/configuration.md` come. What a value means is in `config`.
//!
//! An option of the command line comes before the environment, the environment before the file. To add a setting: a row
//! here, its meaning in `config`, and the row that the test `configuration_document` asks for.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

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

/// Where a value came from, for a sentence about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An option of the command line.
    Option,
    /// The environment.
    Variable,
    /// The configuration file.
    File,
}

/// What is wrong with a setting: a sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingError(pub String);

/// The values that were given, by key.
#[derive(Clone, Debug, Default)]
pub struct Values {
    values: BTreeMap<&'static str, (String, Source)>,
}

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

impl Values {
    /// Brings together what the command line, the environment and the configuration file say.
    ///
    /// # Errors
    /// [`SettingError`]: a key or variable that is none, or a file that cannot be read.
    pub fn gather(
        args: &SettingsArgs,
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SettingError> {
        let variables = variables(environment)?;
        let named = args.0.get(CONFIG.key).or_else(|| variables.get(CONFIG.key));
        let mut values = match named {
            Some(file) => read_file(Path::new(file))?,
            None if Path::new("vestibule.toml").exists() => read_file(Path::new("vestibule.toml"))?,
            None => BTreeMap::new(),
        };
        for (given, source) in [(&variables, Source::Variable), (&args.0, Source::Option)] {
            for (key, value) in given.iter().filter(|(key, _)| **key != CONFIG.key) {
                values.insert(key, (value.clone(), source.clone()));
            }
        }
        Ok(Self { values })
    }

    /// The value of a setting, if one was given.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(|(value, _)| value.as_str())
    }

    /// The value of a setting, or its default, which must be a value.
    #[must_use]
    pub fn get_or_default(&self, key: &str) -> &str {
        self.get(key).unwrap_or_else(|| Setting::of(key).map_or("", |setting| setting.default))
    }

    /// A sentence about a setting, which names it as the operator wrote it.
    #[must_use]
    pub fn wrong(&self, key: &str, why: impl std::fmt::Display) -> SettingError {
        let name = match (self.values.get(key), Setting::of(key)) {
            (Some((_, Source::Variable)), Some(setting)) => setting.variable(),
            (Some((_, Source::Option)), Some(setting)) => format!("--{}", setting.option()),
            _ => key.to_owned(),
        };
        SettingError(format!("{name}: {why}"))
    }
}

/// The variables of the environment that are ours. One that is none of them is a mistake that would go unnoticed.
fn variables(
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<BTreeMap<&'static str, String>, SettingError> {
    let mut found = BTreeMap::new();
    for (name, value) in environment {
        let Some(name) = name.to_str().filter(|name| name.starts_with("VESTIBULE_")) else { continue };
        let known = SETTINGS.iter().chain([&CONFIG]).find(|setting| setting.variable() == name);
        let setting = known
            .ok_or_else(|| unknown(name, "environment variable", SETTINGS.iter().map(Setting::variable)))?;
        let value =
            value.into_string().map_err(|_| SettingError(format!("{name}: its value is not UTF-8")))?;
        found.insert(setting.key, value);
    }
    Ok(found)
}

fn read_file(file: &Path) -> Result<BTreeMap<&'static str, (String, Source)>, SettingError> {
    let shown = file.display();
    let told = |why: &dyn std::fmt::Display| SettingError(format!("{shown}: {why}"));
    let text = std::fs::read_to_string(file).map_err(|error| told(&format!("it cannot be read: {error}")))?;
    // The message alone: the error's own rendering would quote the line, and with it perhaps a password.
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line =
            error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count()) + 1;
        told(&format!("line {line} cannot be read: {}", error.message()))
    })?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        let setting = Setting::of(&key).ok_or_else(|| {
            told(&unknown(&key, "setting", SETTINGS.iter().map(|setting| setting.key.to_owned())))
        })?;
        let value = plain(&value)
            .ok_or_else(|| told(&format!("{key}: write a text, a number or a list of texts")))?;
        values.insert(setting.key, (value, Source::File));
    }
    let password = ["database", "mail"]
        .into_iter()
        .find(|key| values.get(key).is_some_and(|(url, _): &(String, Source)| url.contains('@')));
    let secret = ["twilio_token", "webhook_secret"].into_iter().find(|key| values.contains_key(key));
    let held = password.map(|key| (key, "holds a password")).or(secret.map(|key| (key, "is a secret")));
    if let Some((key, what)) = held {
        let mode = std::fs::metadata(file).map_err(|error| told(&error))?.permissions().mode();
        if mode & 0o007 != 0 {
            let why = format!("{key} {what}, and everybody may read the file: `chmod 640 {shown}`");
            return Err(told(&why));
        }
    }
    Ok(values)
}

/// A value of the file as an option would have it.
fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
            Some(items?.join(","))
        }
        _ => None,
    }
}

fn unknown(name: &str, kind: &str, known: impl Iterator<Item = String>) -> SettingError {
    let near = known.map(|known| (strsim::damerau_levenshtein(name, &known), known));
    let near = near.filter(|(distance, _)| *distance <= 3).min_by_key(|(distance, _)| *distance);
    let hint = near.map_or_else(String::new, |(_, known)| format!(" Did you mean {known}?"));
    SettingError(format!("{name} is no {kind}.{hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gather(args: &[(&'static str, &str)], environment: &[(&str, &str)]) -> Result<Values, SettingError> {
        let args = SettingsArgs(args.iter().map(|(key, value)| (*key, (*value).to_owned())).collect());
        Values::gather(&args, environment.iter().map(|(name, value)| (name.into(), value.into())))
    }

    fn file(text: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vestibule.toml");
        std::fs::write(&path, text).unwrap();
        let path = path.display().to_string();
        (folder, path)
    }

    #[test]
    fn an_option_comes_before_the_environment_and_that_before_the_file() {
        let (_folder, path) =
            file("product_name = \"File\"\nlog = \"warn\"\nlisten = \"127.0.0.1:1\"\ndrain_s = 5\n");
        let environment = [("VESTIBULE_PRODUCT_NAME", "Variable"), ("VESTIBULE_LOG", "debug"), ("HOME", "/")];
        let values = gather(&[("config", &path), ("product_name", "Option")], &environment).unwrap();
        assert_eq!(values.get("product_name"), Some("Option"));
        assert_eq!(values.get("log"), Some("debug"));
        assert_eq!(values.get("listen"), Some("127.0.0.1:1"));
        assert_eq!(values.get("drain_s"), Some("5"));
        assert_eq!(values.get_or_default("log_format"), "text");
    }

    #[test]
    fn a_list_of_the_file_is_one_value() {
        let (_folder, path) = file("proxies = [\"10.0.0.0/8\", \"192.0.2.1\"]\n");
        let values = gather(&[], &[("VESTIBULE_CONFIG", &path)]).unwrap();
        assert_eq!(values.get("proxies"), Some("10.0.0.0/8,192.0.2.1"));
    }

    #[test]
    fn a_key_or_variable_that_is_none_is_named_with_the_one_that_was_meant() {
        let (_folder, path) = file("publik_url = \"https://login.example.com\"\n");
        let told = gather(&[("config", &path)], &[]).unwrap_err().to_string();
        assert_eq!(told, format!("{path}: publik_url is no setting. Did you mean public_url?"));
        let told = gather(&[], &[("VESTIBULE_LISTENS", "x")]).unwrap_err().to_string();
        assert_eq!(told, "VESTIBULE_LISTENS is no environment variable. Did you mean VESTIBULE_LISTEN?");
        let told = gather(&[], &[("VESTIBULE_COLOUR", "x")]).unwrap_err().to_string();
        assert_eq!(told, "VESTIBULE_COLOUR is no environment variable.");
    }

    #[test]
    fn a_file_that_cannot_be_used_is_a_sentence_that_quotes_nothing_of_it() {
        let told = gather(&[("config", "nowhere.toml")], &[]).unwrap_err().to_string();
        assert!(told.starts_with("nowhere.toml: it cannot be read"), "{told}");
        let (_folder, path) = file("log = \"info\"\ndatabase = \"postgres://v:secret@db/v\n");
        let told = gather(&[("config", &path)], &[]).unwrap_err().to_string();
        assert!(
            told.starts_with(&format!("{path}: line 2 cannot be read")) && !told.contains("secret"),
            "{told}"
        );
        let (_folder, path) = file("log = { a = 1 }\n");
        let told = gather(&[("config", &path)], &[]).unwrap_err().to_string();
        assert!(told.ends_with("log: write a text, a number or a list of texts"), "{told}");
    }

    #[test]
    fn a_file_with_a_password_that_everybody_may_read_is_refused() {
        for (key, value, what) in [
            ("database", "postgres://v:secret@db/v", "holds a password"),
            ("mail", "smtp://v:secret@mail.example.com", "holds a password"),
            ("twilio_token", "canary", "is a secret"),
            ("webhook_secret", "canary", "is a secret"),
        ] {
            let (_folder, path) = file(&format!("{key} = \"{value}\"\n"));
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
            let told = gather(&[("config", &path)], &[]).unwrap_err().to_string();
            assert!(
                told.contains(&format!("{key} {what}, and everybody")) && told.contains("chmod 640"),
                "{told}"
            );
            assert!(!told.contains(":secret") && !told.contains("canary"), "{told}");
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
            assert!(gather(&[("config", &path)], &[]).is_ok());
        }
    }
}
