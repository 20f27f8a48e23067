use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use secrecy::SecretString;
use serde::Deserialize;

use crate::error::CliError;

/// A vendor, by the name of its command, its config section and its variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Vendor {
    Keitaro,
    Spots,
    Hybrid,
    Adfox,
}

impl Vendor {
    const ALL: [Self; 4] = [Self::Keitaro, Self::Spots, Self::Hybrid, Self::Adfox];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Keitaro => "keitaro",
            Self::Spots => "spots",
            Self::Hybrid => "hybrid",
            Self::Adfox => "adfox",
        }
    }

    fn plain(self) -> &'static [&'static str] {
        match self {
            Self::Keitaro => &["tracker"],
            Self::Spots => &["endpoint", "login", "token_folder"],
            Self::Hybrid => &["endpoint", "client_id", "advertiser", "token_folder"],
            Self::Adfox => &["endpoint", "login"],
        }
    }

    fn secret(self) -> &'static [&'static str] {
        match self {
            Self::Keitaro => &["token", "postback_key"],
            Self::Spots => &["password"],
            Self::Hybrid => &["client_secret"],
            Self::Adfox => &["password", "oauth_token"],
        }
    }

    /// The variable of a setting, such as `ADAPIS_SPOTS_LOGIN`.
    fn variable(self, setting: &str) -> String {
        format!("ADAPIS_{}_{setting}", self.name()).to_uppercase()
    }
}

/// Where a secret is to be found; it is read only when a command needs it.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Value(SecretString),
    File(PathBuf),
    Command(String),
}

impl Source {
    /// What `--NAME-file` and `--NAME-command` say.
    pub(crate) fn of_flags(file: Option<&PathBuf>, command: Option<&String>) -> Option<Self> {
        file.cloned()
            .map(Self::File)
            .or_else(|| command.cloned().map(Self::Command))
    }

    fn read(self, field: &str) -> Result<SecretString, CliError> {
        let text = match self {
            Self::Value(secret) => return Ok(secret),
            Self::File(path) => {
                let shown = path.display();
                let text = std::fs::read_to_string(&path).map_err(|error| {
                    CliError::input(field, format!("cannot be read from {shown}: {error}"))
                })?;
                // No refusal: what mounts secrets into containers makes them so.
                if open_to_others(&path) {
                    let note = format!("note: others may read {field} in {shown}: chmod 600 it");
                    let _ = writeln!(std::io::stderr(), "{note}");
                }
                text
            }
            Self::Command(line) => run(field, &line)?,
        };
        Ok(text.trim_end_matches(['\r', '\n']).into())
    }
}

fn run(field: &str, line: &str) -> Result<String, CliError> {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let output = Command::new(shell)
        .args([flag, line])
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            CliError::input(field, format!("has a command that cannot run: {error}"))
        })?;
    if !output.status.success() {
        let status = output.status;
        return Err(CliError::input(
            field,
            format!("has a command that failed ({status})"),
        ));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| CliError::input(field, "has a command that does not print UTF-8"))
}

/// A config file: `[profile.NAME.VENDOR]` tables of strings, and one `[gateway]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    default_profile: Option<String>,
    #[serde(default)]
    profile: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    #[serde(default)]
    gateway: toml::Table,
}

/// The accounts of one profile, completed from the environment.
pub(crate) struct Profile {
    name: String,
    /// Named on the command line: then it outranks the environment.
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
    /// Reads the config file and picks the profile; without a file the environment is all.
    pub(crate) fn load(file: Option<PathBuf>, name: Option<String>) -> Result<Self, CliError> {
        let asked = file.is_some();
        let path = file.or_else(default_path);
        let config = match &path {
            Some(path) if asked || path.exists() => read(path)?,
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
                    "the config file has none".to_owned()
                } else {
                    format!("known are {}", known.join(", "))
                };
                return Err(CliError::input(
                    "profile",
                    format!("'{name}' does not exist, {known}"),
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

    /// The settings of `keitaro gateway` in the config file.
    pub(crate) fn gateway<T: serde::de::DeserializeOwned>(&self) -> Result<T, CliError> {
        self.gateway.clone().try_into().map_err(|error| {
            CliError::input(
                "config",
                format!("has a wrong [gateway]: {}", error.message()),
            )
        })
    }

    /// A setting that is no secret, from flag, environment or profile.
    pub(crate) fn plain(
        &self,
        vendor: Vendor,
        setting: &'static str,
        flag: Option<&String>,
    ) -> Option<String> {
        let flag = flag.cloned();
        let environment = || variable(&vendor.variable(setting));
        let profile = || self.settings.get(&(vendor, setting.to_owned())).cloned();
        if self.named {
            flag.or_else(profile).or_else(environment)
        } else {
            flag.or_else(environment).or_else(profile)
        }
    }

    /// A setting that must be there.
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
                    "must be given: as --{}, as {}, or as {setting} of [profile.{}.{}]",
                    setting.replace('_', "-"),
                    vendor.variable(setting),
                    self.name,
                    vendor.name(),
                ),
            )
        })
    }

    /// A secret, from flag, environment or profile; `None` when nobody has one.
    pub(crate) fn secret(
        &self,
        vendor: Vendor,
        setting: &'static str,
        flag: Option<Source>,
    ) -> Result<Option<SecretString>, CliError> {
        let environment =
            || source(|suffix| variable(&(vendor.variable(setting) + &suffix.to_uppercase())));
        let profile = || {
            source(|suffix| {
                self.settings
                    .get(&(vendor, format!("{setting}{suffix}")))
                    .cloned()
            })
        };
        let found = if self.named {
            flag.or_else(profile).or_else(environment)
        } else {
            flag.or_else(environment).or_else(profile)
        };
        found.map(|source| source.read(setting)).transpose()
    }

    /// A secret that must be there.
    pub(crate) fn required_secret(
        &self,
        vendor: Vendor,
        setting: &'static str,
        flag: Option<Source>,
    ) -> Result<SecretString, CliError> {
        self.secret(vendor, setting, flag)?.ok_or_else(|| {
            CliError::input(
                setting,
                format!(
                    "must be given: as {}, with --{dashed}-file or --{dashed}-command, or in [profile.{}.{}]",
                    vendor.variable(setting),
                    self.name,
                    vendor.name(),
                    dashed = setting.replace('_', "-"),
                ),
            )
        })
    }
}

/// The three ways to give one secret.
fn source(lookup: impl Fn(&str) -> Option<String>) -> Option<Source> {
    lookup("")
        .map(|value| Source::Value(value.into()))
        .or_else(|| lookup("_file").map(|path| Source::File(path.into())))
        .or_else(|| lookup("_command").map(Source::Command))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
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
    let text = std::fs::read_to_string(path)
        .map_err(|error| CliError::input("config", format!("{shown} cannot be read: {error}")))?;
    let config: Config = toml::from_str(&text).map_err(|error| {
        // Toml's own text quotes the line, which may hold a secret.
        let line = error
            .span()
            .map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        CliError::input(
            "config",
            format!("{shown} is wrong near line {line}: [profile.NAME.VENDOR] tables of strings are expected"),
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
    if holds_secrets && open_to_others(path) {
        return Err(CliError::input(
            "config",
            format!("{shown} holds secrets and others may read it: chmod 600 it"),
        ));
    }
    Ok(config)
}

#[cfg(unix)]
pub(crate) fn open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
pub(crate) fn open_to_others(_: &Path) -> bool {
    false
}

/// Refuses names that mean nothing, so that a misspelt one is not silently ignored.
fn check(
    profile: &str,
    vendors: BTreeMap<String, BTreeMap<String, String>>,
) -> Result<BTreeMap<(Vendor, String), String>, CliError> {
    let mut settings = BTreeMap::new();
    for (name, members) in vendors {
        let section = format!("[profile.{profile}.{name}]");
        let wrong = |must: String| CliError::input("config", format!("{section} {must}"));
        let vendor = Vendor::ALL
            .into_iter()
            .find(|vendor| vendor.name() == name)
            .ok_or_else(|| wrong("names no vendor (keitaro, spots, hybrid, adfox)".to_owned()))?;
        for secret in vendor.secret() {
            let ways = ["", "_file", "_command"];
            let given = |way: &&str| members.contains_key(&format!("{secret}{way}"));
            if ways.iter().filter(|way| given(way)).count() > 1 {
                return Err(wrong(format!("gives {secret} in more than one way")));
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
            settings.insert((vendor, setting), value);
        }
    }
    Ok(settings)
}
