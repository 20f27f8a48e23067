//! `adapis adfox`: objects of the ad server, and reports of its statistics.

mod add;
mod call;
mod change;
mod columns;
mod get;
mod import;
mod input;
mod journal;
mod list;
mod names;
mod output;
mod report;
mod reports;
mod resume;
mod sheet;

pub(crate) use names::{list_parameters, objects};

use std::time::Duration;

use adapis::adfox::{Client, StatisticsSettings};
use clap::Subcommand;

use crate::access::{AdfoxAccess, AdfoxAccount};
use crate::call_options::CallOptions;
use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    access: AdfoxAccess,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List objects, such as campaigns, page by page
    List(list::Args),
    /// Print one object with all its members
    Get(get::Args),
    /// Add an object, or one per row of a CSV file
    Add(add::Args),
    /// Change an object; parameters that are not given keep their values
    Modify(change::Modify),
    /// Delete objects by their IDs
    Delete(change::Delete),
    /// Place a campaign on a website, zone or place, or remove it
    Placing(change::Placing),
    /// Set the targeting of campaigns or banners
    Target(change::Target),
    /// Upload a file for a campaign, or the zipped files of a banner
    Upload(change::Upload),
    /// Make a report of the statistics API and print its rows
    ///
    /// The statistics API needs an OAuth token. A range of more than 365 days, and a report that the
    /// vendor has cut off, are requested in parts, which needs --dimension date: reach, CTR and other
    /// ratios cannot be added up. The columns are the dimensions and the metrics.
    Report(Box<report::Args>),
    /// List the saved reports, or the fields of one of them
    Reports(reports::Args),
    /// List the metrics, dimensions and filters of reports, and their limits
    ReportMetadata(reports::Owner),
    /// Print the first and the last day for which there are statistics
    ReportDates(reports::Owner),
    /// Send any call: object=… action=… [actionObject=…] and parameters
    Call(call::Args),
}

impl Args {
    #[cfg(feature = "pull")]
    pub(crate) fn is_report(&self) -> bool {
        matches!(self.command, Command::Report(_))
    }

    /// Whether the command prints rows of the vendor, of which `--limit` takes the first.
    pub(crate) fn is_list(&self) -> bool {
        !matches!(
            self.command,
            Command::Get(_)
                | Command::ReportDates(_)
                | Command::Add(_)
                | Command::Modify(_)
                | Command::Delete(_)
                | Command::Placing(_)
                | Command::Target(_)
                | Command::Upload(_)
        )
    }
}

pub(crate) async fn run(mut args: Args, ctx: &Context) -> Result<(), CliError> {
    let settle = match &args.command {
        Command::Add(args) => Some(args.settle),
        _ => None,
    };
    let statistics = match &args.command {
        Command::Report(args) => Some(args.settings()),
        Command::Reports(_) | Command::ReportMetadata(_) | Command::ReportDates(_) => {
            Some(StatisticsSettings::new())
        }
        _ => None,
    };
    let account = match statistics {
        Some(_) => args.access.resolve_token(ctx)?,
        None => args.access.resolve(ctx)?,
    };
    match &mut args.command {
        Command::Add(args) => args.source.account.clone_from(&account.name),
        Command::Modify(args) => args.source.account.clone_from(&account.name),
        _ => {}
    }
    let client = client(account, settle, statistics, ctx)?;
    match args.command {
        Command::List(args) => list::run(args, &client, ctx).await,
        Command::Get(args) => get::run(args, &client, ctx).await,
        Command::Add(args) => add::run(args, &client, ctx).await,
        Command::Modify(args) => change::modify(args, &client, ctx).await,
        Command::Delete(args) => change::delete(args, &client, ctx).await,
        Command::Placing(args) => change::placing(args, &client, ctx).await,
        Command::Target(args) => change::target(args, &client, ctx).await,
        Command::Upload(args) => change::upload(args, &client, ctx).await,
        Command::Call(args) => call::run(args, &client, ctx).await,
        Command::Report(args) => report::run(*args, &client, ctx).await,
        Command::Reports(args) => reports::list(args, &client, ctx).await,
        Command::ReportMetadata(owner) => reports::metadata(&owner, &client, ctx).await,
        Command::ReportDates(owner) => reports::dates(&owner, &client, ctx).await,
    }
}

fn client(
    account: AdfoxAccount,
    settle: Option<Duration>,
    statistics: Option<StatisticsSettings>,
    ctx: &Context,
) -> Result<Client, CliError> {
    let mut builder = Client::builder(&account.endpoint, account.credentials);
    if let Some(time) = settle {
        builder = builder.settle_time(time);
    }
    if let Some(mut settings) = statistics {
        if let Some(deadline) = ctx.deadline {
            // Whole milliseconds, and never zero, as in the options of calls.
            let millis = u64::try_from(deadline.remaining().as_millis()).unwrap_or(u64::MAX);
            settings = settings.task_deadline(Duration::from_millis(millis.saturating_add(1)));
        }
        builder = builder.statistics(settings);
    }
    Ok(builder.call_options(ctx)?.build()?)
}
