//! `adapis pull status`.

use adapis_pull::{HELD_BACK, SourceStatus, StreamStatus};
use jiff::civil::Date;

use super::{Choice, Present, check_names, error, offline};
use crate::context::Context;
use crate::error::CliError;
use crate::format::Format;
use crate::output::{Cell, Columns, Row, note};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    choice: Choice,
    /// Fail with exit code 9 if a file is suspect, a final day doubtful, an advertiser missing, or a day or snapshot
    /// has never been pulled
    ///
    /// For scripts that watch the nightly job. From midnight until the job has run, the day that has just
    /// ended counts as never pulled.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    present: Present,
}

const COLUMNS: [&str; 14] = [
    "stream",
    "account",
    "from",
    "to",
    "rows",
    "final",
    "open",
    "gaps",
    "suspect",
    "doubtful",
    "late_changes",
    "recent",
    "source",
    "finding",
];

pub(super) fn run(args: &Args, ctx: &Context) -> Result<(), CliError> {
    let now = args.present.now()?;
    let pull = offline(ctx)?;
    let selection = args.choice.selection();
    check_names(&pull, &selection, now)?;
    let found = pull.status(now).map_err(error)?;
    let mut output = ctx.output();
    let mut rows = output.rows(Columns::fixed(&COLUMNS).in_tables(&COLUMNS[..12]));
    let as_json = matches!(ctx.format(), Format::Json | Format::Ndjson);
    let mut problems = Vec::new();
    for source in &found {
        let settings = pull.config().source(&source.source);
        let today = settings.map(|settings| settings.zone.day(now));
        for stream in &source.streams {
            let known = settings.and_then(|settings| settings.stream(stream.stream));
            let Some(known) = known.filter(|known| selection.has(&source.source, &known.stream))
            else {
                continue;
            };
            let snapshot = today.filter(|_| known.stream.is_snapshot());
            if stream.is_unlisted {
                problems.push(unlisted(stream));
            }
            if stream.is_pulled {
                problems.extend(problem(stream, snapshot));
            }
            rows.push(&if as_json {
                whole(source, stream)?
            } else {
                short(source, stream)
            })?;
        }
    }
    rows.finish()?;
    if !ctx.json_errors() {
        tell_foreign(&pull.foreign_folders().map_err(error)?);
    }
    let mut problems = problems.into_iter();
    match problems.next() {
        Some(first) if args.check => {
            ctx.output_is_whole();
            Err(CliError::partial(first, problems.len(), HELD_BACK))
        }
        _ => Ok(()),
    }
}

/// Says that sums over all accounts include rows of accounts that are no longer pulled.
fn tell_foreign(folders: &[String]) {
    let Some(first) = folders.first() else { return };
    note(format!(
        "folders belong to no source of this configuration ({} in all), such as {first}: engines and loaders count their rows too, \
         twice if a source was renamed; remove the folders unless another configuration uses them",
        folders.len()
    ));
}

fn unlisted(stream: &StreamStatus) -> String {
    format!(
        "{} of {}: the vendor does not list this advertiser any more; if it has left, name it under `except`",
        stream.stream, stream.account
    )
}

/// What is wrong with a stream of an account, in one sentence. A list must have a snapshot of the day `snapshot`.
fn problem(stream: &StreamStatus, snapshot: Option<Date>) -> Option<String> {
    let name = format!("{} of {}", stream.stream, stream.account);
    if let Some(suspect) = stream.suspects.first() {
        let finding = &suspect.suspect.finding;
        return Some(format!(
            "{name}: {} is held back: {finding}",
            suspect.partition
        ));
    }
    let mut doubts = stream.doubts.iter().flat_map(|file| &file.days);
    if let Some((_, finding)) = doubts.next() {
        let others = doubts.count();
        return Some(match others {
            0 => finding.clone(),
            _ => format!("{finding}; and {others} other days"),
        });
    }
    if let Some((from, to)) = stream.gaps.first() {
        return Some(if from == to {
            format!("{name}: {from} has never been pulled")
        } else {
            format!("{name}: {from} to {to} have never been pulled")
        });
    }
    let newest = stream.span.map(|(_, newest)| newest);
    let missing = snapshot.filter(|day| newest < Some(*day))?;
    Some(format!("{name}: there is no snapshot of {missing}"))
}

/// Everything that is known, with lists as JSON.
fn whole(source: &SourceStatus, stream: &StreamStatus) -> Result<Row, CliError> {
    let mut row = Row::new().with("source", source.source.as_str());
    row.append(Row::of(stream)?);
    row.push("sparkline", stream.sparkline());
    let text = stream.late.as_ref().map(ToString::to_string);
    row.push("late_changes", text);
    Ok(row)
}

/// What fits into a line.
fn short(source: &SourceStatus, stream: &StreamStatus) -> Row {
    let suspects = stream
        .suspects
        .iter()
        .map(|suspect| suspect.partition.as_str());
    let findings = stream
        .suspects
        .iter()
        .map(|suspect| suspect.suspect.finding.as_str());
    let doubts: Vec<String> = stream
        .doubts
        .iter()
        .flat_map(|file| file.days.keys().map(ToString::to_string))
        .collect();
    let doubts = doubts.iter().map(String::as_str);
    Row::new()
        .with("stream", stream.stream)
        .with("account", stream.account.as_str())
        .with("from", stream.span.map(|(from, _)| from.to_string()))
        .with("to", stream.span.map(|(_, to)| to.to_string()))
        .with("rows", stream.rows)
        .with("final", stream.final_days)
        .with("open", ranges(&stream.open))
        .with("gaps", ranges(&stream.gaps))
        .with("suspect", list(suspects))
        .with("doubtful", list(doubts))
        .with(
            "late_changes",
            stream.late.as_ref().map(ToString::to_string),
        )
        .with("recent", stream.sparkline())
        .with("source", source.source.as_str())
        .with("finding", list(findings))
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> Cell {
    let texts: Vec<&str> = texts.collect();
    if texts.is_empty() {
        return Cell::Null;
    }
    texts.join(", ").into()
}

fn ranges(ranges: &[(Date, Date)]) -> Cell {
    let texts: Vec<String> = ranges
        .iter()
        .map(|(from, to)| {
            if from == to {
                from.to_string()
            } else {
                format!("{from}..{to}")
            }
        })
        .collect();
    list(texts.iter().map(String::as_str))
}
