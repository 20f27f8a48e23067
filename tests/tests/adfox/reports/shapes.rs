//! Shapes that the vendor does not publish: lists, dates, operators, owners and saved reports.

use adapis_emulator::{AdfoxDateNames, AdfoxItems, AdfoxOperators, AdfoxSavedFields, Emulator};
use adfox_api::calls::statistics::{Field, FilterValue, Operator, Report};
use adfox_api::{ErrorKind, date};

use super::{JANUARY, change, clicks, emulator, expected, received, statistics, sums, sums_by};

fn names(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|field| field.name.as_str()).collect()
}

#[tokio::test]
async fn lists_have_names_in_any_shape() {
    for items in [AdfoxItems::Objects, AdfoxItems::Names] {
        for dates in [AdfoxDateNames::DateFrom, AdfoxDateNames::From] {
            let emulator =
                emulator(|settings| (settings.items, settings.available_dates) = (items, dates))
                    .await;
            let statistics = statistics(&emulator);
            let metadata = statistics.metadata().await.unwrap();
            assert!(names(&metadata.dimensions).contains(&"campaign_id"));
            assert!(names(&metadata.metrics).contains(&"loads_commercial"));
            assert!(names(&metadata.filters).contains(&"campaign_tags"));
            assert_eq!(metadata.limits.max_date_range_days, Some(365));
            assert!(metadata.extra.is_empty(), "{:?}", metadata.extra);
            statistics.metadata().await.unwrap();
            assert_eq!(
                received(&emulator, "adfox.reports.metadata"),
                1,
                "it is kept"
            );
            let days = statistics.available_dates().await.unwrap();
            assert_eq!(days.date_from, Some(date(2024, 1, 1)));
            assert_eq!(days.date_to, Some(date(2025, 12, 31)));
            assert!(days.extra.is_empty());
            let saved = statistics.saved_reports().await.unwrap();
            assert_eq!(saved.fixed[0].name, "campaigns_by_days");
            assert_eq!(
                saved.custom[0].title.is_some(),
                items == AdfoxItems::Objects
            );
            assert!(saved.extra.is_empty());
            let info = statistics.report_info("custom_banners").await.unwrap();
            assert_eq!(names(&info.dimensions), ["month", "banner_id"]);
            assert_eq!(info.metrics.len(), 4);
            let fixed = statistics.report_info("sites").await.unwrap();
            assert!(fixed.dimensions.is_empty() && fixed.metrics.is_empty());
            let error = statistics.report_info("a/b?c").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        }
    }
}

#[tokio::test]
async fn saved_reports_have_their_own_fields() {
    let emulator = emulator(|_| ()).await;
    let statistics = statistics(&emulator);
    let saved = statistics.saved_reports().await.unwrap();
    for saved in saved.fixed.iter().chain(&saved.custom) {
        let table = statistics
            .report(&Report::saved(&saved.name, JANUARY))
            .collect()
            .await
            .unwrap();
        let has = |name: &str| table.columns.iter().any(|column| column.name == name);
        assert!(
            !table.rows.is_empty() && has("loads_commercial"),
            "{saved:?}"
        );
    }
    let more = Report::saved("sites", JANUARY).metric("income");
    let table = statistics.report(&more).collect().await.unwrap();
    assert!(
        table.columns.iter().all(|column| column.name != "income"),
        "the vendor ignores it"
    );
    change(&emulator, |settings| {
        settings.saved_fields = AdfoxSavedFields::Refused
    });
    let error = statistics.report(&more).collect().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Rejected, Some("INVALID_REQUEST"))
    );
    // A long range is cut if the report turns out to have a day, and refused if not.
    let years = Report::saved("campaigns_by_days", date(2023, 6, 1)..=date(2025, 12, 31));
    let table = statistics.report(&years).collect().await.unwrap();
    assert!(
        table
            .rows
            .iter()
            .any(|row| row[0].as_str() == Some("2024-01-01"))
    );
    assert!(
        table
            .rows
            .iter()
            .any(|row| row[0].as_str() == Some("2025-12-31"))
    );
    let years = Report::saved("sites", years.range);
    let error = statistics.report(&years).collect().await.unwrap_err();
    assert_eq!(error.field(), Some("dimensions"), "{error}");
}

#[tokio::test]
async fn an_owner_is_sent_with_every_request() {
    let emulator = emulator(|settings| settings.owner_required = true).await;
    let nobody = statistics(&emulator);
    for error in [
        nobody.metadata().await.unwrap_err(),
        nobody.available_dates().await.unwrap_err(),
        nobody.saved_reports().await.unwrap_err(),
        nobody.report_info("sites").await.unwrap_err(),
        nobody.create_task(&clicks()).await.unwrap_err(),
        nobody.report(&clicks()).collect().await.unwrap_err(),
    ] {
        assert_eq!(
            (error.code(), error.field()),
            (Some("MISSING_OWNER_ID"), Some("owner"))
        );
    }
    let owner = nobody.owner(67_890);
    owner.metadata().await.unwrap();
    owner.available_dates().await.unwrap();
    owner.saved_reports().await.unwrap();
    owner.report_info("sites").await.unwrap();
    let task = owner.create_task(&clicks()).await.unwrap();
    owner.task(&task.id).await.unwrap();
    assert_eq!(
        owner
            .task_rows(&task.id)
            .collect()
            .await
            .unwrap()
            .rows
            .len(),
        31
    );
    let table = owner
        .report(&sums_by(JANUARY, &["date"]))
        .collect()
        .await
        .unwrap();
    assert_eq!(sums(&table), expected(&emulator, JANUARY));
    // The owner of the report itself is sent with the questions about its task too.
    nobody.report(&clicks().owner(5)).collect().await.unwrap();
}

async fn rows(
    emulator: &Emulator,
    field: &str,
    operator: impl Into<Operator>,
    value: impl Into<FilterValue>,
) -> Vec<String> {
    let report = Report::new(JANUARY)
        .metric("loads_total")
        .dimension("date")
        .dimension("banner_id")
        .dimension("banner_name")
        .filter(field, operator, value);
    let table = statistics(emulator)
        .report(&report)
        .collect()
        .await
        .unwrap();
    table
        .rows
        .iter()
        .map(|row| format!("{:?}", row.cells()))
        .collect()
}

#[tokio::test]
async fn operators_pass_in_any_spelling() {
    let emulator = emulator(|_| ()).await;
    let all = rows(&emulator, "date", "gte", "2025-01-01").await;
    let scalars: [(&str, &str, [&str; 3]); 7] = [
        ("banner_id", "eq", ["eq", "equal", "EQ"]),
        ("banner_id", "ne", ["ne", "not_equal", "notEqual"]),
        ("date", "lt", ["lt", "less", "LT"]),
        ("date", "le", ["lte", "less_or_equal", "lessOrEqual"]),
        ("date", "gt", ["gt", "greater", "Greater"]),
        ("date", "ge", ["gte", "greater_or_equal", "greaterOrEqual"]),
        ("banner_name", "like", ["like", "matches", "Like"]),
    ];
    let id = statistics(&emulator)
        .report(
            &Report::new(JANUARY)
                .metric("loads_total")
                .dimension("banner_id"),
        )
        .collect()
        .await
        .unwrap()
        .rows[3][0]
        .to_string();
    for (field, typed, words) in scalars {
        let value = match field {
            "banner_id" => id.as_str(),
            "date" => "2025-01-10",
            _ => "1",
        };
        let wanted = rows(&emulator, field, typed, value).await;
        assert!(!wanted.is_empty() && wanted.len() < all.len(), "{typed}");
        for word in words {
            assert_eq!(rows(&emulator, field, word, value).await, wanted, "{word}");
        }
    }
    let lists: [(&str, Operator, [&str; 2]); 3] = [
        ("banner_id", Operator::In, ["in", "in_list"]),
        ("banner_id", Operator::NotIn, ["not_in", "not_in_list"]),
        (
            "campaign_tags",
            Operator::HasAny,
            ["intersects", "Intersects"],
        ),
    ];
    for (field, typed, words) in lists {
        let value = if field == "campaign_tags" {
            "promo"
        } else {
            id.as_str()
        };
        let wanted = rows(&emulator, field, typed.clone(), [value]).await;
        assert!(!wanted.is_empty() && wanted.len() < all.len(), "{typed}");
        for word in words {
            assert_eq!(
                rows(&emulator, field, word, [value]).await,
                wanted,
                "{word}"
            );
        }
    }
    // A server that knows other words says so, and its words can be sent.
    for (spelling, word) in [
        (AdfoxOperators::Short, "lte"),
        (AdfoxOperators::Words, "less_or_equal"),
    ] {
        change(&emulator, |settings| settings.operators = spelling);
        let refused = clicks().filter("date", Operator::LessOrEqual, "2025-01-10");
        let error = statistics(&emulator)
            .report(&refused)
            .collect()
            .await
            .unwrap_err();
        assert_eq!(error.code(), Some("UNSUPPORTED_FILTER_OPERATOR"));
        assert_eq!(error.field(), Some("filters"));
        let report = clicks().filter("date", word, "2025-01-10");
        assert_eq!(
            statistics(&emulator)
                .report(&report)
                .collect()
                .await
                .unwrap()
                .rows
                .len(),
            10
        );
    }
}
