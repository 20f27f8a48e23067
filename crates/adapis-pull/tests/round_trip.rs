//! What is written is read again: the same rows, sums and digest in each format.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;

use adapis_pull::{
    Column, ColumnType, Footer, FooterFacts, Format, LocalStore, MoneyType, Partition,
    PartitionKey, PartitionWriter, Schema, Value, WriteError, read_footer, read_rows,
};
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use rust_decimal::Decimal;

type Row = Vec<Value<'static>>;

fn schema() -> Schema {
    let column = Column::new;
    Schema::new(
        3,
        [
            column("account", ColumnType::Text),
            column("date", ColumnType::Date),
            column("site", ColumnType::Text).nullable(),
            column("shows", ColumnType::Count).nullable(),
            column("clicks", ColumnType::Count),
            column("money", ColumnType::Money).nullable(),
            column("income", ColumnType::Money),
            column("until", ColumnType::Date).nullable(),
            column("extra", ColumnType::Text).nullable(),
        ],
    )
}

fn partition() -> Partition {
    Partition {
        stream: "spots.site-day".into(),
        account: "издатель =1".into(),
        key: PartitionKey::month_of(date(2025, 12, 1)),
    }
}

fn requested() -> Timestamp {
    Timestamp::new(1_765_000_000, 123_456_789).unwrap()
}

fn facts() -> FooterFacts {
    let days = date(2025, 12, 1).series(1.day()).take(31);
    FooterFacts {
        stream: partition().stream,
        account: partition().account,
        fingerprint: "f00d".into(),
        run: "run-1".into(),
        requested: requested(),
        days: days.map(|day| (day, requested())).collect(),
    }
}

fn write(
    store: &LocalStore,
    format: Format,
    schema: &Schema,
    rows: &[Row],
    every: usize,
) -> Footer {
    let schema = Arc::new(schema.clone());
    let mut writer = PartitionWriter::create(store, &partition(), format, schema).unwrap();
    for (index, row) in rows.iter().enumerate() {
        writer.push(row).unwrap();
        assert!(writer.buffered() < 5 << 20, "memory is bounded");
        if index % every == every - 1 {
            writer.flush().unwrap();
        }
    }
    let staged = writer.finish(facts()).unwrap();
    let footer = staged.footer().clone();
    staged.publish(store).unwrap();
    footer
}

fn read(store: &LocalStore, format: Format, schema: &Schema) -> Vec<Row> {
    let rows = read_rows(store, &partition(), format, schema).unwrap();
    rows.collect::<Result<_, WriteError>>().unwrap()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("\"".into()),
        Just("a\r\nb".into()),
        Just("\r".into()),
        Just(" ,\n\"\"\n".into()),
        Just("a\0b\u{feff}".into()),
        Just("null".into()),
        Just("Привет, 👩‍👩‍👧".into()),
        Just("{\"новое\":1.50}".into()),
        any::<String>(),
        "[\"\n\r,ab]{0,6}",
    ]
}

fn money(digits: u32, scale: u32) -> impl Strategy<Value = Decimal> {
    let limit = 10_i128.pow(digits) - 1;
    let units = prop_oneof![
        Just(limit),
        Just(-limit),
        Just(0),
        Just(1),
        Just(-1),
        -limit..=limit,
        -1_000_000..1_000_000_i128,
    ];
    units.prop_map(move |units| Decimal::from_i128_with_scale(units, scale))
}

fn optional<T: Into<Value<'static>> + std::fmt::Debug + Clone>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Value<'static>> {
    proptest::option::of(value).prop_map(Into::into)
}

fn day() -> impl Strategy<Value = Date> {
    (1..=31_i8).prop_map(|day| date(2025, 12, day))
}

fn any_date() -> impl Strategy<Value = Date> {
    (1..=9999_i16, 1..=12_i8, 1..=28_i8).prop_map(|(year, month, day)| date(year, month, day))
}

fn rows(digits: u32, scale: u32) -> impl Strategy<Value = Vec<Row>> {
    let row = (
        text(),
        day(),
        optional(text()),
        optional(any::<i64>()),
        prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()],
        optional(money(digits, scale)),
        money(digits, scale),
        optional(any_date()),
        optional(text()),
    );
    let row = row.prop_map(
        |(account, day, site, shows, clicks, money, income, until, extra)| {
            let (account, day, clicks) = (account.into(), day.into(), clicks.into());
            vec![
                account,
                day,
                site,
                shows,
                clicks,
                money,
                income.into(),
                until,
                extra,
            ]
        },
    );
    proptest::collection::vec(row, 0..60)
}

/// Adds up independently of the crate.
fn sums(rows: &[Row], columns: &[(usize, &str)]) -> BTreeMap<Date, BTreeMap<String, Decimal>> {
    let mut days = BTreeMap::new();
    for row in rows {
        let Value::Date(day) = row[1] else {
            panic!("no day")
        };
        let sums: &mut BTreeMap<_, _> = days.entry(day).or_default();
        for (index, name) in columns {
            let number = match row[*index] {
                Value::Count(count) => count.into(),
                Value::Money(money) => money,
                _ => Decimal::ZERO,
            };
            *sums.entry((*name).to_owned()).or_insert(Decimal::ZERO) += number;
        }
    }
    days
}

const SUMMED: [(usize, &str); 4] = [(3, "shows"), (4, "clicks"), (5, "money"), (6, "income")];

fn check(schema: &Schema, rows: &[Row], every: usize) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path());
    let mut digests = Vec::new();
    for format in Format::ALL {
        let footer = write(&store, format, schema, rows, every);
        prop_assert_eq!(&read(&store, format, schema), rows, "{}", format);
        let stored = read_footer(&store, &partition(), format).unwrap();
        prop_assert_eq!(stored.as_ref(), Some(&footer), "{}", format);

        prop_assert_eq!(footer.rows, rows.len() as u64);
        prop_assert_eq!(footer.days.len(), 31, "a day without rows is there too");
        let sums = sums(rows, &SUMMED);
        for (day, stats) in &footer.days {
            let of_day = rows.iter().filter(|row| row[1] == Value::Date(*day));
            prop_assert_eq!(stats.rows, of_day.count() as u64);
            match sums.get(day) {
                Some(sums) => prop_assert_eq!(&stats.sums, sums),
                None => prop_assert!(stats.sums.values().all(Decimal::is_zero)),
            }
        }
        digests.push(footer.digest);
    }
    prop_assert!(
        digests.windows(2).all(|pair| pair[0] == pair[1]),
        "{digests:?}"
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn all_formats_give_the_same_rows(rows in rows(18, 9), every in 1..40_usize) {
        check(&schema(), &rows, every)?;
    }

    #[test]
    fn wide_money_too(rows in rows(26, 12), every in 1..40_usize) {
        check(&schema().with_money(MoneyType::Wide), &rows, every)?;
    }

    #[test]
    fn other_rows_have_another_digest(rows in rows(18, 9), index in any::<prop::sample::Index>()) {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::new(folder.path());
        let before = write(&store, Format::Parquet, &schema(), &rows, 100);
        prop_assume!(!rows.is_empty());
        let mut changed = rows.clone();
        let row = &mut changed[index.index(rows.len())];
        row[2] = if row[2] == Value::Null { "".into() } else { Value::Null };
        let after = write(&store, Format::Parquet, &schema(), &changed, 100);
        prop_assert_ne!(before.digest, after.digest);
    }
}

#[test]
fn an_empty_partition_has_a_file_with_its_days() {
    check(&schema(), &[], 1).unwrap();
}

#[test]
fn a_partition_without_a_file_has_neither_rows_nor_a_footer() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path());
    for format in Format::ALL {
        assert_eq!(read_footer(&store, &partition(), format).unwrap(), None);
        assert_eq!(read(&store, format, &schema()), Vec::<Row>::new());
    }
}

#[test]
fn many_rows_make_several_row_groups() {
    let mut rows = Vec::new();
    for index in 0..50_000_i64 {
        let day = date(2025, 12, i8::try_from(index / 2000).unwrap() + 1);
        let site = format!("site-{index}.example");
        let money = Decimal::new(index * 1_234_567, 9);
        let until = (index % 3 == 0).then_some(day);
        rows.push(vec![
            "publisher".into(),
            day.into(),
            site.into(),
            index.into(),
            (index / 7).into(),
            money.into(),
            Decimal::ONE.into(),
            until.into(),
            Value::Null,
        ]);
    }
    check(&schema(), &rows, usize::MAX).unwrap();
}
