//! `adapis pull`: a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use adapis_pull::{Clock, Progress, RunOptions, SourceSummary, Summary, SystemClock};
use jiff::civil::Date;

use super::accounts::Accounts;
use super::{Present, Scope, error, settings, singer};
use crate::context::Context;
use crate::dates::{self, End};
use crate::error::{CliError, one_line};
use crate::format::Format;
use crate::output::{Columns, Row, note};

/// How many lines of one kind are printed for a source; JSON has all of them.
const SHOWN: usize = 20;

#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) scope: Scope,
    /// Publish what was held back on this day or in this month; repeatable
    #[arg(
        long,
        value_name = "DAY",
        value_delimiter = ',',
        allow_hyphen_values = true,
        conflicts_with = "singer"
    )]
    accept: Vec<String>,
    /// Also fail with exit code 9 if sums of days that may still change differ from the vendor's
    #[arg(long, conflicts_with = "singer")]
    strict: bool,
    /// Wait this long for another run of the same source to end [default: 0]
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        hide_default_value = true,
        conflicts_with = "singer"
    )]
    wait: u64,
    /// Send at most this many requests, and leave the other days for the next run
    ///
    /// Every request counts, including those that the plan leaves out: retries, requests for tokens, and
    /// those that ask ADFOX whether a report is ready.
    #[arg(long, value_name = "N", conflicts_with = "singer")]
    max_calls: Option<u64>,
    #[command(flatten)]
    pub(super) present: Present,
    // The last one, because options that follow would appear under its heading.
    #[command(flatten)]
    singer: singer::SingerArgs,
}

pub(super) async fn run(args: &RunArgs, ctx: &Context) -> Result<(), CliError> {
    if args.singer.is_asked() {
        return singer::run(args, &args.singer, ctx).await;
    }
    let config = settings::config(ctx)?;
    let mut options = RunOptions::default();
    options.selection = args.scope.selection(args.present)?;
    options.accept = args.accepted()?;
    options.strict = args.strict;
    options.wait = Duration::from_secs(args.wait);
    options.max_calls = args.max_calls;
    let now = args.present.now()?;
    let is_rehearsal = args.present.is_rehearsal();
    let mut accounts = Accounts::new(&config, &options.selection, is_rehearsal, ctx)?;
    let pull = settings::pull(config, std::mem::take(&mut accounts.clients), ctx)?;
    let progress = ctx.progress("pull");
    let shown = Mutex::new((progress, BTreeMap::new()));
    options.progress = Progress::new(move |summary| {
        if let Ok(mut shown) = shown.lock() {
            let (progress, sources) = &mut *shown;
            sources.insert(summary.source.clone(), Done::of(summary));
            show(progress, sources);
        }
    });
    let clock: &dyn Clock = if is_rehearsal { &now } else { &SystemClock };
    let mut summary = pull.run(&options, clock).await.map_err(error)?;
    // Erases the progress before the result is printed.
    drop(options);
    accounts.explain(&mut summary);
    print(&summary, ctx)?;
    finish(&summary, ctx)
}

impl RunArgs {
    /// Whether the rows are written as messages of Singer.
    pub(super) fn is_singer(&self) -> bool {
        self.singer.is_asked()
    }

    /// The days of `--accept`.
    fn accepted(&self) -> Result<BTreeSet<Date>, CliError> {
        let today = self.present.today()?;
        let mut days = BTreeSet::new();
        for text in &self.accept {
            let range =
                dates::read(End::First, text, today).zip(dates::read(End::Last, text, today));
            let (first, last) = range.ok_or_else(|| {
                let message = format!("--accept must be a day or a month, not '{text}'");
                CliError::input("accept", message)
            })?;
            days.extend(
                first
                    .series(jiff::Span::new().days(1))
                    .take_while(|day| *day <= last),
            );
        }
        Ok(days)
    }
}

/// How far a source is.
struct Done {
    days: u64,
    due: u64,
    rows: u64,
}

impl Done {
    fn of(summary: &SourceSummary) -> Self {
        Self {
            days: summary.days_done,
            due: summary.days_due,
            rows: summary.rows,
        }
    }
}

fn show(progress: &crate::progress::Progress, sources: &BTreeMap<String, Done>) {
    // Only the first few fit into a line.
    const NAMED: usize = 2;
    let running = || sources.iter().filter(|(_, done)| done.days < done.due);
    let mut texts: Vec<String> = running()
        .take(NAMED)
        .map(|(name, done)| format!("{name} {}/{} days, {} rows", done.days, done.due, done.rows))
        .collect();
    let count = running().count();
    if count > NAMED {
        texts.push(format!("{} more sources", count - NAMED));
    } else if count == 0 {
        texts.push("pull".to_owned());
    }
    progress.label(texts.join(" · "));
    progress.total(sources.values().map(|done| done.due).sum());
    progress.set(sources.values().map(|done| done.days).sum());
}

fn print(summary: &Summary, ctx: &Context) -> Result<(), CliError> {
    let mut output = ctx.output();
    if matches!(ctx.format(), Format::Json | Format::Ndjson) {
        return output.value(summary);
    }
    let columns = [
        "source",
        "days_done",
        "days_due",
        "files",
        "rows",
        "calls",
        "retries",
        "waited",
        "changed_days",
        "vanished_rows",
        "reconciled",
        "differences",
        "held_back",
        "errors",
        "exit_code",
    ];
    let table = [
        "source",
        "days_done",
        "days_due",
        "files",
        "rows",
        "calls",
        "changed_days",
        "reconciled",
        "differences",
        "held_back",
        "errors",
    ];
    let mut rows = output.rows(Columns::fixed(&columns).in_tables(&table));
    for source in &summary.sources {
        rows.push(
            &Row::new()
                .with("source", source.source.as_str())
                .with("days_done", source.days_done)
                .with("days_due", source.days_due)
                .with("files", source.files)
                .with("rows", source.rows)
                .with("calls", source.calls)
                .with("retries", source.retries)
                .with("waited", format!("{:.1} s", source.waited_seconds))
                .with("changed_days", source.changed_days)
                .with("vanished_rows", source.vanished_rows)
                .with("reconciled", source.reconciled)
                .with("differences", source.differences.len())
                .with("held_back", files_held_back(source))
                .with("errors", source.errors.len())
                .with("exit_code", u16::from(source.exit_code)),
        )?;
    }
    rows.finish()
}

/// Prints notes about the run. The result is whole, whatever happened.
fn finish(summary: &Summary, ctx: &Context) -> Result<(), CliError> {
    ctx.output_is_whole();
    if !ctx.json_errors() {
        for source in &summary.sources {
            let name = &source.source;
            some(&source.warnings, |text| format!("{name}: {text}"));
            some(&source.differences, |text| format!("{name}: {text}"));
            some(&source.suspects, |held| {
                format!("{name}: held back {}: {}", held.path, held.finding)
            });
            some(&source.errors, |problem| {
                format!("{name}: {}: {}", problem.what, problem.error)
            });
        }
    }
    if summary.exit_code == 0 && summary.sources.iter().all(|source| source.exit_code == 0) {
        return Ok(());
    }
    let mut failed = summary
        .sources
        .iter()
        .filter(|source| source.exit_code != 0);
    let exit_code = summary.exit_code;
    let first = failed.next();
    let what = one_line(&first.map_or_else(String::new, reason));
    Err(CliError::partial(what, failed.count(), exit_code))
}

/// Why a source did not succeed, in one sentence.
fn reason(source: &SourceSummary) -> String {
    let name = &source.source;
    let worst = source
        .errors
        .iter()
        .find(|problem| problem.exit_code == source.exit_code);
    if let Some(problem) = worst {
        return format!("{name}: {}: {}", problem.what, problem.error);
    }
    match source.suspects.first() {
        Some(held) => format!(
            "{name}: {} files are held back, such as {}: {}",
            files_held_back(source),
            held.path,
            held.finding
        ),
        None => format!(
            "{name}: {} sums are not the vendor's",
            source.differences.len()
        ),
    }
}

/// The number of files that are held back, each perhaps for several reasons.
fn files_held_back(source: &SourceSummary) -> usize {
    let paths = source.suspects.iter().map(|held| held.path.as_str());
    paths.collect::<BTreeSet<_>>().len()
}

fn some<T, S: std::fmt::Display>(items: &[T], text: impl Fn(&T) -> S) {
    items.iter().take(SHOWN).for_each(|item| note(text(item)));
    if items.len() > SHOWN {
        note(format!(
            "and {} more; --format json has all",
            items.len() - SHOWN
        ));
    }
}
