//! Statistics over HTTP into typed rows: streamed, against a body that is collected and then
//! decoded.
//!
//! `--only NAME --kb N` runs one contestant once and prints the number of its rows and the growth
//! of peak memory.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use adapis_benches::memory::peak_kib;
use adapis_benches::rounds::{Contest, Plan};
use adapis_benches::server::Server;
use adcore::{Body, Endpoint, Transport};
use adcore_http::{HyperTransport, ReqwestTransport};
use adcore_json::{RowLocation, Rows};
use anyhow::{Result, ensure};
use bytes::Bytes;
use clap::Parser;
use flate2::read::GzDecoder;
use futures_util::{Stream, StreamExt};
use http_body_util::{BodyExt, Full};
use hybrid_rest::calls::{CampaignDay, CampaignStatistics};
use hybrid_rest::wire::Wire;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::civil::date;
use serde::de::DeserializeOwned;
use spots_rpc::calls::Statistics;
use spots_rpc::wire::WireRow;

mod plain;

static ROWS: AtomicUsize = AtomicUsize::new(0);

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    plan: Plan,
    /// Size of a response in KiB
    #[arg(long, default_value_t = 200_000)]
    kb: usize,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a benchmark's result")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let (server, kb) = (Server::on_one_core()?, arguments.kb);
    let endpoint = Endpoint::parse(&server.url("/"))?;
    let hyper: Arc<dyn Transport> = Arc::new(HyperTransport::for_endpoint(&endpoint)?);
    let reqwest: Arc<dyn Transport> = Arc::new(ReqwestTransport::for_endpoint(&endpoint)?);
    let spots = [&hyper, &reqwest].map(|transport| {
        let credentials = spots_rpc::Credentials::new("bench", "bench");
        spots_rpc::Client::builder(&server.url("/api/v2/"), credentials)
            .transport(Arc::clone(transport))
            .build()
    });
    let [spots, spots_reqwest] = spots;
    let credentials = hybrid_rest::Credentials::new("bench", "bench");
    let hybrid = hybrid_rest::Client::builder(&server.url("/"), credentials)
        .transport(Arc::clone(&hyper))
        .page_size(1)
        .build()?;
    let (spots, spots_reqwest) = (spots?, spots_reqwest?);
    let adfox = adfox_api::Credentials::oauth("bench");
    let settings = adfox_api::StatisticsSettings::new().requests_per_minute(u32::MAX);
    let adfox = adfox_api::Client::builder(&server.url("/"), adfox)
        .transport(Arc::clone(&hyper))
        .statistics(settings)
        .build()?;
    let by_hand = HyperClient::builder(TokioExecutor::new()).build(HttpConnector::new());
    let spots_url = server.url(&format!("/api/v2/?{kb}kb"));
    let (size, packed) = (format!("{kb}kb"), format!("{kb}kbgz"));
    let packed_url = server.url(&format!("/api/v2/?{packed}"));
    let page_url = server.url(&format!("/v3.0/campaign/Campaign?campaignId={size}"));
    let table_url = server.url(&format!("/api/v2/reports/{size}/result"));
    let hybrid_url = server.url(&format!("/statistic/campaign/{kb}kb"));

    let mut contest = Contest::new();
    contest.add("spots-base", "spots-base", |count| {
        collected::<plain::Spots>(&by_hand, &spots_url, count)
    });
    contest.add("spots-rows", "spots-base", |count| {
        streamed::<WireRow>(
            &hyper,
            &spots_url,
            RowLocation::Member("result"),
            Rows::plain,
            count,
        )
    });
    contest.add("spots-rows-serde", "spots-base", |count| {
        streamed::<WireRow>(
            &hyper,
            &spots_url,
            RowLocation::Member("result"),
            Rows::new,
            count,
        )
    });
    contest.add("spots-client", "spots-base", |count| {
        asked(&spots, &size, count)
    });
    contest.add("spots-client-reqwest", "spots-base", |count| {
        asked(&spots_reqwest, &size, count)
    });
    contest.add("gzip-spots-base", "gzip-spots-base", |count| {
        collected_packed(&by_hand, &packed_url, count)
    });
    contest.add("gzip-spots-client", "gzip-spots-base", |count| {
        asked(&spots, &packed, count)
    });
    contest.add("hybrid-base", "hybrid-base", |count| {
        collected::<Vec<plain::Hybrid>>(&by_hand, &hybrid_url, count)
    });
    contest.add("hybrid-rows", "hybrid-base", |count| {
        streamed::<Wire<CampaignDay>>(
            &hyper,
            &hybrid_url,
            RowLocation::Groups("Stat"),
            Rows::plain,
            count,
        )
    });
    contest.add("hybrid-rows-serde", "hybrid-base", |count| {
        streamed::<Wire<CampaignDay>>(
            &hyper,
            &hybrid_url,
            RowLocation::Groups("Stat"),
            Rows::new,
            count,
        )
    });
    contest.add("hybrid-client", "hybrid-base", |count| {
        asked_hybrid(&hybrid, kb, count)
    });
    contest.add("hybrid-v3-base", "hybrid-v3-base", |count| {
        collected::<plain::Page>(&by_hand, &page_url, count)
    });
    contest.add("hybrid-v3-client", "hybrid-v3-base", |count| {
        asked_pages(&hybrid, kb, count)
    });
    contest.add("adfox-base", "adfox-base", |count| {
        collected::<plain::Table>(&by_hand, &table_url, count)
    });
    contest.add("adfox-base-typed", "adfox-base", |count| {
        collected::<plain::TypedTable>(&by_hand, &table_url, count)
    });
    contest.add("adfox-client", "adfox-base", |count| {
        asked_table(&adfox, kb, count)
    });
    contest.add("drain", "spots-base", |count| {
        drained(&hyper, &spots_url, count)
    });
    let before = peak_kib()?;
    let alone = arguments.plan.only.is_some();
    contest.run(&arguments.plan, 1).await?;
    if alone {
        println!("{} rows", ROWS.load(Ordering::Relaxed));
        println!("peak memory grew by {} KiB", peak_kib()? - before);
    }
    Ok(())
}

async fn collected<T: plain::Answer>(
    client: &HyperClient<HttpConnector, Full<Bytes>>,
    url: &str,
    count: usize,
) -> Result<()> {
    for _ in 0..count {
        let response = client.get(url.parse()?).await?;
        let body = response.into_body().collect().await?.to_bytes();
        let answer: T = serde_json::from_slice(&body)?;
        met(answer.rows())?;
    }
    Ok(())
}

/// Like `collected`, with a response compressed with gzip.
async fn collected_packed(
    client: &HyperClient<HttpConnector, Full<Bytes>>,
    url: &str,
    count: usize,
) -> Result<()> {
    for _ in 0..count {
        let response = client.get(url.parse()?).await?;
        let packed = response.into_body().collect().await?.to_bytes();
        let mut body = Vec::new();
        GzDecoder::new(&*packed).read_to_end(&mut body)?;
        let answer: plain::Spots = serde_json::from_slice(&body)?;
        met(plain::Answer::rows(&answer))?;
    }
    Ok(())
}

fn met(rows: usize) -> Result<()> {
    ensure!(rows > 0, "no rows");
    ROWS.fetch_add(rows, Ordering::Relaxed);
    Ok(())
}

async fn open(transport: &Arc<dyn Transport>, url: &str) -> Result<Body> {
    let request = http::Request::get(url).body(Bytes::new())?;
    Ok(transport.send(request).await?.into_body())
}

async fn streamed<T: DeserializeOwned>(
    transport: &Arc<dyn Transport>,
    url: &str,
    shape: RowLocation,
    rows_of: fn(Body, RowLocation) -> Rows<T>,
    count: usize,
) -> Result<()> {
    for _ in 0..count {
        read(rows_of(open(transport, url).await?, shape)).await?;
    }
    Ok(())
}

/// Reads a stream to its end and counts its rows.
async fn read<T>(mut rows: impl Stream<Item = Result<T, adcore::Error>> + Unpin) -> Result<()> {
    let mut number = 0_usize;
    while let Some(row) = rows.next().await {
        // By reference, as a program reads a row: by value would move it once more.
        std::hint::black_box(&row?);
        number += 1;
    }
    met(number)
}

/// The complete client: token, envelope, windows, rows.
async fn asked(client: &spots_rpc::Client, size: &str, count: usize) -> Result<()> {
    let day = date(2023, 8, 23);
    let request = Statistics::new(day, day).site(format!("site{size}"));
    for _ in 0..count {
        read(client.statistics_stream(&request)).await?;
    }
    Ok(())
}

async fn asked_hybrid(client: &hybrid_rest::Client, kb: usize, count: usize) -> Result<()> {
    let days = (date(2015, 12, 1), date(2015, 12, 31));
    let request = CampaignStatistics::new(days.0, days.1, [format!("{kb}kb")]);
    for _ in 0..count {
        read(client.campaign_statistics_stream(&request)).await?;
    }
    Ok(())
}

/// One page with all rows, and the request after it, which brings none.
async fn asked_pages(client: &hybrid_rest::Client, kb: usize, count: usize) -> Result<()> {
    use hybrid_rest::calls::v3;
    let days = (date(2025, 5, 1), date(2025, 5, 31));
    let call = v3::Statistics::of_campaign(days.0, days.1, format!("{kb}kb"));
    let call = call.split(v3::Split::Campaign);
    let v3 = client.for_advertiser("bench")?.v3();
    for _ in 0..count {
        read(v3.statistics_stream(&call)).await?;
    }
    Ok(())
}

/// A report of one day, so that it is read once: task, result, totals.
async fn asked_table(client: &adfox_api::Client, kb: usize, count: usize) -> Result<()> {
    use adfox_api::calls::statistics::Report;
    let day = date(2024, 1, 1);
    let report = Report::new(day..=day).metric("income").dimension("date");
    let report = report.filter("banner_name", "eq", format!("{kb}kb"));
    let statistics = client.statistics();
    for _ in 0..count {
        let mut rows = statistics.report(&report);
        let mut number = 0_usize;
        while let Some(row) = rows.next().await {
            match row {
                Ok(row) => {
                    std::hint::black_box(&row);
                }
                // More rows than the vendor has, after the last one.
                Err(_) if number >= 1_000_000 => break,
                Err(error) => return Err(error.into()),
            }
            number += 1;
        }
        met(number)?;
    }
    Ok(())
}

async fn drained(transport: &Arc<dyn Transport>, url: &str, count: usize) -> Result<()> {
    for _ in 0..count {
        let mut body = open(transport, url).await?;
        while let Some(chunk) = body.chunk().await {
            std::hint::black_box(chunk?.len());
        }
    }
    Ok(())
}
