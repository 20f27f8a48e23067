//! Lazy frames of polars.

use super::Table;
use crate::schema::ColumnType;
use crate::store::SOURCE;
use crate::write::Format;

pub(super) fn scan(table: &Table<'_>) -> String {
    let (name, files, partition) = (table.name(), quote(&table.files()), quote(table.partition));
    if table.format == Format::Parquet {
        return format!(
            "import polars as pl\n\n\
             {name} = pl.scan_parquet(\n    {files},\n    hive_partitioning=True,\n    \
             hive_schema={{\"{SOURCE}\": pl.String, {partition}: pl.Date}},\n)\n"
        );
    }
    // Decimals and dates are read as texts and converted exactly afterwards.
    let schema = table.columns(false, |name, column_type, _| {
        let read = if column_type == ColumnType::Count {
            "Int64"
        } else {
            "String"
        };
        format!("        {}: pl.{read},", quote(name))
    });
    let mut converted = table.columns(false, |name, column_type, _| {
        let (name, column_type) = match column_type {
            ColumnType::Text | ColumnType::Count => return String::new(),
            ColumnType::Date => (quote(name), "pl.Date"),
            ColumnType::Money => (quote(name), "pl.Decimal(18, 9)"),
            ColumnType::WideMoney => (quote(name), "pl.Decimal(38, 12)"),
        };
        format!("    pl.col({name}).cast({column_type}),")
    });
    converted.retain(|column| !column.is_empty());
    let (schema, converted) = (schema.join("\n"), converted.join("\n"));
    let (scan, options) = match table.format {
        Format::Csv => ("scan_csv", "\n    missing_utf8_is_empty_string=False,"),
        Format::Parquet | Format::Ndjson => ("scan_ndjson", ""),
    };
    let path = "pl.col(\"path\").str";
    let partition_pattern = format!("/{}=([^/]*)/", table.partition);
    format!(
        "import polars as pl\nfrom urllib.parse import unquote\n\n\
         {name} = pl.{scan}(\n    {files},\n    schema={{\n{schema}\n    }},{options}\n    include_file_paths=\"path\",\n\
         ).with_columns(\n{converted}\n    \
         {path}.extract(r\"/{SOURCE}=([^/]*)/\").map_elements(unquote, pl.String).alias(\"{SOURCE}\"),\n    \
         {path}.extract(r{pattern}).cast(pl.Date).alias({partition}),\n).drop(\"path\")\n",
        pattern = quote(&partition_pattern),
    )
}

/// Quotes a text as Python does.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
