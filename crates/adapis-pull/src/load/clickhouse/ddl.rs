//! Tables: how they are created, compared with the files, and altered.

use super::quote;
use crate::load::table::Table;
use crate::schema::Column;
use crate::sql::clickhouse;

/// The columns that say which file a row is from.
pub(super) const PARTITION: &str = "adapis_partition";
pub(super) const DIGEST: &str = "adapis_digest";
pub(super) const TIME: &str = "adapis_loaded";
pub(super) const REQUESTED: &str = "adapis_requested";

/// Microseconds, in which the instant of a request is kept. Rows that were loaded without one have the epoch.
const REQUESTED_TYPE: &str = "DateTime64(6, 'UTC')";

/// By account and file, so that each file is one partition whatever its days are.
pub(super) const PARTITION_KEY: &str = "(account, adapis_partition)";

/// What has to change so that the rows of the files fit.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) differences: Vec<String>,
    pub(super) actions: Vec<String>,
    pub(super) is_impossible: bool,
}

fn type_name(column: &Column) -> String {
    clickhouse::type_name(column.column_type, column.nullable)
}

/// The columns of a file, as ClickHouse is to read it.
pub(super) fn structure(columns: &[Column]) -> String {
    let columns = columns.iter();
    let columns: Vec<_> = columns
        .map(|column| format!("{} {}", quote(&column.name), type_name(column)))
        .collect();
    columns.join(", ")
}

pub(super) fn create(shown: &str, table: &Table) -> String {
    let columns: Vec<Column> = table.columns().collect();
    let columns = structure(&columns);
    let date = quote(table.date_column());
    format!(
        "CREATE TABLE {shown} ({columns}, {PARTITION} LowCardinality(String), {DIGEST} LowCardinality(String), \
         {TIME} DateTime64(3, 'UTC'), {REQUESTED} {REQUESTED_TYPE}) ENGINE = MergeTree PARTITION BY {PARTITION_KEY} ORDER BY (account, {date})"
    )
}

/// Compares the names and types of a table's columns with those of the files.
pub(super) fn compare(found: &[(String, String)], partition_key: &str, table: &Table) -> Changes {
    let mut changes = Changes::default();
    let own = [PARTITION, DIGEST, TIME];
    if partition_key != PARTITION_KEY
        || own
            .iter()
            .any(|own| !found.iter().any(|(name, _)| name == own))
    {
        changes.differences.push(format!(
            "it is not partitioned by {PARTITION_KEY}, as tables of this program are"
        ));
        changes.is_impossible = true;
    }
    if !found.iter().any(|(name, _)| name == REQUESTED) {
        changes
            .differences
            .push(format!("column {REQUESTED} is missing"));
        changes
            .actions
            .push(format!("ADD COLUMN {REQUESTED} {REQUESTED_TYPE}"));
    }
    for column in table.columns() {
        let (name, wanted) = (&column.name, type_name(&column));
        let Some((_, old)) = found.iter().find(|(known, _)| known == name) else {
            changes
                .differences
                .push(format!("column {name} is missing"));
            // Rows that were loaded before have no value for it until their partitions are loaded again.
            let optional = type_name(&column.clone().nullable());
            changes
                .actions
                .push(format!("ADD COLUMN {} {optional}", quote(name)));
            continue;
        };
        if !holds(old, &wanted) {
            changes
                .differences
                .push(format!("column {name} is {old}, not {wanted}"));
            changes.is_impossible |= !widens(old, &wanted);
            changes
                .actions
                .push(format!("MODIFY COLUMN {} {wanted}", quote(name)));
        }
    }
    changes
}

fn plain(type_name: &str) -> &str {
    let inner = type_name.strip_prefix("Nullable(");
    inner
        .and_then(|inner| inner.strip_suffix(')'))
        .unwrap_or(type_name)
}

fn is_nullable(type_name: &str) -> bool {
    type_name.starts_with("Nullable(")
}

/// Whether each value of a type is one of the type that a column has.
fn holds(old: &str, wanted: &str) -> bool {
    let (old_plain, wanted_plain) = (plain(old), plain(wanted));
    let same = old_plain == wanted_plain
        || (wanted_plain, old_plain) == ("Decimal(18, 9)", "Decimal(38, 12)");
    same && (is_nullable(old) || !is_nullable(wanted))
}

/// Whether a column can get a type without losing anything.
fn widens(old: &str, wanted: &str) -> bool {
    let (old_plain, wanted_plain) = (plain(old), plain(wanted));
    let wider = old_plain == wanted_plain
        || (old_plain, wanted_plain) == ("Decimal(18, 9)", "Decimal(38, 12)")
        || (wanted_plain == "Int64"
            && matches!(
                old_plain,
                "Int32" | "Int16" | "Int8" | "UInt32" | "UInt16" | "UInt8"
            ));
    wider && (is_nullable(wanted) || !is_nullable(old))
}
