//! The page: sections of HTML, the style, and the scripts that draw the charts.

mod days;
mod freshness;
mod heat;
mod html;
mod late;
mod movers;
mod odd;
mod table;
mod yesterday;

use rust_decimal::Decimal;
use serde_json::json;

use crate::charts::charts;
use crate::derive::{Measure, Numbers, Series, late, percent_change};
use crate::format::{Format, NONE};
use crate::report::{Language, Report};
use crate::words::{Words, fill};
use html::{TableCell, escape, note, script_json, section};

const STYLE: &str = include_str!("../assets/page.css");
const SCRIPT: &str = include_str!("../assets/page.js");
/// The charting library, each part with its licence, in the order in which they need each other.
const LIBRARY: [(&str, &str); 3] = [
    (
        include_str!("../assets/vega.min.js"),
        include_str!("../assets/LICENSE-vega"),
    ),
    (
        include_str!("../assets/vega-lite.min.js"),
        include_str!("../assets/LICENSE-vega-lite"),
    ),
    (
        include_str!("../assets/vega-embed.min.js"),
        include_str!("../assets/LICENSE-vega-embed"),
    ),
];
const BUNDLED: &str = include_str!("../assets/LICENSE-bundled");

/// Nothing may be loaded, from anywhere; what the page needs is in it.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'";

/// The lines that bars of open days are hatched with.
const HATCH: &str = "<svg class=\"defs\" aria-hidden=\"true\" focusable=\"false\"><defs>\
<pattern id=\"hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
<rect width=\"2.5\" height=\"5\" style=\"fill: var(--surface); fill-opacity: .8\"/></pattern></defs></svg>\n";

/// Writes the page of a report: one HTML document that loads nothing.
///
/// The same report gives the same page, byte for byte. Any report gives a page: what is missing is
/// said to be missing.
///
/// ```
/// use adapis_report::{DayRow, Money, Report, date};
///
/// let report = Report::new("Campaigns", "2026-11-29T04:00:00Z".parse()?)
///     .money(Money::Cost)
///     .rows([DayRow::new(date(2026, 11, 28), "Autumn").impressions(1000).clicks(7)]);
/// let html = adapis_report::render(&report);
/// assert!(html.starts_with("<!doctype html>"));
/// assert!(html.len() < 3_000_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn render(report: &Report) -> String {
    let words = Words::of(report.language);
    let format = Format {
        language: report.language,
        words,
        currency: report
            .currency
            .as_deref()
            .filter(|currency| !currency.is_empty()),
        offset: jiff::tz::Offset::from_seconds(report.offset_seconds)
            .unwrap_or(jiff::tz::Offset::UTC),
    };
    let series = Series::new(report);
    let numbers = series.as_ref().map(|series| Numbers::new(report, series));
    let page = Page {
        report,
        format: &format,
        words,
    };
    let mut out = page.head();
    out.push_str(&page.freshness());
    match &numbers {
        Some(numbers) => out.push_str(&page.sections(numbers)),
        None => out.push_str(&page.without_rows()),
    }
    out.push_str("</main>\n");
    out.push_str(&page.scripts(numbers.as_ref()));
    out.push_str("</body>\n</html>\n");
    out
}

/// What every section needs.
struct Page<'a> {
    report: &'a Report,
    format: &'a Format<'a>,
    words: &'static Words,
}

impl Page<'_> {
    fn head(&self) -> String {
        let (report, words) = (self.report, self.words);
        let title = escape(&report.title);
        let mut remarks = vec![fill(
            words.generated,
            &[&self.format.time(report.generated)],
        )];
        remarks.extend(report.zone.clone());
        format!(
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <meta name=\"generator\" content=\"adapis-report {version}\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{HATCH}\
             <header>\n<h1>{title}</h1>\n<p class=\"sub\">{remarks}</p>\n\
             <noscript><p class=\"note\">{noscript}</p></noscript>\n</header>\n<main>\n",
            lang = words.code,
            version = env!("CARGO_PKG_VERSION"),
            remarks = escape(&remarks.join(" · ")),
            noscript = escape(words.charts_need_script),
        )
    }

    fn sections(&self, numbers: &Numbers<'_>) -> String {
        [
            self.yesterday(numbers),
            self.days(numbers),
            self.movers(numbers),
            self.heat(numbers),
            self.odd(numbers),
            self.late(&late(&self.report.late)),
            self.table(numbers),
        ]
        .concat()
    }

    fn without_rows(&self) -> String {
        let heading = self.words.by_group(self.report);
        [
            section("days", &heading, &note(self.words.no_data)),
            self.late(&late(&self.report.late)),
        ]
        .concat()
    }

    fn scripts(&self, numbers: Option<&Numbers<'_>>) -> String {
        let words = self.words;
        let (decimal, thousands) = match self.report.language {
            Language::Russian => (",", "\u{a0}"),
            Language::English => (".", ","),
        };
        let data = json!({
            "charts": charts(self.report, numbers, self.format),
            "words": {
                "chart_failed": words.chart_failed,
                "copied": words.copied,
                "copy_failed": words.copy_failed,
            },
            "locale": { "decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""] },
        });
        let mut out = format!(
            "<script type=\"application/json\" id=\"data\">{}</script>\n",
            script_json(&data)
        );
        for (script, licence) in LIBRARY {
            out.push_str(&format!("<script>/*\n{licence}*/\n{script}\n</script>\n"));
        }
        out.push_str(&format!("<script>/*\n{BUNDLED}*/\n{SCRIPT}</script>\n"));
        out
    }

    /// A number in a column whose heading has the unit.
    fn cell(&self, measure: Measure, value: Option<Decimal>) -> TableCell {
        match value {
            Some(value) => {
                TableCell::Number(self.format.bare(measure, value), self.format.exact(value))
            }
            None => TableCell::Number(NONE.to_owned(), String::new()),
        }
    }

    /// A change with its sign.
    fn signed(&self, value: Option<Decimal>) -> TableCell {
        match value {
            Some(value) => {
                TableCell::Number(self.format.signed(value, 2), self.format.exact(value))
            }
            None => TableCell::Number(NONE.to_owned(), String::new()),
        }
    }

    /// The change from `before` to `after` in percent.
    fn percent(&self, before: Decimal, after: Decimal) -> TableCell {
        match percent_change(before, after) {
            Some(percent) => {
                TableCell::Number(self.format.percent(percent), self.format.exact(percent))
            }
            None => TableCell::Number(NONE.to_owned(), String::new()),
        }
    }

    /// The name of a measure as a heading, with its unit.
    fn heading(&self, measure: Measure) -> String {
        self.with_unit(self.words.measure(measure, self.report.money), measure)
    }

    /// A heading of a column of a measure, with its unit.
    fn with_unit(&self, heading: &str, measure: Measure) -> String {
        match (measure, self.format.currency) {
            (Measure::Ctr, _) => format!("{heading}, %"),
            (Measure::Money | Measure::Ecpm | Measure::Cpc, Some(currency)) => {
                format!("{heading}, {currency}")
            }
            _ => heading.to_owned(),
        }
    }

    /// The name of a measure in a sentence, with its unit.
    fn measured(&self, measure: Measure) -> String {
        let name = self.words.measure(measure, self.report.money);
        match (measure, self.format.currency) {
            (Measure::Money | Measure::Ecpm | Measure::Cpc, Some(currency)) => {
                format!("{name} ({currency})")
            }
            _ => name.to_owned(),
        }
    }

    /// A button that copies a table; shown by the script, without which it could do nothing.
    fn copy_button(&self, table: &str) -> String {
        format!(
            "<div class=\"copy\" hidden><button type=\"button\" data-table=\"{table}\">{}</button><span role=\"status\"></span></div>\n",
            escape(self.words.copy)
        )
    }
}
