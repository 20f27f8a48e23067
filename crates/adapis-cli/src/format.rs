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
    /// One HTML page of statistics by day, for spots stats, hybrid stats and adfox report
    #[cfg(feature = "pull")]
    Html,
}
