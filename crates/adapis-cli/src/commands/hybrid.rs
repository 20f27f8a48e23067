//! `adapis hybrid`: advertisers, campaigns, banners and statistics.

mod agency;
mod columns;
mod statistics;
mod v3;

pub(crate) use v3::SPLITS;

use adapis::hybrid::calls::{Advertiser, Call, CampaignId, DateBound};
use adapis::hybrid::{Client, ClientBuilder, Credentials};
use adapis::{Error, ErrorKind};
use clap::Subcommand;
use serde::Serialize;

use crate::access::{HybridAccess, HybridAccount};
use crate::call_options::CallOptions;
use crate::context::Context;
use crate::dates::{self, End};
use crate::error::CliError;
use crate::output::{Columns, Row, raw};
use statistics::{print, statistics};

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
    Campaigns {
        #[command(flatten)]
        everyone: Everyone,
    },
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
    /// Use version 3.0 of the API: advertisers, campaigns, banners and statistics
    ///
    /// The vendor's reference of version 3.0 is not public: the calls are those of public clients, not
    /// checked against the vendor. A token of an agency serves all of its advertisers; --advertiser is
    /// sent as a parameter. `adapis hybrid get` reaches any other path, such as /v3.0/agency/advertisers.
    #[command(subcommand)]
    V3(v3::Command),
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
        #[arg(value_delimiter = ',', conflicts_with = "all_advertisers")]
        ids: Vec<String>,
        #[command(flatten)]
        range: Range,
        #[command(flatten)]
        everyone: Everyone,
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
        #[command(flatten)]
        everyone: Everyone,
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
    /// First day: 2023-08-23, 2024-01 (its first day), today, yesterday or -7d; or a time such as
    /// 2023-08-23T12:00:00; in Moscow time
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    from: String,
    /// Last day or time, inclusive, in the same forms; a month means its last day
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    to: String,
    /// Maximum number of days per request
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    window_days: u32,
}

#[derive(Debug, clap::Args)]
struct Everyone {
    /// Run the command for each advertiser of the agency; one that fails does not stop the others
    #[arg(long, conflicts_with = "advertiser")]
    all_advertisers: bool,
}

impl Range {
    fn bounds(&self) -> Result<(DateBound, DateBound), CliError> {
        Ok((bound(End::First, &self.from)?, bound(End::Last, &self.to)?))
    }
}

/// Reads a day or a time.
fn bound(end: End, text: &str) -> Result<DateBound, CliError> {
    if let Some(day) = dates::read(end, text, dates::today()) {
        return Ok(day.into());
    }
    text.parse()
        .map_err(|_| end.error(text, ", or a time such as 2023-08-23T12:00:00"))
}

impl Args {
    #[cfg(feature = "pull")]
    pub(crate) fn is_statistics(&self) -> bool {
        matches!(
            self.command,
            Command::Stats(_) | Command::V3(v3::Command::Stats(_))
        )
    }
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    let mut account = args.access.resolve(ctx)?;
    let everyone = args.command.is_for_everyone();
    if everyone {
        account.advertiser = None;
    }
    let advertiser = account.advertiser.clone();
    let hints = advertiser.is_none() && !everyone;
    let result = execute(args.command, account, advertiser, ctx).await;
    result.map_err(|error| match error {
        CliError::Call(error) if hints => CliError::Call(hint(error)),
        other => other,
    })
}

/// Says what a refusal of an agency's client may mean.
fn hint(error: Error) -> Error {
    let refused = matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::NotFound | ErrorKind::Rejected
    );
    let own = error.operation().is_none_or(|operation| {
        operation.starts_with("advertiser") || operation.starts_with("v3.")
    });
    if !refused || own {
        return error;
    }
    let message = format!(
        "{} (for the data of an advertiser, use --advertiser ID)",
        error.message()
    );
    error.with_message(message)
}

impl Command {
    fn is_for_everyone(&self) -> bool {
        match self {
            Self::Campaigns { everyone }
            | Self::Stats(Stats::Advertiser { everyone, .. } | Stats::Domain { everyone, .. }) => {
                everyone.all_advertisers
            }
            _ => false,
        }
    }
}

async fn execute(
    command: Command,
    account: HybridAccount,
    advertiser: Option<String>,
    ctx: &Context,
) -> Result<(), CliError> {
    match command {
        Command::Advertisers => {
            let found = client(account, None, ctx)?.advertisers().await?;
            list(found, columns::advertisers(), ctx)
        }
        Command::Campaigns { everyone } if everyone.all_advertisers => {
            let client = client(account, None, ctx)?;
            let call = |advertiser: &Advertiser| {
                let own = client.for_advertiser(advertiser.id.clone());
                async move { own?.campaigns().await }
            };
            agency::campaigns("campaign.get", client.advertisers().await?, call, ctx).await
        }
        Command::Campaigns { .. } => {
            let found = client(account, None, ctx)?.campaigns().await?;
            list(found, columns::named(), ctx)
        }
        Command::Banners { campaign } => {
            let found = client(account, None, ctx)?.banners(&campaign).await?;
            list(found, columns::named(), ctx)
        }
        Command::Get { path } => {
            let json = client(account, None, ctx)?.call(&Call::get(path)).await?;
            ctx.output().json(&raw(&json)?)
        }
        Command::V3(command) => v3::run(command, account, ctx).await,
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
    let windows = |builder: ClientBuilder| match range {
        Some(range) => builder.window_days(range.window_days),
        None => builder,
    };
    connect(account, windows, ctx)
}

fn connect(
    account: HybridAccount,
    settings: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ctx: &Context,
) -> Result<Client, CliError> {
    let advertiser = account.advertiser.clone();
    let client = settings(builder(account)).call_options(ctx)?.build()?;
    Ok(match advertiser {
        Some(advertiser) => client.for_advertiser(advertiser)?,
        None => client,
    })
}

/// A builder with the credentials and the token stores of an account, for the agency.
pub(crate) fn builder(account: HybridAccount) -> ClientBuilder {
    let credentials = Credentials::new(account.client_id.clone(), account.client_secret);
    let mut builder = Client::builder(&account.endpoint, credentials);
    if let Some(kind) = account.token_kind {
        builder = builder.token_kind(kind);
    }
    let Some(folder) = account.tokens else {
        return builder;
    };
    let (endpoint, client_id) = (account.endpoint, account.client_id);
    builder.token_stores(move |advertiser| {
        let id = advertiser.map_or_else(String::new, ToString::to_string);
        folder.file(&[
            ("hybrid", &endpoint),
            ("client_id", &client_id),
            ("advertiser", &id),
        ])
    })
}

/// Members that are exact decimals.
const DECIMALS: &[&str] = &[
    "Balance",
    "CTR",
    "Cost",
    "Ctr",
    "ECPC",
    "ECPM",
    "Frequency",
    "SumBets",
    "SumSegmentsPrice",
    "SumWinningPrice",
    "SumWinningPriceWithComission",
    "TotalSum",
    "Viewability",
];

fn row(value: &impl Serialize) -> Result<Row, CliError> {
    Row::of(value)?.with_numbers(DECIMALS).spread_extra()
}

fn list(items: Vec<impl Serialize>, columns: Columns, ctx: &Context) -> Result<(), CliError> {
    let mut out = ctx.output();
    let mut rows = out.rows(columns);
    for item in items {
        rows.push(&row(&item)?)?;
    }
    rows.finish()
}
