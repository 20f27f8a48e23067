//! The result of a report: rows by dimensions, with totals of all of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::response::Response;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use super::data::{Figures, Statistics};
use super::fields::{Kind, Metric, Value};
use super::report::Report;
use super::response::json;
use super::settings::{AdfoxReportsSettings, AdfoxTotalsOf};
use crate::json as writer;
use crate::revisions::Moment;
use crate::totals::AdfoxTotals;

#[derive(Serialize)]
struct Column<'a> {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
}

type Groups = BTreeMap<Vec<Value>, Figures>;

/// Adds the rows up by dimensions; returns the groups and the sum of all rows.
fn groups(report: &Report, statistics: &Statistics, moment: &Moment) -> (Groups, Figures) {
    let mut groups = Groups::new();
    let mut total = Figures::default();
    if report.dimensions.is_empty() {
        groups.insert(Vec::new(), total);
    }
    for day in statistics.days_within(moment, report.from, report.to) {
        for row in statistics.rows(moment.day(day)) {
            if !report.filters.iter().all(|filter| filter.passes(&row)) {
                continue;
            }
            let dimensions = report.dimensions.iter();
            let key = dimensions.map(|(_, dimension)| dimension.value(&row));
            groups.entry(key.collect()).or_default().add(&row.figures);
            total.add(&row.figures);
        }
    }
    (groups, total)
}

/// Writes the result of a task, row by row as it is read.
pub(super) fn result(
    id: &str,
    report: &Report,
    statistics: &Statistics,
    moment: &Moment,
    settings: &AdfoxReportsSettings,
) -> Response {
    let (groups, total) = groups(report, statistics, moment);
    let groups: Vec<_> = groups.into_iter().collect();
    // One total row stays one.
    let copies = match report.dimensions.is_empty() {
        true => 1,
        false => settings.rows_multiplier.max(1),
    };
    let rows = u64::try_from(groups.len()).unwrap_or(u64::MAX);
    let limit = report.limit.unwrap_or(u64::MAX).min(settings.max_rows);
    let rows = rows.saturating_mul(copies).min(limit);
    let total = match settings.totals {
        AdfoxTotalsOf::AllRows => total.times(copies),
        AdfoxTotalsOf::ReturnedRows => sum_of_first(&groups, copies, rows),
    };
    let quoted_ids = settings.ids_as_strings;
    let mut open = Vec::from(br#"{"result":{"taskId":"#);
    writer::string(&mut open, id);
    open.extend_from_slice(br#","columns":"#);
    open.extend(serde_json::to_vec(&columns(report, settings)).unwrap_or_default());
    open.extend_from_slice(br#","rows":["#);
    let mut close = Vec::from(br#"],"totals":["#);
    let nulls = report.dimensions.iter().map(|_| None);
    let metrics = report.metrics.iter();
    let totals = nulls.chain(metrics.map(|(_, metric)| {
        let has_total = metric.is_additive() || settings.ratio_totals;
        has_total.then(|| value(*metric, &total, settings.money_decimals))?
    }));
    for (at, value) in totals.enumerate() {
        comma(&mut close, at > 0);
        number(&mut close, value);
    }
    close.extend_from_slice(b"]}}");
    let metrics: Vec<_> = report.metrics.iter().map(|(_, metric)| *metric).collect();
    let decimals = settings.money_decimals;
    let mut next = 0;
    json(writer::body(move |out| {
        out.append(&mut open);
        let group = usize::try_from(next / copies).ok();
        let group = group.filter(|_| next < rows);
        let Some((key, figures)) = group.and_then(|group| groups.get(group)) else {
            out.append(&mut close);
            return false;
        };
        comma(out, next > 0);
        out.push(b'[');
        for (at, value) in key.iter().enumerate() {
            comma(out, at > 0);
            cell(out, value, quoted_ids);
        }
        for (at, metric) in metrics.iter().enumerate() {
            comma(out, at + key.len() > 0);
            number(out, value(*metric, figures, decimals));
        }
        out.push(b']');
        next += 1;
        true
    }))
}

/// Adds up the first rows, of which each group has this many copies.
fn sum_of_first(groups: &[(Vec<Value>, Figures)], copies: u64, rows: u64) -> Figures {
    let mut left = rows;
    let mut total = Figures::default();
    for (_, figures) in groups {
        let taken = copies.min(left);
        total.add(&figures.times(taken));
        left -= taken;
    }
    total
}

fn value(metric: Metric, figures: &Figures, money_decimals: Option<u32>) -> Option<Decimal> {
    let value = metric.value(figures)?;
    let decimals = money_decimals.filter(|_| metric.is_money());
    Some(decimals.map_or(value, |decimals| value.round_dp(decimals)))
}

fn columns<'a>(report: &Report, settings: &'a AdfoxReportsSettings) -> Vec<Column<'a>> {
    let quoted_ids = settings.ids_as_strings;
    let dimensions = report.dimensions.iter().map(|(name, dimension)| Column {
        name,
        kind: if dimension.kind() == Kind::Id && !quoted_ids {
            "integer"
        } else {
            "string"
        },
        format: None,
        unit: None,
    });
    let metrics = report.metrics.iter().map(|(name, metric)| {
        let (kind, format, unit) = metric.column();
        let money_format = settings.money_format.as_deref();
        let format = money_format.filter(|_| metric.is_money()).or(format);
        Column {
            name,
            kind,
            format,
            unit,
        }
    });
    dimensions.chain(metrics).collect()
}

fn comma(out: &mut Vec<u8>, needed: bool) {
    if needed {
        out.push(b',');
    }
}

fn number(out: &mut Vec<u8>, value: Option<Decimal>) {
    let text = value.map_or_else(|| "null".to_owned(), |value| value.to_string());
    out.extend_from_slice(text.as_bytes());
}

fn cell(out: &mut Vec<u8>, value: &Value, quoted_ids: bool) {
    let mut text = String::new();
    let _ = match value {
        Value::Text(text) => {
            writer::string(out, text);
            return;
        }
        Value::Id(id) if quoted_ids => write!(text, "\"{id}\""),
        Value::Id(id) => write!(text, "{id}"),
        Value::Day(day) => write!(text, "\"{day}\""),
        Value::Month(day) => write!(text, "\"{:04}-{:02}\"", day.year(), day.month()),
    };
    out.extend_from_slice(text.as_bytes());
}

/// Returns the sums of each day that has rows.
pub(super) fn totals(
    statistics: &Statistics,
    moment: &Moment,
    from: Date,
    to: Date,
) -> Vec<AdfoxTotals> {
    let days = statistics.days_within(moment, from, to);
    let totals = days.map(|date| {
        let mut rows = 0;
        let mut sum = Figures::default();
        for row in statistics.rows(moment.day(date)) {
            rows += 1;
            sum.add(&row.figures);
        }
        AdfoxTotals {
            date,
            rows,
            loads_total: sum.loads,
            loads_commercial: sum.commercial,
            impressions_commercial: sum.impressions,
            views_total: sum.views,
            clicks_total: sum.clicks,
            events_total: sum.events,
            income: sum.income.normalize(),
            cost: sum.cost.normalize(),
        }
    });
    totals.filter(|totals| totals.rows > 0).collect()
}
