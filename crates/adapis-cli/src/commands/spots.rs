//! `adapis spots`: statistics of a publisher, and any JSON-RPC method.

use adapis::RetryPolicy;
use adapis::spots::calls::{Call, Group, SiteId, Statistics, StatisticsRow};
use adapis::spots::{Client, ClientBuilder, Credentials, Date};
use clap::Subcommand;

use crate::access::{SpotsAccess, SpotsAccount};
use crate::call_options::CallOptions;
use crate::context::Context;
use crate::dates::{End, day};
use crate::dry_run::{DryRun, MASK, MaskedTokens};
use crate::error::CliError;
use crate::output::{Cell, Columns, Row, raw};
#[cfg(feature = "pull")]
use crate::page::Subject;

/// The value that selects all placements, in the flags and in the API.
const ALL: &str = "all";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    access: SpotsAccess,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print shows, clicks and income by day, site and placement
    Stats(StatsArgs),
    /// Call any JSON-RPC method
    Call(CallArgs),
}

#[derive(Debug, clap::Args)]
struct StatsArgs {
    /// First day: 2023-08-23, 2024-01 (its first day), today, yesterday or -7d
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    from: String,
    /// Last day, inclusive, in the same forms; a month means its last day
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    to: String,
    /// Group by date_day, site, site_id or placement; repeatable
    #[arg(long, value_name = "WORD", value_delimiter = ',')]
    group: Vec<String>,
    /// Only include the site with this domain; repeatable
    #[arg(long, value_name = "DOMAIN", value_delimiter = ',')]
    site: Vec<String>,
    /// Only include the site with this id; repeatable
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    site_id: Vec<String>,
    /// Only include the placement with this id, or 'all'; repeatable
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    placement: Vec<String>,
    /// Only include the placement with this name, or 'all'; repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    placement_name: Vec<String>,
    /// Maximum number of days per request [default: 31]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    window_days: Option<u32>,
}

#[derive(Debug, clap::Args)]
struct CallArgs {
    /// Name of the method, such as platform.getStatistics
    method: String,
    /// Parameters of the method, a JSON object or array
    #[arg(long, value_name = "JSON")]
    params: Option<String>,
    /// Retry even if an earlier attempt may have taken effect; for methods that change nothing
    #[arg(long)]
    idempotent: bool,
    /// Print the request with its secrets masked instead of sending it
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    #[cfg(feature = "pull")]
    pub(crate) fn is_statistics(&self) -> bool {
        matches!(self.command, Command::Stats(_))
    }
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    match args.command {
        Command::Stats(stats) => {
            let request = stats.request()?;
            let client = client(&args.access, stats.window_days, ctx)?;
            print_statistics(&client, &request, ctx).await
        }
        Command::Call(call) => {
            let dry = call.dry_run;
            let request = call.request()?;
            if dry {
                return dry_call(&args.access, &request, ctx).await;
            }
            let client = client(&args.access, None, ctx)?;
            let result = client.call(&request).await?;
            ctx.output().json(&raw(&result)?)
        }
    }
}

/// Prints the request of a call.
async fn dry_call(access: &SpotsAccess, call: &Call, ctx: &Context) -> Result<(), CliError> {
    let account = access.resolve(ctx)?;
    let dry_run = DryRun::default();
    let credentials = Credentials::new(account.login, MASK);
    let client = Client::builder(&account.endpoint, credentials)
        .token_store(MaskedTokens)
        .retry(RetryPolicy::never())
        .transport(dry_run.clone())
        .build()?;
    dry_run.print(client.call(call).await, ctx)
}

fn client(
    access: &SpotsAccess,
    window_days: Option<u32>,
    ctx: &Context,
) -> Result<Client, CliError> {
    let mut builder = builder(access.resolve(ctx)?);
    if let Some(days) = window_days {
        builder = builder.window_days(days);
    }
    Ok(builder.call_options(ctx)?.build()?)
}

/// A builder with the credentials and the token store of an account.
pub(crate) fn builder(account: SpotsAccount) -> ClientBuilder {
    let store = account
        .tokens
        .map(|folder| folder.file(&[("spots", &account.endpoint), ("login", &account.login)]));
    let credentials = Credentials::new(account.login, account.password);
    let builder = Client::builder(&account.endpoint, credentials);
    match store {
        Some(store) => builder.token_store(store),
        None => builder,
    }
}

impl CallArgs {
    fn request(self) -> Result<Call, CliError> {
        let mut call = Call::new(self.method);
        if let Some(json) = self.params {
            call = call.params_json(&json)?;
        }
        if self.idempotent {
            call = call.idempotent(true);
        }
        Ok(call)
    }
}

impl StatsArgs {
    fn request(&self) -> Result<Statistics, CliError> {
        let mut request = Statistics::new(day(End::First, &self.from)?, day(End::Last, &self.to)?);
        request.groups = self
            .group
            .iter()
            .map(|word| group(word))
            .collect::<Result<_, _>>()?;
        request.sites.clone_from(&self.site);
        request.site_ids = self
            .site_id
            .iter()
            .map(|id| site_id(id))
            .collect::<Result<_, _>>()?;
        if only_all("placement", &self.placement)? {
            request = request.all_placements();
        } else {
            request = self
                .placement
                .iter()
                .map(String::as_str)
                .fold(request, Statistics::placement);
        }
        if only_all("placement-name", &self.placement_name)? {
            request = request.all_placement_names();
        } else {
            let names = self.placement_name.iter();
            request = names.fold(request, Statistics::placement_name);
        }
        Ok(request)
    }
}

/// Whether the flag is 'all'; an error if it is combined with other values.
fn only_all(flag: &'static str, values: &[String]) -> Result<bool, CliError> {
    if !values.iter().any(|value| value == ALL) {
        return Ok(false);
    }
    if values.iter().any(|value| value != ALL) {
        return Err(CliError::input(
            flag,
            format!("--{flag} must be 'all' or a list of values, not both"),
        ));
    }
    Ok(true)
}

async fn print_statistics(
    client: &Client,
    request: &Statistics,
    ctx: &Context,
) -> Result<(), CliError> {
    let columns = Columns::documented(&columns(&request.groups));
    let by_day = request.groups.contains(&Group::DateDay);
    #[cfg(feature = "pull")]
    let columns = match by_day {
        true => columns.by_day(Subject::Spots),
        false => columns,
    };
    ctx.check_columns(&columns)?;
    let mut rows = client.statistics_stream(request);
    let mut output = ctx.output();
    let mut printed = output.rows(columns);
    let progress = ctx.progress("days");
    if by_day {
        progress.total(days(request.from, request.to));
    }
    while !printed.is_full()
        && let Some(found) = rows.next().await
    {
        let found = found?;
        match found.date_day {
            Some(day) if by_day => progress.set(days(request.from, day)),
            _ => progress.tick(),
        }
        printed.push(&cells(found)?)?;
    }
    drop(progress);
    printed.finish()
}

/// The number of days from `first` to `last`, both included.
fn days(first: Date, last: Date) -> u64 {
    let days = last.since(first).map_or(0, |span| span.get_days());
    u64::try_from(days).map_or(0, |days| days + 1)
}

/// The members that the rows of a grouping have.
fn columns(groups: &[Group]) -> Vec<&str> {
    let mut columns = Vec::new();
    for group in groups {
        let names = match group {
            Group::SiteId => &["site_id", "site_name"][..],
            Group::Placement => &["placement", "placement_name"],
            other => &[other.as_str()],
        };
        for name in names {
            if !columns.contains(name) {
                columns.push(*name);
            }
        }
    }
    columns.extend(["shows", "clicks", "income"]);
    columns
}

/// The members that the server sent, and the numbers in any case.
fn cells(found: StatisticsRow) -> Result<Row, CliError> {
    let members = [
        ("date_day", found.date_day.map(|day| day.to_string().into())),
        ("site", found.site.map(Cell::from)),
        ("site_id", found.site_id.map(|id| id.get().into())),
        ("site_name", found.site_name.map(Cell::from)),
        ("placement", found.placement.map(|id| id.as_str().into())),
        ("placement_name", found.placement_name.map(Cell::from)),
    ];
    let mut row = Row::new();
    for (name, cell) in members {
        if let Some(cell) = cell {
            row.push(name, cell);
        }
    }
    row.push("shows", found.shows);
    row.push("clicks", found.clicks);
    row.push("income", found.income);
    for (name, value) in found.extra {
        row.push(name, Cell::json(raw(&value)?));
    }
    Ok(row)
}

fn group(word: &str) -> Result<Group, CliError> {
    match Group::from(word) {
        Group::Other(_) => Err(CliError::input(
            "group",
            format!("--group must be date_day, site, site_id or placement, not '{word}'"),
        )),
        known => Ok(known),
    }
}

fn site_id(text: &str) -> Result<SiteId, CliError> {
    text.parse().map_err(|_| {
        let message = format!("--site-id must be a number such as 750, not '{text}'");
        CliError::input("site-id", message)
    })
}
