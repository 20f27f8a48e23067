//! Tables of a Hive catalog in Trino.

use super::{Table, quote};
use crate::schema::ColumnType;
use crate::store::SOURCE;
use crate::write::Format;

pub(super) fn table(table: &Table<'_>) -> String {
    let is_csv = table.format == Format::Csv;
    let columns = table.columns(true, |name, column_type, _| {
        // Trino reads CSV into texts only.
        let is_text = is_csv && name != table.partition;
        let column_type = if is_text {
            ColumnType::Text
        } else {
            column_type
        };
        format!("    \"{name}\" {}", type_name(column_type))
    });
    let columns = columns.join(",\n");
    let (format, options) = match table.format {
        Format::Parquet => ("PARQUET", ""),
        Format::Csv => ("CSV", ",\n    skip_header_line_count = 1"),
        Format::Ndjson => ("JSON", ""),
    };
    let location = if table.root.contains("://") {
        quote(&table.hadoop_folder("s3://"))
    } else {
        quote(&format!("local://{}", table.folder()))
    };
    let name = table.name();
    let stored = if is_csv {
        format!("{name}_text")
    } else {
        name.clone()
    };
    let partition = quote(table.partition);
    let mut text = table.note();
    text.push_str(&format!(
        "-- In a Hive catalog, for example: USE hive.default;\n\
         CREATE TABLE IF NOT EXISTS {stored} (\n{columns}\n) WITH (\n    \
         external_location = {location},\n    format = '{format}'{options},\n    \
         partitioned_by = ARRAY['{SOURCE}', {partition}]\n);\n\
         -- Again when a new {} has begun.\n\
         CALL system.sync_partition_metadata(CURRENT_SCHEMA, '{stored}', 'FULL');\n",
        table.partition
    ));
    if is_csv {
        text.push_str(&cast_view(table, &name, &stored));
    }
    text
}

/// Gives the texts of a CSV file their types. An empty field and an empty text are one and the same in Trino.
fn cast_view(table: &Table<'_>, name: &str, stored: &str) -> String {
    let columns = table.columns(false, |name, column_type, nullable| {
        let quoted = format!("\"{name}\"");
        match column_type {
            ColumnType::Text if nullable => format!("    NULLIF({quoted}, '') AS {quoted}"),
            ColumnType::Text => format!("    {quoted}"),
            _ => format!(
                "    CAST(NULLIF({quoted}, '') AS {}) AS {quoted}",
                type_name(column_type)
            ),
        }
    });
    let columns = columns.join(",\n");
    let partition = table.partition;
    format!(
        "-- Texts with line ends cannot be read from CSV here; Parquet has no such limit.\n\
         CREATE OR REPLACE VIEW {name} AS\nSELECT\n{columns},\n    \"{SOURCE}\",\n    \"{partition}\"\nFROM {stored};\n"
    )
}

fn type_name(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Text => "VARCHAR",
        ColumnType::Date => "DATE",
        ColumnType::Count => "BIGINT",
        ColumnType::Money => "DECIMAL(18,9)",
        ColumnType::WideMoney => "DECIMAL(38,12)",
    }
}
