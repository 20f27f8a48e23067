//! `adapis adfox report`.

use std::sync::Arc;

use adapis::adfox::calls::statistics::{Cell as Value, Column, Filter, Report, ReportRow, TaskId};
use adapis::adfox::{Client, ReportStream, StatisticsSettings};
use adapis::{Error, ErrorKind};

use super::reports::Owner;
use super::resume::Tasks;
use crate::context::Context;
use crate::dates::{self, End};
use crate::error::CliError;
use crate::output::{Cell, Columns, Row};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of metrics, as in `adapis adfox report-metadata`; at most 10
    #[arg(
        long = "metric",
        value_name = "NAME",
        value_delimiter = ',',
        required_unless_present_any = ["saved", "task"]
    )]
    metrics: Vec<String>,
    /// Names of dimensions, by which rows are grouped; at most 10
    #[arg(long = "dimension", value_name = "NAME", value_delimiter = ',')]
    dimensions: Vec<String>,
    /// First day: 2023-08-23, 2024-01 (its first day), today, yesterday or -7d; in Moscow time
    #[arg(
        long,
        value_name = "DATE",
        allow_hyphen_values = true,
        required_unless_present = "task"
    )]
    from: Option<String>,
    /// Last day, inclusive, in the same forms; a month means its last day
    #[arg(
        long,
        value_name = "DATE",
        allow_hyphen_values = true,
        required_unless_present = "task"
    )]
    to: Option<String>,
    /// Only rows that fulfil this condition; repeatable, all must be fulfilled
    ///
    /// Operators are eq, ne, lt, le, gt, ge, like, notLike, in, notIn and hasAny; another word is passed
    /// on. The value is a text, and for in, notIn and hasAny a list of texts separated by commas. After
    /// an additional = it is JSON, such as campaign_id:in:=[1,2].
    #[arg(long = "filter", value_name = "FIELD:OPERATOR:VALUE")]
    filters: Vec<String>,
    /// Make the report that is saved under this name, as in `adapis adfox reports`
    #[arg(long, value_name = "NAME")]
    saved: Option<String>,
    /// Wait for a task that was made before, and print its result
    ///
    /// A task that was made with a limit needs the same --limit.
    #[arg(
        long,
        value_name = "ID",
        conflicts_with_all = ["metrics", "dimensions", "from", "to", "filters", "saved"]
    )]
    task: Option<TaskId>,
    /// Do not compare the sums of the rows with the vendor's totals
    #[arg(long, conflicts_with_all = ["not_summed", "summed"])]
    ignore_totals: bool,
    /// Metrics that are not compared with the vendor's totals, because they cannot be added up
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    not_summed: Vec<String>,
    /// Metrics that are compared with the vendor's totals in any case, such as money of the format float
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    summed: Vec<String>,
    #[command(flatten)]
    owner: Owner,
}

/// The vendor refuses a larger limit.
const MAX_ROWS: u64 = 1_000_000;

/// A report of more days has several tasks.
const MAX_DAYS: u32 = 365;

impl Args {
    pub(super) fn settings(&self) -> StatisticsSettings {
        StatisticsSettings::new()
            .check_totals(!self.ignore_totals)
            .not_summed(&self.not_summed)
            .summed(&self.summed)
    }

    /// The flags with which a task of this report is read.
    fn resume_flags(&self, limit: Option<u64>) -> String {
        let mut flags = String::new();
        if let Some(owner) = self.owner.id() {
            flags.push_str(&format!(" --owner-id {owner}"));
        }
        if let Some(limit) = limit {
            flags.push_str(&format!(" --limit {limit}"));
        }
        if self.ignore_totals {
            flags.push_str(" --ignore-totals");
        }
        for (flag, names) in [("not-summed", &self.not_summed), ("summed", &self.summed)] {
            if !names.is_empty() {
                flags.push_str(&format!(" --{flag} {}", names.join(",")));
            }
        }
        flags
    }

    /// The report, of which the vendor needs to make no more rows than are printed.
    fn report(&self, limit: Option<u64>) -> Result<Report, CliError> {
        let day = |end, text: &Option<String>| dates::day(end, text.as_deref().unwrap_or_default());
        let range = (day(End::First, &self.from)?, day(End::Last, &self.to)?);
        let mut report = match &self.saved {
            Some(name) => Report::saved(name, range),
            None => Report::new(range),
        };
        report.metrics.clone_from(&self.metrics);
        report.dimensions.clone_from(&self.dimensions);
        report.limit = limit.filter(|rows| *rows <= MAX_ROWS);
        report.owner = self.owner.id();
        let filters = self.filters.iter().map(|filter| read_filter(filter));
        report.filters = filters.collect::<Result<_, _>>()?;
        Ok(report)
    }
}

/// Reads FIELD:OPERATOR:VALUE.
fn read_filter(text: &str) -> Result<Filter, CliError> {
    text.parse().map_err(|error: Error| {
        let message = error.message();
        let must = message.strip_prefix("filters ").unwrap_or(message);
        CliError::input("filter", format!("--filter '{text}' {must}"))
    })
}

pub(super) async fn run(args: Args, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let statistics = args.owner.of(client);
    let (tasks, flags) = (Tasks::default(), args.resume_flags(ctx.limit()));
    if let Some(task) = &args.task {
        let printed = print(statistics.task_rows(task), None, &tasks, ctx).await;
        return printed.map_err(|error| tasks.resume(error, &flags));
    }
    let report = args.report(ctx.limit())?;
    // What a saved report has is not known before its first row.
    let columns = report.saved.is_none().then(|| {
        let names = report.dimensions.iter().chain(&report.metrics);
        by_day(
            Columns::documented(&names.map(String::as_str).collect::<Vec<_>>()),
            &report.dimensions,
        )
    });
    if let Some(columns) = &columns {
        ctx.check_columns(columns)?;
    }
    let printed = print(statistics.report(&report), columns, &tasks, ctx).await;
    printed.map_err(|error| match error {
        CliError::Call(error) if report.range.days() > MAX_DAYS => {
            CliError::Call(with_flags(error))
        }
        CliError::Call(error) => tasks.resume(CliError::Call(with_flags(error)), &flags),
        other => other,
    })
}

/// Columns of which one may be the day, as the dimension `date` has it.
fn by_day<S: AsRef<str>>(columns: Columns, names: &[S]) -> Columns {
    #[cfg(feature = "pull")]
    if names.iter().any(|name| name.as_ref() == "date") {
        return columns.by_day(crate::page::Subject::Adfox);
    }
    let _ = names;
    columns
}

/// Prints the rows of a report as they arrive.
async fn print(
    rows: ReportStream,
    columns: Option<Columns>,
    tasks: &Tasks,
    ctx: &Context,
) -> Result<(), CliError> {
    let progress = Arc::new(ctx.progress("report"));
    let shown = Arc::clone(&progress);
    let seen = tasks.clone();
    let rows = match ctx.limit() {
        Some(limit) => rows.limit(limit),
        None => rows,
    };
    let mut rows = rows.on_task(move |task| {
        seen.see(&task.id);
        tracing::info!(task = %task.id, status = %task.status, "report");
        shown.label(format!("report: task {} is {}", task.id, task.status));
    });
    let mut next = rows.next().await.transpose()?;
    let names: Vec<String> = rows
        .columns()
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let columns = columns.unwrap_or_else(|| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        by_day(Columns::fixed(&names), &names)
    });
    ctx.check_columns(&columns)?;
    let mut out = ctx.output();
    let mut printed = out.rows(columns);
    let mut count: u64 = 0;
    while let Some(found) = next {
        if printed.is_full() {
            break;
        }
        count += 1;
        if count == 1 || count.is_multiple_of(1000) {
            progress.label(format!("report: {count} rows"));
        }
        printed.push(&row(rows.columns(), found))?;
        next = rows.next().await.transpose()?;
    }
    drop(rows);
    drop(progress);
    printed.finish()
}

fn row(columns: &[Column], row: ReportRow) -> Row {
    let mut printed = Row::new();
    for (column, value) in columns.iter().zip(row.into_cells()) {
        let cell = match value {
            Value::Null => Cell::Null,
            Value::Text(text) => text.into(),
            Value::Integer(number) => number.into(),
            Value::Decimal(number) => number.into(),
        };
        printed.push(column.name.clone(), cell);
    }
    printed
}

/// Names the flags of this command where the library names the parts of a report.
fn with_flags(error: Error) -> Error {
    const FLAGS: [(&str, &str); 6] = [
        ("metrics", "--metric"),
        ("dimensions", "--dimension"),
        ("filters", "--filter"),
        ("limit", "--limit"),
        ("owner", "--owner-id"),
        ("saved", "--saved"),
    ];
    // The library words these errors; others are those of the vendor.
    if error.kind() != ErrorKind::InvalidInput {
        return error;
    }
    let named = FLAGS.iter().find_map(|(field, flag)| {
        let rest = error.message().strip_prefix(field)?;
        Some(format!("{flag}{rest}"))
    });
    match named {
        Some(message) => error.with_message(message),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_that_cannot_be_read_are_quoted() {
        assert!(read_filter("a:in:1,b").is_ok());
        for wrong in ["", "a", "a:eq", "a:eq:=", "a:eq:=null", "a:in:=[null]"] {
            let error = read_filter(wrong).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(error.describe().contains(&format!("'{wrong}' must have")));
        }
    }
}
