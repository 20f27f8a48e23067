use super::*;
use crate::schema::Column;

fn schema() -> Schema {
    let columns = [
        Column::new("account", ColumnType::Text),
        Column::new("date", ColumnType::Date),
        Column::new("money", ColumnType::Money).nullable(),
    ];
    Schema::new(1, columns)
}

fn text(engine: Engine, format: Format, root: &str) -> String {
    let schema = schema();
    sql(
        engine,
        &Table {
            root,
            stream: "spots.site-day",
            format,
            partition: "month",
            schema: &schema,
        },
    )
}

#[test]
fn engines_and_formats_have_names() {
    for engine in Engine::ALL {
        assert_eq!(engine.to_string().parse(), Ok(engine));
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
            let text = text(engine, format, "/srv/adstats");
            assert!(text.contains("spots_site_day"), "{text}");
        }
    }
    assert!("excel".parse::<Engine>().is_err());
}

#[test]
fn a_view_of_duckdb_reads_as_a_person_would_write_it() {
    let expected = "CREATE OR REPLACE VIEW spots_site_day AS
SELECT * FROM read_parquet(
    '/srv/adstats/spots.site-day/*/*/rows.parquet',
    hive_partitioning = true, hive_types = {'source': VARCHAR, 'month': DATE}
);
";
    assert_eq!(
        text(Engine::DuckDb, Format::Parquet, "/srv/adstats/"),
        expected
    );
}

#[test]
fn a_quote_in_the_root_ends_no_text() {
    for engine in Engine::ALL {
        let text = text(engine, Format::Parquet, "/srv/it's");
        let quoted = match engine {
            Engine::DuckDb | Engine::Trino => "/srv/it''s/",
            Engine::Spark | Engine::ClickHouse => "/srv/it\\'s/",
            Engine::Polars => "\"/srv/it's/",
        };
        assert!(text.contains(quoted), "{text}");
    }
}

#[test]
fn a_root_in_a_store_is_written_as_each_engine_knows_it() {
    let contains = |engine, root: &str, expected: &str| {
        let text = text(engine, Format::Parquet, root);
        assert!(text.contains(expected), "{text}");
    };
    for (root, engine, expected) in [
        ("s3://b/p", Engine::DuckDb, "'s3://b/p/spots.site-day/*/*/"),
        ("gs://b", Engine::Polars, "\"gs://b/spots.site-day/*/*/"),
        (
            "s3://b/p/",
            Engine::Spark,
            "path 's3a://b/p/spots.site-day'",
        ),
        ("s3://b/p", Engine::Trino, "'s3://b/p/spots.site-day'"),
        ("s3://b/p", Engine::ClickHouse, "FROM s3('s3://b/p/spots"),
        ("gs://b/p", Engine::Spark, "path 'gs://b/p/spots"),
        (
            "az://c/p/",
            Engine::Spark,
            "'abfss://c@ACCOUNT.dfs.core.windows.net/p/spots.site-day'",
        ),
        (
            "az://c/p/",
            Engine::ClickHouse,
            "container = 'c', blob_path = 'p/spots.site-day/*/*/rows.parquet'",
        ),
        (
            "az://c",
            Engine::ClickHouse,
            "container = 'c', blob_path = 'spots.site-day/*/*/rows.parquet'",
        ),
    ] {
        contains(engine, root, expected);
    }
}
