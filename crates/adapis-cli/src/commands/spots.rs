use adapis::spots::calls::{Call, Group, SiteId, Statistics};
use adapis::spots::{Client, Credentials, Date};
use clap::Subcommand;
use serde_json::value::RawValue;

use crate::access::SpotsAccess;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Row;

/// What stands for every placement, as on the wire.
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
    /// Shows, clicks and income by day, site and placement
    Stats(StatsArgs),
    /// Call any JSON-RPC method
    Call(CallArgs),
}

#[derive(Debug, clap::Args)]
struct StatsArgs {
    /// First day, such as 2023-08-23
    #[arg(long, value_name = "DAY")]
    from: String,
    /// Last day, included
    #[arg(long, value_name = "DAY")]
    to: String,
    /// Group by date_day, site, site_id or placement; repeatable
    #[arg(long, value_name = "WORD", value_delimiter = ',')]
    group: Vec<String>,
    /// Only this site by domain; repeatable
    #[arg(long, value_name = "DOMAIN", value_delimiter = ',')]
    site: Vec<String>,
    /// Only this site by id; repeatable
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    site_id: Vec<String>,
    /// Only this placement by id, or 'all'; repeatable
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    placement: Vec<String>,
    /// Only this placement by name, or 'all'; repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    placement_name: Vec<String>,
    /// Ask for at most so many days at once
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    window_days: Option<u32>,
}

#[derive(Debug, clap::Args)]
struct CallArgs {
    /// Name of the method, such as platform.getStatistics
    method: String,
    /// Its parameters, a JSON object or array
    #[arg(long, value_name = "JSON")]
    params: Option<String>,
    /// The call changes nothing: repeat it after a failure that leaves its outcome open
    #[arg(long)]
    idempotent: bool,
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    match args.command {
        Command::Stats(stats) => {
            let request = stats.request()?;
            let client = client(&args.access, stats.window_days, ctx)?;
            print_statistics(&client, &request, ctx).await
        }
        Command::Call(call) => {
            let request = call.request()?;
            let client = client(&args.access, None, ctx)?;
            let result = client.call(&request).await?;
            let json = RawValue::from_string(result.as_str().to_owned())
                .map_err(|error| CliError::local("cannot print the answer", error.into()))?;
            ctx.output().json(&json)
        }
    }
}

fn client(
    access: &SpotsAccess,
    window_days: Option<u32>,
    ctx: &Context,
) -> Result<Client, CliError> {
    let account = access.resolve(ctx)?;
    let store = account
        .tokens
        .map(|folder| folder.file(&[("spots", &account.endpoint), ("login", &account.login)]));
    let credentials = Credentials::new(account.login, account.password);
    let mut builder = Client::builder(&account.endpoint, credentials);
    if let Some(store) = store {
        builder = builder.token_store(store);
    }
    if let Some(days) = window_days {
        builder = builder.window_days(days);
    }
    if let Some(transport) = ctx.transport()? {
        builder = builder.transport(transport);
    }
    if let Some(deadline) = ctx.deadline {
        builder = builder.deadline(deadline).attempt_timeout(deadline);
    }
    if let Some(policy) = ctx.retry() {
        builder = builder.retry(policy);
    }
    Ok(builder.build()?)
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
        let mut request = Statistics::new(day("from", &self.from)?, day("to", &self.to)?);
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
            request = self.placement.iter().fold(request, Statistics::placement);
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

/// Whether all placements are meant; 'all' and a name beside it contradict each other.
fn only_all(flag: &'static str, values: &[String]) -> Result<bool, CliError> {
    if !values.iter().any(|value| value == ALL) {
        return Ok(false);
    }
    if values.iter().any(|value| value != ALL) {
        return Err(CliError::input(flag, "must be 'all' or a list, not both"));
    }
    Ok(true)
}

async fn print_statistics(
    client: &Client,
    request: &Statistics,
    ctx: &Context,
) -> Result<(), CliError> {
    const NUMBERS: [&str; 3] = ["shows", "clicks", "income"];
    let mut rows = client.statistics_stream(request);
    let mut output = ctx.output();
    let mut row = rows.next().await.transpose()?;
    let groups = request.groups.iter().map(Group::as_str);
    let columns: Vec<&str> = groups.chain(NUMBERS).collect();
    let mut printed = output.rows(row.is_none().then_some(&columns));
    while let Some(found) = row {
        printed.push(&Row::of(&found)?)?;
        row = rows.next().await.transpose()?;
    }
    printed.finish()
}

fn day(flag: &'static str, text: &str) -> Result<Date, CliError> {
    text.parse()
        .map_err(|_| CliError::input(flag, "must be a day such as 2023-08-23"))
}

fn group(word: &str) -> Result<Group, CliError> {
    match Group::from(word) {
        Group::Other(_) => Err(CliError::input(
            "group",
            "must be date_day, site, site_id or placement",
        )),
        known => Ok(known),
    }
}

fn site_id(text: &str) -> Result<SiteId, CliError> {
    let id = text.parse().map(SiteId);
    id.map_err(|_| CliError::input("site-id", "must be a number such as 750"))
}
