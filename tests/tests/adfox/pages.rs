//! Lists: pages, order, counters, and lists that change while they are read.

use adapis_emulator::{AdfoxCharset, AdfoxCounters, AdfoxSettings, Fault, FaultPlan};
use adfox_api::calls::{CampaignId, ListCampaigns};
use adfox_api::{Action, Call, Context, ErrorKind, Object, Params, Row};
use futures_util::StreamExt;
use serde::Deserialize;

use super::{change_settings, rows, start, start_with};

fn ids(rows: &[Row]) -> Vec<u64> {
    rows.iter()
        .map(|row| row.text("ID").unwrap().parse().unwrap())
        .collect()
}

async fn delete(client: &adfox_api::Client, ids: &str) {
    let params = Params::new().with("listIDs", ids);
    client
        .call(
            &Call::new(Context::Account, Action::Delete)
                .object(Object::Website)
                .params(params),
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn ten_thousand_rows_list_in_ten_requests() {
    let (emulator, client) = start_with(rows("website", 10_000), AdfoxSettings::default()).await;
    let mut pages = client.list(Object::Website, Params::new());
    let mut all = Vec::new();
    while let Some(page) = pages.next().await.transpose().unwrap() {
        assert_eq!(
            (page.rows.len(), page.total, page.shrank_by),
            (1000, Some(10_000), 0)
        );
        assert_eq!(page.offset, all.len() as u64);
        all.extend(page.rows);
    }
    assert_eq!(ids(&all), (1..=10_000).collect::<Vec<_>>());
    assert_eq!(pages.total(), Some(10_000));
    let counts = emulator.requests().of("adfox.account.list.website");
    assert_eq!(counts.received, 10, "{counts:?}");
}

#[tokio::test]
async fn rows_come_in_numeric_order_on_every_page_with_counters_in_either_place() {
    for counters in [AdfoxCounters::Result, AdfoxCounters::Links] {
        let settings = AdfoxSettings {
            counters,
            ..AdfoxSettings::default()
        };
        let (_emulator, client) = start_with(rows("website", 57), settings).await;
        let pages = client.list(Object::Website, Params::new()).page_size(25);
        assert_eq!(
            ids(&pages.collect().await.unwrap()),
            (1..=57).collect::<Vec<_>>()
        );
    }
}

#[tokio::test]
async fn all_is_a_stream_of_rows() {
    let (_emulator, client) = start_with(rows("website", 23), AdfoxSettings::default()).await;
    let all = client
        .list(Object::Website, Params::new())
        .page_size(10)
        .offset(3)
        .all();
    let rows: Vec<Row> = all.map(Result::unwrap).collect().await;
    assert_eq!(ids(&rows), (4..=23).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_empty_list_is_one_page_without_rows() {
    let (_emulator, client) = start_with(rows("website", 0), AdfoxSettings::default()).await;
    let mut pages = client.list(Object::Website, Params::new());
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!((page.rows.len(), page.total), (0, Some(0)));
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_list_that_shrinks_says_so_and_yields_every_row_that_stayed_once() {
    let (_emulator, client) = start_with(rows("website", 30), AdfoxSettings::default()).await;
    let mut pages = client.list(Object::Website, Params::new()).page_size(10);
    let mut all = pages.next().await.unwrap().unwrap().rows;
    delete(&client, "1,2,3,25").await;
    let mut shrank = 0;
    while let Some(page) = pages.next().await.transpose().unwrap() {
        shrank += page.shrank_by;
        all.extend(page.rows);
    }
    assert_eq!(shrank, 4);
    let mut found = ids(&all);
    found.sort_unstable();
    let expected: Vec<u64> = (1..=30).filter(|id| *id != 25).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_list_that_loses_all_pages_to_come_is_read_to_its_end() {
    let (_emulator, client) = start_with(rows("website", 20), AdfoxSettings::default()).await;
    let mut pages = client.list(Object::Website, Params::new()).page_size(10);
    pages.next().await.unwrap().unwrap();
    delete(&client, "1,2,3,4,5,6,7,8,9,10").await;
    let mut rest = Vec::new();
    while let Some(page) = pages.next().await.transpose().unwrap() {
        rest.extend(page.rows);
    }
    assert_eq!(ids(&rest), (11..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_list_that_grows_in_front_yields_no_row_twice() {
    let (_emulator, client) = start_with(rows("website", 30), AdfoxSettings::default()).await;
    let mut pages = client.list(Object::Website, Params::new()).page_size(10);
    let mut all = pages.next().await.unwrap().unwrap().rows;
    delete(&client, "30").await;
    for _ in 0..3 {
        let params = Params::new().with("name", "new");
        client
            .call(
                &Call::new(Context::Account, Action::Add)
                    .object(Object::Website)
                    .params(params),
            )
            .await
            .unwrap();
    }
    while let Some(page) = pages.next().await.transpose().unwrap() {
        all.extend(page.rows);
    }
    let mut found = ids(&all);
    found.sort_unstable();
    let before = found.len();
    found.dedup();
    assert_eq!(found.len(), before, "no row twice");
    assert_eq!(before, 32);
}

#[tokio::test]
async fn the_same_page_is_read_again_after_a_failure() {
    let (emulator, client) = start_with(rows("website", 20), AdfoxSettings::default()).await;
    let mut pages = client.list(Object::Website, Params::new()).page_size(10);
    let mut all = pages.next().await.unwrap().unwrap().rows;
    emulator
        .faults(FaultPlan::new("adfox.account.list.website").fault(Fault::garbage("<html>")))
        .unwrap();
    assert_eq!(
        pages.next().await.unwrap().unwrap_err().kind(),
        ErrorKind::Decode
    );
    all.extend(pages.next().await.unwrap().unwrap().rows);
    assert_eq!(ids(&all), (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn reads_are_repeated_after_transient_faults() {
    let (emulator, client) = start_with(rows("website", 5), AdfoxSettings::default()).await;
    let plan = FaultPlan::new("adfox.account.list.website");
    emulator
        .faults(plan.fault(Fault::status(503)).fault(Fault::truncate(100)))
        .unwrap();
    let rows = client
        .list(Object::Website, Params::new())
        .collect()
        .await
        .unwrap();
    assert_eq!(rows.len(), 5);
    assert!(emulator.unmet_faults().is_empty());
}

#[tokio::test]
async fn a_page_over_1000_rows_is_refused_before_anything_is_sent() {
    let (emulator, client) = start().await;
    for pages in [
        client.list(Object::Campaign, Params::new()).page_size(1001),
        client.list(Object::Campaign, Params::new().with("limit", 1001)),
    ] {
        let mut pages = pages;
        let error = pages.next().await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::InvalidInput, Some("limit"))
        );
    }
    assert!(emulator.requests().recent.is_empty());
}

#[derive(Debug, Deserialize)]
struct Flight {
    #[serde(rename = "ID")]
    id: u64,
    cpm: f64,
}

#[tokio::test]
async fn rows_may_be_of_the_callers_own_type() {
    let (_emulator, client) = start().await;
    let params = Params::new().with("actionObjectID", 3002);
    let rows: Vec<Flight> = client
        .list_as(Object::Campaign, params)
        .collect()
        .await
        .unwrap();
    assert_eq!((rows[0].id, rows[0].cpm), (3002, 41.0));
}

#[tokio::test]
async fn answers_in_windows_1251_are_read_and_a_wrong_charset_is_an_error() {
    let (emulator, client) = start().await;
    let list = ListCampaigns::new().id(CampaignId::new(3001));
    let name = |rows: Vec<adfox_api::calls::Campaign>| rows[0].name.clone().unwrap();
    let utf8 = name(client.campaigns(&list).collect().await.unwrap());
    assert_eq!(utf8, "Зима – рейс 1");
    for declaration in [true, false] {
        change_settings(&emulator, |adfox| {
            adfox.charset = AdfoxCharset::Windows1251;
            adfox.xml_declaration = declaration;
        });
        assert_eq!(name(client.campaigns(&list).collect().await.unwrap()), utf8);
    }
    for (charset, declared) in [
        (AdfoxCharset::Utf8, AdfoxCharset::Windows1251),
        (AdfoxCharset::Windows1251, AdfoxCharset::Utf8),
    ] {
        change_settings(&emulator, |adfox| {
            adfox.charset = charset;
            adfox.declared_charset = Some(declared);
        });
        let error = client.campaigns(&list).collect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
    }
}
