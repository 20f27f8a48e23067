//! Reports of ADFOX: the statistics that a configuration describes.
//!
//! Equal requests of one Moscow day get the report that was made for the first of them, so that rows may be older than
//! the instant of their pull, but never of the day before. Days end at midnight in Moscow and `lookback` is a number
//! of days, so that a day which is final by the instant of its pull is final by the age of its rows too.

use std::collections::BTreeSet;
use std::sync::Mutex;

use adcore::{Error, ErrorKind};
use adfox_api::calls::statistics::{
    Cell, Column as ReportColumn, ColumnType as Kind, Filter, Report,
};
use adfox_api::{Client, ReportStream};
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::schema::{Column, ColumnType, Value};
use crate::stream::{
    Ask, Calls, DaySums, FetchError, Sink, Stream, Totals, add_to_day, optional, required, schema,
};
use crate::sync::lock;

/// The dimension of the day, without which rows have no partition.
pub(crate) const DATE: &str = "date";

/// What the names of the streams of reports begin with.
pub(crate) const PREFIX: &str = "adfox.report-";

/// The type of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MetricKind {
    /// A whole number that can be added up.
    Count,
    /// A whole number that cannot, such as that of unique visitors.
    Unique,
    /// An amount.
    Money,
    /// Anything else; kept as text, with the vendor's digits.
    Ratio,
}

impl MetricKind {
    pub(crate) const ALL: [(&str, Self); 4] = [
        ("count", Self::Count),
        ("unique", Self::Unique),
        ("money", Self::Money),
        ("ratio", Self::Ratio),
    ];

    /// Returns the type of a well-known metric. The vendor has hundreds and states their types only in a response, but
    /// the schema must be known before the first request.
    pub(crate) fn of(metric: &str) -> Option<Self> {
        Some(match metric {
            "loads_total"
            | "loads_commercial"
            | "impressions_commercial"
            | "views_total"
            | "clicks_total"
            | "events_total" => Self::Count,
            "reach" => Self::Unique,
            "income" | "cost" => Self::Money,
            "ctr" | "viewability" | "ecpm" => Self::Ratio,
            _ => return None,
        })
    }

    fn is_additive(self) -> bool {
        matches!(self, Self::Count | Self::Money)
    }

    fn column_type(self) -> ColumnType {
        match self {
            Self::Count | Self::Unique => ColumnType::Count,
            Self::Money => ColumnType::Money,
            Self::Ratio => ColumnType::Text,
        }
    }
}

/// Returns the stream of a report. `dimensions` contain [`DATE`].
pub(crate) fn stream(name: &str, metrics: &[(&str, MetricKind)], dimensions: &[&str]) -> Stream {
    let dimension = |name: &&str| {
        let is_date = *name == DATE;
        required(
            name,
            if is_date {
                ColumnType::Date
            } else {
                ColumnType::Text
            },
        )
    };
    let mut columns: Vec<Column> = dimensions.iter().map(dimension).collect();
    let metric = |(name, kind): &(&str, MetricKind)| optional(name, kind.column_type());
    columns.extend(metrics.iter().map(metric));
    let additive = metrics.iter().filter(|(_, kind)| kind.is_additive());
    let words = |(name, kind): &(&str, MetricKind)| {
        let word = MetricKind::ALL.iter().find(|(_, other)| other == kind);
        format!("{name}:{}", word.map_or("", |(word, _)| word))
    };
    let words: Vec<String> = metrics.iter().map(words).collect();
    let (by, metrics) = (dimensions.join(","), words.join(","));
    Stream {
        name: kept(&format!("{PREFIX}{name}")),
        schema: schema(1, columns),
        key: dimensions.iter().map(|name| kept(name)).collect(),
        additive: additive.map(|(name, _)| kept(name)).collect(),
        day: Some(DATE),
        per_advertiser: false,
        is_split: false,
        request: kept(&format!("report {by} metrics={metrics}")),
    }
}

/// Keeps a name for as long as the process lives, once: the names of streams and columns are static everywhere, and
/// those of a configuration are few.
fn kept(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = lock(&NAMES);
    if let Some(known) = names.get(name) {
        return known;
    }
    let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(name);
    name
}

/// Returns the columns of the metrics.
fn metrics(stream: &Stream) -> impl Iterator<Item = &Column> {
    let columns = stream.schema.columns.iter();
    columns.filter(|column| {
        let name = column.name.as_str();
        !stream.key.contains(&name) && name != "account" && name != "extra"
    })
}

/// Returns whether the report is compared with one by days only: not if it is that one, or nothing adds up.
///
/// Nor if a filter is about a metric: whether the vendor applies it to rows or to their sums is not documented.
fn has_coarse(stream: &Stream, filters: &[Filter]) -> bool {
    let is_of_metric = |filter: &Filter| {
        MetricKind::of(&filter.field).is_some()
            || metrics(stream).any(|column| column.name == filter.field)
    };
    stream.key.len() > 1 && !stream.additive.is_empty() && !filters.iter().any(is_of_metric)
}

/// Returns how many requests a window takes: each report is ordered and fetched, and asked for until it is ready.
pub(crate) fn calls(stream: &Stream, filters: &[Filter], reconcile: bool) -> Calls {
    let reports = 1 + u64::from(reconcile && has_coarse(stream, filters));
    Calls::at_least(2 * reports)
}

/// Returns a report without columns of the rows that the configuration selects.
fn selected(ask: Ask<'_>) -> Report {
    let mut report = Report::new(ask.from..=ask.to);
    report.filters = ask.filters.to_vec();
    report.owner = ask.owner;
    report
}

/// Hands the rows of a window to `sink`.
pub(crate) async fn fetch<E>(
    client: &Client,
    ask: Ask<'_>,
    sink: &mut Sink<'_, E>,
) -> Result<(), FetchError<E>> {
    let names = ask.stream.key.iter().copied();
    let mut report = selected(ask);
    for name in names {
        report = report.dimension(name);
    }
    for column in metrics(ask.stream) {
        report = report.metric(column.name.as_str());
    }
    let mut rows = client.statistics().report(&report);
    let mut places = Vec::new();
    while let Some(row) = rows.next().await {
        let row = row?;
        if places.is_empty() {
            places = places_of(ask.stream, &rows)?;
        }
        let columns = ask.stream.schema.columns.iter().zip(&places);
        let values: Vec<Value<'_>> = columns
            .map(|(column, place)| match place {
                None if column.name == "account" => Value::from(ask.account),
                None => Value::Null,
                Some(place) => value(column.column_type, row.get(*place)),
            })
            .collect();
        sink(&values).map_err(FetchError::Row)?;
    }
    Ok(())
}

/// Returns where the values of each column are in the rows, once the vendor's columns are known.
fn places_of(stream: &Stream, rows: &ReportStream) -> Result<Vec<Option<usize>>, Error> {
    let mut places = Vec::new();
    for column in &stream.schema.columns {
        let place = rows.position(&column.name);
        if let Some(found) = place.and_then(|place| rows.columns().get(place)) {
            if !stream.key.contains(&column.name.as_str()) {
                check(stream, column, found)?;
            }
        } else if column.name != "account" && column.name != "extra" {
            let message = format!(
                "the report has no column {}; remove it from the report in the configuration",
                column.name
            );
            return Err(Error::new(ErrorKind::Decode, message));
        }
        places.push(place);
    }
    Ok(places)
}

/// Refuses a metric whose type is not the one in the configuration, because adding up ratios, for example, is
/// meaningless.
fn check(stream: &Stream, column: &Column, found: &ReportColumn) -> Result<(), Error> {
    let is_number = matches!(found.kind, Kind::Integer | Kind::Number);
    let is_summed = stream.additive.contains(&column.name.as_str());
    let must = match column.column_type {
        ColumnType::Text => return Ok(()),
        _ if !is_number => "must have the type ratio, because the vendor returns no numbers",
        _ if is_summed && !found.is_additive() => {
            "must have the type unique or ratio, because it cannot be added up"
        }
        ColumnType::Count if found.kind != Kind::Integer => {
            "must have the type money or ratio, because it may have decimals"
        }
        _ => return Ok(()),
    };
    Err(Error::invalid_input(kept(&column.name), must))
}

/// Converts a cell. One that is not of the column's type stays text, which the guards or the writer refuse with the
/// name of the column.
fn value(column: ColumnType, cell: Option<&Cell>) -> Value<'_> {
    match (column, cell) {
        (_, None | Some(Cell::Null)) => Value::Null,
        (ColumnType::Date, Some(Cell::Text(text))) => match text.parse::<Date>() {
            Ok(day) => Value::Date(day),
            Err(_) => Value::from(text.as_str()),
        },
        (_, Some(Cell::Text(text))) => Value::from(text.as_str()),
        (ColumnType::Text, Some(number)) => Value::from(number.to_string()),
        (ColumnType::Count, Some(Cell::Integer(number))) => Value::Count(*number),
        (_, Some(Cell::Integer(number))) => Value::Money(Decimal::from(*number)),
        (_, Some(Cell::Decimal(number))) => Value::Money(*number),
    }
}

/// Fetches the same metrics by days only, where they are sums.
pub(crate) async fn totals(client: &Client, ask: Ask<'_>) -> Result<Vec<Totals>, Error> {
    if !has_coarse(ask.stream, ask.filters) {
        return Ok(vec![]);
    }
    let mut report = selected(ask).dimension(DATE);
    for name in &ask.stream.additive {
        report = report.metric(*name);
    }
    let mut sums = DaySums::new();
    let mut rows = client.statistics().report(&report);
    while let Some(row) = rows.next().await {
        let row = row?;
        let cell = |name: &str| rows.position(name).and_then(|place| row.get(place));
        let day = cell(DATE).and_then(Cell::as_str);
        let Some(day) = day.and_then(|day| day.parse::<Date>().ok()) else {
            continue;
        };
        for name in &ask.stream.additive {
            let number = cell(name).and_then(Cell::as_decimal);
            add_to_day(&mut sums, day, [(*name, number)]);
        }
    }
    Ok(vec![Totals {
        against: "adfox.report by date",
        columns: ask.stream.additive.clone(),
        days: sums,
    }])
}
