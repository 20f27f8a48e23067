//! How complete and how recent the numbers are.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::page::Page;
use crate::page::html::{escape, section};
use crate::words::fill;

/// Number of ranges of days that are listed one by one.
const RANGES: usize = 6;

impl Page<'_> {
    pub(super) fn freshness(&self) -> String {
        let (report, words) = (self.report, self.words);
        let Some(freshness) = &report.freshness else {
            return String::new();
        };
        let days = |days: &BTreeSet<Date>| {
            if days.is_empty() {
                words.none.to_owned()
            } else {
                format!("{}: {}", self.format.count(days.len()), self.ranges(days))
            }
        };
        let judged = |bad: bool| if bad { "bad" } else { "good" };
        let reconciled = match freshness.reconciled {
            Some(true) => (words.yes, "good"),
            Some(false) => (words.no, "bad"),
            None => (words.not_compared, ""),
        };
        let last_run = freshness
            .last_run
            .map_or_else(|| words.not_known.to_owned(), |at| self.format.time(at));
        let tiles = [
            (words.days_there, self.format.count(freshness.days), ""),
            (
                words.days_missing,
                days(&freshness.missing),
                judged(!freshness.missing.is_empty()),
            ),
            (words.days_open, days(&report.open), ""),
            (
                words.days_suspect,
                days(&freshness.suspect),
                judged(!freshness.suspect.is_empty()),
            ),
            (words.last_run, last_run, ""),
            (words.reconciled, reconciled.0.to_owned(), reconciled.1),
        ];
        let mut body = "<dl class=\"tiles\">\n".to_owned();
        for (name, value, class) in tiles {
            body.push_str(&format!(
                "<div class=\"{class}\"><dt>{}</dt><dd>{}</dd></div>\n",
                escape(name),
                escape(&value)
            ));
        }
        body.push_str("</dl>\n");
        section("freshness", words.freshness, &body)
    }

    /// Writes days as ranges of neighbours, the latest first.
    fn ranges(&self, days: &BTreeSet<Date>) -> String {
        let mut ranges: Vec<(Date, Date)> = Vec::new();
        for day in days {
            match ranges.last_mut() {
                Some((_, last)) if last.tomorrow().ok() == Some(*day) => *last = *day,
                _ => ranges.push((*day, *day)),
            }
        }
        let mut texts: Vec<_> = ranges
            .iter()
            .rev()
            .take(RANGES)
            .map(|(first, last)| {
                if first == last {
                    self.format.date(*first)
                } else if first.year() == last.year() {
                    format!("{} – {}", self.format.day(*first), self.format.date(*last))
                } else {
                    format!("{} – {}", self.format.date(*first), self.format.date(*last))
                }
            })
            .collect();
        if ranges.len() > RANGES {
            let more = self.format.count(ranges.len() - RANGES);
            texts.push(fill(self.words.and_more, &[&more]));
        }
        texts.join(", ")
    }
}
