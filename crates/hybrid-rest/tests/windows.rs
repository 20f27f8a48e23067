//! Ranges that are fetched in windows: rows of other days, and windows without rows.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use adcore::testing::Warnings;
use hybrid_rest::calls::{
    BannerStatistics, CampaignDomainStatistics, CampaignStatistics, DateBound,
};
use hybrid_rest::testing::ScriptedTransport;
use hybrid_rest::{Client, Credentials, Error, RetryPolicy, StatisticsStream, date};

/// A client whose windows have two days, and which gets these responses.
fn client(responses: &[(u16, &str)]) -> Client {
    let transport = ScriptedTransport::new();
    transport.reply(200, r#"{"access_token":"token","expires_in":86400}"#);
    for (status, body) in responses {
        transport.reply(*status, (*body).to_owned());
    }
    Client::builder("http://127.0.0.1:9", Credentials::new("client", "secret"))
        .transport(transport)
        .retry(RetryPolicy::never())
        .window_days(2)
        .concurrency(1)
        .build()
        .unwrap()
}

async fn all<T>(mut rows: StatisticsStream<T>) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    while let Some(row) = rows.next().await {
        all.push(row?);
    }
    Ok(all)
}

/// The dates and impressions of a campaign from 1 January to day `to`, and the warnings.
async fn campaign(to: i8, responses: &[&str]) -> (Vec<(String, i64)>, Vec<String>) {
    let responses: Vec<_> = responses.iter().map(|body| (200, *body)).collect();
    let call = CampaignStatistics::new(date(2024, 1, 1), date(2024, 1, to), ["c"]);
    let warnings = Warnings::listen();
    let rows = all(client(&responses).campaign_statistics_stream(&call)).await;
    let rows = rows.unwrap().into_iter().map(|row| {
        let date = row.date.map(|date| date.to_string());
        (date.unwrap_or_default(), row.impression_count.unwrap())
    });
    (rows.collect(), warnings.lines())
}

/// A response with one campaign of these days and numbers of impressions.
fn days(days: &[(&str, i64)]) -> String {
    let days = days
        .iter()
        .map(|(day, count)| format!(r#"{{"ImpressionCount":{count},"Date":"{day}"}}"#));
    let days = days.collect::<Vec<_>>().join(",");
    format!(r#"[{{"CampaignId":"c","Stat":[{days}]}}]"#)
}

#[tokio::test]
async fn the_day_after_a_window_is_returned_once() {
    let first = days(&[("2024-01-01", 1), ("2024-01-02", 2), ("2024-01-03", 90)]);
    let second = days(&[("2024-01-03T00:00:00", 3), ("2024-01-04T00:00:00", 4)]);
    let (rows, warnings) = campaign(4, &[&first, &second]).await;
    let counts: Vec<_> = rows.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [1, 2, 3, 4]);
    assert_eq!(
        warnings,
        ["rows of the days of another window were left out rows=1 from=2024-01-01 to=2024-01-02"]
    );
}

#[tokio::test]
async fn days_that_were_not_requested_are_kept_with_a_warning() {
    let first = days(&[("2023-12-31", 1), ("2024-01-01", 2)]);
    let second = days(&[("2024-01-03", 3), ("2024-01-05", 4)]);
    let (rows, warnings) = campaign(4, &[&first, &second]).await;
    assert_eq!(rows.len(), 4);
    let message = "rows have days that were not requested rows=1";
    assert_eq!(
        warnings,
        [
            format!("{message} from=2024-01-01 to=2024-01-02"),
            format!("{message} from=2024-01-03 to=2024-01-04"),
        ]
    );
    let (rows, warnings) = campaign(2, &[&first]).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(
        warnings,
        [format!("{message} from=2024-01-01 to=2024-01-02")]
    );
}

#[tokio::test]
async fn a_day_that_a_campaign_has_twice_is_counted() {
    let twice = r#"[
        {"CampaignId":"c","Stat":[
            {"ImpressionCount":1,"Date":"2024-01-01"},
            {"ImpressionCount":2,"Date":"2024-01-02"},
            {"ImpressionCount":4,"Date":"2024-01-01T00:00:00"},
            {"ImpressionCount":8},{"ImpressionCount":8}]},
        {"CampaignId":"d","Stat":[{"ImpressionCount":16,"Date":"2024-01-01"}]},
        {"CampaignId":"c","Stat":[{"ImpressionCount":32,"Date":"2024-01-02"}]}]"#;
    let (rows, warnings) = campaign(2, &[twice]).await;
    assert_eq!(rows.len(), 7);
    let message = "several rows of one response have the same campaign and day rows=2";
    assert_eq!(
        warnings,
        [format!("{message} from=2024-01-01 to=2024-01-02")]
    );
}

#[tokio::test]
async fn domains_of_a_day_are_returned_once_too() {
    let first = r#"[{"Date":"2024-01-01","Domain":"a"},{"Date":"2024-01-01","Domain":"a"},
        {"Date":"2024-01-03","Domain":"b"}]"#;
    let second = r#"[{"Date":"2024-01-03","Domain":"b"}]"#;
    let call = CampaignDomainStatistics::new(date(2024, 1, 1), date(2024, 1, 4), "c");
    let warnings = Warnings::listen();
    let client = client(&[(200, first), (200, second)]);
    let rows = all(client.campaign_domain_statistics_stream(&call)).await;
    let domains: Vec<_> = rows.unwrap().into_iter().map(|row| row.domain).collect();
    // Several banners may have one domain and day.
    assert_eq!(domains, ["a", "a", "b"].map(|name| Some(name.to_owned())));
    let lines = warnings.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("another window"), "{lines:?}");
}

#[tokio::test]
async fn a_banner_without_totals_is_no_row_and_ends_nothing() {
    let totals = r#"{"Date":"2024-01-01","ClickCount":1,"ImpressionCount":2}"#;
    let from: DateBound = date(2024, 1, 1).into();
    let call = BannerStatistics::new(from, date(2024, 1, 8), "b");
    let responses = [(200, totals), (200, " null "), (204, ""), (200, totals)];
    let rows = all(client(&responses).banner_statistics_stream(&call)).await;
    assert_eq!(rows.unwrap().len(), 2);
    for nothing in [(200, "null"), (204, "")] {
        let totals = client(&[nothing]).banner_statistics(&call).await.unwrap();
        assert_eq!(totals, Default::default());
    }
    for broken in [(200, ""), (200, "{}"), (200, "[]"), (200, "7")] {
        let outcome = client(&[broken]).banner_statistics(&call).await;
        outcome.unwrap_err();
        let rows = all(client(&[broken]).banner_statistics_stream(&call)).await;
        rows.unwrap_err();
    }
}
