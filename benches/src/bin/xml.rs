//! ADFOX rows over HTTP into typed values: the client's pages against quick-xml's own serde.

use std::sync::Arc;

use adapis_benches::rounds::{Contest, Plan};
use adapis_benches::server::Server;
use adcore::{Endpoint, HyperTransport, Transport};
use adfox_api::{Client, Credentials, Object, Params};
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use clap::Parser;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use row::Row;

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    plan: Plan,
    /// Size of an answer in KiB; a page of 1000 rows has about 300
    #[arg(long, default_value_t = 20_000)]
    kb: usize,
}

mod row {
    #![allow(dead_code, reason = "decoded whether read or not")]

    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Row {
        #[serde(rename = "ID")]
        id: u64,
        name: String,
        status: u32,
        level: u32,
        #[serde(rename = "campaignID")]
        campaign_id: u64,
        #[serde(rename = "bannerTypeID")]
        banner_type_id: u64,
        impressions_all: u64,
        clicks_all: u64,
        date_added: String,
        priority: u32,
        user3: String,
    }

    #[derive(Deserialize)]
    pub(super) struct Response {
        pub(super) result: Contents,
    }

    #[derive(Deserialize)]
    pub(super) struct Contents {
        pub(super) data: Data,
    }

    #[derive(Deserialize)]
    pub(super) struct Data {
        #[serde(rename = "$value")]
        pub(super) rows: Vec<Row>,
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { plan, kb } = Arguments::parse();
    let server = Server::start()?;
    let endpoint = Endpoint::parse(&server.url("/"))?;
    let hyper: Arc<dyn Transport> = Arc::new(HyperTransport::for_endpoint(&endpoint)?);
    let client = Client::builder(
        &server.url("/API.php"),
        Credentials::password("bench", "bench"),
    )
    .transport(hyper)
    .body_limit(1 << 30)
    .build()?;
    let by_hand: HyperClient<_, Full<Bytes>> =
        HyperClient::builder(TokioExecutor::new()).build(HttpConnector::new());
    let url = server.url(&format!("/API.php?{kb}kb"));

    let mut contest = Contest::new();
    contest.add("quick-xml-serde", "quick-xml-serde", async |count| {
        for _ in 0..count {
            let response = by_hand.get(url.parse()?).await?;
            let body = response.into_body().collect().await?.to_bytes();
            let answer: row::Response = quick_xml::de::from_reader(&*body)?;
            ensure!(!answer.result.data.rows.is_empty(), "no rows");
        }
        Ok(())
    });
    contest.add("typed-rows", "quick-xml-serde", |count| {
        pages::<Row>(&client, kb, count)
    });
    contest.add("untyped-rows", "quick-xml-serde", |count| {
        pages::<adfox_api::Row>(&client, kb, count)
    });
    contest.run(&plan, 1).await
}

async fn pages<T>(client: &Client, kb: usize, count: usize) -> Result<()>
where
    T: serde::de::DeserializeOwned + Send,
{
    for _ in 0..count {
        let params = Params::new().with("search", format!("x{kb}kb"));
        let mut pages = client.list_as::<T>(Object::Banner, params);
        let page = pages.next().await?.context("no page")?;
        ensure!(!page.rows.is_empty(), "no rows");
    }
    Ok(())
}
