//! The config file: where it is and what it holds.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{expand, variable};
use crate::error::CliError;
use crate::owner::{changeable_by_others, is_accessible_by_others};
use crate::vendor::Vendor;

/// The path that means "no config file".
pub(crate) const NULL_DEVICE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

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
        Self {
            path: Some(path).filter(|path| !is_null_device(path)),
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

/// Names of devices have no case on Windows, where Git's shells write `nul` for `/dev/null`.
fn is_null_device(path: &Path) -> bool {
    if cfg!(windows) {
        path.as_os_str().eq_ignore_ascii_case(NULL_DEVICE)
    } else {
        path == Path::new(NULL_DEVICE)
    }
}

/// A config file that was read.
#[derive(Default)]
pub(crate) struct Config {
    tables: Tables,
}

/// The config file: `[profile.NAME.VENDOR]` tables of strings, `[defaults]`, `[gateway]` and `[pull]`.
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
    /// Read from the text by `adapis pull`, which names the lines of mistakes.
    #[serde(default, rename = "pull")]
    _pull: serde::de::IgnoredAny,
}

impl Location {
    /// The path, or an error that says how to name one.
    pub(crate) fn required(&self) -> Result<&Path, CliError> {
        self.path.as_deref().ok_or_else(|| {
            let message = if self.is_explicit {
                format!(
                    "there is no config file, because {} names the null device: name one with --config FILE",
                    self.reason
                )
            } else {
                "there is no config file: use --config FILE, or set ADAPIS_CONFIG or HOME".to_owned()
            };
            CliError::input("config", message)
        })
    }

    /// What to do if no account is configured.
    pub(crate) fn hint(&self) -> String {
        match &self.path {
            Some(path) if path.exists() => format!("add one to {}", path.display()),
            Some(_) => "'adapis config init' writes an example".to_owned(),
            None => "set its variables, or name a config file with --config FILE".to_owned(),
        }
    }

    /// The path and the text of the file, which [`Config::load`] has checked.
    #[allow(dead_code, reason = "only the feature `pull` reads the text")]
    pub(crate) fn text(&self) -> Result<(PathBuf, String), CliError> {
        let path = self.required()?;
        match std::fs::read_to_string(path) {
            Ok(text) => Ok((path.to_owned(), text)),
            Err(error) => Err(unreadable(path, &error)),
        }
    }
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

    /// The `[defaults]` table.
    pub(crate) fn defaults(&self) -> &toml::Table {
        &self.tables.defaults
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

fn unreadable(path: &Path, error: &std::io::Error) -> CliError {
    let shown = path.display();
    let hint = if error.kind() == std::io::ErrorKind::NotFound {
        " ('adapis config init' writes an example)"
    } else {
        ""
    };
    CliError::input(
        "config",
        format!("cannot read the config file '{shown}': {error}{hint}"),
    )
}

fn read(path: &Path) -> Result<Tables, CliError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    // It can name commands to run and the servers that secrets are sent to.
    if let Some(problem) = changeable_by_others(path) {
        let message = format!("the config file is not safe: {problem}");
        return Err(CliError::input("config", message));
    }
    let config: Tables = toml::from_str(&text).map_err(|error| {
        // The message of the TOML parser quotes the line, which may hold a secret.
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).unwrap_or_default().split('\n').count();
        let place = place(&text, line);
        let message = match toml::de::DeTable::parse(&text) {
            Err(syntax) => {
                format!("invalid config file {shown}, line {line}{place}: not TOML: {}", syntax.message())
            }
            Ok(_) => format!(
                "invalid config file {shown} near line {line}{place}: expected [profile.NAME.VENDOR] tables of strings, \
                 [defaults], [gateway] and [pull]"
            ),
        };
        CliError::input("config", message)
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

/// The table of a line, and its setting where that cannot be a secret, such as ` (pull.source.from)`.
///
/// A line that is not TOML may be anything, such as a secret on a line of its own. Only in `[pull]` there is none.
fn place(text: &str, line: usize) -> String {
    let before: Vec<&str> = text.lines().take(line).collect();
    let header = |line: &&&str| line.starts_with('[') && line.trim_end().ends_with(']');
    let Some(table) = before.iter().rev().find(header) else {
        return String::new();
    };
    let table = table.trim_end().trim_matches(['[', ']']);
    let key = before.last().and_then(|line| line.split_once('='));
    let key = key.map(|(key, _)| key.trim());
    let is_bare = |key: &&str| {
        key.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    match key.filter(is_bare) {
        Some(key) if table.starts_with("pull") => format!(" ({table}.{key})"),
        _ => format!(" ([{table}])"),
    }
}
