//! Pages of servers that behave oddly, from a script.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic"
)]

use std::fmt::Write as _;
use std::sync::Arc;

use adcore::testing::ScriptedTransport;
use adfox_api::{Client, Credentials, Object, Pages, Params, Row};

fn client(transport: &ScriptedTransport) -> Client {
    Client::builder(
        "https://api.adfox.ru/v1/API.php",
        Credentials::oauth("t0ken"),
    )
    .transport(Arc::new(transport.clone()))
    .build()
    .unwrap()
}

fn page(counters: &str, ids: impl IntoIterator<Item = u32>) -> String {
    let mut rows = String::new();
    for (n, id) in ids.into_iter().enumerate() {
        write!(rows, "<row{n}><ID>{id}</ID></row{n}>").unwrap();
    }
    format!(
        "<response><status><code>0</code></status><result>{counters}<data>{rows}</data></result></response>"
    )
}

fn total(rows: u32) -> String {
    format!("<total_rows>{rows}</total_rows>")
}

async fn ids(pages: Pages<Row>) -> Vec<u32> {
    let rows = pages.collect().await.unwrap();
    rows.iter()
        .map(|row| row.text("ID").unwrap().parse().unwrap())
        .collect()
}

fn offsets(transport: &ScriptedTransport) -> Vec<String> {
    let requests = transport.requests();
    let offset = |request: &http::Request<bytes::Bytes>| {
        let query = request.uri().query().unwrap();
        query.rsplit_once("offset=").unwrap().1.to_owned()
    };
    requests.iter().map(offset).collect()
}

#[tokio::test]
async fn rows_that_slid_onto_the_next_page_come_once() {
    let transport = ScriptedTransport::new();
    transport.reply(200, page(&total(4), [10, 9, 8]));
    transport.reply(200, page(&total(6), [8, 7]));
    transport.reply(200, page(&total(6), [6]));
    let pages = client(&transport)
        .list(Object::Banner, Params::new())
        .page_size(3);
    assert_eq!(ids(pages).await, [10, 9, 8, 7, 6]);
    assert_eq!(offsets(&transport), ["0", "3", "5"]);
}

#[tokio::test]
async fn tracing_points_are_known_by_their_own_id() {
    let transport = ScriptedTransport::new();
    let named = |page: String| page.replace("ID>", "objectID>");
    transport.reply(200, named(page(&total(4), [10, 9, 8])));
    transport.reply(200, named(page(&total(6), [8, 7])));
    transport.reply(200, named(page(&total(6), [6])));
    let pages = client(&transport)
        .list(Object::TracingPoint, Params::new())
        .page_size(3);
    let rows = pages.collect().await.unwrap();
    let ids: Vec<_> = rows.iter().filter_map(|row| row.text("objectID")).collect();
    assert_eq!(ids, ["10", "9", "8", "7", "6"]);
}

#[tokio::test]
async fn a_server_without_counters_is_read_until_a_short_page() {
    let transport = ScriptedTransport::new();
    transport.reply(200, page("", [1, 2]));
    transport.reply(200, page("", [3]));
    let pages = client(&transport)
        .list(Object::Banner, Params::new())
        .page_size(2);
    assert_eq!(ids(pages).await, [1, 2, 3]);
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn a_server_that_caps_the_page_lower_is_read_to_the_end() {
    let transport = ScriptedTransport::new();
    transport.reply(200, page("<limit>2</limit>", [1, 2]));
    transport.reply(200, page("<limit>2</limit>", [3]));
    assert_eq!(
        ids(client(&transport).list(Object::Banner, Params::new())).await,
        [1, 2, 3]
    );
    let transport = ScriptedTransport::new();
    transport.reply(200, page(&total(3), [1, 2]));
    transport.reply(200, page(&total(3), [3]));
    assert_eq!(
        ids(client(&transport).list(Object::Banner, Params::new())).await,
        [1, 2, 3]
    );
}

#[tokio::test]
async fn a_server_that_ignores_the_offset_is_not_read_for_ever() {
    for object in [Object::Banner, Object::ActiveBanners] {
        let transport = ScriptedTransport::new();
        for _ in 0..50 {
            transport.reply(200, page("", [1, 2]));
        }
        let pages = client(&transport).list(object, Params::new()).page_size(2);
        assert_eq!(ids(pages).await, [1, 2]);
        assert!(transport.requests().len() <= 2);
    }
}

#[tokio::test]
async fn a_total_that_wavers_does_not_lead_in_circles() {
    let transport = ScriptedTransport::new();
    for n in 0..100 {
        transport.reply(200, page(&total(if n % 2 == 0 { 3 } else { 2 }), [n % 3]));
    }
    let pages = client(&transport)
        .list(Object::Banner, Params::new())
        .page_size(1);
    ids(pages).await;
    assert!(transport.requests().len() < 10);
}

#[tokio::test]
async fn lists_whose_rows_share_ids_are_not_thinned_out() {
    let transport = ScriptedTransport::new();
    transport.reply(200, page(&total(3), [7, 7, 7]));
    let pages = client(&transport).list(Object::ActiveBanners, Params::new());
    assert_eq!(ids(pages).await, [7, 7, 7]);
}
