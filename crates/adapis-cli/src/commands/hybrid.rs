//! `adapis hybrid`: advertisers, campaigns, banners and statistics.

use adapis::hybrid::calls::{
    AdvertiserStatistics, BannerStatistics, Call, CampaignDomainStatistics, CampaignId,
    CampaignStatistics, DateBound, DomainStatistics,
};
use adapis::hybrid::{Client, Credentials};
use clap::Subcommand;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::access::{HybridAccess, HybridAccount};
use crate::call_options::CallOptions;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Row;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    access: HybridAccess,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the advertisers of the agency with their balances
    Advertisers,
    /// List the campaigns of the advertiser
    Campaigns,
    /// List the banners of a campaign
    Banners {
        /// ID of the campaign
        campaign: CampaignId,
    },
    /// Print statistics, with the member names of the Hybrid API
    #[command(subcommand)]
    Stats(Stats),
    /// Send a GET request to any path, such as /campaign/get, and print the response
    Get {
        /// Path below the endpoint, with its query
        path: String,
    },
}

#[derive(Debug, Subcommand)]
enum Stats {
    /// Campaigns by day; each row is one day of `Stat` with its CampaignId
    Campaign {
        /// IDs of the campaigns
        #[arg(required = true, value_delimiter = ',')]
        ids: Vec<CampaignId>,
        #[command(flatten)]
        range: Range,
    },
    /// Campaigns of advertisers by day; each row is one day of `Stat` with its CampaignId
    Advertiser {
        /// IDs of the advertisers [default: that of --advertiser]
        #[arg(value_delimiter = ',')]
        ids: Vec<String>,
        #[command(flatten)]
        range: Range,
    },
    /// Banners of a campaign by day and domain
    Banners {
        /// ID of the campaign
        campaign: CampaignId,
        #[command(flatten)]
        range: Range,
    },
    /// All banners on one domain by day
    Domain {
        /// The domain, such as sport-express.ru
        domain: String,
    },
    /// Totals of one banner; one row per window of --window-days
    Banner {
        /// ID of the banner
        banner: String,
        #[command(flatten)]
        range: Range,
    },
}

#[derive(Debug, clap::Args)]
struct Range {
    /// First day (YYYY-MM-DD) or time (YYYY-MM-DDTHH:MM:SS), in Moscow time
    #[arg(long, value_name = "DATE")]
    from: DateBound,
    /// Last day or time, inclusive
    #[arg(long, value_name = "DATE")]
    to: DateBound,
    /// Maximum number of days per request
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    window_days: u32,
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    let account = args.access.resolve(ctx)?;
    let advertiser = account.advertiser.clone();
    match args.command {
        Command::Advertisers => list(client(account, None, ctx)?.advertisers().await?, ctx),
        Command::Campaigns => list(client(account, None, ctx)?.campaigns().await?, ctx),
        Command::Banners { campaign } => {
            list(client(account, None, ctx)?.banners(&campaign).await?, ctx)
        }
        Command::Get { path } => {
            let json = client(account, None, ctx)?.call(&Call::get(path)).await?;
            let json = RawValue::from_string(json.as_str().to_owned())
                .map_err(|error| CliError::local("cannot print the response", error.into()))?;
            ctx.output().json(&json)
        }
        Command::Stats(stats) => {
            let client = client(account, stats.range(), ctx)?;
            statistics(&client, stats, advertiser, ctx).await
        }
    }
}

impl Stats {
    fn range(&self) -> Option<&Range> {
        match self {
            Self::Campaign { range, .. }
            | Self::Advertiser { range, .. }
            | Self::Banners { range, .. }
            | Self::Banner { range, .. } => Some(range),
            Self::Domain { .. } => None,
        }
    }
}

fn client(
    account: HybridAccount,
    range: Option<&Range>,
    ctx: &Context,
) -> Result<Client, CliError> {
    let credentials = Credentials::new(account.client_id.clone(), account.client_secret);
    let mut builder = Client::builder(&account.endpoint, credentials);
    if let Some(folder) = account.tokens {
        let (endpoint, client_id) = (account.endpoint, account.client_id);
        builder = builder.token_stores(move |advertiser| {
            let id = advertiser.map_or_else(String::new, ToString::to_string);
            folder.file(&[
                ("hybrid", &endpoint),
                ("client_id", &client_id),
                ("advertiser", &id),
            ])
        });
    }
    if let Some(range) = range {
        builder = builder.window_days(range.window_days);
    }
    let client = builder.call_options(ctx)?.build()?;
    Ok(match account.advertiser {
        Some(advertiser) => client.for_advertiser(advertiser)?,
        None => client,
    })
}

/// Members that are exact decimals.
const DECIMALS: &[&str] = &[
    "Balance",
    "Cost",
    "Ctr",
    "SumBets",
    "SumWinningPrice",
    "SumWinningPriceWithComission",
];

fn row(value: &impl Serialize) -> Result<Row, CliError> {
    Row::of(value)?.with_numbers(DECIMALS).spread_extra()
}

fn list(items: Vec<impl Serialize>, ctx: &Context) -> Result<(), CliError> {
    let mut out = ctx.output();
    let mut rows = out.rows(None);
    for item in items {
        rows.push(&row(&item)?)?;
    }
    rows.finish()
}

async fn statistics(
    client: &Client,
    stats: Stats,
    advertiser: Option<String>,
    ctx: &Context,
) -> Result<(), CliError> {
    match stats {
        Stats::Campaign { ids, range } => {
            let call = CampaignStatistics::new(range.from, range.to, ids);
            print(client.campaign_statistics_stream(&call), ctx).await
        }
        Stats::Advertiser { mut ids, range } => {
            if ids.is_empty() {
                ids.extend(advertiser);
            }
            let call = AdvertiserStatistics::new(range.from, range.to, ids);
            print(client.advertiser_statistics_stream(&call), ctx).await
        }
        Stats::Banners { campaign, range } => {
            let call = CampaignDomainStatistics::new(range.from, range.to, campaign);
            print(client.campaign_domain_statistics_stream(&call), ctx).await
        }
        Stats::Domain { domain } => {
            let call = DomainStatistics::new(domain);
            print(client.domain_statistics_stream(&call), ctx).await
        }
        Stats::Banner { banner, range } => {
            let call = BannerStatistics::new(range.from, range.to, banner);
            print(client.banner_statistics_stream(&call), ctx).await
        }
    }
}

/// Prints rows as they arrive.
async fn print<T: Serialize>(
    mut rows: adapis::hybrid::StatisticsStream<T>,
    ctx: &Context,
) -> Result<(), CliError> {
    let mut out = ctx.output();
    let mut printed = out.rows(None);
    let progress = ctx.progress("statistics");
    while let Some(found) = rows.next().await {
        printed.push(&row(&found?)?)?;
        progress.add(1);
    }
    drop(progress);
    printed.finish()
}
