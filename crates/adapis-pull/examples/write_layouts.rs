//! Writes small streams in every layout and format, and what engines must read from them.
//!
//! `tests/engines/run` reads the files with each engine and compares. Usage: `write_layouts FOLDER`.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use adapis_pull::{
    Column, ColumnType, Engine, FooterFacts, Format, LocalStore, MoneyType, Partition,
    PartitionKey, PartitionWriter, Schema, Table, Value, sql,
};
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;

type Key = fn(Date) -> PartitionKey;

/// Name, partition, and size of the money of each stream.
const STREAMS: [(&str, Key, MoneyType); 4] = [
    ("spots.site-day", PartitionKey::month_of, MoneyType::Narrow),
    ("spots.placement-day", PartitionKey::Day, MoneyType::Narrow),
    ("hybrid.campaign", PartitionKey::Snapshot, MoneyType::Narrow),
    ("wide.site-day", PartitionKey::month_of, MoneyType::Wide),
];

const ACCOUNTS: [&str; 4] = ["publisher", "издатель №2", "a=b 50%", "007"];

/// The last one has no rows.
const DAYS: [Date; 3] = [date(2025, 12, 24), date(2026, 1, 2), date(2026, 3, 1)];

fn schema(money: MoneyType) -> Schema {
    let column = Column::new;
    let columns = [
        column("account", ColumnType::Text),
        column("date", ColumnType::Date),
        column("site", ColumnType::Text).nullable(),
        column("shows", ColumnType::Count).nullable(),
        column("money", ColumnType::Money).nullable(),
        column("until", ColumnType::Date).nullable(),
        column("extra", ColumnType::Text).nullable(),
    ];
    Schema::new(1, columns).with_money(money)
}

fn rows(
    account: &'static str,
    day: Date,
    money: MoneyType,
) -> Result<Vec<Vec<Value<'static>>>, Box<dyn Error>> {
    let mut amounts = vec![
        "0.1",
        "999999999.999999999",
        "-0.000000001",
        "123456789.123456789",
        "7",
    ];
    if money == MoneyType::Wide {
        amounts.push("1234567890123456.789012345678");
    }
    let sites = [
        Some("сайт.рф, «главная»"),
        Some(""),
        None,
        Some("say \"hi\"\nтвоя строка"),
        Some(" 👩‍👩‍👧 null "),
    ];
    let mut rows = Vec::new();
    for (index, amount) in amounts.iter().enumerate() {
        let until = (index % 2 == 0).then_some(date(2031, 5, 6));
        let shows = (index != 1).then_some(i64::MAX - i64::try_from(index)?);
        let extra = (index == 2).then_some(r#"{"new_member":1.50,"текст":"да"}"#);
        rows.push(vec![
            account.into(),
            day.into(),
            sites.get(index % sites.len()).copied().flatten().into(),
            shows.into(),
            Decimal::from_str_exact(amount)?.into(),
            until.into(),
            extra.into(),
        ]);
    }
    let null = Value::Null;
    let last = vec![
        account.into(),
        day.into(),
        "plain".into(),
        0_i64.into(),
        null.clone(),
        null.clone(),
        null,
    ];
    rows.push(last);
    Ok(rows)
}

fn facts(partition: &Partition, day: Date) -> FooterFacts {
    let requested = Timestamp::UNIX_EPOCH;
    let days = day.first_of_month().series(1.day()).take(31);
    FooterFacts {
        stream: partition.stream.clone(),
        account: partition.account.clone(),
        fingerprint: "example".to_owned(),
        run: "example".to_owned(),
        requested,
        days: days.map(|day| (day, requested)).collect(),
    }
}

/// Writes what `adapis pull sql` prints to `sql/ENGINE/STREAM.FORMAT`.
fn write_sql(
    folder: &Path,
    stream: &str,
    partition: &str,
    schema: &Schema,
) -> Result<(), Box<dyn Error>> {
    for (engine, format) in Engine::ALL
        .into_iter()
        .flat_map(|engine| Format::ALL.map(|format| (engine, format)))
    {
        let root = folder.join(format.to_string());
        let text = sql(
            engine,
            &Table {
                root: root.to_str().ok_or("the folder is not UTF-8")?,
                stream,
                format,
                partition,
                schema,
            },
        );
        let folder = folder.join("sql").join(engine.to_string());
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("{stream}.{format}")), text)?;
    }
    Ok(())
}

fn shown(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::Date(date) => Some(date.to_string()),
        Value::Count(count) => Some(count.to_string()),
        Value::Money(money) => Some(money.normalize().to_string()),
        _ => None,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os()
        .nth(1)
        .ok_or("usage: write_layouts FOLDER")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    // One line a row: the stream, the value of the partition column, then the columns; all as text.
    let mut expected = File::create(folder.join("expected.ndjson"))?;
    for (stream, key, money) in STREAMS {
        let schema = Arc::new(schema(money));
        write_sql(folder, stream, key(DAYS[0]).column(), &schema)?;
        for (account, day) in ACCOUNTS
            .into_iter()
            .flat_map(|account| DAYS.map(|day| (account, day)))
        {
            let partition = Partition {
                stream: stream.to_owned(),
                account: account.to_owned(),
                key: key(day),
            };
            let is_empty = DAYS.last() == Some(&day);
            let rows = if is_empty {
                Vec::new()
            } else {
                rows(account, day, money)?
            };
            for format in Format::ALL {
                let store = LocalStore::new(folder.join(format.to_string()));
                let mut writer =
                    PartitionWriter::create(&store, &partition, format, Arc::clone(&schema))?;
                for row in &rows {
                    writer.push(row)?;
                }
                writer.finish(facts(&partition, day))?.publish(&store)?;
            }
            for row in &rows {
                let mut line = vec![
                    Some(stream.to_owned()),
                    Some(partition.key.date().to_string()),
                ];
                line.extend(row.iter().map(shown));
                writeln!(expected, "{}", serde_json::to_string(&line)?)?;
            }
        }
    }
    for format in Format::ALL {
        be_killed(&LocalStore::new(folder.join(format.to_string())), format)?;
    }
    Ok(())
}

/// Leaves what a run leaves that is killed while it writes.
fn be_killed(store: &LocalStore, format: Format) -> Result<(), Box<dyn Error>> {
    let (stream, key, money) = STREAMS[0];
    let partition = Partition {
        stream: stream.to_owned(),
        account: ACCOUNTS[0].to_owned(),
        key: key(DAYS[0]),
    };
    let mut writer = PartitionWriter::create(store, &partition, format, Arc::new(schema(money)))?;
    for row in rows(ACCOUNTS[0], DAYS[0], money)? {
        writer.push(&row)?;
    }
    writer.flush()?;
    std::mem::forget(writer);
    Ok(())
}
