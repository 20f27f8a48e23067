//! Partitions that are written without a vendor.

use std::collections::BTreeMap;
use std::sync::Arc;

use adapis_pull::{
    Config, FooterFacts, Format, LocalStore, MoneyType, Partition, PartitionKey, PartitionWriter,
    Schema, Stream, Value,
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use tempfile::TempDir;

use crate::support::{at, day, folder};

pub(crate) fn stream(name: &str) -> Stream {
    let mut streams = adapis_pull::streams().into_iter().chain(reports());
    streams.find(|known| known.name == name).unwrap()
}

/// The streams of a configuration with one report, `adfox.report-sites`.
fn reports() -> Vec<Stream> {
    let text = "[pull]\nroot = \"r\"\n[[pull.source]]\nname = \"a\"\nadfox = { profile = \"p\" }\nfrom = 2025-01-01\n\
                reports = [{ name = \"sites\", metrics = [\"income\"], dimensions = [\"date\", \"site\"] }]\n";
    Config::parse(text).unwrap().reports()
}

/// A root with two rows of `adfox.report-sites`, and that stream.
pub(crate) fn report_root() -> (TempDir, LocalStore, Vec<Stream>) {
    let root = folder();
    let store = LocalStore::new(root.path());
    let partition = Partition {
        stream: "adfox.report-sites".to_owned(),
        ..month("a", "2025-12-01")
    };
    let schema = stream(&partition.stream).schema;
    let row = |date: &str| -> Vec<Value<'static>> {
        let columns = schema
            .columns
            .iter()
            .map(|column| match column.name.as_str() {
                "account" => Value::from("a"),
                "date" => Value::from(day(date)),
                "site" => Value::from("Сайт"),
                "income" => Value::from("0.000000001".parse::<Decimal>().unwrap()),
                _ => Value::Null,
            });
        columns.collect()
    };
    write(&store, &partition, &[row("2025-12-01"), row("2025-12-31")]);
    (root, store, reports())
}

pub(crate) fn month(account: &str, month: &str) -> Partition {
    Partition {
        stream: "spots.day".to_owned(),
        account: account.to_owned(),
        key: PartitionKey::Month(day(month)),
    }
}

/// A row of `spots.day`.
pub(crate) fn row(account: &str, date: Date, shows: i64, income: &str) -> Vec<Value<'static>> {
    vec![
        Value::from(account.to_owned()),
        Value::from(date),
        Value::from(shows),
        Value::Null,
        Value::from(income.parse::<Decimal>().unwrap()),
        Value::Null,
    ]
}

pub(crate) fn write_as(
    store: &LocalStore,
    partition: &Partition,
    format: Format,
    money: MoneyType,
    rows: &[Vec<Value<'_>>],
) {
    write_at(
        store,
        partition,
        (format, money),
        "2026-01-02T00:00:00Z",
        rows,
    );
}

/// Writes a file that was requested at an instant.
pub(crate) fn write_at(
    store: &LocalStore,
    partition: &Partition,
    (format, money): (Format, MoneyType),
    requested: &str,
    rows: &[Vec<Value<'_>>],
) {
    let stream = stream(&partition.stream).with_money(money);
    let schema: Arc<Schema> = Arc::clone(&stream.schema);
    let requested = at(requested);
    let mut writer = PartitionWriter::create(store, partition, format, schema).unwrap();
    let mut days: BTreeMap<Date, _> = BTreeMap::from([(partition.key.date(), requested)]);
    for row in rows {
        writer.push(row).unwrap();
        let mut dates = row.iter().filter_map(|value| match value {
            Value::Date(date) => Some(*date),
            _ => None,
        });
        if let (false, Some(day)) = (stream.is_snapshot(), dates.next()) {
            days.insert(day, requested);
        }
    }
    let facts = FooterFacts {
        stream: partition.stream.clone(),
        account: partition.account.clone(),
        fingerprint: format!("test money={money} partition=month"),
        run: "test".to_owned(),
        requested,
        days,
    };
    writer.finish(facts).unwrap().publish(store).unwrap();
}

/// Writes a Parquet file with narrow money.
pub(crate) fn write(store: &LocalStore, partition: &Partition, rows: &[Vec<Value<'_>>]) {
    write_as(store, partition, Format::Parquet, MoneyType::Narrow, rows);
}

/// Writes a month of one row a day, whose numbers begin at `first`.
pub(crate) fn write_month(store: &LocalStore, account: &str, name: &str, first: i64) {
    let partition = month(account, name);
    let rows: Vec<_> = (0..28)
        .map(|offset| {
            let date = day(name)
                .checked_add(jiff::Span::new().days(offset))
                .unwrap();
            row(
                account,
                date,
                first + offset,
                &format!("{}.000000001", first + offset),
            )
        })
        .collect();
    write(store, &partition, &rows);
}

pub(crate) fn remove(store: &LocalStore, partition: &Partition) {
    std::fs::remove_dir_all(store.root().join(partition.path())).unwrap();
}
