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
        let name = quote(name);
        match column_type {
            ColumnType::Text | ColumnType::Count => String::new(),
            ColumnType::Date => format!("    pl.col({name}).str.to_date(\"%Y-%m-%d\"),"),
            ColumnType::Money => format!("    pl.col({name}).cast(pl.Decimal(18, 9)),"),
            ColumnType::WideMoney => format!("    pl.col({name}).cast(pl.Decimal(38, 12)),"),
        }
    });
    converted.retain(|column| !column.is_empty());
    let (schema, converted) = (schema.join("\n"), converted.join("\n"));
    // By default an empty field is null, and one of two quotes an empty text.
    let scan = if table.format == Format::Csv {
        "scan_csv"
    } else {
        "scan_ndjson"
    };
    let path = "pl.col(\"path\").str";
    let partition_pattern = format!("/{}=([^/]*)/", table.partition);
    format!(
        "import polars as pl\nfrom urllib.parse import unquote\n\n\
         {name} = pl.{scan}(\n    {files},\n    schema={{\n{schema}\n    }},\n    include_file_paths=\"path\",\n\
         ).with_columns(\n{converted}\n    \
         {path}.extract(r\"/{SOURCE}=([^/]*)/\").map_elements(unquote, pl.String).alias(\"{SOURCE}\"),\n    \
         {path}.extract(r{pattern}).str.to_date(\"%Y-%m-%d\").alias({partition}),\n).drop(\"path\")\n",
        pattern = quote(&partition_pattern),
    )
}

/// Quotes a text as Python does.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
