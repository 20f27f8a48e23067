//! Yesterday against the same weekday and four weeks.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::derive::{Comparison, Measure, Numbers, percent_change};
use crate::format::NONE;
use crate::page::Page;
use crate::page::html::{escape, note, section};
use crate::report::Money;
use crate::words::fill;

/// The size of the small chart in its own units; it is stretched to the width of its card.
const WIDTH: f64 = 140.0;
const HEIGHT: f64 = 32.0;

impl Page<'_> {
    pub(super) fn yesterday(&self, numbers: &Numbers<'_>) -> String {
        let (format, words, series) = (self.format, self.words, numbers.series);
        let Some(day) = series.days.last().copied() else {
            return String::new();
        };
        let last = series.days.len() - 1;
        let today = format.offset.to_datetime(self.report.generated).date();
        let is_yesterday = day.tomorrow().ok() == Some(today);
        let mut body = String::new();
        if series.total(last).is_none() {
            body.push_str(&note(words.yesterday_missing));
        } else if series.is_open(last) {
            body.push_str(&note(words.yesterday_open));
        }
        body.push_str("<div class=\"cards\">\n");
        for comparison in &numbers.comparisons {
            body.push_str(&self.card(comparison));
        }
        body.push_str("</div>\n");
        let heading = if is_yesterday {
            words.yesterday
        } else {
            words.latest_day
        };
        let date = format!("{}, {}", format.weekday(day), format.date(day));
        section("yesterday", &fill(heading, &[&date]), &body)
    }

    fn card(&self, comparison: &Comparison) -> String {
        let (format, words, measure) = (self.format, self.words, comparison.measure);
        let show = |value: Option<Decimal>| {
            escape(&value.map_or(NONE.to_owned(), |value| format.measure(measure, value)))
        };
        let mut out = format!(
            "<article class=\"card\"><h3>{}</h3>\n<p class=\"big\">{}</p>\n{}<dl>\n",
            escape(words.measure(measure, self.report.money)),
            show(comparison.value),
            spark(comparison),
        );
        for (name, before) in [
            (words.week_before, comparison.week_before),
            (words.median, comparison.median),
        ] {
            let change = comparison
                .value
                .zip(before)
                .and_then(|(value, before)| percent_change(before, value));
            let change = change.map_or(String::new(), |change| {
                format!(
                    "<span class=\"{}\">{}{}</span>",
                    self.tone(measure, change),
                    arrow(change),
                    escape(&format.percent(change))
                )
            });
            out.push_str(&format!(
                "<div><dt>{}</dt><dd><span>{}</span>{change}</dd></div>\n",
                escape(name),
                show(before)
            ));
        }
        out.push_str("</dl></article>\n");
        out
    }

    /// Whether a change is good news. Higher costs are neither good nor bad.
    fn tone(&self, measure: Measure, change: Decimal) -> &'static str {
        let is_rise = change.is_sign_positive();
        let rise_is_good = match (measure, self.report.money) {
            (Measure::Money | Measure::Ecpm, Money::Cost) => return "flat",
            (Measure::Cpc, _) => false,
            _ => true,
        };
        if change.is_zero() {
            "flat"
        } else if is_rise == rise_is_good {
            "up"
        } else {
            "down"
        }
    }
}

/// The direction of a change, which must not depend on the colour alone.
fn arrow(change: Decimal) -> &'static str {
    const UP: &str = "<span aria-hidden=\"true\">▲\u{a0}</span>";
    const DOWN: &str = "<span aria-hidden=\"true\">▼\u{a0}</span>";
    if change.is_zero() {
        ""
    } else if change.is_sign_positive() {
        UP
    } else {
        DOWN
    }
}

/// Draws the history of a number, with its median as a dashed line. Needs no script.
fn spark(comparison: &Comparison) -> String {
    let values: Vec<Option<f64>> = comparison
        .history
        .iter()
        .map(|value| value.and_then(|value| value.to_f64()))
        .collect();
    let known = || values.iter().flatten().copied();
    let (low, high) = (
        known().fold(f64::INFINITY, f64::min),
        known().fold(f64::NEG_INFINITY, f64::max),
    );
    if known().count() < 2 {
        return String::new();
    }
    let y = |value: f64| {
        if high > low {
            HEIGHT - (value - low) / (high - low) * HEIGHT
        } else {
            HEIGHT / 2.0
        }
    };
    let step = WIDTH / f64::from(u32::try_from(values.len().max(2) - 1).unwrap_or(1));
    let mut line = String::new();
    let mut last = String::new();
    let mut pen = 'M';
    let mut x = 0.0;
    for value in &values {
        match value {
            Some(value) => {
                line.push_str(&format!("{pen}{x:.1} {:.1}", y(*value)));
                last = format!("M{x:.1} {:.1}h0", y(*value));
                pen = 'L';
            }
            // A day without a number is a gap in the line.
            None => pen = 'M',
        }
        x += step;
    }
    if values.last().copied().flatten().is_none() {
        last.clear();
    }
    let middle = comparison
        .median
        .and_then(|median| median.to_f64())
        .map_or(String::new(), |median| {
            format!("M0 {:.1}H{WIDTH}", y(median))
        });
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">\
         <path class=\"middle\" d=\"{middle}\"/><path d=\"{line}\"/><path class=\"last\" d=\"{last}\"/></svg>\n"
    )
}
