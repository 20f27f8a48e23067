//! What the calls return.

use adapis_emulator::{Data, Emulator};
use jiff::civil::date;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{decimal, finished, get, good, january, post, report, rows, sum, with};
use crate::{emulator, emulator_with};

#[tokio::test]
async fn the_documented_example() {
    let emulator = emulator().await;
    let body = json!({
        "metrics": ["loads_commercial", "clicks_total", "ctr"],
        "dimensions": ["date"],
        "dateRange": {"from": "2024-01-01", "to": "2024-01-31"},
        "filters": [{"field": "campaign_id", "operator": "eq", "value": "12345"}],
        "ownerId": 67890,
    });
    let (status, response) = post(&emulator, "", &body).await;
    assert_eq!(status, 202);
    assert_eq!(response["result"]["status"], "PENDING");
    let id = response["result"]["taskId"].as_str().unwrap();
    assert!(id.starts_with("umr-a-rsr-b"), "{id}");
    assert_eq!(
        id.len(),
        "umr-a-rsr-b5555555-5555-5555-5555-555555555501".len()
    );
    for status in ["RUNNING", "SUCCESS", "SUCCESS"] {
        let expected = json!({"taskId": id, "status": status});
        assert_eq!(good(&emulator, &format!("/{id}")).await, expected);
    }
    let expected = json!({
        "taskId": id,
        "columns": [
            {"name": "date", "type": "string"},
            {"name": "loads_commercial", "type": "integer"},
            {"name": "clicks_total", "type": "integer"},
            {"name": "ctr", "type": "number", "format": "float", "unit": "percent"},
        ],
        "rows": [["2024-01-01", 15000, 225, 1.5], ["2024-01-02", 18000, 270, 1.5]],
        "totals": [null, 33000, 495, null],
    });
    assert_eq!(good(&emulator, &format!("/{id}/result")).await, expected);
}

#[tokio::test]
async fn stored_rows_are_exact() {
    let data = json!({"adfox": {"generated": null, "report_rows": [
        {"date": "2024-02-29", "banner_id": 4001, "place_id": 5203, "device_type": "tv",
            "loads_commercial": 3, "clicks_total": 1, "income": "0.123456789", "cost": 1000000.01},
        {"date": "2024-03-01", "campaign_id": 3002, "loads_commercial": 1, "income": 0.1},
    ]}});
    let data = Data::from_json(&data.to_string()).unwrap();
    let emulator = Emulator::builder().data(data).start().await.unwrap();
    let body = json!({
        "metrics": ["ctr", "income", "cost", "ecpm"],
        "dimensions": ["campaign_id", "banner_name", "site_id", "device_type"],
        "dateRange": {"from": "2024-02-01", "to": "2024-03-31"},
    });
    let result = report(&emulator, &body).await;
    let expected = r#"[[3001,"Баннер 1 240x400",5001,"tv",33.3333,0.123456789,1000000.01,41.1523],[3002,"",0,"",0,0.1,0,100]]"#;
    let expected: Value = serde_json::from_str(expected).unwrap();
    assert_eq!(result["rows"], expected);
    assert_eq!(
        result["totals"],
        json!([null, null, null, null, null, 0.223456789, 1000000.01, null])
    );
    let days = emulator.totals(date(2024, 1, 1), date(2024, 12, 31)).adfox;
    let income = days.iter().map(|day| day.income.to_string());
    assert_eq!(income.collect::<Vec<_>>(), ["0.123456789", "0.1"]);
    let data = Data::from_json(r#"{"adfox": {"generated": null, "report_rows": []}}"#).unwrap();
    let emulator = Emulator::builder().data(data).start().await.unwrap();
    let none = json!({"dateFrom": null, "dateTo": null});
    assert_eq!(good(&emulator, "/available-dates").await, none);
    assert_eq!(report(&emulator, &body).await["rows"], json!([]));
}

#[tokio::test]
async fn ratios_are_those_of_the_sums() {
    let emulator = emulator().await;
    let body = january(&["loads_commercial", "clicks_total", "ctr"], &["date"]);
    for row in rows(&report(&emulator, &body).await) {
        let clicks = decimal(&row[2]) * Decimal::ONE_HUNDRED;
        let ctr = (clicks / decimal(&row[1])).round_dp(4);
        assert_eq!(decimal(&row[3]), ctr);
    }
}

#[tokio::test]
async fn every_view_has_the_sums_of_the_totals() {
    let emulator = emulator().await;
    let metrics = [
        "loads_total",
        "loads_commercial",
        "impressions_commercial",
        "views_total",
        "clicks_total",
        "events_total",
        "income",
        "cost",
    ];
    let days = emulator.totals(date(2025, 1, 1), date(2025, 1, 31)).adfox;
    assert_eq!(days.len(), 31);
    let by_day = report(&emulator, &january(&metrics, &["date"])).await;
    for (day, row) in days.iter().zip(rows(&by_day)) {
        assert_eq!(row[0], day.date.to_string());
        assert_eq!(row[1], day.loads_total);
        assert_eq!(row[2], day.loads_commercial);
        assert_eq!(row[3], day.impressions_commercial);
        assert_eq!(row[4], day.views_total);
        assert_eq!(row[5], day.clicks_total);
        assert_eq!(row[6], day.events_total);
        assert_eq!(decimal(&row[7]), day.income);
        assert_eq!(decimal(&row[8]), day.cost);
    }
    assert!(days[0].income.scale() > 2, "money has many decimals");
    let url = emulator.url();
    let url = format!("{url}/_emulator/totals?from=2025-01-01&to=2025-01-31");
    let (_, totals) = crate::get(&url).await;
    assert_eq!(totals["adfox"][30]["clicks_total"], days[30].clicks_total);
    let total = report(&emulator, &january(&metrics, &[])).await;
    assert_eq!(rows(&total).len(), 1);
    assert_eq!(total["totals"], rows(&total)[0]);
    for dimensions in [
        &["campaign_id", "campaign_name"][..],
        &["banner_id"],
        &["advertiser_name", "device_type"],
        &["supercampaign_id", "month"],
        &["site_id", "section_id", "place_id"],
        &["date", "banner_id", "place_id", "device_type"],
    ] {
        let result = report(&emulator, &january(&metrics, dimensions)).await;
        assert!(rows(&result).len() > 1, "{dimensions:?}");
        for metric in 0..metrics.len() {
            let column = dimensions.len() + metric;
            let expected = decimal(&rows(&total)[0][metric]);
            assert_eq!(sum(&result, column), expected, "{dimensions:?} {metric}");
            assert_eq!(decimal(&result["totals"][column]), expected);
        }
    }
    let rest = report(&emulator, &january(&["income"], &[])).await;
    let income: Decimal = days.iter().map(|day| day.income).sum();
    assert_eq!(decimal(&rows(&rest)[0][0]), income);
}

#[tokio::test]
async fn rows_belong_to_the_objects_of_the_ad_server() {
    let emulator = emulator().await;
    let dimensions = [
        "banner_id",
        "campaign_id",
        "campaign_name",
        "advertiser_name",
    ];
    let result = report(&emulator, &january(&["reach"], &dimensions)).await;
    assert_eq!(rows(&result).len(), 120);
    let row = &rows(&result)[57];
    assert_eq!(row[0], 4058, "sorted by the first dimension");
    assert_eq!(row[1], 3001);
    assert_eq!(row[2], "Зима – рейс 1");
    assert_eq!(row[3], "ООО «Ромашка»");
    assert_eq!(result["totals"], json!([null, null, null, null, null]));

    let data = json!({"adfox": {
        "objects": {"banner": [{"ID": 7, "name": "Own", "campaignID": 5}, {"ID": "x"}]},
        "report_rows": [],
        "generated": {"from": "2024-02-28", "to": "2024-03-01", "seed": 3},
    }});
    let data = Data::from_json(&data.to_string()).unwrap();
    let own = Emulator::builder().data(data).start().await.unwrap();
    let mut body = january(
        &["clicks_total"],
        &["banner_name", "campaign_id", "place_id"],
    );
    body["dateRange"] = json!({"from": "2024-01-01", "to": "2024-12-30"});
    let result = report(&own, &body).await;
    assert_eq!(rows(&result).len(), 1);
    assert_eq!(rows(&result)[0][0], "Own");
    assert_eq!(rows(&result)[0][1], 5);
    assert_eq!(rows(&result)[0][2], 0, "the data have no places");
    let days = own.totals(date(2024, 1, 1), date(2024, 12, 31)).adfox;
    assert!(days.len() <= 3);
    assert_eq!(
        good(&own, "/available-dates").await,
        json!({"dateFrom": "2024-02-28", "dateTo": "2024-03-01"})
    );
}

#[tokio::test]
async fn statistics_depend_only_on_the_seed() {
    let body = january(&["clicks_total", "income"], &["campaign_id"]);
    let mut results = Vec::new();
    for seed in [5, 5, 6] {
        let emulator = Emulator::builder().seed(seed).start().await.unwrap();
        results.push(report(&emulator, &body).await["rows"].clone());
    }
    assert_eq!(results[0], results[1]);
    assert_ne!(results[0], results[2]);
}

#[tokio::test]
async fn a_limit_cuts_the_rows_and_not_the_totals() {
    let emulator = emulator_with(json!({"adfox": {"reports": {"max_rows": 50}}})).await;
    let body = january(&["loads_commercial"], &["banner_id"]);
    let cut = report(&emulator, &body).await;
    assert_eq!(rows(&cut).len(), 50);
    let limited = report(&emulator, &with(body.clone(), "limit", json!(7))).await;
    assert_eq!(rows(&limited)[..], rows(&cut)[..7]);
    let total = report(&emulator, &january(&["loads_commercial"], &[])).await;
    for result in [&cut, &limited] {
        assert_eq!(result["totals"][1], total["totals"][0]);
        assert!(sum(result, 1) < decimal(&result["totals"][1]));
    }
    let (status, response) = post(&emulator, "", &with(body, "limit", json!(51))).await;
    assert_eq!((status, super::code(&response)), (400, "INVALID_LIMIT"));
}

#[tokio::test]
async fn totals_can_be_those_of_the_returned_rows_and_of_ratios() {
    let body = with(
        january(&["clicks_total", "ecpm"], &["date"]),
        "limit",
        json!(3),
    );
    for (settings, of_all, has_ratio) in [
        (json!({}), true, false),
        (json!({"totals": "returned_rows"}), false, false),
        (
            json!({"totals": "returned_rows", "rows_multiplier": 2}),
            false,
            false,
        ),
        (json!({"ratio_totals": true}), true, true),
    ] {
        let emulator = emulator_with(json!({"adfox": {"reports": &settings}})).await;
        let result = report(&emulator, &body).await;
        assert_eq!(rows(&result).len(), 3);
        let total = decimal(&result["totals"][1]);
        assert_eq!(total > sum(&result, 1), of_all, "{settings}");
        assert!(of_all || total == sum(&result, 1), "{settings}");
        assert_eq!(!result["totals"][2].is_null(), has_ratio, "{settings}");
    }
}

#[tokio::test]
async fn money_can_have_a_format_and_be_rounded() {
    let body = january(&["income", "clicks_total", "ecpm"], &["campaign_id"]);
    let settings = json!({"money_format": "float", "money_decimals": 1});
    let emulator = emulator_with(json!({"adfox": {"reports": settings}})).await;
    let result = report(&emulator, &body).await;
    let formats = [1, 2, 3].map(|at| result["columns"][at]["format"].as_str());
    assert_eq!(formats, [Some("float"), None, Some("float")]);
    for row in rows(&result) {
        assert!(decimal(&row[1]).scale() <= 1 && decimal(&row[3]).scale() <= 1);
    }
}

#[tokio::test]
async fn rows_can_be_repeated_and_ids_can_be_texts() {
    let settings = json!({"rows_multiplier": 3, "ids_as_strings": true});
    let emulator = emulator_with(json!({"adfox": {"reports": settings}})).await;
    let result = report(&emulator, &january(&["clicks_total"], &["site_id"])).await;
    assert_eq!(rows(&result).len(), 18);
    assert_eq!(result["columns"][0]["type"], "string");
    assert_eq!(rows(&result)[0][0], "5001");
    assert_eq!(rows(&result)[0], rows(&result)[2]);
    assert_eq!(sum(&result, 1), decimal(&result["totals"][1]));
}

#[tokio::test]
async fn days_without_data_have_no_rows() {
    let emulator = emulator().await;
    let mut body = january(&["clicks_total", "ctr"], &["date"]);
    body["dateRange"] = json!({"from": "2024-12-30", "to": "2025-01-02"});
    let edge = report(&emulator, &body).await;
    assert_eq!(rows(&edge).len(), 2);
    body["dateRange"] = json!({"from": "2023-01-01", "to": "2023-12-31"});
    let none = report(&emulator, &body).await;
    assert_eq!(none["rows"], json!([]));
    assert_eq!(none["totals"], json!([null, 0, null]));
    body["dimensions"] = json!([]);
    assert_eq!(report(&emulator, &body).await["rows"], json!([[0, null]]));
}

#[tokio::test]
async fn metadata_lists_what_reports_accept() {
    let emulator = emulator().await;
    let metadata = good(&emulator, "/metadata?ownerId=5").await;
    let names = |list: &str| {
        let items = metadata[list].as_array().unwrap().iter();
        items
            .map(|item| item["name"].as_str().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(metadata["limits"]["maxDateRangeDays"], 365);
    assert_eq!(metadata["limits"]["maxRows"], 1_000_000);
    for metrics in names("metrics").chunks(10) {
        for dimensions in names("dimensions").chunks(10) {
            let mut body = january(metrics, dimensions);
            body["dateRange"]["to"] = json!("2025-01-01");
            let result = report(&emulator, &body).await;
            let width = metrics.len() + dimensions.len();
            assert_eq!(rows(&result)[0].as_array().unwrap().len(), width);
        }
    }
    let filters = metadata["filters"].as_array().unwrap();
    assert!(filters.iter().all(|filter| filter["field"].is_string()));
    let settings = json!({"items": "names", "available_dates": "from"});
    let other = emulator_with(json!({"adfox": {"reports": settings}})).await;
    let listed = good(&other, "/metadata").await;
    assert_eq!(listed["metrics"], json!(names("metrics")));
    assert_eq!(listed["dimensions"], json!(names("dimensions")));
    let dates = json!({"from": "2024-01-01", "to": "2025-12-31"});
    assert_eq!(good(&other, "/available-dates").await, dates);
    let list = good(&other, "/list").await;
    assert_eq!(list["fixed"], json!(["campaigns_by_days", "sites"]));
}

#[tokio::test]
async fn saved_reports_have_their_own_fields() {
    let emulator = emulator().await;
    let list = good(&emulator, "/list").await;
    assert_eq!(list["fixed"][0]["name"], "campaigns_by_days");
    assert_eq!(list["custom"][0]["name"], "custom_banners");
    let fixed = good(&emulator, "/report-info/sites").await;
    assert_eq!(fixed["dimensions"], json!([]));
    let custom = good(&emulator, "/report-info/custom_banners").await;
    assert_eq!(custom["dimensions"][1]["name"], "banner_id");
    let (status, response) = get(&emulator, "/report-info/none").await;
    assert_eq!((status, super::code(&response)), (404, "REPORT_NOT_FOUND"));
    assert_eq!(response["error"]["message"], "Report 'none' not found");

    let body = json!({"dateRange": {"from": "2025-03-01", "to": "2025-04-02"}});
    for (name, columns) in [("sites", 5), ("custom_banners", 6), ("custom_total", 3)] {
        let (status, response) = post(&emulator, &format!("/{name}"), &body).await;
        assert_eq!(status, 202, "{response}");
        let id = response["result"]["taskId"].as_str().unwrap();
        let result = finished(&emulator, id).await;
        assert_eq!(result["columns"].as_array().unwrap().len(), columns);
        assert!(!rows(&result).is_empty());
    }
    assert_eq!(post(&emulator, "/none", &body).await.0, 404);
    let fields = with(body, "metrics", json!(["nothing"]));
    assert_eq!(post(&emulator, "/sites", &fields).await.0, 202);
    let settings = json!({"saved_fields": "refused"});
    let emulator = emulator_with(json!({"adfox": {"reports": settings}})).await;
    let (status, response) = post(&emulator, "/sites", &fields).await;
    assert_eq!((status, super::code(&response)), (400, "INVALID_REQUEST"));
}
