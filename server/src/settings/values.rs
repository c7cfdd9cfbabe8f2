//! The values that were given to the settings. An option of the command line comes before the environment, the environment
//! before the file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{CONFIG, SETTINGS, Setting, SettingsArgs};

/// Where a value came from, for a sentence about it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
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
