//! Temporary views of Spark.

use super::{Table, quote_escaped};
use crate::schema::ColumnType;
use crate::write::Format;

pub(super) fn view(table: &Table<'_>) -> String {
    let columns = table.columns(true, |name, column_type, _| {
        format!("    `{name}` {}", type_name(column_type))
    });
    let columns = columns.join(",\n");
    let path = quote_escaped(&table.hadoop_folder("s3a://"));
    let (format, options) = match table.format {
        Format::Parquet => ("parquet", ""),
        // A quoted text may contain line ends. An empty field is read as the null value, and so that an empty text is
        // not, that is a character which no text has.
        Format::Csv => (
            "csv",
            ",\n    header 'true', multiLine 'true', quote '\"', escape '\"', nullValue '\\uE000'",
        ),
        Format::Ndjson => ("json", ""),
    };
    let (name, note) = (table.name(), table.note());
    format!(
        "{note}CREATE OR REPLACE TEMPORARY VIEW {name} (\n{columns}\n) USING {format} OPTIONS (\n    path {path}{options}\n);\n"
    )
}

fn type_name(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Text => "STRING",
        ColumnType::Date => "DATE",
        ColumnType::Count => "BIGINT",
        ColumnType::Money => "DECIMAL(18,9)",
        ColumnType::WideMoney => "DECIMAL(38,12)",
    }
}
