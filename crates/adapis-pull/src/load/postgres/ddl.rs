//! Tables: how they are created, compared with the files, and altered.

use crate::load::table::Table;
use crate::schema::{Column, ColumnType};

use super::quote;

/// The table of what was loaded.
pub(super) const LOADED: &str = "adapis_loaded";

/// A column of a table that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Existing {
    pub(super) name: String,
    /// As `format_type` writes it.
    pub(super) type_name: String,
    pub(super) not_null: bool,
    pub(super) has_default: bool,
}

/// What has to change so that the rows of the files fit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// In words.
    pub(super) differences: Vec<String>,
    /// What `ALTER TABLE` is to do.
    pub(super) actions: Vec<String>,
    /// Whether something cannot be altered without losing digits or rows.
    pub(super) is_impossible: bool,
}

fn type_name(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Text => "text",
        ColumnType::Date => "date",
        ColumnType::Count => "bigint",
        ColumnType::Money => "numeric(18,9)",
        ColumnType::WideMoney => "numeric(38,12)",
    }
}

/// Creates the table of a stream, and the index by which partitions are found.
pub(super) fn create(shown: &str, table: &Table) -> String {
    let columns: Vec<String> = table
        .columns()
        .map(|column| {
            let required = if column.nullable { "" } else { " NOT NULL" };
            let type_name = type_name(column.column_type);
            format!("{} {type_name}{required}", quote(&column.name))
        })
        .collect();
    let date = quote(table.date_column());
    format!(
        "CREATE TABLE {shown} ({});\nCREATE INDEX ON {shown} (account, {date});",
        columns.join(", ")
    )
}

pub(super) fn create_loaded(shown: &str) -> String {
    format!(
        "CREATE TABLE {shown} (stream text NOT NULL, account text NOT NULL, partition text NOT NULL, \
         digest text NOT NULL, schema_number integer NOT NULL, rows bigint NOT NULL, requested timestamptz NOT NULL, \
         loaded timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (stream, account, partition))"
    )
}

/// Compares a table with the columns of the files. Columns of others do not matter as long as rows can do without them.
pub(super) fn compare(found: &[Existing], table: &Table) -> Changes {
    let mut changes = Changes::default();
    let expected: Vec<Column> = table.columns().collect();
    for column in &expected {
        let (name, wanted) = (&column.name, type_name(column.column_type));
        let Some(old) = found.iter().find(|old| old.name == *name) else {
            changes
                .differences
                .push(format!("column {name} is missing"));
            // Rows that were loaded before have no value for it until their partitions are loaded again.
            changes
                .actions
                .push(format!("ADD COLUMN {} {wanted}", quote(name)));
            continue;
        };
        let holds = |type_name: &str| {
            type_name == wanted || (wanted, type_name) == ("numeric(18,9)", "numeric(38,12)")
        };
        if !holds(&old.type_name) {
            changes
                .differences
                .push(format!("column {name} is {}, not {wanted}", old.type_name));
            let keeps_all = (old.type_name.as_str(), wanted) == ("numeric(18,9)", "numeric(38,12)")
                || (matches!(old.type_name.as_str(), "integer" | "smallint") && wanted == "bigint");
            changes.is_impossible |= !keeps_all;
            changes
                .actions
                .push(format!("ALTER COLUMN {} TYPE {wanted}", quote(name)));
        }
        if column.nullable && old.not_null {
            changes
                .differences
                .push(format!("column {name} is NOT NULL, and rows may lack it"));
            changes
                .actions
                .push(format!("ALTER COLUMN {} DROP NOT NULL", quote(name)));
        }
    }
    for old in found {
        let is_ours = expected.iter().any(|column| column.name == old.name);
        if !is_ours && old.not_null && !old.has_default {
            changes.differences.push(format!(
                "column {} is NOT NULL, and the files do not have it",
                old.name
            ));
            changes
                .actions
                .push(format!("ALTER COLUMN {} DROP NOT NULL", quote(&old.name)));
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream;

    fn table() -> Table {
        let streams = stream::all();
        Table::new(&streams[0], false)
    }

    fn found() -> Vec<Existing> {
        table()
            .columns()
            .map(|column| Existing {
                name: column.name,
                type_name: type_name(column.column_type).to_owned(),
                not_null: !column.nullable,
                has_default: false,
            })
            .collect()
    }

    #[test]
    fn what_was_created_is_what_is_expected() {
        assert_eq!(compare(&found(), &table()), Changes::default());
    }

    #[test]
    fn columns_of_others_matter_only_if_rows_need_them() {
        let mut columns = found();
        columns.push(Existing {
            name: "note".to_owned(),
            type_name: "text".to_owned(),
            not_null: false,
            has_default: false,
        });
        assert_eq!(compare(&columns, &table()), Changes::default());
        if let Some(note) = columns.last_mut() {
            note.not_null = true;
        }
        let changes = compare(&columns, &table());
        assert_eq!(changes.actions, ["ALTER COLUMN \"note\" DROP NOT NULL"]);
    }

    #[test]
    fn money_is_widened_and_never_rounded() {
        let mut columns = found();
        let wide = Table::new(&stream::all()[0], true);
        let changes = compare(&columns, &wide);
        assert_eq!(
            changes.actions,
            ["ALTER COLUMN \"income\" TYPE numeric(38,12)"]
        );
        assert!(!changes.is_impossible);
        for column in &mut columns {
            if column.name == "income" {
                "numeric(38,12)".clone_into(&mut column.type_name);
            }
        }
        assert_eq!(compare(&columns, &table()), Changes::default());
        for column in &mut columns {
            if column.name == "income" {
                "double precision".clone_into(&mut column.type_name);
            }
        }
        assert!(compare(&columns, &table()).is_impossible);
    }
}
