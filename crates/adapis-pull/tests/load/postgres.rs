//! What arrives in PostgreSQL, and when.

use adapis_pull::{
    Format, LoadErrorKind, LoadOptions, LocalStore, MoneyType, Partition, PartitionKey, Value,
};
use rust_decimal::Decimal;

use crate::cluster::Cluster;
use crate::files::{month, remove, report_root, row, stream, write, write_as, write_month};
use crate::support::{day, folder};

const SUMS: &str = "SELECT count(*) || ' ' || coalesce(sum(shows)::text, '-') || ' ' || coalesce(sum(income)::text, '-') \
                    FROM spots_day WHERE account = ";

fn sums(account: &str) -> String {
    format!("{SUMS}'{account}'")
}

#[tokio::test]
async fn each_value_arrives_as_it_is() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    let account = "изда\"тель' 1";
    let numbers = [
        "0",
        "-0.000000001",
        "0.000000001",
        "1",
        "-1",
        "9999",
        "10000",
        "0.0001",
        "0.00001",
        "123456789.123456789",
        "999999999.999999999",
        "-999999999.999999999",
        "100000000",
        "0.1",
        "1.1",
        "10000.0001",
    ];
    let rows: Vec<Vec<Value<'_>>> = numbers
        .iter()
        .enumerate()
        .map(|(index, number)| {
            let date = day("2025-12-01")
                .checked_add(jiff::Span::new().days(i64::try_from(index).unwrap()));
            let mut row = row(
                account,
                date.unwrap(),
                [i64::MIN, i64::MAX, 0, -1][index % 4],
                number,
            );
            row[5] = Value::from("\u{1F600}\t\n\\N\"',;\u{1}");
            row
        })
        .collect();
    let partition = month(account, "2025-12-01");
    write(&store, &partition, &rows);
    let target = cluster.target().schema("Ad \"statistics\"").unwrap();
    let summary = target.load(&store, &LoadOptions::default()).await.unwrap();
    assert_eq!(
        (summary.exit_code(), summary.rows()),
        (0, 16),
        "{summary:?}"
    );
    let table = "\"Ad \"\"statistics\"\"\".spots_day";
    let found = cluster
        .rows(&format!(
            "SELECT account, date_day, shows, clicks, income, extra FROM {table} ORDER BY date_day"
        ))
        .await;
    for ((found, expected), number) in found.iter().zip(&rows).zip(numbers) {
        let Value::Date(date) = expected[1] else {
            panic!()
        };
        let Value::Count(shows) = expected[2] else {
            panic!()
        };
        let Value::Text(extra) = &expected[5] else {
            panic!()
        };
        let money: Decimal = found[4].as_deref().unwrap().parse().unwrap();
        assert_eq!(money.scale(), 9);
        assert_eq!(money, number.parse().unwrap());
        let others = [&found[0], &found[1], &found[2], &found[3], &found[5]];
        let expected = [
            account.to_owned(),
            date.to_string(),
            shows.to_string(),
            "null".to_owned(),
            extra.to_string(),
        ];
        let others: Vec<_> = others
            .map(|text| text.clone().unwrap_or("null".to_owned()))
            .into();
        assert_eq!(others, expected);
    }
    let types = cluster
        .value("SELECT string_agg(format('%s %s %s', attname, format_type(atttypid, atttypmod), attnotnull), ', ' ORDER BY attnum) \
                FROM pg_attribute WHERE attnum > 0 AND attrelid = '\"Ad \"\"statistics\"\"\".spots_day'::regclass")
        .await;
    assert_eq!(
        types,
        "account text t, date_day date t, shows bigint f, clicks bigint f, income numeric(18,9) f, extra text f"
    );
    // Twice loaded is free, and rows that the database cannot store are named and change nothing.
    let summary = target.load(&store, &LoadOptions::default()).await.unwrap();
    assert_eq!(
        (summary.loaded.len(), summary.unchanged),
        (0, 1),
        "{summary:?}"
    );
    let mut bad = rows.clone();
    bad[3][5] = Value::from("a\0b");
    write(&store, &partition, &bad);
    let summary = target.load(&store, &LoadOptions::default()).await.unwrap();
    let problem = &summary.problems[0];
    assert_eq!(problem.kind, LoadErrorKind::Folder);
    assert!(problem.message.contains("row 4: column extra"), "{problem}");
    assert_eq!(
        cluster
            .value(&format!("SELECT count(*) FROM {table}"))
            .await,
        "16"
    );
}

#[tokio::test]
async fn wide_money_text_files_and_snapshots_are_exact() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    let amount = "12345678901234567.123456789012";
    let rows = |account: &str| vec![row(account, day("2025-12-03"), 7, amount)];
    write(
        &store,
        &month("narrow", "2025-12-01"),
        &[row("narrow", day("2025-12-03"), 1, "0.5")],
    );
    for (account, format) in [
        ("parquet", Format::Parquet),
        ("csv", Format::Csv),
        ("ndjson", Format::Ndjson),
    ] {
        write_as(
            &store,
            &month(account, "2025-12-01"),
            format,
            MoneyType::Wide,
            &rows(account),
        );
    }
    let zones = stream("adfox.zone");
    let snapshot = |date: &str| Partition {
        stream: "adfox.zone".to_owned(),
        account: "adserver".to_owned(),
        key: PartitionKey::Snapshot(day(date)),
    };
    let object = |id: &str| {
        let columns = zones.schema.columns.iter();
        let values = columns.map(|column| match column.name.as_str() {
            "account" => Value::from("adserver"),
            "ID" => Value::from(id.to_owned()),
            _ => Value::Null,
        });
        values.collect::<Vec<_>>()
    };
    write(&store, &snapshot("2025-12-01"), &[object("1"), object("2")]);
    write(&store, &snapshot("2025-12-02"), &[object("1")]);
    let target = cluster.target();
    let summary = target.load(&store, &LoadOptions::default()).await.unwrap();
    assert_eq!(summary.exit_code(), 0, "{summary:?}");
    let found = cluster
        .rows("SELECT DISTINCT income::text FROM spots_day ORDER BY 1")
        .await;
    assert_eq!(
        found,
        [
            [Some("0.500000000000".to_owned())],
            [Some(amount.to_owned())]
        ]
    );
    let found = cluster
        .value("SELECT string_agg(snapshot || ' ' || \"ID\", ', ' ORDER BY 1) FROM adfox_zone")
        .await;
    assert_eq!(found, "2025-12-01 1, 2025-12-01 2, 2025-12-02 1");
    // A snapshot that is kept no longer goes alone.
    remove(&store, &snapshot("2025-12-01"));
    let summary = target.load(&store, &LoadOptions::default()).await.unwrap();
    assert_eq!(
        summary.removed,
        ["adfox.zone/source=adserver/snapshot=2025-12-01"]
    );
    assert_eq!(cluster.value("SELECT count(*) FROM adfox_zone").await, "1");
}

#[tokio::test]
async fn reports_of_the_configuration_are_loaded() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let (_root, store, reports) = report_root();
    let mut options = LoadOptions::default();
    options.reports = reports;
    let target = cluster.target();
    let summary = target.load(&store, &options).await.unwrap();
    assert_eq!(summary.rows(), 2, "{summary:?}");
    let sums = "SELECT site || ' ' || sum(income) || ' ' || max(date) FROM adfox_report_sites GROUP BY site";
    assert_eq!(cluster.value(sums).await, "Сайт 0.000000002 2025-12-31");
    let summary = target.load(&store, &options).await.unwrap();
    assert_eq!((summary.rows(), summary.unchanged), (0, 1), "{summary:?}");
}

#[tokio::test]
async fn a_load_can_follow_another_at_once() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    let target = cluster.target();
    target.load(&store, &LoadOptions::default()).await.unwrap();
    // The runtime of the load is kept busy meanwhile, so that it does not close the connection.
    let locks = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
        runtime.unwrap().block_on(cluster.value(locks))
    };
    let locks = std::thread::scope(|scope| scope.spawn(locks).join().unwrap());
    assert_eq!(locks, "0");
}

#[tokio::test]
async fn what_vanished_or_was_emptied_vanishes_and_nothing_else() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    for account in ["a", "b", "a.b"] {
        write_month(&store, account, "2025-11-01", 10);
        write_month(&store, account, "2025-12-01", 100);
    }
    let target = cluster.target();
    let options = LoadOptions::default();
    let summary = target.load(&store, &options).await.unwrap();
    assert_eq!(
        (summary.loaded.len(), summary.rows()),
        (6, 168),
        "{summary:?}"
    );
    let whole = "56 3836 3836.000000056";
    assert_eq!(cluster.value(&sums("a")).await, whole);
    // An empty partition empties; one that was forgotten is removed; one that changed is replaced.
    write(&store, &month("a", "2025-12-01"), &[]);
    remove(&store, &month("b", "2025-11-01"));
    write_month(&store, "b", "2025-12-01", 200);
    let summary = target.load(&store, &options).await.unwrap();
    assert_eq!(summary.removed, ["spots.day/source=b/month=2025-11-01"]);
    assert_eq!(
        (summary.loaded.len(), summary.unchanged),
        (2, 3),
        "{summary:?}"
    );
    assert!(summary.loaded.iter().all(|partition| partition.replaced));
    assert_eq!(cluster.value(&sums("a")).await, "28 658 658.000000028");
    assert_eq!(cluster.value(&sums("b")).await, "28 5978 5978.000000028");
    assert_eq!(cluster.value(&sums("a.b")).await, whole);
    // Days in place of a month.
    remove(&store, &month("b", "2025-12-01"));
    for date in ["2025-12-01", "2025-12-31"] {
        let key = PartitionKey::Day(day(date));
        write(
            &store,
            &Partition {
                key,
                ..month("b", date)
            },
            &[row("b", day(date), 1, "1")],
        );
    }
    let summary = target.load(&store, &options).await.unwrap();
    assert_eq!(
        (summary.removed.len(), summary.loaded.len()),
        (1, 2),
        "{summary:?}"
    );
    assert_eq!(cluster.value(&sums("b")).await, "2 2 2.000000000");
    // Both at once would be loaded over each other.
    write_month(&store, "b", "2025-12-01", 1);
    let summary = target.load(&store, &options).await.unwrap();
    assert!(
        summary.problems[0]
            .message
            .contains("both have rows of 2025-12-01"),
        "{summary:?}"
    );
    remove(&store, &month("b", "2025-12-01"));
    // A folder that is not mounted is not an empty one.
    let other = folder();
    let other = LocalStore::new(other.path());
    write_month(&other, "c", "2025-12-01", 1);
    let summary = target.load(&other, &options).await.unwrap();
    assert_eq!(
        (
            summary.removed.len(),
            summary.left.len(),
            summary.loaded.len()
        ),
        (0, 6, 1),
        "{summary:?}"
    );
    assert_eq!(cluster.value(&sums("a.b")).await, whole);
    let mut prune = LoadOptions::default();
    prune.prune = true;
    prune.selection.sources = vec!["b".to_owned()];
    let summary = target.load(&other, &prune).await.unwrap();
    assert_eq!(summary.removed.len(), 2, "{summary:?}");
    assert_eq!(
        cluster
            .value("SELECT count(*) FROM spots_day WHERE account = 'b'")
            .await,
        "0"
    );
    assert_eq!(cluster.value(&sums("a.b")).await, whole);
}

#[tokio::test]
async fn a_changed_schema_is_told_and_altered_only_on_demand() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    write_month(&store, "a", "2025-12-01", 1);
    let target = cluster.target();
    let options = LoadOptions::default();
    target.load(&store, &options).await.unwrap();
    cluster
        .execute(
            "ALTER TABLE spots_day DROP COLUMN clicks; ALTER TABLE spots_day ADD COLUMN note text; \
             ALTER TABLE spots_day ALTER COLUMN shows TYPE integer; ALTER TABLE spots_day ALTER COLUMN extra SET DEFAULT ''",
        )
        .await;
    write_month(&store, "a", "2025-12-01", 2);
    let summary = target.load(&store, &options).await.unwrap();
    let problem = &summary.problems[0];
    assert_eq!(problem.kind, LoadErrorKind::Schema);
    for part in [
        "public.spots_day",
        "column clicks is missing",
        "column shows is integer, not bigint",
        "migrate",
    ] {
        assert!(problem.message.contains(part), "{problem}");
    }
    assert_eq!(cluster.value("SELECT min(shows) FROM spots_day").await, "1");
    let mut migrate = LoadOptions::default();
    migrate.migrate = true;
    let summary = target.load(&store, &migrate).await.unwrap();
    assert_eq!(
        (summary.altered.len(), summary.loaded.len()),
        (2, 1),
        "{summary:?}"
    );
    assert_eq!(cluster.value("SELECT min(shows) FROM spots_day").await, "2");
    // What would lose digits is altered by nobody.
    cluster
        .execute("ALTER TABLE spots_day ALTER COLUMN income TYPE numeric(12,2)")
        .await;
    write_month(&store, "a", "2025-12-01", 3);
    let summary = target.load(&store, &migrate).await.unwrap();
    assert!(
        summary.problems[0]
            .message
            .contains("income is numeric(12,2)"),
        "{summary:?}"
    );
    // A table that was dropped is loaded again.
    cluster.execute("DROP TABLE spots_day").await;
    let summary = target.load(&store, &options).await.unwrap();
    assert_eq!(
        (summary.exit_code(), summary.rows()),
        (0, 28),
        "{summary:?}"
    );
}
