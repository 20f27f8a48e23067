//! The output formats of `--format`.

use clap::ValueEnum;

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns
    Table,
    /// One JSON array with one row per line
    Json,
    /// One JSON object per line; also jsonl
    #[value(alias = "jsonl")]
    Ndjson,
    /// Comma-separated values with a header line
    Csv,
    /// Tab-separated values with a header line
    Tsv,
    /// One HTML page of statistics by day, for spots stats, hybrid stats, hybrid v3 stats and adfox
    /// report
    #[cfg(feature = "pull")]
    Html,
}

#[cfg(feature = "pull")]
const NAMES: &str = "table, json, ndjson, csv, tsv or html";
#[cfg(not(feature = "pull"))]
const NAMES: &str = "table, json, ndjson, csv or tsv";

impl Format {
    /// Whether it is a page for people.
    pub(crate) fn is_page(self) -> bool {
        #[cfg(feature = "pull")]
        return self == Self::Html;
        #[cfg(not(feature = "pull"))]
        false
    }

    /// The format of this name. `setting` is where the name comes from, for the error.
    pub(crate) fn named(setting: &str, name: &str) -> Result<Self, String> {
        Self::from_str(name, false).map_err(|_| format!("{setting} must be {NAMES}, not '{name}'"))
    }

    /// Whether errors are JSON if this format was asked for.
    pub(crate) fn has_json_errors(self) -> bool {
        matches!(self, Self::Json | Self::Ndjson)
    }
}
