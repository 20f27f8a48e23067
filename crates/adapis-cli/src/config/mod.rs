//! Account settings from flags, environment variables and the config file.

mod file;
mod origin;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use crate::error::CliError;
use crate::vendor::Vendor;

pub(crate) use file::{Config, Location, NULL_DEVICE};

/// The profile that is used if none is named.
pub(crate) const DEFAULT_PROFILE: &str = "default";

/// Where a secret comes from; it is read only when a command needs it.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Value(SecretString),
    File(PathBuf),
    Command(String),
}

/// The account settings of one profile and the environment.
pub(crate) struct Profile {
    name: String,
    /// Whether `--profile` named it: then the environment has only the secrets that it lacks.
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
    /// Selects the profile that is named, or else that of the environment or the config file.
    pub(crate) fn select(config: &Config, name: Option<String>) -> Result<Self, CliError> {
        let named = name.is_some();
        let chosen = name.or_else(|| config.selected().map(|(name, _)| name));
        let required = chosen.is_some();
        let name = chosen.unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        let known: Vec<&str> = config.profiles().collect();
        let settings = match config.vendors(&name) {
            Some(vendors) => check(&name, vendors)?,
            None if required => {
                let known = if known.is_empty() {
                    "there are none; 'adapis config path' prints where the config file is"
                        .to_owned()
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
            gateway: config.gateway().clone(),
        })
    }

    /// A profile without settings.
    pub(crate) fn none() -> Self {
        Self {
            name: DEFAULT_PROFILE.to_owned(),
            named: false,
            settings: BTreeMap::new(),
            gateway: toml::Table::new(),
        }
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
        flag.cloned()
            .or_else(|| {
                let name = vendor.variable(setting);
                let value = variable(&name).filter(|_| !self.named);
                value.map(|value| without_line_end(&value))
            })
            .or_else(|| self.settings.get(&(vendor, setting.to_owned())).cloned())
    }

    /// A required setting that is not secret.
    pub(crate) fn required(
        &self,
        vendor: Vendor,
        setting: &'static str,
        flag: Option<&String>,
    ) -> Result<String, CliError> {
        self.plain(vendor, setting, flag).ok_or_else(|| {
            let flag = format!("--{}", setting.replace('_', "-"));
            let variable = vendor.variable(setting);
            let section = format!("[profile.{}.{}]", self.name, vendor.name());
            let ways = if self.named {
                format!("use {flag}, or add {setting} to {section} (with --profile, {variable} is not read)")
            } else {
                format!("use {flag}, set {variable}, or add {setting} to {section}")
            };
            CliError::input(setting, format!("{setting} is required: {ways}"))
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

    /// The name of the profile.
    pub(crate) fn name(&self) -> &str {
        &self.name
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

/// Where the environment says that a secret comes from: `NAME`, `NAME_FILE` or `NAME_COMMAND`.
#[allow(dead_code, reason = "only the feature `clickhouse` reads one")]
pub(crate) fn secret_variable(name: &str) -> Option<Source> {
    source(|suffix| variable(&(name.to_owned() + &suffix.to_uppercase())))
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

/// Rejects unknown names, so that a misspelled one is not silently ignored.
fn check(
    profile: &str,
    vendors: &BTreeMap<String, BTreeMap<String, String>>,
) -> Result<BTreeMap<(Vendor, String), String>, CliError> {
    let mut settings = BTreeMap::new();
    for (name, members) in vendors {
        let section = format!("[profile.{profile}.{name}]");
        let wrong = |problem: String| {
            CliError::input("config", format!("{section} in the config file {problem}"))
        };
        let vendor = Vendor::ALL
            .into_iter()
            .find(|vendor| vendor.name() == name.as_str())
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
                .unwrap_or(setting);
            if !vendor.plain().contains(&setting.as_str()) && !vendor.secret().contains(&base) {
                return Err(wrong(format!("has an unknown setting '{setting}'")));
            }
            // An empty setting counts as unset, as an empty variable does.
            if !value.is_empty() {
                settings.insert((vendor, setting.clone()), value.clone());
            }
        }
    }
    Ok(settings)
}
