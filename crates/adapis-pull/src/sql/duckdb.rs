//! Views of DuckDB.

use super::{Table, quote};
use crate::schema::ColumnType;
use crate::store::SOURCE;
use crate::write::Format;

pub(super) fn view(table: &Table<'_>) -> String {
    let columns = table.columns(false, |name, column_type, _| {
        format!("        {}: {}", quote(name), quote(type_name(column_type)))
    });
    let columns = format!("columns = {{\n{}\n    }}", columns.join(",\n"));
    let (function, options) = match table.format {
        Format::Parquet => ("read_parquet", Vec::new()),
        // An empty field is null, and one of two quotes an empty text.
        Format::Csv => (
            "read_csv",
            vec![
                columns,
                "header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"'"
                    .to_owned(),
                "nullstr = '', allow_quoted_nulls = false, max_line_size = 67108864".to_owned(),
            ],
        ),
        Format::Ndjson => (
            "read_json",
            vec![
                columns,
                "format = 'newline_delimited', maximum_object_size = 134217728".to_owned(),
            ],
        ),
    };
    let partition = quote(table.partition);
    let mut arguments = vec![quote(&table.files())];
    arguments.extend(options);
    arguments.push(format!(
        "hive_partitioning = true, hive_types = {{'{SOURCE}': VARCHAR, {partition}: DATE}}"
    ));
    let arguments = arguments.join(",\n    ");
    let name = table.name();
    format!("CREATE OR REPLACE VIEW {name} AS\nSELECT * FROM {function}(\n    {arguments}\n);\n")
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
