//! Views of ClickHouse.

use super::{Table, quote_escaped};
use crate::schema::ColumnType;
use crate::store::SOURCE;
use crate::write::Format;

pub(super) fn view(table: &Table<'_>) -> String {
    let columns = table.columns(false, |name, column_type, nullable| {
        format!("`{name}` {}", type_name(column_type, nullable))
    });
    let format = format_name(table.format);
    let settings = match table.format {
        // An empty field is null, and one of two quotes an empty text.
        Format::Csv => {
            "\nSETTINGS use_hive_partitioning = 0, format_csv_null_representation = '', input_format_csv_empty_as_default = 0"
        }
        Format::Parquet | Format::Ndjson => "\nSETTINGS use_hive_partitioning = 0",
    };
    let structure = quote_escaped(&columns.join(", "));
    let (name, partition) = (table.name(), table.partition);
    // ClickHouse would read a source such as 007 as a number, so the path is taken apart here.
    let source = format!("decodeURLComponent(extract(_path, '/{SOURCE}=([^/]*)/'))");
    let (note, from) = files(table, format, &structure);
    format!(
        "{note}CREATE OR REPLACE VIEW {name} AS\n\
         SELECT *, {source} AS `{SOURCE}`, toDate32(extract(_path, '/{partition}=([^/]*)/')) AS `{partition}`\n\
         FROM {from}{settings};\n"
    )
}

/// Returns a note, and the table function that reads the files.
fn files(table: &Table<'_>, format: &str, structure: &str) -> (String, String) {
    let files = quote_escaped(&table.files());
    match table.remote() {
        None => (
            String::new(),
            format!("file({files}, '{format}', {structure})"),
        ),
        // ClickHouse knows gs:// as an S3-compatible address too.
        Some(("s3" | "gs", ..)) => (
            String::new(),
            format!("s3({files}, '{format}', {structure})"),
        ),
        Some((_, container, prefix)) => {
            let files = table.files();
            let (_, below) =
                files.split_at(files.len().min(table.root.trim_end_matches('/').len()));
            let path = quote_escaped(format!("{prefix}{below}").trim_start_matches('/'));
            let container = quote_escaped(container);
            (
                "-- The named collection adapis has the connection: storage_account_url, account_name, account_key.\n"
                    .to_owned(),
                format!(
                    "azureBlobStorage(adapis, container = {container}, blob_path = {path}, format = '{format}', \
                     structure = {structure})"
                ),
            )
        }
    }
}

pub(crate) fn format_name(format: Format) -> &'static str {
    match format {
        Format::Parquet => "Parquet",
        Format::Csv => "CSVWithNames",
        Format::Ndjson => "JSONEachRow",
    }
}

pub(crate) fn type_name(column_type: ColumnType, nullable: bool) -> String {
    let plain = match column_type {
        ColumnType::Text => "String",
        ColumnType::Date => "Date32",
        ColumnType::Count => "Int64",
        ColumnType::Money => "Decimal(18, 9)",
        ColumnType::WideMoney => "Decimal(38, 12)",
    };
    if nullable {
        format!("Nullable({plain})")
    } else {
        plain.to_owned()
    }
}
