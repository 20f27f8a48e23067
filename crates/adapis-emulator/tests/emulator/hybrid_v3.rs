//! Hybrid 3.0: kinds of tokens, lists, statistics by level and split, pages and settings.

use std::collections::BTreeSet;

use adapis_emulator::{Emulator, Fault, FaultPlan};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{emulator, emulator_with, http};

/// Returns the id of an advertiser with generated campaigns.
async fn generated_advertiser(emulator: &Emulator, token: &str) -> String {
    for advertiser in list(emulator, token, "/v3.0/agency/advertisers").await {
        let id = advertiser["Id"].as_str().unwrap().to_owned();
        let path = format!("/v3.0/advertiser/campaigns?advertiserId={id}");
        if list(emulator, token, &path).await.len() > 10 {
            return id;
        }
    }
    unreachable!("the default data have one")
}

async fn token(emulator: &Emulator, advertiser: Option<&str>) -> String {
    let credentials = &emulator.credentials().hybrid;
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", credentials.client_id.as_str()),
        ("client_secret", credentials.client_secret.as_str()),
    ];
    form.extend(advertiser.map(|id| ("advertiserId", id)));
    let url = format!("{}/token", emulator.hybrid_url());
    let response = http().post(url).form(&form).send().await.unwrap();
    let tokens: Value = response.json().await.unwrap();
    tokens["access_token"].as_str().unwrap().to_owned()
}

async fn get(emulator: &Emulator, token: &str, path: &str) -> (u16, Value) {
    let url = format!("{}{path}", emulator.hybrid_url());
    let response = http().get(url).bearer_auth(token).send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.text().await.unwrap();
    (status, serde_json::from_str(&body).unwrap_or_default())
}

async fn good(emulator: &Emulator, token: &str, path: &str) -> Value {
    let (status, response) = get(emulator, token, path).await;
    assert_eq!(status, 200, "{path}: {response}");
    response
}

async fn list(emulator: &Emulator, token: &str, path: &str) -> Vec<Value> {
    let response = good(emulator, token, path).await;
    response.as_array().unwrap().clone()
}

async fn rows(emulator: &Emulator, token: &str, path: &str) -> Vec<Value> {
    let response = good(emulator, token, path).await;
    response["Statistic"].as_array().unwrap().clone()
}

fn sum(rows: &[Value], member: &str) -> Decimal {
    let values = rows.iter().map(|row| row[member].to_string());
    values.map(|text| text.parse::<Decimal>().unwrap()).sum()
}

#[tokio::test]
async fn a_token_of_an_agency_serves_all_of_its_advertisers() {
    let emulator = emulator().await;
    let agency = token(&emulator, None).await;
    let advertisers = list(&emulator, &agency, "/v3.0/agency/advertisers").await;
    assert!(advertisers.len() > 1);
    assert_eq!(advertisers[0].as_object().unwrap().len(), 2, "no balance");
    let id = generated_advertiser(&emulator, &agency).await;
    let own = token(&emulator, Some(&id)).await;
    let (status, _) = get(&emulator, &own, "/v3.0/agency/advertisers").await;
    assert_eq!(status, 400);
    let path = format!("/v3.0/advertiser/campaigns?advertiserId={id}");
    let campaigns = list(&emulator, &agency, &path).await;
    assert_eq!(
        campaigns,
        list(&emulator, &own, "/v3.0/advertiser/campaigns").await
    );
    assert_eq!(campaigns, list(&emulator, &own, &path).await);
    let campaign = campaigns[0]["Id"].as_str().unwrap();
    let path = format!("/v3.0/campaign/banners?campaignId={campaign}");
    assert_eq!(list(&emulator, &agency, &path).await.len(), 3);

    let other = advertisers
        .iter()
        .map(|other| other["Id"].as_str().unwrap());
    let other = other.into_iter().find(|other| *other != id).unwrap();
    for (token, path, status) in [
        (
            &own,
            format!("/v3.0/advertiser/campaigns?advertiserId={other}"),
            404,
        ),
        (&agency, "/v3.0/advertiser/campaigns".to_owned(), 500),
        (
            &agency,
            "/v3.0/campaign/banners?campaignId=none".to_owned(),
            404,
        ),
        (&agency, "/v3.0/campaign/banners".to_owned(), 500),
        (
            &own,
            "/v3.0/agency/Day?from=2025-01-01&to=2025-01-02".to_owned(),
            400,
        ),
    ] {
        assert_eq!(get(&emulator, token, &path).await.0, status, "{path}");
    }
    assert_eq!(
        get(&emulator, "wrong", "/v3.0/agency/advertisers").await.0,
        401
    );
    let post = http().post(format!("{}/v3.0/agency/advertisers", emulator.hybrid_url()));
    assert_eq!(post.send().await.unwrap().status(), 400);
}

/// The days of the generated statistics that the tests look at.
const DAYS: &str = "from=2025-03-01&to=2025-03-31";

#[tokio::test]
async fn all_splits_add_up_to_the_numbers_of_version_1() {
    let emulator = emulator_with(json!({"hybrid": {"v3": {"banner_money": true}}})).await;
    let agency = token(&emulator, None).await;
    let id = generated_advertiser(&emulator, &agency).await;
    let own = token(&emulator, Some(&id)).await;
    let old = format!("/statistic/advertiser/2025-03-01/2025-03-31/{id}");
    let old = good(&emulator, &own, &old).await;
    let campaigns = old.as_array().unwrap();
    let days: Vec<Value> = campaigns
        .iter()
        .flat_map(|campaign| campaign["Stat"].as_array().unwrap().clone())
        .collect();
    let expected = (
        sum(&days, "ImpressionCount"),
        sum(&days, "ClickCount"),
        sum(&days, "Cost"),
    );
    assert!(expected.2 > Decimal::ZERO);
    for split in [
        "Day",
        "Week",
        "Month",
        "Hour",
        "Campaign",
        "Advertiser",
        "BannerName",
        "BannerSize",
        "BannerType",
        "App",
        "DeviceType",
        "OS",
        "Country",
        "Region",
        "City",
        "Ssp",
        "Folder",
        "Campaign/Day",
        "Day/BannerName",
        "OS/Hour",
    ] {
        let path = format!("/v3.0/advertiser/{split}?{DAYS}&limit=10000&advertiserId={id}");
        let rows = rows(&emulator, &agency, &path).await;
        let sums = (
            sum(&rows, "ImpressionCount"),
            sum(&rows, "ClickCount"),
            sum(&rows, "TotalSum"),
        );
        assert_eq!(sums, expected, "{split}");
        let second = if split.contains('/') {
            "SecondSplitName"
        } else {
            "SplitName"
        };
        let keys: BTreeSet<_> = rows
            .iter()
            .map(|row| {
                let ids = ["CampaignId", "BannerId"].map(|id| row[id].to_string());
                (row["SplitName"].to_string(), row[second].to_string(), ids)
            })
            .collect();
        assert_eq!(keys.len(), rows.len(), "{split}: a key appears twice");
    }
    let (status, _) = get(&emulator, &agency, &format!("/v3.0/agency/Weather?{DAYS}")).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn rows_by_day_and_by_banner_have_their_members() {
    let emulator = emulator().await;
    let agency = token(&emulator, None).await;
    let id = generated_advertiser(&emulator, &agency).await;
    let by_day = rows(
        &emulator,
        &agency,
        &format!("/v3.0/advertiser/Day?{DAYS}&advertiserId={id}"),
    )
    .await;
    assert_eq!(by_day[0]["Day"], "2025-03-01T00:00:00");
    assert!(by_day[0]["TotalSum"].is_number() && by_day[0]["Viewability"].is_null());
    let path = format!("/v3.0/advertiser/BannerName?{DAYS}&advertiserId={id}");
    let by_banner = rows(&emulator, &agency, &path).await;
    let first = by_banner[0].as_object().unwrap();
    assert!(first["BannerId"].is_string() && first["BannerName"].is_string());
    assert!(!first.contains_key("TotalSum") && !first.contains_key("Day"));
    let banner = first["BannerId"].as_str().unwrap();
    let path = format!("/v3.0/banner/Day?{DAYS}&bannerId={banner}");
    let days = rows(&emulator, &agency, &path).await;
    let count = first["ImpressionCount"].to_string().parse().unwrap();
    assert_eq!(sum(&days, "ImpressionCount"), count);
}

#[tokio::test]
async fn pages_of_any_limit_are_the_whole() {
    let emulator = emulator().await;
    let agency = token(&emulator, None).await;
    let path = "/v3.0/agency/Campaign/Day?from=2025-03-01&to=2025-03-02";
    let whole = rows(&emulator, &agency, &format!("{path}&limit=10000")).await;
    assert!(whole.len() > 100, "{}", whole.len());
    for limit in [17, 100, whole.len()] {
        let mut found = Vec::new();
        for page in 0.. {
            let path = format!("{path}&page={page}&limit={limit}");
            let rows = rows(&emulator, &agency, &path).await;
            let is_last = rows.len() < limit;
            found.extend(rows);
            if is_last {
                break;
            }
        }
        assert_eq!(found, whole, "{limit}");
    }
    assert_eq!(
        rows(&emulator, &agency, path).await.len(),
        100,
        "the default limit"
    );
    for bad in ["limit=0", "limit=-1", "limit=x", "page=x", "page=-1"] {
        let (status, _) = get(&emulator, &agency, &format!("{path}&{bad}")).await;
        assert_eq!(status, 500, "{bad}");
    }
}

#[tokio::test]
async fn what_is_unknown_is_a_setting() {
    let settings = json!({"hybrid": {"v3": {
        "default_limit": null, "max_limit": 5, "max_days": 31, "total": "all", "misspelled": true,
        "invalid": "bad_request",
    }}});
    let emulator = emulator_with(settings).await;
    let agency = token(&emulator, None).await;
    let response = good(
        &emulator,
        &agency,
        &format!("/v3.0/agency/Day?{DAYS}&limit=50"),
    )
    .await;
    assert_eq!(response["Statisitic"].as_array().unwrap().len(), 5);
    let mut all = Vec::new();
    for page in 0..7 {
        let path = format!("/v3.0/agency/Day?{DAYS}&limit=5&page={page}");
        let rows = good(&emulator, &agency, &path).await;
        assert_eq!(rows["Total"], response["Total"]);
        all.extend(rows["Statisitic"].as_array().unwrap().clone());
    }
    assert_sums(&all, &response["Total"]);
    for bad in [
        "from=2025-03-01&to=2025-04-01",
        "from=2025-03-02&to=2025-03-01",
        "from=2025-03-01",
        "from=2025-03-01&to=2025-03-01T00:00:00%2B03:00",
    ] {
        let (status, _) = get(&emulator, &agency, &format!("/v3.0/agency/Day?{bad}")).await;
        assert_eq!(status, 400, "{bad}");
    }
    let none = "/v3.0/agency/Day?from=1999-01-01&to=1999-01-02T23:59:59";
    assert_eq!(
        good(&emulator, &agency, none).await,
        json!({"Statisitic": []})
    );
}

fn assert_sums(rows: &[Value], total: &Value) {
    let total = [total.clone()];
    for member in ["ImpressionCount", "ClickCount", "TotalSum"] {
        // A large sum has more digits than a number of `Value`.
        let of = |rows| sum(rows, member).round_dp(6);
        assert_eq!(of(rows), of(&total), "{member}");
    }
}

#[tokio::test]
async fn a_request_without_a_limit_has_the_default_one_or_none() {
    for (default_limit, rows_expected) in [(json!(7), 7), (json!(null), 31)] {
        let settings = json!({"hybrid": {"v3": {"default_limit": default_limit}}});
        let emulator = emulator_with(settings).await;
        let agency = token(&emulator, None).await;
        let found = rows(&emulator, &agency, &format!("/v3.0/agency/Day?{DAYS}")).await;
        assert_eq!(found.len(), rows_expected);
    }
}

/// The first days of pages of a month by day, with 10 rows at most.
#[tokio::test]
async fn a_limit_above_the_maximum_is_clamped_cut_or_refused() {
    for (large_limit, page, expected) in [
        ("clamped", 0, Ok((10, "2025-03-01"))),
        ("clamped", 1, Ok((10, "2025-03-11"))),
        ("clamped", 3, Ok((1, "2025-03-31"))),
        ("cut", 0, Ok((10, "2025-03-01"))),
        ("cut", 1, Ok((10, "2025-03-21"))),
        ("cut", 2, Ok((0, ""))),
        ("refused", 0, Err(500)),
        ("refused", 1, Err(500)),
    ] {
        let settings = json!({"hybrid": {"v3": {"max_limit": 10, "large_limit": large_limit}}});
        let emulator = emulator_with(settings).await;
        let agency = token(&emulator, None).await;
        let path = format!("/v3.0/agency/Day?{DAYS}&limit=20&page={page}");
        let (status, response) = get(&emulator, &agency, &path).await;
        let rows = response["Statistic"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let found = match status {
            200 => {
                let first = rows.first().and_then(|row| row["SplitName"].as_str());
                Ok((rows.len(), first.unwrap_or_default()))
            }
            status => Err(status),
        };
        assert_eq!(found, expected, "{large_limit}, page {page}");
        let path = format!("/v3.0/agency/Day?{DAYS}&limit=10&page=2");
        let found = good(&emulator, &agency, &path).await;
        assert_eq!(found["Statistic"][0]["SplitName"], "2025-03-21");
    }
}

#[tokio::test]
async fn a_page_after_the_last_one_is_empty_or_refused_or_the_first_one_again() {
    for (settings, status, count) in [
        (json!({}), 200, 0),
        (json!({"past_end": "bad_request"}), 400, 0),
        (json!({"past_end": "not_found"}), 404, 0),
        (json!({"past_end": "server_error"}), 500, 0),
        (json!({"past_end": "not_found", "pages": false}), 200, 10),
    ] {
        let emulator = emulator_with(json!({"hybrid": {"v3": settings}})).await;
        let agency = token(&emulator, None).await;
        let get = async |page| {
            let path = format!("/v3.0/agency/Day?{DAYS}&limit=10&page={page}");
            get(&emulator, &agency, &path).await
        };
        assert_eq!(get(0).await.0, 200);
        assert_eq!(get(3).await.0, 200);
        let (found, response) = get(4).await;
        let rows = response["Statistic"].as_array().map_or(0, Vec::len);
        assert_eq!((found, rows), (status, count), "{settings}");
        // A list without rows has a first page all the same.
        let none = "/v3.0/agency/Day?from=1999-01-01&to=1999-01-02";
        assert!(self::rows(&emulator, &agency, none).await.is_empty());
    }
}

#[tokio::test]
async fn a_total_is_absent_or_that_of_the_page_or_of_all() {
    for total in ["absent", "page", "all"] {
        let settings = json!({"hybrid": {"rows_multiplier": 2, "v3": {"total": total}}});
        let emulator = emulator_with(settings).await;
        let agency = token(&emulator, None).await;
        let path = format!("/v3.0/agency/Day?{DAYS}&limit=25");
        let mut all = Vec::new();
        let mut totals = Vec::new();
        for page in 0..3 {
            let response = good(&emulator, &agency, &format!("{path}&page={page}")).await;
            let rows = response["Statistic"].as_array().unwrap();
            match (total, response.get("Total")) {
                ("absent", found) => assert!(found.is_none()),
                ("page", Some(found)) => assert_sums(rows, found),
                (_, found) => totals.push(found.unwrap().clone()),
            }
            all.extend(rows.clone());
        }
        assert_eq!(all.len(), 62);
        assert_eq!(totals.len(), if total == "all" { 3 } else { 0 });
        totals.iter().for_each(|total| assert_sums(&all, total));
    }
}

#[tokio::test]
async fn the_list_of_advertisers_refuses_an_advertiser_with_a_status_of_choice() {
    for (no_agency, expected) in [("bad_request", 400), ("forbidden", 403), ("not_found", 404)] {
        let settings = json!({"hybrid": {"v3": {"no_agency": no_agency}}});
        let emulator = emulator_with(settings).await;
        let agency = token(&emulator, None).await;
        let id = generated_advertiser(&emulator, &agency).await;
        let own = token(&emulator, Some(&id)).await;
        let (status, _) = get(&emulator, &own, "/v3.0/agency/advertisers").await;
        assert_eq!(status, expected);
    }
}

#[tokio::test]
async fn the_second_split_has_a_member_of_any_name() {
    let settings = json!({"hybrid": {"names": "camel", "v3": {"second_split": "SplitName2"}}});
    let emulator = emulator_with(settings).await;
    let agency = token(&emulator, None).await;
    let path = format!("/v3.0/agency/OS/DeviceType?{DAYS}");
    let response = good(&emulator, &agency, &path).await;
    let row = response["statistic"][0].as_object().unwrap();
    assert_eq!(
        (&row["splitName"], &row["splitName2"]),
        (&json!("Android"), &json!("Desktop"))
    );
    assert!(!row.contains_key("secondSplitName"));
}

#[tokio::test]
async fn faults_name_its_operations() {
    let emulator = emulator().await;
    let agency = token(&emulator, None).await;
    for (operation, path) in [
        ("hybrid.v3.advertisers", "/v3.0/agency/advertisers"),
        ("hybrid.v3.campaigns", "/v3.0/advertiser/campaigns"),
        ("hybrid.v3.banners", "/v3.0/campaign/banners"),
        ("hybrid.v3.statistic.agency", "/v3.0/agency/Day"),
        ("hybrid.v3.statistic.advertiser", "/v3.0/advertiser/Day/OS"),
        ("hybrid.v3.statistic.campaign", "/v3.0/campaign/Day"),
        ("hybrid.v3.statistic.banner", "/v3.0/banner/Day"),
    ] {
        let plan = FaultPlan::new(operation);
        let plan = plan.fault(Fault::status(418));
        emulator.faults(plan).unwrap();
        assert_eq!(get(&emulator, &agency, path).await.0, 418, "{operation}");
    }
}
