//! The numbers of a page, from the files and their status.

use std::collections::{BTreeMap, BTreeSet};

use adapis_pull::{Pull, Repull, Source, StreamSettings, StreamStatus, Value, Vendor};
use adapis_report::{DayRow, Freshness, LateChange, Offset, Report};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use rust_decimal::Decimal;

use super::Look;
use crate::commands::pull::error;
use crate::error::CliError;
use crate::page::{self, Names, Subject};

/// Days before those of the charts, for comparisons with them.
const BEFORE: u16 = 10;

/// Makes the report of a stream, or of one of its splits.
pub(crate) fn fill(
    pull: &Pull,
    source: &Source,
    (settings, split): (&StreamSettings, Option<&str>),
    now: Timestamp,
    look: &Look,
) -> Result<Report, CliError> {
    let stream = settings.stream.name;
    let rule = settings.rule(source);
    let last = rule.last(now);
    let shown = Span::new().days(look.days + BEFORE - 1);
    let first = last.checked_sub(shown).unwrap_or(last);
    let columns = Columns::of(settings, split);
    let rows = rows(pull, source, &columns, (first, last))?;

    let status = pull.status(now).map_err(error)?;
    let own: Vec<StreamStatus> = status
        .into_iter()
        .filter(|status| status.source == source.name)
        .flat_map(|status| status.streams)
        .filter(|status| status.stream == stream)
        .collect();
    let window = (first.max(rule.from), last);
    let history = pull.history(&source.name, first).map_err(error)?;
    let subject = match source.vendor() {
        Vendor::Spots => Subject::Spots,
        Vendor::Hybrid => Subject::Hybrid,
        _ => Subject::Adfox,
    };
    let title = look.title.clone().unwrap_or_else(|| source.name.clone());
    let mut report = Report::new(title, now)
        .language(look.language())
        .money(subject.money())
        .grouping(subject.grouping(columns.name))
        .last_day(last)
        .freshness(freshness(&own, &history, stream, window))
        .open(days_of(own.iter().flat_map(|status| &status.open), window))
        .late(late(&history.repulls, stream))
        .rows(rows);
    if let Some(split) = split {
        report = report.dimension(split);
    }
    if let Some(currency) = &look.currency {
        report = report.currency(currency.as_str());
    }
    report.offset_seconds = offset(&source.zone.to_string()).seconds();
    Ok(report)
}

/// Where the rows of a stream have what the page shows.
struct Columns<'a> {
    stream: &'static str,
    day: Option<usize>,
    /// The split that rows must be of, and where they name it.
    split: Option<(usize, &'a str)>,
    /// The column of the groups' names.
    name: Option<&'static str>,
    /// The positions of that name and of what distinguishes groups of the same name.
    group: Option<(usize, usize)>,
    impressions: Vec<usize>,
    clicks: Vec<usize>,
    money: Vec<usize>,
}

impl<'a> Columns<'a> {
    fn of(settings: &StreamSettings, split: Option<&'a str>) -> Self {
        let stream = &settings.stream;
        let columns = stream.schema.columns.iter();
        let columns: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
        let position = |name: &str| columns.iter().position(|column| *column == name);
        let positions = |names: &[&str]| -> Vec<usize> {
            names.iter().filter_map(|name| position(name)).collect()
        };
        let group = page::group_of(&columns);
        Self {
            stream: stream.name,
            day: stream.day.and_then(position),
            split: split.and_then(|split| Some((position("Split")?, split))),
            name: group.map(|(name, _)| name),
            group: group.and_then(|(name, key)| Some((position(name)?, position(key)?))),
            impressions: positions(&page::IMPRESSIONS),
            clicks: positions(&page::CLICKS),
            money: positions(&page::MONEY),
        }
    }

    /// Whether a row is of the split that is shown.
    fn has(&self, row: &[Value<'_>]) -> bool {
        self.split
            .is_none_or(|(at, split)| text(row.get(at)) == split)
    }
}

fn rows(
    pull: &Pull,
    source: &Source,
    columns: &Columns<'_>,
    days: (Date, Date),
) -> Result<Vec<DayRow>, CliError> {
    let mut names = campaign_names(pull, source)?;
    let mut found = Vec::new();
    for row in pull
        .rows(&source.name, columns.stream, days)
        .map_err(error)?
    {
        let row = row.map_err(error)?;
        let Some(Value::Date(day)) = columns.day.and_then(|at| row.get(at)) else {
            continue;
        };
        if !columns.has(&row) {
            continue;
        }
        let (name, key) = match columns.group {
            Some((name, key)) => (text(row.get(name)), text(row.get(key))),
            None => (source.name.clone(), source.name.clone()),
        };
        // A name of the snapshot of campaigns counts for more than the id in the row.
        names.learn(&key, &name);
        found.push(
            DayRow::new(*day, key)
                .impressions(count(&row, &columns.impressions))
                .clicks(count(&row, &columns.clicks))
                .money(number(&row, &columns.money)),
        );
    }
    names.apply(&mut found);
    Ok(found)
}

/// The names of the campaigns of Hybrid, if they are pulled too.
fn campaign_names(pull: &Pull, source: &Source) -> Result<Names, CliError> {
    const STREAM: &str = "hybrid.campaign";
    let mut names = Names::default();
    let Some(settings) = source.stream(STREAM) else {
        return Ok(names);
    };
    let columns = &settings.stream.schema.columns;
    let position = |name: &str| columns.iter().position(|column| column.name == name);
    let (Some(id), Some(name)) = (position("Id"), position("Name")) else {
        return Ok(names);
    };
    for row in pull
        .rows(&source.name, STREAM, (Date::MIN, Date::MAX))
        .map_err(error)?
    {
        let row = row.map_err(error)?;
        names.learn(&text(row.get(id)), &text(row.get(name)));
    }
    Ok(names)
}

fn text(value: Option<&Value<'_>>) -> String {
    match value {
        Some(Value::Text(text)) => text.to_string(),
        Some(Value::Count(count)) => count.to_string(),
        Some(Value::Date(date)) => date.to_string(),
        Some(Value::Money(amount)) => amount.to_string(),
        _ => String::new(),
    }
}

fn count(row: &[Value<'_>], positions: &[usize]) -> Option<u64> {
    number(row, positions).and_then(|number| u64::try_from(number).ok())
}

/// The first number that there is.
fn number(row: &[Value<'_>], positions: &[usize]) -> Option<Decimal> {
    positions.iter().find_map(|at| match row.get(*at) {
        Some(Value::Count(count)) => Some((*count).into()),
        Some(Value::Money(amount)) => Some(*amount),
        _ => None,
    })
}

fn freshness(
    own: &[StreamStatus],
    history: &adapis_pull::History,
    stream: &str,
    window: (Date, Date),
) -> Freshness {
    let missing = days_of(own.iter().flat_map(|status| &status.gaps), window);
    let mut suspect = BTreeSet::new();
    for partition in own.iter().flat_map(|status| &status.suspects) {
        let days = &partition.suspect.days;
        if days.is_empty() {
            suspect.extend(days_of(&extent(&partition.partition), window));
        } else {
            let is_shown = |day: &&Date| window.0 <= **day && **day <= window.1;
            suspect.extend(days.iter().filter(is_shown));
        }
    }
    let doubts = own.iter().flat_map(|status| &status.doubts);
    let doubtful: BTreeSet<Date> = doubts.flat_map(|file| file.days.keys().copied()).collect();
    let is_doubtful = !doubtful.is_empty();
    let is_shown = |day: &Date| window.0 <= *day && *day <= window.1;
    suspect.extend(doubtful.into_iter().filter(is_shown));
    let all = days_of([&window], window).len();
    let there = all.saturating_sub(missing.len());
    let reconciled = history.last_run.as_ref().and_then(|run| {
        let differs = run.differences.iter().any(|(name, _)| name == stream);
        let is_compared = run.compared.contains(stream);
        (is_compared || is_doubtful).then_some(!differs && !is_doubtful)
    });
    Freshness::new(u64::try_from(there).unwrap_or(u64::MAX))
        .missing(missing)
        .suspect(suspect)
        .last_run(history.last_run.as_ref().map(|run| run.at))
        .reconciled(reconciled)
}

/// The days of a partition such as `month=2025-12-01`.
fn extent(partition: &str) -> Option<(Date, Date)> {
    let (column, date) = partition.split_once('=')?;
    let first: Date = date.parse().ok()?;
    let last = if column == "month" {
        first.last_of_month()
    } else {
        first
    };
    Some((first, last))
}

/// The days of ranges that are in a window.
fn days_of<'a>(
    ranges: impl IntoIterator<Item = &'a (Date, Date)>,
    (first, last): (Date, Date),
) -> BTreeSet<Date> {
    let mut days = BTreeSet::new();
    for (from, to) in ranges {
        let to = *to.min(&last);
        let series = (*from.max(&first)).series(Span::new().days(1));
        days.extend(series.take_while(|day| *day <= to));
    }
    days
}

/// How the sums of whole days changed: the accounts of a run are added up.
fn late(repulls: &[Repull], stream: &str) -> Vec<LateChange> {
    let mut sums: BTreeMap<(&str, Date), LateChange> = BTreeMap::new();
    let own = |repull: &&Repull| repull.path.split('/').next() == Some(stream);
    for repull in repulls.iter().filter(own) {
        let key = (repull.run.as_str(), repull.day);
        let sum = sums.entry(key).or_insert_with(|| {
            LateChange::new(repull.day, repull.days_after, Decimal::ZERO, Decimal::ZERO)
        });
        sum.before = sum.before.saturating_add(repull.before);
        sum.after = sum.after.saturating_add(repull.after);
    }
    sums.into_values().collect()
}

/// An offset such as `+03:00`.
fn offset(zone: &str) -> Offset {
    let (sign, rest) = zone.split_at_checked(1).unwrap_or(("+", zone));
    let mut parts = rest.split(':').map(|part| part.parse::<i32>().unwrap_or(0));
    let (hours, minutes) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let seconds = (hours * 60 + minutes) * 60;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).unwrap_or(Offset::UTC)
}
