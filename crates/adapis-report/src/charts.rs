//! Data and words for the charts, whose specifications are files. Floats occur only here.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Map, Value, json};

use crate::derive::{CHART_DAYS, COLOURS, Cell, Measure, Mover, Numbers};
use crate::format::{Format, NONE};
use crate::report::{LateChange, Report};
use crate::words::fill;

const CONFIG: &str = include_str!("../specs/config.json");
const DAYS: &str = include_str!("../specs/days.vl.json");
const HEAT: &str = include_str!("../specs/heat.vl.json");
const MOVERS: &str = include_str!("../specs/movers.vl.json");
const LATE: &str = include_str!("../specs/late.vl.json");

/// Number of groups in the chart of movers, and in its table.
pub(crate) const MOVERS_SHOWN: usize = 12;
/// A chart of fewer days has room for days before them: the bar of a single day would fill it.
const MIN_DAYS: usize = 14;
/// Number of changes in the chart of late days, so that years of them do not fill the page.
const LATE_SHOWN: usize = 1500;

/// Returns the specifications with their data, by name. A chart without data has none.
pub(crate) fn charts(report: &Report, numbers: Option<&Numbers<'_>>, format: &Format<'_>) -> Value {
    let chart = Chart { report, format };
    let mut charts = Map::new();
    if let Some(numbers) = numbers {
        if !numbers.shares.all.is_empty() {
            charts.extend([("days".to_owned(), chart.days(numbers))]);
        }
        if !numbers.movers.groups.is_empty() {
            charts.extend([("movers".to_owned(), chart.movers(numbers))]);
        }
        if !numbers.heat.cells.is_empty() {
            charts.extend([("heat".to_owned(), chart.heat(numbers))]);
        }
    }
    if !report.late.is_empty() {
        charts.extend([("late".to_owned(), chart.late(&report.late))]);
    }
    Value::Object(charts)
}

struct Chart<'a> {
    report: &'a Report,
    format: &'a Format<'a>,
}

impl Chart<'_> {
    fn days(&self, numbers: &Numbers<'_>) -> Value {
        let (series, shares, format) = (numbers.series, &numbers.shares, self.format);
        let basis = series.basis();
        let others = self.others(shares.others);
        let mut rows = Vec::new();
        let mut missing = Vec::new();
        for index in series.last(CHART_DAYS) {
            let Some(date) = series.day(index) else {
                continue;
            };
            if series.total(index).is_none() {
                missing.push(json!({
                    "day": format.day(date),
                    "date": format.weekday_and_day(date),
                    "state": format.words.missing,
                }));
                continue;
            }
            let top = shares.top.iter().enumerate().filter_map(|(slot, group)| {
                Some((slot, group.name.as_str(), *group.cells.get(&index)?))
            });
            let rest: Vec<_> = shares
                .all
                .iter()
                .skip(shares.top.len())
                .filter_map(|(group, _)| group.cells.get(&index))
                .collect();
            let rest = (!rest.is_empty())
                .then(|| (COLOURS, others.as_str(), rest.into_iter().collect::<Cell>()));
            for (slot, name, cell) in top.chain(rest) {
                let Some(value) = cell.get(basis) else {
                    continue;
                };
                let mut row = self.texts(&cell);
                row.insert("slot".to_owned(), slot.into());
                row.insert("name".to_owned(), format.name(name).into());
                row.insert("value".to_owned(), float(value));
                self.insert_day(&mut row, date, series.is_open(index));
                rows.push(Value::Object(row));
            }
        }
        let mut words = self.words(numbers);
        words.extend(object(json!({
            "title": format.words.by_group(self.report),
            "slots": (0..=COLOURS).collect::<Vec<_>>(),
            "colours": (0..COLOURS).map(slot_colour).chain(["var(--rest)".to_owned()]).collect::<Vec<_>>(),
        })));
        spec(DAYS, &words, &json!({ "rows": rows, "missing": missing }))
    }

    fn heat(&self, numbers: &Numbers<'_>) -> Value {
        let (series, heat, format) = (numbers.series, &numbers.heat, self.format);
        let rows: Vec<_> = heat
            .cells
            .iter()
            .filter_map(|cell| {
                let date = series.day(cell.day)?;
                let mut row = self.texts(&cell.sums);
                // The specification does not show them.
                row.remove("clicks");
                row.insert("group".to_owned(), cell.group.into());
                row.insert(
                    "name".to_owned(),
                    format.name(heat.names.get(cell.group)?).into(),
                );
                row.insert("shade".to_owned(), cell.shade.into());
                self.insert_day(&mut row, date, series.is_open(cell.day));
                Some(Value::Object(row))
            })
            .collect();
        let names: Vec<_> = heat.names.iter().map(|name| format.name(name)).collect();
        let mut words = self.words(numbers);
        words.extend(object(json!({
            "title": fill(format.words.heat, &[format.words.measure(Measure::Ecpm, self.report.money)]),
            "names": (0..names.len()).collect::<Vec<_>>(),
            "label": label(&names),
            "height": 20 * names.len(),
            "shades": (0..heat.shades.len()).collect::<Vec<_>>(),
            "colours": (0..heat.shades.len())
                .map(|shade| format!("var({})", shade_colour(shade, heat.shades.len())))
                .collect::<Vec<_>>(),
        })));
        spec(HEAT, &words, &json!({ "rows": rows }))
    }

    fn movers(&self, numbers: &Numbers<'_>) -> Value {
        let format = self.format;
        let shown = numbers.movers.groups.iter().take(MOVERS_SHOWN);
        let mut parts = Vec::new();
        let mut changes = Vec::new();
        let mut names = Vec::new();
        for (group, mover) in shown.enumerate() {
            let name = format.name(&mover.name);
            names.push(name);
            let money = |value| format.measure(Measure::Money, value);
            let change = self.change(mover);
            for (part, part_name, value) in mover_parts(mover, format) {
                parts.push(json!({
                    "group": group, "name": name, "part": part, "part_name": part_name, "value": float(value),
                    "part_value": format.signed(value, 2), "change": change,
                }));
            }
            let of_split =
                |value: Option<Decimal>| value.map_or(NONE.to_owned(), |v| format.signed(v, 2));
            changes.push(json!({
                "group": group, "name": name, "value": float(mover.change), "before": money(mover.before),
                "after": money(mover.after), "change": change,
                "volume": of_split(mover.split.map(|split| split.volume)),
                "price": of_split(mover.split.map(|split| split.price)),
            }));
        }
        let mut words = self.words(numbers);
        words.extend(object(json!({
            "title": format.words.movers,
            "names": (0..names.len()).collect::<Vec<_>>(),
            "label": label(&names),
            "height": 26 * names.len(),
            "part_name": format.words.change,
            "part_value": format.words.value,
            "before": format.words.before,
            "after": format.words.after,
            "change": format.words.change,
            "volume": format.words.volume,
            "price": format.words.price,
        })));
        spec(
            MOVERS,
            &words,
            &json!({ "parts": parts, "changes": changes }),
        )
    }

    fn late(&self, changes: &[LateChange]) -> Value {
        let format = self.format;
        let mut latest: Vec<_> = changes.iter().collect();
        latest.sort_by_key(|change| (change.day, change.days_after));
        let rows: Vec<_> = latest
            .iter()
            .rev()
            .take(LATE_SHOWN)
            .filter_map(|change| {
                let percent = crate::derive::percent_change(change.before, change.after)?;
                Some(json!({
                    "date": format.date(change.day),
                    "days_after": change.days_after,
                    "days_after_text": format.count(change.days_after),
                    "percent": float(percent),
                    "before": format.measure(Measure::Money, change.before),
                    "after": format.measure(Measure::Money, change.after),
                    "change": format.percent(percent),
                }))
            })
            .collect();
        let words = object(json!({
            "title": format.words.late,
            "day": format.words.day,
            "days_after": format.words.days_after,
            "days_after_text": format.words.days_after,
            "change_percent": format!("{}, %", format.words.change),
            "before": format.words.before,
            "after": format.words.after,
            "change": format.words.change,
        }));
        spec(LATE, &words, &json!({ "rows": rows }))
    }

    fn others(&self, count: usize) -> String {
        fill(self.format.words.others, &[&self.format.count(count)])
    }

    fn change(&self, mover: &Mover) -> String {
        let change = self.format.signed(mover.change, 2);
        match crate::derive::percent_change(mover.before, mover.after) {
            Some(percent) => format!("{change} ({})", self.format.percent(percent)),
            None => change,
        }
    }

    /// The numbers of a cell as texts: a chart's own formats would round money through a float.
    fn texts(&self, cell: &Cell) -> Map<String, Value> {
        [
            ("money", Measure::Money),
            ("impressions", Measure::Impressions),
            ("clicks", Measure::Clicks),
            ("ecpm", Measure::Ecpm),
        ]
        .into_iter()
        .map(|(name, measure)| {
            let text = cell
                .get(measure)
                .map_or(NONE.to_owned(), |value| self.format.measure(measure, value));
            (name.to_owned(), text.into())
        })
        .collect()
    }

    fn insert_day(&self, row: &mut Map<String, Value>, date: Date, open: bool) {
        let mut text = self.format.weekday_and_day(date);
        if open {
            row.insert("open".to_owned(), true.into());
            text.push_str(&format!(" ({})", self.format.words.open));
        }
        row.insert("day".to_owned(), self.format.day(date).into());
        row.insert("date".to_owned(), text.into());
    }

    /// The words that several charts share.
    fn words(&self, numbers: &Numbers<'_>) -> Map<String, Value> {
        let (series, format, words) = (numbers.series, self.format, self.format.words);
        let money = self.report.money;
        let mut days: Vec<_> = series
            .last(CHART_DAYS)
            .filter_map(|index| series.day(index))
            .collect();
        while days.len() < MIN_DAYS {
            let Some(before) = days.first().and_then(|day| day.yesterday().ok()) else {
                break;
            };
            days.insert(0, before);
        }
        let mondays = days
            .iter()
            .filter(|day| day.weekday() == jiff::civil::Weekday::Monday);
        object(json!({
            "days": days.iter().map(|day| format.day(*day)).collect::<Vec<_>>(),
            "ticks": mondays.map(|day| format.day(*day)).collect::<Vec<_>>(),
            "short": words.short_number,
            "day": words.day,
            "group": words.group(self.report),
            "money": words.measure(Measure::Money, money),
            "impressions": words.impressions,
            "clicks": words.clicks,
            "ecpm": words.measure(Measure::Ecpm, money),
            "state": words.state,
        }))
    }
}

/// Returns the bars of a mover: volume and price, or the whole change if it cannot be split.
fn mover_parts<'f>(mover: &Mover, format: &Format<'f>) -> Vec<(usize, &'static str, Decimal)> {
    match mover.split {
        Some(split) => vec![
            (0, format.words.volume, split.volume),
            (1, format.words.price, split.price),
        ],
        None => vec![(2, format.words.change, mover.change)],
    }
}

pub(crate) fn slot_colour(slot: usize) -> String {
    format!("var(--s{slot})")
}

/// Returns the variable of a shade's colour. Few shades are spread over the whole scale.
pub(crate) fn shade_colour(shade: usize, shades: usize) -> String {
    let last = crate::derive::SHADES - 1;
    let step = match shades.saturating_sub(1) {
        0 => last / 2,
        most => shade * last / most,
    };
    format!("--h{step}")
}

/// Returns an expression for the names of an axis of indexes: two groups may look the same when shown.
fn label(names: &[&str]) -> String {
    let names = json!(names).to_string();
    // They end a line in an expression, though not in JSON.
    let names = names
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029");
    format!("{names}[datum.value]")
}

fn float(value: Decimal) -> Value {
    value.to_f64().map_or(Value::Null, Value::from)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Fills in a specification. `"@name"` in the file is replaced by the member `name` of `words`.
fn spec(file: &str, words: &Map<String, Value>, data: &Value) -> Value {
    // The files are part of the crate, and a test reads them.
    let mut spec: Value = serde_json::from_str(file).unwrap_or_default();
    replace(&mut spec, words);
    if let Value::Object(members) = &mut spec {
        members.insert(
            "config".to_owned(),
            serde_json::from_str(CONFIG).unwrap_or_default(),
        );
        members.insert("datasets".to_owned(), data.clone());
    }
    spec
}

fn replace(value: &mut Value, words: &Map<String, Value>) {
    match value {
        Value::String(text) => {
            if let Some(word) = text.strip_prefix('@') {
                *value = words.get(word).cloned().unwrap_or_default();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, words)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| replace(member, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
