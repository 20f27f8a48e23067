//! Hybrid against the emulator: statistics in any form and of any length.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeSet;
use std::time::Duration;

use adapis_emulator::{
    Emulator, Fault, FaultPlan, FaultPoint, HybridDates, HybridNames, HybridNumbers, HybridZeros,
    Settings,
};
use hybrid_rest::calls::{
    AdvertiserStatistics, BannerStatistics, Campaign, CampaignDays, CampaignDomainStatistics,
    CampaignId, CampaignRow, CampaignStatistics, DomainStatistics,
};
use hybrid_rest::{
    Client, ClientBuilder, Credentials, Error, ErrorKind, RetryPolicy, StatisticsStream,
};
use jiff::civil::{Date, date};

const CAMPAIGN: &str = "53df8633af55cd57805746f5";
const YEAR: [Date; 2] = [date(2025, 1, 1), date(2025, 12, 31)];

async fn emulator(change: impl FnOnce(&mut Settings)) -> Emulator {
    let mut settings = Settings::default();
    change(&mut settings);
    Emulator::builder()
        .settings(settings)
        .start()
        .await
        .unwrap()
}

fn builder(emulator: &Emulator) -> ClientBuilder {
    let hybrid = &emulator.credentials().hybrid;
    Client::builder(
        &emulator.hybrid_url(),
        Credentials::new(hybrid.client_id.clone(), hybrid.client_secret.clone()),
    )
    .retry(RetryPolicy::default().initial_delay(Duration::from_millis(1)))
}

fn client(emulator: &Emulator) -> Client {
    builder(emulator).build().unwrap()
}

async fn all<T>(mut rows: StatisticsStream<T>) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    while let Some(row) = rows.next().await {
        all.push(row?);
    }
    Ok(all)
}

/// Returns campaigns that have statistics for a year.
async fn busy(client: &Client, count: usize) -> Vec<CampaignId> {
    let campaigns = client.campaigns().await.unwrap();
    let ids = campaigns.into_iter().map(|campaign: Campaign| campaign.id);
    ids.skip(3).take(count).collect()
}

fn keys(rows: &[CampaignRow]) -> BTreeSet<(String, Date)> {
    rows.iter()
        .map(|row| (row.campaign_id.to_string(), row.date.unwrap()))
        .collect()
}

#[tokio::test]
async fn the_figures_of_the_page_in_every_form() {
    for (dates, names, numbers, zeros) in [
        (
            HybridDates::Page,
            HybridNames::Page,
            HybridNumbers::Numbers,
            HybridZeros::Zero,
        ),
        (
            HybridDates::Date,
            HybridNames::Camel,
            HybridNumbers::Strings,
            HybridZeros::Null,
        ),
        (
            HybridDates::Time,
            HybridNames::Upper,
            HybridNumbers::Numbers,
            HybridZeros::Absent,
        ),
        (
            HybridDates::Offset,
            HybridNames::Camel,
            HybridNumbers::Strings,
            HybridZeros::Zero,
        ),
    ] {
        let emulator = emulator(|settings| {
            settings.hybrid.dates = dates;
            settings.hybrid.names = names;
            settings.hybrid.numbers = numbers;
            settings.hybrid.zeros = zeros;
        })
        .await;
        let client = client(&emulator);
        let zero = (zeros == HybridZeros::Zero).then_some(0);

        let day = date(2015, 12, 31);
        let call = CampaignStatistics::new(day, day, [CAMPAIGN]);
        let groups = client.campaign_statistics(&call).await.unwrap();
        assert_eq!(groups[0].campaign_id.as_str(), CAMPAIGN);
        let row = &groups[0].stat[0];
        assert_eq!(row.date, Some(day), "{dates:?}");
        assert_eq!(row.cost.unwrap().to_string(), "697.827701971");
        assert_eq!(row.sum_bets.unwrap().to_string(), "1622290.744716147");
        assert_eq!(
            (row.impression_count, row.click_count),
            (Some(61239), Some(310))
        );
        assert_eq!(row.conversion_count, zero, "{zeros:?}");
        assert_eq!(row.ctr.unwrap().to_string(), "0.5");
        assert!(row.extra.is_empty());
        let streamed = all(client.campaign_statistics_stream(&call)).await.unwrap();
        assert_eq!(streamed.len(), 1);
        let rows: Vec<_> = groups
            .iter()
            .cloned()
            .flat_map(CampaignDays::rows)
            .collect();
        assert_eq!(streamed, rows);

        let call = AdvertiserStatistics::new(day, day, [CAMPAIGN]);
        let of_advertiser = client.advertiser_statistics(&call).await.unwrap();
        assert_eq!(of_advertiser[0], groups[0]);

        let call = CampaignDomainStatistics::new(date(2016, 1, 26), date(2016, 1, 26), CAMPAIGN);
        let rows = client.campaign_domain_statistics(&call).await.unwrap();
        assert_eq!(rows[0].date, Some(date(2016, 1, 26)));
        assert_eq!(
            rows[0]
                .sum_winning_price_with_commission
                .unwrap()
                .to_string(),
            "0.006"
        );

        let call = DomainStatistics::new("sport-express.ru");
        let rows = all(client.domain_statistics_stream(&call)).await.unwrap();
        assert_eq!(rows[0].date, Some(date(2014, 12, 16)));
        assert_eq!(
            rows[0].sum_winning_price.unwrap().to_string(),
            "0.000509914"
        );

        let day = date(2017, 3, 18);
        let call = BannerStatistics::new(day, day, "58c1598f7bc72f277c4744ec");
        let banner = client.banner_statistics(&call).await.unwrap();
        assert_eq!((banner.date, banner.reach), (Some(day), Some(5510)));
        assert_eq!(
            banner
                .sum_winning_price_with_commission
                .unwrap()
                .to_string(),
            "9.35129"
        );
    }
}

#[tokio::test]
async fn long_ranges_and_long_lists_come_whole_in_windows_in_date_order() {
    let emulator = emulator(|settings| settings.hybrid.max_days = Some(90)).await;
    let plain = client(&emulator);
    let ids = busy(&plain, 30).await;
    let call = CampaignStatistics::new(YEAR[0], YEAR[1], ids.clone());
    let refused = plain.campaign_statistics(&call).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Server);
    assert!(refused.message().contains("wrong request"), "{refused}");

    let before = emulator.requests().of("hybrid.statistic.campaign").received;
    let client = builder(&emulator).url_limit(350).build().unwrap();
    let rows = all(client.campaign_statistics_stream(&call)).await.unwrap();
    let asked = emulator.requests().of("hybrid.statistic.campaign").received - before;
    assert!(asked > 5 && asked % 5 == 0, "{asked} requests");

    let mut settings = emulator.settings();
    settings.hybrid.max_days = None;
    emulator.set_settings(settings);
    let whole = plain.campaign_statistics(&call).await.unwrap();
    let whole: Vec<_> = whole.into_iter().flat_map(|group| group.rows()).collect();
    assert_eq!(rows.len(), whole.len());
    assert_eq!(keys(&rows).len(), rows.len(), "a row came twice");
    assert_eq!(keys(&rows), keys(&whole));
    let cost = |rows: &[CampaignRow]| {
        rows.iter()
            .filter_map(|row| row.cost)
            .sum::<rust_decimal::Decimal>()
    };
    assert_eq!(cost(&rows), cost(&whole));

    let window = |row: &CampaignRow| (row.date.unwrap() - YEAR[0]).get_days() / 90;
    assert!(rows.is_sorted_by_key(window));
    let one = CampaignStatistics::new(YEAR[0], YEAR[1], [ids[0].clone()]);
    let days = all(client.campaign_statistics_stream(&one)).await.unwrap();
    assert!(days.is_sorted_by_key(|row| row.date) && days.len() > 300);
}

#[tokio::test]
async fn the_other_reports_are_cut_too() {
    let emulator = emulator(|settings| settings.hybrid.max_days = Some(30)).await;
    let client = builder(&emulator).window_days(30).build().unwrap();
    let ids = busy(&client, 1).await;
    let rows = all(
        client.campaign_domain_statistics_stream(&CampaignDomainStatistics::new(
            YEAR[0],
            YEAR[1],
            ids[0].clone(),
        )),
    )
    .await
    .unwrap();
    assert!(rows.len() > 300 && rows.is_sorted_by_key(|row| row.date));
    let banner = client.banners(&ids[0]).await.unwrap().swap_remove(0).id;
    let call = BannerStatistics::new(YEAR[0], YEAR[1], banner);
    let windows = all(client.banner_statistics_stream(&call)).await.unwrap();
    assert_eq!(windows.len(), 13);
    let advertisers = client.advertisers().await.unwrap();
    let call = AdvertiserStatistics::new(
        date(2025, 1, 1),
        date(2025, 2, 9),
        advertisers.into_iter().map(|advertiser| advertiser.id),
    );
    let rows = all(client.advertiser_statistics_stream(&call))
        .await
        .unwrap();
    assert!(rows.len() > 5000);
    assert_eq!(keys(&rows).len(), rows.len());
}

#[tokio::test]
async fn an_id_given_twice_is_asked_for_once() {
    let emulator = emulator(|_| ()).await;
    let day = date(2015, 12, 31);
    let call = CampaignStatistics::new(day, day, [CAMPAIGN, CAMPAIGN]);
    let rows = all(client(&emulator).campaign_statistics_stream(&call))
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
}

#[tokio::test]
async fn responses_of_any_size_are_read_row_by_row() {
    let emulator = emulator(|settings| settings.hybrid.rows_multiplier = 20_000).await;
    let client = builder(&emulator).body_limit(1024).build().unwrap();
    let call = CampaignStatistics::new(date(2015, 12, 1), date(2015, 12, 31), [CAMPAIGN]);
    let mut rows = client.campaign_statistics_stream(&call);
    let mut count = 0;
    while let Some(row) = rows.next().await {
        assert_eq!(row.unwrap().impression_count, Some(61239));
        count += 1;
    }
    assert_eq!(count, 20_000);
    let error = client.campaign_statistics(&call).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_break_is_asked_for_again_and_a_later_one_is_resumed() {
    let emulator = emulator(|_| ()).await;
    let client = client(&emulator);
    let ids = busy(&client, 5).await;
    let call = CampaignStatistics::new(YEAR[0], YEAR[1], ids);
    let whole = all(client.campaign_statistics_stream(&call)).await.unwrap();
    emulator
        .faults(
            FaultPlan::new("hybrid.statistic.campaign")
                .fault(Fault::reset(FaultPoint::MidBody))
                .fault(Fault::truncate(5000))
                .fault(Fault::status(503))
                .fault(Fault::expired_token()),
        )
        .unwrap();
    let rows = all(client.campaign_statistics_stream(&call)).await.unwrap();
    assert_eq!(rows, whole);
    assert!(emulator.unmet_faults().is_empty());

    let mut settings = emulator.settings();
    settings.hybrid.rows_multiplier = 50;
    emulator.set_settings(settings);
    emulator
        .faults(FaultPlan::new("hybrid.statistic.campaign").fault(Fault::truncate(1_500_000)))
        .unwrap();
    let rows = all(client.campaign_statistics_stream(&call)).await.unwrap();
    assert!(emulator.unmet_faults().is_empty());
    assert_eq!(
        rows,
        all(client.campaign_statistics_stream(&call)).await.unwrap()
    );

    emulator
        .faults(FaultPlan::new("hybrid.statistic.campaign").fault(Fault::truncate(1_500_000)))
        .unwrap();
    let client = builder(&emulator)
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let mut rows = client.campaign_statistics_stream(&call);
    let mut count = 0;
    let error = loop {
        match rows.next().await.unwrap() {
            Ok(_) => count += 1,
            Err(error) => break error,
        }
    };
    assert!(count > 100, "{count} rows before the break");
    assert!(error.is_transient(), "{error}");
    assert_eq!(error.operation(), Some("statistic.campaign"));
    assert!(rows.next().await.is_none(), "nothing follows a gap");
}

#[tokio::test]
async fn ids_behind_the_days_are_found_and_lost_ones_refused() {
    let emulator = emulator(|_| ()).await;
    let client = client(&emulator);
    let day = date(2015, 12, 31);
    let call = CampaignStatistics::new(day, day, ["a"]);
    let answer = |body: &str| {
        let plan = FaultPlan::new("hybrid.statistic.campaign");
        emulator
            .faults(plan.fault(Fault::default().body(body)))
            .unwrap();
        all(client.campaign_statistics_stream(&call))
    };
    let rows = answer(
        r#"[{"Stat":[{"Date":"2015-12-31","Cost":1.10},{"Cost":2}],"CampaignId":"a"},
            {"Stat":[{"Cost":3}],"New":1,"campaignid":"b"}]"#,
    )
    .await
    .unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row.campaign_id.as_str()).collect();
    assert_eq!(ids, ["a", "a", "b"]);
    assert_eq!(rows[2].extra["New"].as_str(), "1");
    let rows = answer(
        r#"[{"CampaignId":"a","New":1,"Stat":[{"Cost":3}]},{"CampaignId":"b","Stat":null}]"#,
    );
    let rows = rows.await.unwrap();
    assert_eq!((rows.len(), rows[0].extra["New"].as_str()), (1, "1"));
    assert!(answer("[]").await.unwrap().is_empty());
    assert!(answer("null").await.unwrap().is_empty());
    for body in [
        r#"[{"CampaignId":"a","Stat":[{"Cost":1}]},{"Stat":[{"Cost":2}],"CampaignId":"b"}]"#,
        r#"[{"Stat":[{"Cost":2}]}]"#,
        r#"[{"CampaignId":"a","Stat":[{"Cost":"canary"}]}]"#,
        r#"{"Statistic":[]}"#,
        "{}",
        r#"[{"CampaignId":"a","Stat":[]},{"CampaignId":"b"}]"#,
        "<html>canary</html>",
        r#"[{"CampaignId":"a","Stat":[{"Cost":1}"#,
    ] {
        let error = answer(body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(!format!("{error:?}").contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn bad_input_is_the_first_item_and_nothing_is_sent() {
    let emulator = emulator(|_| ()).await;
    let client = client(&emulator);
    let none: [&str; 0] = [];
    let call = CampaignStatistics::new(YEAR[0], YEAR[1], none);
    let error = all(client.campaign_statistics_stream(&call))
        .await
        .unwrap_err();
    assert_eq!(error.field(), Some("ids"));
    let call = CampaignDomainStatistics::new(YEAR[1], YEAR[0], "a");
    let error = all(client.campaign_domain_statistics_stream(&call))
        .await
        .unwrap_err();
    assert_eq!(error.field(), Some("to"));
    let call = BannerStatistics::new(YEAR[0], YEAR[1], "..");
    let error = all(client.banner_statistics_stream(&call))
        .await
        .unwrap_err();
    assert_eq!(error.field(), Some("banner"));
    assert!(emulator.requests().operations.is_empty());
    for (builder, field) in [
        (builder(&emulator).window_days(0), "window_days"),
        (builder(&emulator).concurrency(0), "concurrency"),
    ] {
        assert_eq!(builder.build().unwrap_err().field(), Some(field));
    }
}
