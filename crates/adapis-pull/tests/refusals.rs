//! A value that does not fit refuses its partition, and the file that was there stays.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use std::sync::Arc;

use adapis_pull::{
    Column, ColumnType, FooterFacts, Format, LocalStore, MoneyType, Partition, PartitionKey,
    PartitionWriter, Schema, Value, WriteError, read_footer,
};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

const DAY: Date = date(2025, 12, 24);

fn partition() -> Partition {
    Partition {
        stream: "spots.day".into(),
        account: "publisher".into(),
        key: PartitionKey::month_of(DAY),
    }
}

fn schema() -> Schema {
    Schema::new(
        1,
        [
            Column::new("account", ColumnType::Text),
            Column::new("date", ColumnType::Date),
            Column::new("shows", ColumnType::Count).nullable(),
            Column::new("money", ColumnType::Money).nullable(),
            Column::new("extra", ColumnType::Text).nullable(),
        ],
    )
}

fn facts() -> FooterFacts {
    FooterFacts {
        stream: "spots.day".into(),
        account: "publisher".into(),
        fingerprint: String::new(),
        run: "1".into(),
        requested: Timestamp::UNIX_EPOCH,
        days: [(DAY, Timestamp::UNIX_EPOCH)].into(),
    }
}

fn good() -> Vec<Value<'static>> {
    let money = Decimal::new(15, 1);
    vec![
        "publisher".into(),
        DAY.into(),
        1_i64.into(),
        money.into(),
        Value::Null,
    ]
}

fn write(
    store: &LocalStore,
    format: Format,
    schema: &Schema,
    rows: &[Vec<Value<'_>>],
    facts: FooterFacts,
) -> Result<(), WriteError> {
    let mut writer =
        PartitionWriter::create(store, &partition(), format, Arc::new(schema.clone()))?;
    let pushed = rows.iter().try_for_each(|row| writer.push(row));
    // Whoever overlooks the error of a row cannot finish either.
    let finished = writer.finish(facts);
    match (pushed, finished) {
        (Err(error), Err(WriteError::Refused { .. })) => Err(error),
        (Ok(()), finished) => finished?.publish(store),
        (Err(_), finished) => panic!("finished after a refused row: {finished:?}"),
    }
}

fn temporary_files(store: &LocalStore) -> usize {
    std::fs::read_dir(store.root().join(".adapis/tmp"))
        .unwrap()
        .count()
}

/// Pushes a good row and one with this value, over a published file.
fn refused(schema: &Schema, column: usize, value: &Value<'static>) -> String {
    let mut messages = Vec::new();
    for format in Format::ALL {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::new(folder.path());
        write(&store, format, schema, &[good()], facts()).unwrap();
        let path = folder.path().join(format.path(&partition()));
        let before = std::fs::read(&path).unwrap();

        let mut bad = good();
        bad[column] = value.clone();
        let error = write(&store, format, schema, &[good(), bad], facts()).unwrap_err();
        assert!(
            matches!(error, WriteError::Value { row: 2, .. }),
            "{error:?}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), before, "the old file stays");
        assert_eq!(temporary_files(&store), 0);
        messages.push(error.to_string());
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
    let name = &schema.columns[column].name;
    let message = messages.remove(0);
    let place = format!("spots.day/source=publisher/month=2025-12-01: row 2, column {name}: ");
    message.strip_prefix(&place).unwrap_or(&message).to_owned()
}

fn decimal(text: &str) -> Value<'static> {
    Value::Money(Decimal::from_str_exact(text).unwrap())
}

#[test]
fn values_that_do_not_fit_are_named() {
    for (column, value, expected) in [
        (0, Value::Null, "is missing, and every row must have it"),
        (0, 1_i64.into(), "is a whole number, not a text"),
        (
            1,
            date(2026, 1, 1).into(),
            "2026-01-01 does not belong to month=2025-12-01",
        ),
        (1, Value::Null, "is not the day of the row"),
        (
            2,
            u64::MAX.into(),
            "18446744073709551615 is not a number of 64 bits",
        ),
        (2, decimal("1.5"), "1.5 is not a whole number"),
        (2, "1".into(), "is a text, not a whole number of 64 bits"),
        (
            3,
            decimal("0.0000000001"),
            "0.0000000001 has more than 9 decimals",
        ),
        (
            3,
            decimal("1000000000"),
            "1000000000 has more than 9 digits before the point",
        ),
        (
            3,
            decimal("-1000000000"),
            "-1000000000 has more than 9 digits before the point",
        ),
        (3, 1_i64.into(), "is a whole number, not an exact amount"),
    ] {
        assert_eq!(refused(&schema(), column, &value), expected);
    }
}

#[test]
fn wide_money_has_limits_too() {
    let schema = schema().with_money(MoneyType::Wide);
    let tiny = refused(&schema, 3, &decimal("0.0000000000001"));
    assert_eq!(tiny, "0.0000000000001 has more than 12 decimals");
    let huge = refused(&schema, 3, &decimal("100000000000000000000000000"));
    assert_eq!(
        huge,
        "100000000000000000000000000 has more than 26 digits before the point"
    );
}

#[test]
fn zeros_behind_the_last_decimal_are_no_decimals() {
    for (column, value) in [
        (2, decimal("7.000")),
        (2, (i64::MAX as u64).into()),
        (3, decimal("999999999.9999999990000")),
        (3, decimal("-999999999.999999999")),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut row = good();
        row[column] = value;
        let store = LocalStore::new(folder.path());
        write(&store, Format::Parquet, &schema(), &[row], facts()).unwrap();
    }
}

#[test]
fn a_row_needs_a_value_for_each_column() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path());
    let short = good()[..4].to_vec();
    let error = write(&store, Format::Csv, &schema(), &[short], facts()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("row 1 has 4 values, and the schema 5 columns"),
        "{error}"
    );
}

#[test]
fn a_day_that_was_not_asked_for_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path());
    let mut other = good();
    other[1] = date(2025, 12, 25).into();
    let mut writer =
        PartitionWriter::create(&store, &partition(), Format::Parquet, Arc::new(schema())).unwrap();
    writer.push(&other).unwrap();
    let error = writer.finish(facts()).unwrap_err();
    let expected = "month=2025-12-01: 1 rows are of 2025-12-25, which was not asked for";
    assert!(error.to_string().ends_with(expected), "{error}");
    assert_eq!(
        read_footer(&store, &partition(), Format::Parquet).unwrap(),
        None
    );
    assert_eq!(temporary_files(&store), 0);
}

#[test]
fn a_snapshot_counts_all_rows_for_its_day() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path());
    let partition = Partition {
        key: PartitionKey::Snapshot(date(2026, 2, 3)),
        ..partition()
    };
    let mut writer =
        PartitionWriter::create(&store, &partition, Format::Parquet, Arc::new(schema())).unwrap();
    writer.push(&good()).unwrap();
    let mut facts = facts();
    facts.days = [(date(2026, 2, 3), Timestamp::UNIX_EPOCH)].into();
    let staged = writer.finish(facts).unwrap();
    assert_eq!(staged.footer().days[&date(2026, 2, 3)].rows, 1);
}

#[test]
fn columns_have_different_names() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path());
    for name in ["Month", "source", "MONEY"] {
        let mut schema = schema();
        schema.columns.push(Column::new(name, ColumnType::Text));
        let created = PartitionWriter::create(&store, &partition(), Format::Csv, Arc::new(schema));
        let expected = format!("has two columns with the name {:?}", name.to_lowercase());
        assert!(
            created.unwrap_err().to_string().ends_with(&expected),
            "{name}"
        );
    }
}
