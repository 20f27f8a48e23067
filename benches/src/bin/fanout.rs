//! Many calls at once: Hybrid's statistics of 9 KB each, against bare transports with the same
//! decoding.

use std::sync::Arc;

use adapis_benches::rounds::{Contest, Plan};
use adapis_benches::server::Server;
use adcore::{Endpoint, Transport};
use adcore_http::{HyperTransport, ReqwestTransport};
use anyhow::{Result, ensure};
use bytes::Bytes;
use clap::Parser;
use futures_util::{StreamExt, TryStreamExt, stream};
use http_body_util::{BodyExt, Full};
use hybrid_rest::calls::{CampaignDays, CampaignStatistics};
use hybrid_rest::wire::Wire;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::civil::date;

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    plan: Plan,
    /// Calls in flight
    #[arg(long, default_value_t = 32)]
    flying: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { plan, flying } = Arguments::parse();
    let server = Server::on_one_core()?;
    let endpoint = Endpoint::parse(&server.url("/"))?;
    let hyper: Arc<dyn Transport> = Arc::new(HyperTransport::for_endpoint(&endpoint)?);
    let reqwest: Arc<dyn Transport> = Arc::new(ReqwestTransport::for_endpoint(&endpoint)?);
    let client = |transport: &Arc<dyn Transport>| {
        let credentials = hybrid_rest::Credentials::new("bench", "bench");
        hybrid_rest::Client::builder(&server.url("/"), credentials)
            .transport(Arc::clone(transport))
            .build()
    };
    let (over_hyper, over_reqwest) = (client(&hyper)?, client(&reqwest)?);
    let by_hand: HyperClient<_, Full<Bytes>> =
        HyperClient::builder(TokioExecutor::new()).build(HttpConnector::new());
    let url = server.url("/statistic/campaign/2015-12-01/2015-12-31/9kb");
    let call = CampaignStatistics::new(date(2015, 12, 1), date(2015, 12, 31), ["9kb"]);

    let mut contest = Contest::new();
    contest.add("bare-hyper-util", "bare-hyper-util", |count| {
        fan_out(count, flying, async || {
            let response = by_hand.get(url.parse()?).await?;
            decode(&response.into_body().collect().await?.to_bytes())
        })
    });
    contest.add("client-hyper", "bare-hyper-util", |count| {
        fan_out(count, flying, async || {
            check(&over_hyper.campaign_statistics(&call).await?)
        })
    });
    contest.add("bare-reqwest", "bare-reqwest", |count| {
        fan_out(count, flying, async || {
            let request = http::Request::get(&url).body(Bytes::new())?;
            let body = reqwest.send(request).await?.into_body();
            decode(&body.collect(1 << 20).await?)
        })
    });
    contest.add("client-reqwest", "bare-reqwest", |count| {
        fan_out(count, flying, async || {
            check(&over_reqwest.campaign_statistics(&call).await?)
        })
    });
    contest.run(&plan, 2000).await
}

async fn fan_out(count: usize, flying: usize, call: impl AsyncFn() -> Result<()>) -> Result<()> {
    stream::iter(0..count)
        .map(|_| call())
        .buffer_unordered(flying)
        .try_collect()
        .await
}

fn decode(body: &[u8]) -> Result<()> {
    let campaigns = adcore_json::decode::<Vec<Wire<CampaignDays>>>(body)?;
    let campaigns: Vec<_> = campaigns.into_iter().map(|campaign| campaign.0).collect();
    check(&campaigns)
}

fn check(campaigns: &[CampaignDays]) -> Result<()> {
    ensure!(
        campaigns.iter().any(|campaign| !campaign.stat.is_empty()),
        "no rows"
    );
    Ok(())
}
