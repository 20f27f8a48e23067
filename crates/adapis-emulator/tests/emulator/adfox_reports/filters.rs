//! Filters: operators, their spellings and their values.

use std::collections::BTreeSet;

use adapis_emulator::Emulator;
use serde_json::{Value, json};

use super::{code, january, post, report, rows, with};
use crate::{emulator, emulator_with};

/// The values of a dimension in the rows that pass a filter.
async fn values(emulator: &Emulator, dimension: &str, filter: [Value; 3]) -> BTreeSet<String> {
    let [field, operator, value] = filter;
    let filters = json!([{"field": field, "operator": operator, "value": value}]);
    let body = with(january(&["clicks_total"], &[dimension]), "filters", filters);
    let result = report(emulator, &body).await;
    let values = rows(&result).iter().map(|row| row[0].to_string());
    values
        .map(|text| text.trim_matches('"').to_owned())
        .collect()
}

#[tokio::test]
async fn every_operator_in_both_spellings() {
    let emulator = emulator().await;
    for (words, dimension, field, value, count, contains) in [
        (
            "eq equal EQ",
            "campaign_id",
            "campaign_id",
            json!("3005"),
            1,
            "3005",
        ),
        (
            "eq equal",
            "date",
            "date",
            json!("2025-01-09"),
            1,
            "2025-01-09",
        ),
        (
            "eq equal",
            "device_type",
            "device_type",
            json!("mobile"),
            1,
            "mobile",
        ),
        (
            "ne not_equal",
            "campaign_id",
            "campaign_id",
            json!(3005),
            56,
            "3006",
        ),
        (
            "lt less",
            "campaign_id",
            "campaign_id",
            json!(3003),
            2,
            "3002",
        ),
        (
            "lte less_or_equal",
            "date",
            "date",
            json!("2025-01-03"),
            3,
            "2025-01-03",
        ),
        (
            "gt greater",
            "banner_id",
            "banner_id",
            json!("4119"),
            1,
            "4120",
        ),
        (
            "gte greater_or_equal",
            "date",
            "date",
            json!("2025-01-30"),
            2,
            "2025-01-30",
        ),
        (
            "like matches",
            "campaign_name",
            "campaign_name",
            json!("рейс 12"),
            1,
            "Осень – рейс 12",
        ),
        (
            "like matches",
            "campaign_name",
            "campaign_name",
            json!("Лето*5%"),
            4,
            "Лето – рейс 15",
        ),
        (
            "not_like not_matches",
            "site_name",
            "site_name",
            json!("Кул"),
            5,
            "Погода",
        ),
        (
            "in in_list",
            "site_id",
            "site_id",
            json!([5001, "5003"]),
            2,
            "5003",
        ),
        (
            "not_in not_in_list",
            "site_id",
            "site_id",
            json!(["5001", 5003]),
            4,
            "5002",
        ),
        (
            "intersects",
            "campaign_id",
            "campaign_tags",
            json!(["brand", "none"]),
            28,
            "3003",
        ),
    ] {
        for word in words.split(' ') {
            let filter = [json!(field), json!(word), value.clone()];
            let found = values(&emulator, dimension, filter).await;
            assert_eq!(found.len(), count, "{field} {word} {value}: {found:?}");
            assert!(
                found.contains(contains),
                "{field} {word} {value}: {found:?}"
            );
        }
    }
}

#[tokio::test]
async fn filters_are_all_applied() {
    let emulator = emulator().await;
    let filters = json!([
        {"field": "campaign_id", "operator": "gte", "value": 3010},
        {"field": "campaign_id", "operator": "lt", "value": 3013},
        {"field": "date", "operator": "in", "value": ["2025-01-05", "2025-02-01"]},
    ]);
    let body = january(&["clicks_total"], &["campaign_id", "date"]);
    let result = report(&emulator, &with(body, "filters", filters)).await;
    let keys: Vec<_> = rows(&result).iter().map(|row| (&row[0], &row[1])).collect();
    let day = json!("2025-01-05");
    let ids = [json!(3010), json!(3011), json!(3012)];
    assert_eq!(keys, ids.iter().map(|id| (id, &day)).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_accepted_spellings_are_a_setting() {
    for (spelling, word, status) in [
        ("short", "lte", 202),
        ("short", "LTE", 400),
        ("short", "less_or_equal", 400),
        ("words", "less_or_equal", 202),
        ("words", "lte", 400),
        ("words", "eq", 202),
        ("any", "Less_Or_Equal", 202),
    ] {
        let settings = json!({"adfox": {"reports": {"operators": spelling}}});
        let emulator = emulator_with(settings).await;
        let filters = json!([{"field": "campaign_id", "operator": word, "value": 3003}]);
        let body = with(january(&["clicks_total"], &[]), "filters", filters);
        let (found, response) = post(&emulator, "", &body).await;
        assert_eq!(found, status, "{spelling} {word}");
        if status == 400 {
            assert_eq!(code(&response), "UNSUPPORTED_FILTER_OPERATOR");
            let message = format!("Unsupported filter operator '{word}'");
            assert_eq!(response["error"]["message"], message);
        }
    }
}

#[tokio::test]
async fn wrong_filters_are_refused_with_the_wrong_value() {
    let emulator = emulator().await;
    for (filter, expected, quoted) in [
        (json!("x"), "INVALID_FILTER", "\"x\""),
        (
            json!({"operator": "eq", "value": 1}),
            "INVALID_FILTER",
            "'field'",
        ),
        (
            json!({"field": "date", "value": "2025-01-01"}),
            "INVALID_FILTER",
            "'operator'",
        ),
        (
            json!({"field": "planet", "operator": "eq", "value": 1}),
            "UNKNOWN_FILTER_FIELD",
            "'planet'",
        ),
        (
            json!({"field": "ctr", "operator": "gt", "value": 1}),
            "UNKNOWN_FILTER_FIELD",
            "'ctr'",
        ),
        (
            json!({"field": "date", "operator": "~", "value": 1}),
            "UNSUPPORTED_FILTER_OPERATOR",
            "'~'",
        ),
        (
            json!({"field": "site_name", "operator": "lt", "value": "x"}),
            "OPERATOR_NOT_SUPPORTED",
            "'lt'",
        ),
        (
            json!({"field": "site_id", "operator": "like", "value": "5"}),
            "OPERATOR_NOT_SUPPORTED",
            "'like'",
        ),
        (
            json!({"field": "site_id", "operator": "intersects", "value": [5]}),
            "OPERATOR_NOT_SUPPORTED",
            "'site_id'",
        ),
        (
            json!({"field": "campaign_tags", "operator": "eq", "value": "x"}),
            "OPERATOR_NOT_SUPPORTED",
            "'campaign_tags'",
        ),
        (
            json!({"field": "site_id", "operator": "eq", "value": null}),
            "INVALID_FILTER_VALUE",
            "null",
        ),
        (
            json!({"field": "site_id", "operator": "eq"}),
            "INVALID_FILTER_VALUE",
            "null",
        ),
        (
            json!({"field": "site_id", "operator": "eq", "value": "five"}),
            "INVALID_FILTER_VALUE",
            "\"five\"",
        ),
        (
            json!({"field": "site_id", "operator": "eq", "value": [5]}),
            "INVALID_FILTER_VALUE",
            "[5]",
        ),
        (
            json!({"field": "site_id", "operator": "in", "value": 5}),
            "INVALID_FILTER_VALUE",
            "5",
        ),
        (
            json!({"field": "site_id", "operator": "in", "value": []}),
            "INVALID_FILTER_VALUE",
            "[]",
        ),
        (
            json!({"field": "date", "operator": "gt", "value": "01.02.2025"}),
            "INVALID_FILTER_VALUE",
            "01.02.2025",
        ),
    ] {
        let body = with(january(&["clicks_total"], &[]), "filters", json!([filter]));
        let (status, response) = post(&emulator, "", &body).await;
        assert_eq!((status, code(&response)), (400, expected), "{filter}");
        let message = response["error"]["message"].as_str().unwrap();
        assert!(message.contains(quoted), "{filter}: {message}");
    }
    let body = with(january(&["clicks_total"], &[]), "filters", json!({}));
    assert_eq!(code(&post(&emulator, "", &body).await.1), "INVALID_FILTER");
}
