//! The config file: where it is and what it holds.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::{expand, variable};
use crate::error::CliError;
use crate::format::Format;
use crate::global;
use crate::owner::{changeable_by_others, is_accessible_by_others};
use crate::vendor::Vendor;

/// Which config file is used, and why.
#[derive(Debug, Clone)]
pub(crate) struct Location {
    /// `None` if there is no home folder to look in, or if the file is `/dev/null`.
    pub(crate) path: Option<PathBuf>,
    /// What names the path.
    pub(crate) reason: &'static str,
    /// Whether the user named it, so that it must exist.
    pub(crate) is_explicit: bool,
}

impl Location {
    /// The path of `--config`, else of `ADAPIS_CONFIG`, else the default one.
    pub(crate) fn find(flag: Option<PathBuf>) -> Self {
        let (path, reason) = match (flag, variable("ADAPIS_CONFIG")) {
            (Some(path), _) => (path, "--config"),
            (None, Some(path)) => (expand(&path), "ADAPIS_CONFIG"),
            (None, None) => return Self::default_one(),
        };
        // The usual way to say that there is none, as for git; read, it would belong to everybody.
        let none = if cfg!(windows) { "NUL" } else { "/dev/null" };
        Self {
            path: Some(path).filter(|path| path != Path::new(none)),
            reason,
            is_explicit: true,
        }
    }

    fn default_one() -> Self {
        let absolute = |variable: &str| {
            std::env::var_os(variable)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let (home, reason) = if cfg!(windows) {
            (absolute("APPDATA"), "the default, in APPDATA")
        } else if let Some(home) = absolute("XDG_CONFIG_HOME") {
            (Some(home), "the default, in XDG_CONFIG_HOME")
        } else {
            let home = absolute("HOME").map(|home| home.join(".config"));
            (home, "the default")
        };
        Self {
            path: home.map(|home| home.join("adapis").join("config.toml")),
            reason,
            is_explicit: false,
        }
    }
}

/// A config file that was read.
#[derive(Default)]
pub(crate) struct Config {
    tables: Tables,
}

/// The config file: `[profile.NAME.VENDOR]` tables of strings, `[defaults]` and `[gateway]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    default_profile: Option<String>,
    #[serde(default)]
    defaults: toml::Table,
    #[serde(default)]
    profile: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    #[serde(default)]
    gateway: toml::Table,
}

/// `[defaults]`: global options that are not given on the command line.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Defaults {
    #[serde(default, deserialize_with = "format")]
    pub(crate) format: Option<Format>,
    /// In seconds; not for servers.
    #[serde(default, deserialize_with = "timeout")]
    pub(crate) timeout: Option<Duration>,
    #[serde(default, deserialize_with = "attempts")]
    pub(crate) attempts: Option<u32>,
    #[serde(default, deserialize_with = "concurrency")]
    pub(crate) concurrency: Option<usize>,
    #[serde(default, deserialize_with = "calls_per_minute")]
    pub(crate) calls_per_minute: Option<f64>,
    #[serde(default)]
    pub(crate) env_proxy: bool,
    #[serde(default)]
    pub(crate) no_color: bool,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the config file. A missing file at the default path is not an error.
    pub(crate) fn load(location: &Location) -> Result<Self, CliError> {
        let tables = match &location.path {
            Some(path) if location.is_explicit || path.exists() => read(path)?,
            _ => Tables::default(),
        };
        Ok(Self { tables })
    }

    /// The global options of `[defaults]`.
    pub(crate) fn defaults(&self) -> Result<Defaults, CliError> {
        self.tables.defaults.clone().try_into().map_err(|error| {
            CliError::input(
                "config",
                format!("invalid [defaults] in the config file: {}", error.message()),
            )
        })
    }

    /// The names of the profiles, in alphabetical order.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = &str> {
        self.tables.profile.keys().map(String::as_str)
    }

    /// The vendors of a profile with their settings.
    pub(crate) fn vendors(
        &self,
        profile: &str,
    ) -> Option<&BTreeMap<String, BTreeMap<String, String>>> {
        self.tables.profile.get(profile)
    }

    /// The profile that is selected without `--profile`, and what names it.
    pub(crate) fn selected(&self) -> Option<(String, &'static str)> {
        let from_variable = variable("ADAPIS_PROFILE").map(|name| (name, "ADAPIS_PROFILE"));
        let from_file = || self.tables.default_profile.clone();
        from_variable.or_else(|| from_file().map(|name| (name, "default_profile")))
    }

    /// The `[gateway]` table.
    pub(super) fn gateway(&self) -> &toml::Table {
        &self.tables.gateway
    }
}

/// Reads a setting as its flag is read.
fn as_flag<'de, T, D: serde::Deserializer<'de>>(
    from: D,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Whole(u64),
        Number(f64),
        Text(String),
    }
    let text = match Written::deserialize(from)? {
        Written::Whole(number) => number.to_string(),
        Written::Number(number) => number.to_string(),
        Written::Text(text) if text.is_empty() => return Ok(None),
        Written::Text(text) => text,
    };
    read(&text).map(Some).map_err(serde::de::Error::custom)
}

macro_rules! as_flags {
    ($($name:ident -> $type:ty = $read:expr;)*) => {$(
        fn $name<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<$type>, D::Error> {
            as_flag(from, $read)
        }
    )*};
}

as_flags! {
    format -> Format = Format::named;
    timeout -> Duration = |text| named("timeout", global::seconds(text));
    attempts -> u32 = |text| named("attempts", global::attempts(text));
    concurrency -> usize = |text| named("concurrency", global::concurrency(text));
    calls_per_minute -> f64 = |text| named("calls_per_minute", global::calls_per_minute(text));
}

fn named<T>(setting: &str, read: Result<T, String>) -> Result<T, String> {
    read.map_err(|problem| format!("{setting}: {problem}"))
}

fn read(path: &Path) -> Result<Tables, CliError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let hint = if error.kind() == std::io::ErrorKind::NotFound {
            " ('adapis config init' writes an example)"
        } else {
            ""
        };
        CliError::input(
            "config",
            format!("cannot read the config file '{shown}': {error}{hint}"),
        )
    })?;
    // It can name commands to run and the servers that secrets are sent to.
    if let Some(problem) = changeable_by_others(path) {
        let message = format!("the config file is not safe: {problem}");
        return Err(CliError::input("config", message));
    }
    let config: Tables = toml::from_str(&text).map_err(|error| {
        // The message of the TOML parser quotes the line, which may hold a secret.
        let line = error
            .span()
            .map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        CliError::input(
            "config",
            format!("invalid config file {shown} near line {line}: expected [profile.NAME.VENDOR] tables of strings, [defaults] and [gateway]"),
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
