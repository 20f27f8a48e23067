//! The bytes of the text formats and the digest of rows, which must not change from one version to the next.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::sync::Arc;

use adapis_pull::{
    Column, ColumnType, FooterFacts, Format, LocalStore, Partition, PartitionKey, PartitionWriter,
    Schema, Store, Value, partitions,
};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

const DAY: Date = date(2025, 12, 24);

fn partition() -> Partition {
    Partition {
        stream: "spots.day".into(),
        account: "издатель".into(),
        key: PartitionKey::Day(DAY),
    }
}

fn schema() -> Arc<Schema> {
    let column = Column::new;
    let columns = [
        column("account", ColumnType::Text),
        column("date", ColumnType::Date),
        column("site", ColumnType::Text).nullable(),
        column("shows", ColumnType::Count).nullable(),
        column("income", ColumnType::Money).nullable(),
        column("margin", ColumnType::WideMoney),
    ];
    Arc::new(Schema::new(7, columns))
}

/// Writes two rows, and returns their digest and the file.
fn write(store: &LocalStore, format: Format) -> (String, Vec<u8>) {
    let mut writer = PartitionWriter::create(store, &partition(), format, schema()).unwrap();
    let decimal = |text| Value::Money(Decimal::from_str_exact(text).unwrap());
    let rows = [
        [
            "издатель".into(),
            DAY.into(),
            "say \"hi\",\n".into(),
            1_234_567_i64.into(),
            decimal("-0.100"),
            decimal("1000"),
        ],
        [
            "издатель".into(),
            DAY.into(),
            "".into(),
            Value::Null,
            Value::Null,
            decimal("0.000000000001"),
        ],
    ];
    for row in &rows {
        writer.push(row).unwrap();
    }
    let facts = FooterFacts {
        stream: "spots.day".into(),
        account: "издатель".into(),
        fingerprint: String::new(),
        run: "1".into(),
        requested: Timestamp::UNIX_EPOCH,
        days: [(DAY, Timestamp::UNIX_EPOCH)].into(),
    };
    let staged = writer.finish(facts).unwrap();
    let digest = staged.footer().digest.clone();
    staged.publish(store).unwrap();
    (
        digest,
        store.read(&format.path(&partition())).unwrap().unwrap(),
    )
}

#[test]
fn the_digest_of_rows_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path());
    for format in Format::ALL {
        assert_eq!(
            write(&store, format).0,
            "xxh3:67a67b1aebdd03b7dea733a112715ccd",
            "{format}"
        );
    }
}

#[test]
fn csv_has_a_header_and_tells_null_from_empty() {
    let folder = tempfile::tempdir().unwrap();
    let (_, file) = write(&LocalStore::new(folder.path()), Format::Csv);
    let expected = "account,date,site,shows,income,margin
издатель,2025-12-24,\"say \"\"hi\"\",
\",1234567,-0.1,1000
издатель,2025-12-24,\"\",,,0.000000000001
";
    assert_eq!(String::from_utf8(file).unwrap(), expected);
}

#[test]
fn ndjson_has_every_member_and_amounts_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let (_, file) = write(&LocalStore::new(folder.path()), Format::Ndjson);
    let expected = r#"{"account":"издатель","date":"2025-12-24","site":"say \"hi\",\n","shows":1234567,"income":"-0.1","margin":"1000"}
{"account":"издатель","date":"2025-12-24","site":"","shows":null,"income":null,"margin":"0.000000000001"}
"#;
    assert_eq!(String::from_utf8(file).unwrap(), expected);
}

#[test]
fn partitions_are_found_by_their_folders() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path());
    assert_eq!(partitions(&store, "spots.day").unwrap(), []);
    write(&store, Format::Parquet);
    for foreign in ["spots.day/notes/x", "spots.day/source=a/day=2025-12-40/x"] {
        store.write_atomic(foreign, b"").unwrap();
    }
    assert_eq!(partitions(&store, "spots.day").unwrap(), [partition()]);
    assert_eq!(
        partition().path(),
        "spots.day/source=издатель/day=2025-12-24"
    );
}
