//! `[defaults]` of the config file: global options that are not given on the command line.

use std::time::Duration;

use serde::Deserialize;

use crate::config::Config;
use crate::error::CliError;
use crate::format::Format;
use crate::global;

/// The global options of the config file.
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

impl Defaults {
    /// Reads the table; unknown names and values that the flags do not take are errors.
    pub(crate) fn of(config: &Config) -> Result<Self, CliError> {
        config.defaults().clone().try_into().map_err(|error| {
            CliError::input(
                "config",
                format!("invalid [defaults] in the config file: {}", error.message()),
            )
        })
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
    format -> Format = |text| Format::named("the format", text);
    timeout -> Duration = |text| named("timeout", global::seconds(text));
    attempts -> u32 = |text| named("attempts", global::attempts(text));
    concurrency -> usize = |text| named("concurrency", global::concurrency(text));
    calls_per_minute -> f64 = |text| named("calls_per_minute", global::calls_per_minute(text));
}

fn named<T>(setting: &str, read: Result<T, String>) -> Result<T, String> {
    read.map_err(|problem| format!("{setting}: {problem}"))
}
