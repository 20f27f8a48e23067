//! `adapis hybrid v3`: the calls of version 3.0 of the REST API.
//!
//! One token of an agency serves all of its advertisers here, so that `--advertiser` is a parameter
//! of the calls and not a token.

use adapis::hybrid::V3;
use adapis::hybrid::calls::v3::{Level, Split, Statistics};
use adapis::hybrid::calls::{Advertiser, BannerId, CampaignId};
use adapis::{Error, ErrorKind};
use clap::Subcommand;
use clap::builder::{StringValueParser, TypedValueParser as _};
use jiff::civil::Date;

use super::{Everyone, agency, columns, connect, list, print};
use crate::access::HybridAccount;
use crate::context::Context;
use crate::dates::{self, End};
use crate::error::CliError;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the advertisers of the agency
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
    /// Print statistics by level and one or two splits
    ///
    /// Columns have the member names of the Hybrid API; what it left out is empty, not 0. Long ranges are
    /// requested in windows of --window-days: a group of a split without a day has one row per window,
    /// with its days in From and To. Reach, Frequency, Viewability and rates cannot be added up.
    Stats(Box<Stats>),
}

#[derive(Debug, clap::Args)]
pub(super) struct Stats {
    /// What the statistics are about: agency, advertiser, campaign or banner; another word is passed on
    #[arg(long, ignore_case = true, value_parser = StringValueParser::new().map(|word| level(&word)))]
    level: Level,
    /// What rows are grouped by, once or twice: Day, Hour, Week, Month, Campaign, Advertiser, BannerName,
    /// BannerSize, BannerType, App, DeviceType, OS, Country, Region, City, Ssp or Folder; another word is
    /// passed on
    #[arg(long = "split", value_name = "SPLIT", required = true, value_delimiter = ',', value_parser = StringValueParser::new().map(|word| split(&word)))]
    splits: Vec<Split>,
    /// ID of the campaign, for --level campaign
    #[arg(long, value_name = "ID", required_if_eq("level", "campaign"))]
    campaign: Option<CampaignId>,
    /// ID of the banner, for --level banner
    #[arg(long, value_name = "ID", required_if_eq("level", "banner"))]
    banner: Option<BannerId>,
    #[command(flatten)]
    range: Range,
    #[command(flatten)]
    everyone: Everyone,
}

#[derive(Debug, clap::Args)]
struct Range {
    /// First day: 2023-08-23, 2024-01 (its first day), today, yesterday or -7d; in Moscow time
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    from: String,
    /// Last day, inclusive, in the same forms; a month means its last day
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    to: String,
    /// Request each day by itself, so that rows without a day, such as those of banners, have one
    #[arg(long, conflicts_with = "window_days")]
    each_day: bool,
    /// Maximum number of days per request
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    window_days: u32,
    /// Number of rows per request; if Hybrid returns fewer, the others follow in pages of that size
    #[arg(long, value_name = "ROWS", default_value_t = 1000)]
    page_size: usize,
    /// Do not compare the sums of the rows with the vendor's totals
    #[arg(long)]
    ignore_totals: bool,
}

impl Range {
    fn days(&self) -> Result<(Date, Date), CliError> {
        let from = dates::day(End::First, &self.from)?;
        Ok((from, dates::day(End::Last, &self.to)?))
    }
}

/// Reads a level; the known ones in any letter case.
fn level(word: &str) -> Level {
    let known = [
        Level::Agency,
        Level::Advertiser,
        Level::Campaign,
        Level::Banner,
    ];
    let mut known = known.into_iter();
    let found = known.find(|level| level.as_str().eq_ignore_ascii_case(word));
    found.unwrap_or_else(|| word.into())
}

/// Reads a split; the known ones in any letter case.
fn split(word: &str) -> Split {
    let mut known = SPLITS.iter();
    let found = known.find(|split| split.as_str().eq_ignore_ascii_case(word));
    found.cloned().unwrap_or_else(|| word.into())
}

/// The known splits.
pub(crate) const SPLITS: [Split; 17] = [
    Split::Day,
    Split::Hour,
    Split::Week,
    Split::Month,
    Split::Campaign,
    Split::Advertiser,
    Split::BannerName,
    Split::BannerSize,
    Split::BannerType,
    Split::App,
    Split::DeviceType,
    Split::OS,
    Split::Country,
    Split::Region,
    Split::City,
    Split::Ssp,
    Split::Folder,
];

pub(super) async fn run(
    command: Command,
    mut account: HybridAccount,
    ctx: &Context,
) -> Result<(), CliError> {
    let advertiser = account.advertiser.take();
    let advertiser = advertiser.as_deref();
    match command {
        Command::Advertisers => {
            let client = connect(account, |builder| builder, ctx)?;
            let found = client.v3().advertisers().await?;
            list(found, columns::v3_advertisers(), ctx)
        }
        Command::Campaigns { everyone } => {
            let v3 = connect(account, |builder| builder, ctx)?.v3();
            if everyone.all_advertisers {
                return all_campaigns(&v3, ctx).await;
            }
            let advertiser = advertiser.map(Into::into);
            let found = v3.campaigns(advertiser.as_ref()).await;
            list(found.map_err(hint)?, columns::named(), ctx)
        }
        Command::Banners { campaign } => {
            let client = connect(account, |builder| builder, ctx)?;
            let found = client.v3().banners(&campaign).await?;
            list(found, columns::named(), ctx)
        }
        Command::Stats(stats) => {
            let range = &stats.range;
            let (days, rows, check) = (range.window_days, range.page_size, !range.ignore_totals);
            let client = connect(
                account,
                |builder| {
                    let builder = builder.window_days(days).page_size(rows);
                    builder.check_totals(check)
                },
                ctx,
            )?;
            statistics(&client.v3(), *stats, advertiser, ctx).await
        }
    }
}

async fn all_campaigns(v3: &V3, ctx: &Context) -> Result<(), CliError> {
    let advertisers = v3.advertisers().await?;
    let call = |advertiser: &Advertiser| {
        let (v3, id) = (v3.clone(), advertiser.id.clone());
        async move { v3.campaigns(Some(&id)).await }
    };
    agency::campaigns("v3.campaigns", advertisers, call, ctx).await
}

async fn statistics(
    v3: &V3,
    stats: Stats,
    advertiser: Option<&str>,
    ctx: &Context,
) -> Result<(), CliError> {
    let (from, to) = stats.range.days()?;
    if stats.splits.len() > 2 {
        return Err(CliError::input(
            "split",
            "--split can be given at most twice",
        ));
    }
    let mut call = Statistics::new(stats.level, from, to);
    call.splits = stats.splits;
    call.campaign = stats.campaign;
    call.banner = stats.banner;
    call.each_day = stats.range.each_day;
    let window = stats.range.window_days;
    let several = !call.each_day && i64::from((to - from).get_days()) >= i64::from(window);
    let columns = columns::v3_statistics(&call.splits, call.each_day, several);
    if stats.everyone.all_advertisers {
        if matches!(call.level, Level::Agency | Level::Campaign | Level::Banner) {
            let message = "--all-advertisers needs --level advertiser";
            return Err(CliError::input("all-advertisers", message));
        }
        let advertisers = v3.advertisers().await?;
        let open = |advertiser: &Advertiser| {
            let call = call.clone().advertiser(advertiser.id.clone());
            Ok(v3.statistics_stream(&call))
        };
        return agency::statistics("v3.statistic", advertisers, columns, open, ctx).await;
    }
    call.advertiser = advertiser.map(Into::into);
    let printed = print(v3.statistics_stream(&call), columns, ctx).await;
    printed.map_err(|error| match error {
        CliError::Call(error) => CliError::Call(unknown_words(&call, hint(error))),
        other => other,
    })
}

/// Names the flags that an agency needs, or the one that says whose token it is.
fn hint(error: Error) -> Error {
    if error.field() == Some("token_kind") {
        let message = error.message().replace("token_kind", "--token-kind");
        return error.with_message(message);
    }
    if error.kind() != ErrorKind::InvalidInput || error.field() != Some("advertiser") {
        return error;
    }
    let message = format!(
        "{} (use --advertiser ID or --all-advertisers)",
        error.message()
    );
    error.with_message(message)
}

/// Names the words that are not known here in the error of a call that Hybrid refused.
fn unknown_words(call: &Statistics, error: Error) -> Error {
    let refused = matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::Rejected | ErrorKind::Server
    );
    let level = match &call.level {
        Level::Other(word) => Some(format!("level '{word}'")),
        _ => None,
    };
    let splits = call.splits.iter().filter_map(|split| match split {
        Split::Other(word) => Some(format!("split '{word}'")),
        _ => None,
    });
    let words: Vec<String> = level.into_iter().chain(splits).collect();
    if !refused || words.is_empty() {
        return error;
    }
    let message = format!(
        "{} ({} is not among the known words, see --help)",
        error.message(),
        words.join(" or ")
    );
    error.with_message(message)
}
