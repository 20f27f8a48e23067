//! Account settings from flags, environment variables and the config file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use crate::error::CliError;
use crate::owner::{changeable_by_others, is_accessible_by_others};
use crate::vendor::Vendor;

/// Where a secret comes from; it is read only when a command needs it.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Value(SecretString),
    File(PathBuf),
    Command(String),
}

/// The config file: `[profile.NAME.VENDOR]` tables of strings, and `[gateway]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    default_profile: Option<String>,
    #[serde(default)]
    profile: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    #[serde(default)]
    gateway: toml::Table,
    /// Read from the text by `adapis pull`, which tells the lines of mistakes.
    #[serde(default, rename = "pull")]
    _pull: serde::de::IgnoredAny,
}

/// The account settings of one profile and the environment.
pub(crate) struct Profile {
    name: String,
    /// Whether `--profile` named it: then it takes precedence over the environment.
    named: bool,
    settings: BTreeMap<(Vendor, String), String>,
    gateway: toml::Table,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Profile {
    /// Reads the config file and selects the profile.
    ///
    /// A missing file at the default path is not an error.
    pub(crate) fn load(file: Option<PathBuf>, name: Option<String>) -> Result<Self, CliError> {
        let file = named_path(file);
        let explicit = file.is_some();
        let path = file.or_else(default_path);
        let config = match &path {
            Some(path) if explicit || path.exists() => read(path)?,
            _ => Config::default(),
        };
        let named = name.is_some();
        let chosen = name
            .or_else(|| variable("ADAPIS_PROFILE"))
            .or(config.default_profile);
        let required = chosen.is_some();
        let name = chosen.unwrap_or_else(|| "default".to_owned());
        let known: Vec<String> = config.profile.keys().cloned().collect();
        let settings = match config.profile.into_iter().find(|(key, _)| *key == name) {
            Some((_, vendors)) => check(&name, vendors)?,
            None if required => {
                let known = if known.is_empty() {
                    "the config file has no profiles".to_owned()
                } else {
                    format!("known profiles: {}", known.join(", "))
                };
                return Err(CliError::input(
                    "profile",
                    format!("profile '{name}' not found ({known})"),
                ));
            }
            None => BTreeMap::new(),
        };
        Ok(Self {
            name,
            named,
            settings,
            gateway: config.gateway,
        })
    }

    /// The `[gateway]` table of the config file.
    pub(crate) fn gateway<T: serde::de::DeserializeOwned>(&self) -> Result<T, CliError> {
        self.gateway.clone().try_into().map_err(|error| {
            CliError::input(
                "config",
                format!("invalid [gateway] in the config file: {}", error.message()),
            )
        })
    }

    /// A setting that is not secret, from the flag, the environment or the profile.
    pub(crate) fn plain(
        &self,
        vendor: Vendor,
        setting: &'static str,
        flag: Option<&String>,
    ) -> Option<String> {
        let flag = flag.cloned();
        let environment =
            || variable(&vendor.variable(setting)).map(|value| without_line_end(&value));
        let profile = || self.settings.get(&(vendor, setting.to_owned())).cloned();
        if self.named {
            flag.or_else(profile).or_else(environment)
        } else {
            flag.or_else(environment).or_else(profile)
        }
    }

    /// A required setting that is not secret.
    pub(crate) fn required(
        &self,
        vendor: Vendor,
        setting: &'static str,
        flag: Option<&String>,
    ) -> Result<String, CliError> {
        self.plain(vendor, setting, flag).ok_or_else(|| {
            CliError::input(
                setting,
                format!(
                    "{setting} is required: use --{}, set {}, or add {setting} to [profile.{}.{}]",
                    setting.replace('_', "-"),
                    vendor.variable(setting),
                    self.name,
                    vendor.name(),
                ),
            )
        })
    }

    /// Where a secret comes from: the flag, the environment or the profile; `None` if it is not set.
    pub(crate) fn secret(
        &self,
        vendor: Vendor,
        setting: &'static str,
        flag: Option<Source>,
    ) -> Option<Source> {
        let environment =
            || source(|suffix| variable(&(vendor.variable(setting) + &suffix.to_uppercase())));
        let profile = || {
            source(|suffix| {
                self.settings
                    .get(&(vendor, format!("{setting}{suffix}")))
                    .cloned()
            })
        };
        if self.named {
            flag.or_else(profile).or_else(environment)
        } else {
            flag.or_else(environment).or_else(profile)
        }
    }

    /// The error of a required secret that is not set.
    pub(crate) fn missing_secret(&self, vendor: Vendor, setting: &'static str) -> CliError {
        CliError::input(
            setting,
            format!(
                "{setting} is required: set {}, use --{dashed}-file or --{dashed}-command, or add it to [profile.{}.{}]",
                vendor.variable(setting),
                self.name,
                vendor.name(),
                dashed = setting.replace('_', "-"),
            ),
        )
    }
}

/// Looks up a secret under its three names.
fn source(lookup: impl Fn(&str) -> Option<String>) -> Option<Source> {
    lookup("")
        .map(|value| Source::Value(value.into()))
        .or_else(|| lookup("_file").map(|path| Source::File(expand(&path))))
        .or_else(|| lookup("_command").map(Source::Command))
}

/// The value of an environment variable; an empty one counts as unset.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A value of a file with line ends of Windows keeps a carriage return when a shell sources it.
fn without_line_end(value: &str) -> String {
    let value = value.strip_suffix('\n').unwrap_or(value);
    value.strip_suffix('\r').unwrap_or(value).to_owned()
}

/// The path of a setting: `~/` is the home folder, which only a shell replaces by itself.
pub(crate) fn expand(path: &str) -> PathBuf {
    let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    match (path.strip_prefix("~/"), variable(home)) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path.into(),
    }
}

/// Deserializes the path of a setting; an empty one counts as unset.
pub(crate) fn path<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text
        .filter(|text| !text.is_empty())
        .map(|text| expand(&text)))
}

/// The path and the text of the config file, after [`Profile::load`] has checked it.
#[cfg(feature = "pull")]
pub(crate) fn text(file: Option<PathBuf>) -> Result<(PathBuf, String), CliError> {
    let path = named_path(file).or_else(default_path).unwrap_or_default();
    std::fs::read_to_string(&path)
        .map(|text| (path.clone(), text))
        .map_err(|error| {
            let shown = path.display();
            let message = format!("cannot read the config file '{shown}': {error}");
            CliError::input("config", message)
        })
}

fn named_path(file: Option<PathBuf>) -> Option<PathBuf> {
    file.or_else(|| variable("ADAPIS_CONFIG").map(|path| expand(&path)))
}

fn default_path() -> Option<PathBuf> {
    let absolute = |variable: &str| {
        std::env::var_os(variable)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let home = if cfg!(windows) {
        absolute("APPDATA")
    } else {
        absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")))
    };
    home.map(|home| home.join("adapis").join("config.toml"))
}

fn read(path: &Path) -> Result<Config, CliError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        CliError::input(
            "config",
            format!("cannot read the config file '{shown}': {error}"),
        )
    })?;
    // It can name commands to run and the servers that secrets are sent to.
    if let Some(problem) = changeable_by_others(path) {
        let message = format!("the config file is not safe: {problem}");
        return Err(CliError::input("config", message));
    }
    let config: Config = toml::from_str(&text).map_err(|error| {
        // The message of the TOML parser quotes the line, which may hold a secret.
        let line = error
            .span()
            .map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        CliError::input(
            "config",
            format!("invalid config file {shown} near line {line}: expected [profile.NAME.VENDOR] tables of strings"),
        )
    })?;
    let holds_secrets = config.profile.values().any(|vendors| {
        Vendor::ALL.iter().any(|vendor| {
            vendors.get(vendor.name()).is_some_and(|settings| {
                vendor
                    .secret()
                    .iter()
                    .any(|name| settings.contains_key(*name))
            })
        })
    });
    let routes = config.gateway.get("route").and_then(toml::Value::as_array);
    let holds_secrets = holds_secrets
        || routes.is_some_and(|routes| routes.iter().any(|route| route.get("token").is_some()));
    if holds_secrets && is_accessible_by_others(path) {
        return Err(CliError::input(
            "config",
            format!("other users can read the secrets in {shown}: run chmod 600 {shown}"),
        ));
    }
    Ok(config)
}

/// Rejects unknown names, so that a misspelled one is not silently ignored.
fn check(
    profile: &str,
    vendors: BTreeMap<String, BTreeMap<String, String>>,
) -> Result<BTreeMap<(Vendor, String), String>, CliError> {
    let mut settings = BTreeMap::new();
    for (name, members) in vendors {
        let section = format!("[profile.{profile}.{name}]");
        let wrong = |problem: String| {
            CliError::input("config", format!("{section} in the config file {problem}"))
        };
        let vendor = Vendor::ALL
            .into_iter()
            .find(|vendor| vendor.name() == name)
            .ok_or_else(|| {
                wrong("does not name a vendor (keitaro, spots, hybrid, adfox)".to_owned())
            })?;
        for secret in vendor.secret() {
            let ways = ["", "_file", "_command"];
            let given = |way: &&str| members.contains_key(&format!("{secret}{way}"));
            if ways.iter().filter(|way| given(way)).count() > 1 {
                return Err(wrong(format!("sets {secret} in more than one way")));
            }
        }
        for (setting, value) in members {
            let base = setting
                .strip_suffix("_file")
                .or_else(|| setting.strip_suffix("_command"))
                .unwrap_or(&setting);
            if !vendor.plain().contains(&setting.as_str()) && !vendor.secret().contains(&base) {
                return Err(wrong(format!("has an unknown setting '{setting}'")));
            }
            // An empty setting counts as unset, as an empty variable does.
            if !value.is_empty() {
                settings.insert((vendor, setting), value);
            }
        }
    }
    Ok(settings)
}
