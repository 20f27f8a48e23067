//! `adapis adfox reports`, `report-metadata` and `report-dates`.

use adapis::adfox::calls::statistics::{Field, OwnerId};
use adapis::adfox::{Client, Extra, Statistics};
use serde::Serialize;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Columns, Row, raw};

#[derive(Debug, clap::Args)]
pub(super) struct Owner {
    /// ID of the administrator's account, which advertisers must name
    #[arg(long, value_name = "ID")]
    owner_id: Option<OwnerId>,
}

impl Owner {
    pub(super) fn id(&self) -> Option<OwnerId> {
        self.owner_id
    }

    pub(super) fn of(&self, client: &Client) -> Statistics {
        let statistics = client.statistics();
        match self.owner_id {
            Some(id) => statistics.owner(id),
            None => statistics,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print the fields of this report; the vendor returns those of custom reports only
    name: Option<String>,
    #[command(flatten)]
    owner: Owner,
}

const COLUMNS: [&str; 4] = ["type", "name", "title", "value"];

/// Saved reports, or the fields of one.
pub(super) async fn list(args: Args, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let statistics = args.owner.of(client);
    let mut rows = Vec::new();
    if let Some(name) = &args.name {
        let info = statistics.report_info(name).await?;
        for (kind, fields) in [
            ("field", &info.fields),
            ("dimension", &info.dimensions),
            ("metric", &info.metrics),
        ] {
            push(&mut rows, kind, fields)?;
        }
        others(&mut rows, "other", info.extra)?;
    } else {
        let saved = statistics.saved_reports().await?;
        for (kind, reports) in [("fixed", &saved.fixed), ("custom", &saved.custom)] {
            for report in reports {
                rows.push(row(kind, report)?);
            }
        }
        others(&mut rows, "other", saved.extra)?;
    }
    print(&rows, ctx)
}

pub(super) async fn metadata(
    owner: &Owner,
    client: &Client,
    ctx: &Context,
) -> Result<(), CliError> {
    let metadata = owner.of(client).metadata().await?;
    let mut rows = Vec::new();
    for (kind, fields) in [
        ("dimension", &metadata.dimensions),
        ("metric", &metadata.metrics),
        ("filter", &metadata.filters),
    ] {
        push(&mut rows, kind, fields)?;
    }
    let days = metadata.limits.max_date_range_days;
    rows.extend(days.map(|days| {
        Row::new()
            .with("type", "limit")
            .with("name", "maxDateRangeDays")
            .with("value", days)
    }));
    others(&mut rows, "limit", metadata.limits.extra.clone())?;
    others(&mut rows, "other", metadata.extra.clone())?;
    print(&rows, ctx)
}

pub(super) async fn dates(owner: &Owner, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let dates = owner.of(client).available_dates().await?;
    let row = Row::of(&dates)?.spread_extra()?;
    let columns = Columns::documented(&["dateFrom", "dateTo"]);
    ctx.output().object_as(&row, columns)
}

fn push(rows: &mut Vec<Row>, kind: &'static str, fields: &[Field]) -> Result<(), CliError> {
    for field in fields {
        rows.push(row(kind, field)?);
    }
    Ok(())
}

fn row(kind: &'static str, value: &impl Serialize) -> Result<Row, CliError> {
    let mut row = Row::new().with("type", kind);
    row.append(Row::of(value)?.spread_extra()?);
    Ok(row)
}

/// Adds the members that are not known: the form of these responses is not published.
fn others(rows: &mut Vec<Row>, kind: &'static str, extra: Extra) -> Result<(), CliError> {
    for (name, value) in extra {
        let value = raw(&value)?;
        let row = Row::new().with("type", kind).with("name", name);
        rows.push(row.with("value", Cell::json(value)));
    }
    Ok(())
}

fn print(rows: &[Row], ctx: &Context) -> Result<(), CliError> {
    let mut out = ctx.output();
    let mut printed = out.rows(Columns::documented(&COLUMNS));
    for row in rows {
        printed.push(row)?;
    }
    printed.finish()
}
