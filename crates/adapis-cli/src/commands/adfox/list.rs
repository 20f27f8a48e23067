//! `adapis adfox list`.

use adapis::adfox::{
    Action, Call, Client, Context as AdfoxContext, Page, Pages, Params, Row as AdfoxRow, Value,
};

use super::columns::columns;
use super::input::{Parameters, Sending};
use super::names::{check_list, object};
use super::output::preview;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Columns, Row, Rows, note};

/// The number of rows per page that the client requests.
const LONGEST_PAGE: u64 = 1000;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Type of the objects: superCampaign, campaign, banner, website, zone, place, …
    #[arg(value_name = "OBJECT")]
    object: String,
    #[command(flatten)]
    parameters: Parameters,
    /// List all pages; by default the first 1000 rows, or as set by limit=N and offset=N
    #[arg(long)]
    all: bool,
    /// Print only rows whose member has this value, from all pages; repeatable, all must match
    #[arg(long = "where", value_name = "MEMBER=VALUE")]
    conditions: Vec<String>,
    #[command(flatten)]
    sending: Sending,
}

/// Which rows of a list are printed.
pub(super) struct ListOptions {
    all: bool,
    conditions: Vec<Condition>,
    columns: Columns,
}

/// A member and the value that it must have.
struct Condition {
    member: String,
    value: String,
    /// Whether a row had the member.
    known: bool,
}

impl ListOptions {
    /// All rows of all pages.
    pub(super) fn all(columns: Columns) -> Self {
        Self {
            all: true,
            conditions: Vec::new(),
            columns,
        }
    }

    fn of(args: &Args, columns: Columns) -> Result<Self, CliError> {
        let conditions = args.conditions.iter().map(|text| {
            let (member, value) = text
                .split_once('=')
                .filter(|(member, _)| !member.is_empty())
                .ok_or_else(|| {
                    let message = format!("'{text}' is not of the form MEMBER=VALUE");
                    CliError::input("where", message)
                })?;
            Ok(Condition {
                member: member.to_owned(),
                value: value.to_owned(),
                known: false,
            })
        });
        let conditions: Vec<Condition> = conditions.collect::<Result<_, CliError>>()?;
        Ok(Self {
            all: args.all || !conditions.is_empty(),
            conditions,
            columns,
        })
    }

    fn is_wanted(&mut self, row: &AdfoxRow) -> bool {
        let mut wanted = true;
        for condition in &mut self.conditions {
            let member = row.get(&condition.member);
            condition.known |= member.is_some();
            let text = member.and_then(Value::as_str).unwrap_or_default();
            wanted &= member.is_some() && text.trim() == condition.value.trim();
        }
        wanted
    }

    /// Fails if there were rows, and none of them had a member that a condition names.
    fn check(&self, rows: u64) -> Result<(), CliError> {
        let unknown = self.conditions.iter().find(|condition| !condition.known);
        match unknown.filter(|_| rows > 0) {
            None => Ok(()),
            Some(Condition { member, .. }) => Err(CliError::input(
                "where",
                format!("none of the {rows} rows has a member {member}; names are case-sensitive"),
            )),
        }
    }
}

pub(super) async fn run(args: Args, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let object = object(&args.object)?;
    let columns = columns(&object);
    let params = args.parameters.read(ctx)?;
    check_list(&object, &params)?;
    let call = Call::new(AdfoxContext::Account, Action::List)
        .object(object)
        .params(page_size(params, args.conditions.is_empty(), ctx))
        .send_as(args.sending.method.into());
    let options = ListOptions::of(&args, columns)?;
    let pages = client.pages(&call);
    print_pages(pages, &args.object, options, &args.sending, client, ctx).await
}

/// Requests no longer pages than `--limit` needs, unless rows are picked from them.
fn page_size(params: Params, takes_all: bool, ctx: &Context) -> Params {
    match ctx.limit() {
        Some(rows) if takes_all && rows < LONGEST_PAGE && params.get("limit").is_none() => {
            let mut params = params;
            params.push("limit", rows.to_string());
            params
        }
        _ => params,
    }
}

/// Prints the rows of a list.
pub(super) async fn print_pages(
    mut pages: Pages<AdfoxRow>,
    what: &str,
    mut options: ListOptions,
    sending: &Sending,
    client: &Client,
    ctx: &Context,
) -> Result<(), CliError> {
    if sending.dry_run {
        return preview(&client.preview(&pages.next_call())?, ctx);
    }
    // As many pages as the rows need.
    options.all |= ctx.limit().is_some();
    let mut out = ctx.output();
    let mut rows = out.rows(std::mem::take(&mut options.columns));
    let progress = ctx.progress(what);
    let mut end = 0;
    let mut read = 0;
    while let Some(page) = pages.next().await.transpose()? {
        if let Some(total) = page.total {
            progress.total(total);
        }
        tracing::info!(rows = page.rows.len(), offset = page.offset, "page");
        push(&page, &mut options, &mut rows)?;
        let count = page.rows.len() as u64;
        progress.add(count);
        read += count;
        end = page.offset + count;
        if !options.all || rows.is_full() {
            break;
        }
    }
    drop(progress);
    options.check(read)?;
    let is_full = rows.is_full();
    rows.finish()?;
    if let (Some(limit), Some(total)) = (ctx.limit(), pages.total())
        && is_full
        && options.conditions.is_empty()
        && limit < total
    {
        note(format_args!("showing {limit} of {total} rows, see --limit"));
    }
    if let Some(total) = pages.total().filter(|total| !options.all && *total > end) {
        note(format_args!(
            "showing {read} of {total} rows; use --all to list all of them"
        ));
    }
    Ok(())
}

fn push(
    page: &Page<AdfoxRow>,
    options: &mut ListOptions,
    rows: &mut Rows<'_>,
) -> Result<(), CliError> {
    if let Some(message) = &page.partial {
        note(message);
    }
    if page.shrank_by > 0 {
        note(format_args!(
            "{} rows were removed while the list was read; reading again to find rows that moved",
            page.shrank_by
        ));
    }
    for row in page.rows.iter().filter(|row| options.is_wanted(row)) {
        rows.push(&Row::of(row)?)?;
    }
    rows.flush()
}
