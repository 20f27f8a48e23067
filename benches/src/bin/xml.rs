//! ADFOX rows over HTTP into typed values as they arrive, against quick-xml's serde support.
//!
//! `--only NAME --kb N` runs one contestant once and prints the number of its rows and the growth
//! of peak memory.

use std::cell::Cell;
use std::sync::Arc;

use adapis_benches::memory::peak_kib;
use adapis_benches::rounds::{Contest, Plan};
use adapis_benches::server::Server;
use adcore::{Endpoint, Transport};
use adcore_http::HyperTransport;
use adfox_api::{Action, Call, Client, Context as AdfoxContext, Credentials, Object, Params};
use anyhow::{Context, Result};
use bytes::Bytes;
use clap::Parser;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::de::DeserializeOwned;

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    plan: Plan,
    /// Size of a response in KiB; a page of 1000 rows has about 300
    #[arg(long, default_value_t = 100_000)]
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
#[expect(clippy::print_stdout, reason = "a benchmark's result")]
async fn main() -> Result<()> {
    let Arguments { plan, kb } = Arguments::parse();
    let server = Server::on_one_core()?;
    let endpoint = Endpoint::parse(&server.url("/"))?;
    let hyper: Arc<dyn Transport> = Arc::new(HyperTransport::for_endpoint(&endpoint)?);
    let credentials = Credentials::password("bench", "bench");
    let client = Client::builder(&server.url("/API.php"), credentials)
        .transport(Arc::clone(&hyper))
        .body_limit(1 << 30)
        .build()?;
    let by_hand = HyperClient::builder(TokioExecutor::new()).build(HttpConnector::new());
    let url = server.url(&format!("/API.php?{kb}kb"));

    let met = Cell::new(0_usize);
    let mut contest = Contest::new();
    contest.add("quick-xml-serde", "quick-xml-serde", async |count| {
        for _ in 0..count {
            let body = collect(&by_hand, &url).await?;
            let answer: row::Response = quick_xml::de::from_str(std::str::from_utf8(&body)?)?;
            met.set(met.get() + answer.result.data.rows.len());
        }
        Ok(())
    });
    contest.add("quick-xml-scan", "quick-xml-serde", async |count| {
        for _ in 0..count {
            let body = collect(&by_hand, &url).await?;
            let mut reader = Reader::from_str(std::str::from_utf8(&body)?);
            loop {
                match reader.read_event()? {
                    Event::Start(start) if start.starts_with("row") => met.set(met.get() + 1),
                    Event::Eof => break,
                    _ => {}
                }
            }
        }
        Ok(())
    });
    contest.add("typed-rows", "quick-xml-serde", |count| {
        rows::<row::Row>(&client, kb, count, &met)
    });
    contest.add("untyped-rows", "quick-xml-serde", |count| {
        rows::<adfox_api::Row>(&client, kb, count, &met)
    });
    contest.add("typed-page", "quick-xml-serde", |count| {
        pages::<row::Row>(&client, kb, count, &met)
    });
    contest.add("drain", "quick-xml-serde", |count| {
        drain(&hyper, &url, count)
    });
    let before = peak_kib()?;
    let alone = plan.only.is_some();
    contest.run(&plan, 1).await?;
    if alone {
        println!("{} rows", met.get());
        println!("peak memory grew by {} KiB", peak_kib()? - before);
    }
    Ok(())
}

async fn collect(client: &HyperClient<HttpConnector, Full<Bytes>>, url: &str) -> Result<Bytes> {
    let response = client.get(url.parse()?).await?;
    Ok(response.into_body().collect().await?.to_bytes())
}

async fn rows<T>(client: &Client, kb: usize, count: usize, met: &Cell<usize>) -> Result<()>
where
    T: DeserializeOwned + Send + 'static,
{
    let call = Call::new(AdfoxContext::Account, Action::List)
        .object(Object::Banner)
        .param("search", format!("x{kb}kb"));
    for _ in 0..count {
        let mut rows = client.rows::<T>(&call);
        while let Some(row) = rows.next().await {
            std::hint::black_box(row?);
            met.set(met.get() + 1);
        }
    }
    Ok(())
}

async fn pages<T>(client: &Client, kb: usize, count: usize, met: &Cell<usize>) -> Result<()>
where
    T: DeserializeOwned + Send,
{
    for _ in 0..count {
        let params = Params::new().with("search", format!("x{kb}kb"));
        let mut pages = client.list_as::<T>(Object::Banner, params);
        let page = pages.next().await.context("no page")??;
        met.set(met.get() + page.rows.len());
    }
    Ok(())
}

async fn drain(transport: &Arc<dyn Transport>, url: &str, count: usize) -> Result<()> {
    for _ in 0..count {
        let request = http::Request::get(url).body(Bytes::new())?;
        let mut body = transport.send(request).await?.into_body();
        while let Some(chunk) = body.chunk().await {
            std::hint::black_box(chunk?.len());
        }
    }
    Ok(())
}
