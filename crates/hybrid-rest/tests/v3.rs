//! Version 3.0: kinds of tokens, requests, rows, pages and their end.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use hybrid_rest::calls::AdvertiserId;
use hybrid_rest::calls::v3::{Split, Statistics, StatisticsRow};
use hybrid_rest::testing::ScriptedTransport;
use hybrid_rest::{Client, ClientBuilder, Credentials, Date, Error, ErrorKind, RetryPolicy, date};

const DAY: Date = date(2025, 3, 1);
const AGENCY: &str = r#"[{"Id":"a","Name":"A"}]"#;

fn client(transport: &ScriptedTransport, page_size: usize) -> Client {
    builder(transport, page_size).build().unwrap()
}

fn builder(transport: &ScriptedTransport, page_size: usize) -> ClientBuilder {
    transport.reply(200, r#"{"access_token":"token","expires_in":86400}"#);
    Client::builder("http://127.0.0.1:9", Credentials::new("client", "secret"))
        .transport(transport.clone())
        .retry(RetryPolicy::never())
        .page_size(page_size)
        .concurrency(1)
}

fn page(rows: std::ops::Range<usize>) -> String {
    let row = |n| format!(r#"{{"SplitName":"{n}","ImpressionCount":{n},"TotalSum":0.{n}}}"#);
    let rows: Vec<_> = rows.map(row).collect();
    format!(r#"{{"Statistic":[{}]}}"#, rows.join(","))
}

async fn all(client: &Client, call: &Statistics) -> Result<Vec<StatisticsRow>, Error> {
    let mut rows = client.v3().statistics_stream(call);
    let mut all = Vec::new();
    while let Some(row) = rows.next().await {
        all.push(row?);
    }
    Ok(all)
}

/// The rows of an agency with these pages of at most ten rows, and the number of requests for pages.
async fn paged(pages: &[String]) -> (Result<Vec<StatisticsRow>, Error>, usize) {
    paged_by(|builder| builder, pages).await
}

async fn paged_by(
    change: fn(ClientBuilder) -> ClientBuilder,
    pages: &[String],
) -> (Result<Vec<StatisticsRow>, Error>, usize) {
    let transport = ScriptedTransport::new();
    let client = change(builder(&transport, 10)).build().unwrap();
    for page in pages {
        transport.reply(200, page.clone());
    }
    let call = Statistics::of_agency(DAY, DAY).split(Split::Campaign);
    let rows = all(&client, &call).await;
    (rows, transport.requests().len() - 1)
}

fn targets(transport: &ScriptedTransport) -> Vec<String> {
    let requests = transport.requests();
    let targets = requests.iter().map(|request| {
        let target = request.uri().path_and_query().unwrap();
        target.as_str().to_owned()
    });
    targets.collect()
}

#[tokio::test]
async fn the_kind_of_a_token_is_asked_once() {
    for (status, body, campaigns) in [
        (200, AGENCY, "/v3.0/advertiser/campaigns?advertiserId=a%2Fb"),
        (400, "", "/v3.0/advertiser/campaigns"),
    ] {
        let transport = ScriptedTransport::new();
        let v3 = client(&transport, 10).v3();
        transport.reply(status, body);
        let id = AdvertiserId::new("a/b");
        for _ in 0..2 {
            transport.reply(200, "null");
            assert!(v3.campaigns(Some(&id)).await.unwrap().is_empty());
        }
        let expected = ["/token", "/v3.0/agency/advertisers", campaigns, campaigns];
        assert_eq!(targets(&transport), expected);
        let without = v3.campaigns(None).await;
        if status == 200 {
            assert_eq!(without.unwrap_err().field(), Some("advertiser"));
            assert_eq!(transport.requests().len(), 4);
        }
    }
    let transport = ScriptedTransport::new();
    let own = client(&transport, 10).for_advertiser("a").unwrap();
    transport.reply(200, "[]");
    assert!(own.v3().campaigns(None).await.unwrap().is_empty());
    assert_eq!(
        targets(&transport),
        ["/token", "/v3.0/advertiser/campaigns"]
    );
    let transport = ScriptedTransport::new();
    let client = client(&transport, 10);
    transport.reply(503, "");
    let error = client.v3().is_agency().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
}

#[tokio::test]
async fn requests_name_level_splits_days_page_and_ids() {
    let transport = ScriptedTransport::new();
    let client = client(&transport, 10);
    transport.reply(200, AGENCY);
    let to = date(2025, 3, 2);
    let calls = [
        Statistics::of_advertiser(DAY, to, "a").split(Split::Day),
        Statistics::of_campaign(DAY, to, "c")
            .advertiser("a")
            .split("Audience/x")
            .split(Split::OS),
        Statistics::of_banner(DAY, to, "b")
            .split(Split::Hour)
            .each_day(),
        Statistics::new("folder/x", DAY, to)
            .campaign("c")
            .split(Split::Day),
    ];
    for call in &calls {
        for _ in 0..2 {
            transport.reply(200, "{\"Statistic\":null}");
        }
        assert!(all(&client, call).await.unwrap().is_empty());
    }
    let days = "from=2025-03-01&to=2025-03-02&page=0&limit=10";
    let expected = [
        format!("/v3.0/advertiser/Day?{days}&advertiserId=a"),
        format!("/v3.0/campaign/Audience%2Fx/OS?{days}&advertiserId=a&campaignId=c"),
        "/v3.0/banner/Hour?from=2025-03-01&to=2025-03-01&page=0&limit=10&bannerId=b".to_owned(),
        "/v3.0/banner/Hour?from=2025-03-02&to=2025-03-02&page=0&limit=10&bannerId=b".to_owned(),
        format!("/v3.0/folder%2Fx/Day?{days}&campaignId=c"),
    ];
    let targets = targets(&transport);
    let asked: Vec<_> = targets
        .iter()
        .filter(|target| target.contains("from="))
        .collect();
    assert_eq!(asked.len(), 5, "{asked:?}");
    assert!(
        asked
            .iter()
            .zip(&expected)
            .all(|(asked, expected)| *asked == expected),
        "{asked:?}"
    );
    for (call, field) in [
        (Statistics::of_agency(DAY, DAY), "splits"),
        (Statistics::of_agency(to, DAY).split(Split::Day), "to"),
        (
            Statistics::of_campaign(DAY, DAY, "").split(Split::Day),
            "campaign",
        ),
        (
            Statistics::of_banner(DAY, DAY, "a\nb").split(Split::Day),
            "banner",
        ),
        (Statistics::of_agency(DAY, DAY).split(".."), "splits"),
    ] {
        let error = all(&client, &call).await.unwrap_err();
        assert_eq!(error.field(), Some(field), "{error}");
    }
}

#[tokio::test]
async fn rows_keep_their_numbers_and_get_the_days_and_ids_of_the_call() {
    let transport = ScriptedTransport::new();
    let client = client(&transport, 10);
    transport.reply(200, AGENCY);
    transport.reply(
        200,
        r#"{"statisitic":[
        {"SplitName":null,"day":"2025-05-15T00:00:00","IMPRESSIONCOUNT":"17","ClickCount":2.0,
            "TotalSum":0.100000001,"ctr":11.8,"CampaignId":"c","SumWinningPrice":1.50,
            "firstQuartileEventsCount":1,"FIRSTQUARTILEEVENTSCOUNT":2},
        {"BannerId":7,"BannerName":"B","SplitName":"B"}]}"#,
    );
    transport.reply(200, page(0..0));
    let call = Statistics::of_advertiser(DAY, DAY, "a").split(Split::BannerName);
    let rows = all(&client, &call).await.unwrap();
    let [first, second] = &rows[..] else {
        unreachable!("{rows:?}")
    };
    assert_eq!(first.day, Some(date(2025, 5, 15)));
    assert_eq!(
        (first.impression_count, first.click_count),
        (Some(17), Some(2))
    );
    assert_eq!(first.total_sum, Some("0.100000001".parse().unwrap()));
    assert_eq!(first.campaign_id.as_ref().unwrap().as_str(), "c");
    assert_eq!(first.extra["SumWinningPrice"].as_str(), "1.50");
    assert_eq!(first.extra.len(), 3);
    assert_eq!((second.day, second.from, second.to), (Some(DAY), DAY, DAY));
    assert_eq!(second.banner_id.as_ref().unwrap().as_str(), "7");
    assert_eq!(second.advertiser.as_ref().unwrap().as_str(), "a");
    assert_eq!((second.total_sum, second.impression_count), (None, None));
}

#[tokio::test]
async fn pages_are_fetched_to_the_end() {
    for (pages, rows, requests) in [
        (vec![page(0..0)], 0, 1),
        // The server may have a smaller maximum.
        (vec![page(0..3), page(0..0)], 3, 2),
        (vec![page(0..3), page(3..5)], 5, 2),
        (vec![page(0..3), page(3..6), page(0..0)], 6, 3),
        (vec![page(0..10), page(10..20), page(20..20)], 20, 3),
        // It permits ten rows, so that the end is an end.
        (vec![page(0..10), page(10..14)], 14, 2),
        // Servers without pages return all rows, however many were requested.
        (vec![page(0..25), page(0..25)], 25, 2),
        (vec![page(0..7), page(0..7)], 7, 2),
        // Servers with pages of their own size.
        (vec![page(0..25), page(25..50), page(50..60)], 60, 3),
    ] {
        let (found, asked) = paged(&pages).await;
        let found = found.unwrap();
        let names: Vec<_> = found
            .iter()
            .filter_map(|row| row.split_name.clone())
            .collect();
        let expected: Vec<_> = (0..rows).map(|n: usize| n.to_string()).collect();
        assert_eq!((names, asked), (expected, requests));
    }
}

#[tokio::test]
async fn a_page_after_a_short_one_has_its_length_as_the_limit() {
    let transport = ScriptedTransport::new();
    let client = client(&transport, 10);
    for page in [
        page(0..3),
        page(3..6),
        page(6..8),
        page(0..3),
        page(0..0),
        page(0..2),
    ] {
        transport.reply(200, page);
    }
    let call = Statistics::of_agency(DAY, DAY).split(Split::Campaign);
    for rows in [8, 3, 2] {
        assert_eq!(all(&client, &call).await.unwrap().len(), rows);
    }
    let targets = targets(&transport);
    let pages = targets
        .iter()
        .filter_map(|target| target.split_once("&page="));
    let pages: Vec<_> = pages.map(|(_, page)| page).collect();
    // A list of three rows is asked for more again, one of two rows is not.
    let expected = [
        "0&limit=10",
        "1&limit=3",
        "2&limit=3",
        "0&limit=10",
        "1&limit=3",
        "0&limit=10",
    ];
    assert_eq!(pages, expected);
}

#[tokio::test]
async fn a_list_that_may_be_cut_is_an_error() {
    for (pages, message) in [
        (
            vec![page(0..5), page(5..11)],
            "a page has 6 rows instead of 5",
        ),
        (vec![page(0..10), page(0..10)], "repeats the previous one"),
        (
            vec![page(0..3), page(3..6), page(3..6)],
            "repeats the previous one",
        ),
        (vec!["[]".to_owned()], "`Statistic` is missing"),
        (vec!["{}".to_owned()], "`Statistic` is missing"),
        (
            vec![r#"{"Statistic":[],"statistic":[]}"#.to_owned()],
            "appear twice",
        ),
        (vec![r#"{"Statistic":{}}"#.to_owned()], "is not an array"),
        (vec![r#"{"Statistic":[{}]}"#.to_owned()], "unexpected value"),
        (
            vec![r#"{"Statistic":[{"TotalSum":1}"#.to_owned()],
            "ends too early",
        ),
    ] {
        let (rows, _) = paged(&pages).await;
        let error = rows.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{pages:?}");
        assert!(error.message().contains(message), "{error}");
        assert_eq!(error.vendor(), Some("hybrid"));
        assert!(!error.message().contains("2025"), "the range is one window");
    }
    for error in [
        r#"{"error":{"message":"Wrong dates"}}"#,
        r#"{"Statistic":null,"Error":"Wrong dates"}"#,
        r#"{"Statistic":[{"SplitName":"0"}],"errors":[{"message":"Wrong dates"}]}"#,
    ] {
        let (rows, _) = paged(&[error.to_owned()]).await;
        assert_eq!(rows.unwrap_err().message(), "Wrong dates");
    }
    let good = r#"{"error":null,"Errors":[],"Message":"OK","Statistic":[]}"#;
    let (rows, _) = paged(&[good.to_owned()]).await;
    assert!(rows.unwrap().is_empty());
}

#[tokio::test]
async fn rows_are_returned_before_their_page_is_whole_but_not_twice() {
    let good = page(0..2);
    let broken = good.replace("]}", r#",{"TotalSum":{}}]}"#);
    for (pages, rows) in [
        (vec![broken.clone()], 2),
        (vec![page(0..10), page(10..20), broken], 22),
        (vec![page(0..10), page(10..20), page(10..20)], 20),
    ] {
        let transport = ScriptedTransport::new();
        let client = client(&transport, 10);
        for page in pages {
            transport.reply(200, page);
        }
        let call = Statistics::of_agency(DAY, DAY).split(Split::Campaign);
        let mut stream = client.v3().statistics_stream(&call);
        let mut found = 0;
        let error = loop {
            match stream.next().await.unwrap() {
                Ok(_) => found += 1,
                Err(error) => break error,
            }
        };
        assert_eq!((found, error.kind()), (rows, ErrorKind::Decode), "{error}");
    }
}

#[tokio::test]
async fn a_page_that_only_begins_as_the_previous_one_does_not_repeat_it() {
    let second = page(10..19).replace(
        "[{",
        r#"[{"SplitName":"0","ImpressionCount":0,"TotalSum":0.0},{"#,
    );
    // Whether it repeats the whole page is known at its end; then it is requested again.
    let (rows, asked) = paged(&[page(0..10), second.clone(), second, page(0..0)]).await;
    assert_eq!((rows.unwrap().len(), asked), (20, 4));
}

#[tokio::test]
async fn an_error_of_one_window_of_several_names_its_days() {
    for pages in [vec!["{}".to_owned()], vec![page(0..10), "{}".to_owned()]] {
        let transport = ScriptedTransport::new();
        let client = client(&transport, 10);
        transport.reply(200, page(0..0));
        for page in pages {
            transport.reply(200, page);
        }
        let call = Statistics::of_agency(DAY, date(2025, 3, 2)).split(Split::Hour);
        let error = all(&client, &call.each_day()).await.unwrap_err();
        assert!(
            error.message().ends_with("(2025-03-02 to 2025-03-02)"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_total_that_does_not_fit_is_an_error_after_the_rows() {
    for (total, fits) in [
        (r#"{"ImpressionCount":3,"TotalSum":0.3}"#, true),
        (r#"{"ImpressionCount":3,"TotalSum":null}"#, true),
        ("null", true),
        ("7", true),
        (r#"{"ImpressionCount":4,"TotalSum":0.3}"#, false),
        (r#"{"TotalSum":0.9}"#, false),
    ] {
        let first = page(0..3).replacen('{', &format!(r#"{{"Total":{total},"#), 1);
        let pages = [first, page(0..0)];
        let (rows, _) = paged(&pages).await;
        match rows {
            Ok(rows) => assert!(fits && rows.len() == 3, "{total}"),
            Err(error) => {
                assert_eq!((fits, error.kind()), (false, ErrorKind::Decode), "{total}");
                assert!(error.message().contains("add up to"), "{error}");
                assert!(error.message().contains("the vendor's total is"), "{error}");
            }
        }
        let (rows, _) = paged_by(|builder| builder.check_totals(false), &pages).await;
        assert_eq!(rows.unwrap().len(), 3);
    }
}
