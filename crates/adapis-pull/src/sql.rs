//! SQL or Python that makes the files of a stream a table of an engine.

pub(crate) mod clickhouse;
mod duckdb;
mod polars;
mod spark;
mod trino;

use std::fmt;
use std::str::FromStr;

use crate::schema::{ColumnType, Schema};
use crate::store::SOURCE;
use crate::write::Format;

/// A program that reads the files. `tests/engines/run` checks that it reads them exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// DuckDB.
    DuckDb,
    /// Spark, in SQL.
    Spark,
    /// Trino with a Hive catalog. The only engine that `tests/engines/run` does not try.
    Trino,
    /// ClickHouse: a server whose `user_files` hold the root, `clickhouse-local` or chdb.
    ClickHouse,
    /// polars, in Python.
    Polars,
}

impl Engine {
    /// All engines.
    pub const ALL: [Self; 5] = [
        Self::DuckDb,
        Self::Spark,
        Self::Trino,
        Self::ClickHouse,
        Self::Polars,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::DuckDb => "duckdb",
            Self::Spark => "spark",
            Self::Trino => "trino",
            Self::ClickHouse => "clickhouse",
            Self::Polars => "polars",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Engine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut engines = Self::ALL.into_iter();
        engines.find(|engine| engine.name() == text).ok_or_else(|| {
            format!("the engine is duckdb, spark, trino, clickhouse or polars, not {text:?}")
        })
    }
}

/// Stands for the storage account of Azure, which is not a part of a root.
const ACCOUNT: &str = "ACCOUNT";

/// The files of one stream.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// The root, as the engine sees it.
    pub root: &'a str,
    /// The stream, such as `spots.site-day`.
    pub stream: &'a str,
    /// The format of its files.
    pub format: Format,
    /// The column by which it is partitioned: `month`, `day` or `snapshot`.
    pub partition: &'a str,
    /// Its columns.
    pub schema: &'a Schema,
}

/// Writes the text that defines a view (in Trino a table, in Python a variable) of a stream.
///
/// The view is named after the stream, as in `spots_site_day`. It has the columns of the schema with their types, and
/// the partition columns `source` and `month`, `day` or `snapshot`.
#[must_use]
pub fn sql(engine: Engine, table: &Table<'_>) -> String {
    match engine {
        Engine::DuckDb => duckdb::view(table),
        Engine::Spark => spark::view(table),
        Engine::Trino => trino::table(table),
        Engine::ClickHouse => clickhouse::view(table),
        Engine::Polars => polars::scan(table),
    }
}

impl Table<'_> {
    fn name(&self) -> String {
        table_name(self.stream)
    }

    fn folder(&self) -> String {
        format!("{}/{}", self.root.trim_end_matches('/'), self.stream)
    }

    /// The root in its parts, if it is the address of a store: scheme, bucket or container, and prefix.
    fn remote(&self) -> Option<(&str, &str, &str)> {
        let (scheme, rest) = self.root.split_once("://")?;
        let (container, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        Some((scheme, container, prefix.trim_end_matches('/')))
    }

    /// The folder by the names that Hadoop's connectors have for stores. Those of Azure contain the account, which the
    /// root does not.
    fn hadoop_folder(&self, s3: &str) -> String {
        let folder = self.folder();
        match self.remote() {
            Some(("s3", ..)) => folder.replacen("s3://", s3, 1),
            Some(("az", container, _)) => {
                let account = format!("abfss://{container}@{ACCOUNT}.dfs.core.windows.net");
                folder.replacen(&format!("az://{container}"), &account, 1)
            }
            _ => folder,
        }
    }

    /// What is said before a text in which something is to be filled in.
    fn note(&self) -> String {
        match self.remote() {
            Some(("az", ..)) => format!("-- {ACCOUNT} is the name of the storage account.\n"),
            _ => String::new(),
        }
    }

    /// A pattern that finds the files.
    fn files(&self) -> String {
        format!("{}/*/*/{}", self.folder(), self.format.file_name())
    }

    /// Describes each column, the partition columns last.
    fn columns(
        &self,
        partitions: bool,
        describe: impl Fn(&str, ColumnType, bool) -> String,
    ) -> Vec<String> {
        let columns = self.schema.columns.iter();
        let mut columns: Vec<_> = columns
            .map(|column| describe(&column.name, column.column_type, column.nullable))
            .collect();
        if partitions {
            columns.push(describe(SOURCE, ColumnType::Text, false));
            columns.push(describe(self.partition, ColumnType::Date, false));
        }
        columns
    }
}

/// The name of a stream in databases and views: what is not a letter or a digit becomes `_`.
pub(crate) fn table_name(stream: &str) -> String {
    let name = stream.chars();
    name.map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect()
}

/// Quotes a text as SQL does.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Quotes a text where a backslash begins an escape.
pub(crate) fn quote_escaped(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests;
