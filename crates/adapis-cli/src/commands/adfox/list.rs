//! `adapis adfox list`.

use adapis::adfox::{Action, Call, Client, Context as AdfoxContext, Page, Pages, Row as AdfoxRow};

use super::columns::columns;
use super::input::{Parameters, Sending};
use super::names::{check_list, object};
use super::output::preview;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Row, Rows, note};

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
    #[command(flatten)]
    sending: Sending,
}

pub(super) async fn run(args: Args, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let object = object(&args.object)?;
    let columns = columns(&object);
    let params = args.parameters.read()?;
    check_list(&params)?;
    let call = Call::new(AdfoxContext::Account, Action::List)
        .object(object)
        .params(params)
        .send_as(args.sending.method.into());
    let mut pages: Pages<AdfoxRow> = client.pages(&call);
    if args.sending.dry_run {
        return preview(&client.preview(&pages.next_call())?, ctx);
    }
    let mut out = ctx.output();
    let mut rows = out.rows(columns);
    let progress = ctx.progress(&args.object);
    let mut shown = 0;
    while let Some(page) = pages.next().await.transpose()? {
        if let Some(total) = page.total {
            progress.total(total);
        }
        tracing::info!(rows = page.rows.len(), offset = page.offset, "page");
        push(&page, &mut rows)?;
        progress.add(page.rows.len() as u64);
        shown = page.offset + page.rows.len() as u64;
        if !args.all {
            break;
        }
    }
    drop(progress);
    rows.finish()?;
    if let Some(total) = pages.total().filter(|total| !args.all && *total > shown) {
        note(format_args!(
            "showing {shown} of {total} rows; use --all to list all of them"
        ));
    }
    Ok(())
}

fn push(page: &Page<AdfoxRow>, rows: &mut Rows<'_>) -> Result<(), CliError> {
    if let Some(message) = &page.partial {
        note(message);
    }
    if page.shrank_by > 0 {
        note(format_args!(
            "{} rows were removed while the list was read; reading again to find rows that moved",
            page.shrank_by
        ));
    }
    for row in &page.rows {
        rows.push(&Row::of(row)?)?;
    }
    rows.flush()
}
