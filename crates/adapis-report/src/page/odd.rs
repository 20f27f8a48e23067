//! What a person should look at.

use crate::derive::{Measure, Numbers, Oddities};
use crate::page::Page;
use crate::page::html::{Table, TableCell, escape, note, section};
use crate::words::fill;

/// Number of odd numbers, and of silent groups, that are listed.
const LISTED: usize = 20;

impl Page<'_> {
    pub(super) fn odd(&self, numbers: &Numbers<'_>) -> String {
        let (words, found) = (self.words, &numbers.oddities);
        let mut text = fill(
            words.odd_text,
            &[words.measure(found.measure, self.report.money)],
        );
        if found.odd.iter().take(LISTED).any(|odd| odd.open) {
            text.push(' ');
            text.push_str(words.odd_open);
        }
        let mut body = note(&text);
        if found.odd.is_empty() {
            body.push_str(&format!("<p>{}</p>\n", escape(words.odd_none)));
        } else {
            body.push_str(&self.odd_table(found));
        }
        body.push_str(&format!("<h3>{}</h3>\n", escape(words.silent)));
        if found.silent.is_empty() && found.small_silent == 0 {
            body.push_str(&format!("<p>{}</p>\n", escape(words.silent_none)));
        }
        if !found.silent.is_empty() {
            body.push_str(&self.silent_table(found));
        }
        let small = found.small_silent;
        if small > 0 {
            body.push_str(&note(&fill(
                words.silent_small,
                &[&self.format.count(small)],
            )));
        }
        section("odd", words.odd, &body)
    }

    fn odd_table(&self, found: &Oddities) -> String {
        let (format, words) = (self.format, self.words);
        let measure = self.heading(found.measure);
        let [usual, difference] =
            [words.usual, words.difference].map(|word| self.with_unit(word, found.measure));
        let mut table = Table::new(
            "odd-table",
            &format!("{}: {measure}", words.odd),
            &[
                (words.group(self.report), false),
                (words.day, false),
                (&measure, true),
                (&usual, true),
                (&difference, true),
                ("%", true),
                (words.odd_days, true),
            ],
        );
        for odd in found.odd.iter().take(LISTED) {
            let name = odd
                .name
                .as_deref()
                .map_or(words.everything, |name| format.name(name));
            let mut day = escape(&format.weekday_and_day(odd.day));
            if odd.open {
                day.push_str(&format!(
                    " <span class=\"tag\">{}</span>",
                    escape(words.open)
                ));
            }
            table.row(
                "",
                &[
                    TableCell::Name(name.to_owned()),
                    TableCell::Html(format!("<span class=\"day\">{day}</span>")),
                    self.cell(found.measure, Some(odd.value)),
                    self.cell(found.measure, Some(odd.usual)),
                    match found.measure {
                        Measure::Money => self.signed(Some(odd.difference)),
                        _ => TableCell::Number(
                            format.signed(odd.difference, 0),
                            format.exact(odd.difference),
                        ),
                    },
                    self.percent(odd.usual, odd.value),
                    TableCell::Number(format.count(odd.days), odd.days.to_string()),
                ],
            );
        }
        let mut out = table.finish();
        if found.odd.len() > LISTED {
            let more = format.count(found.odd.len() - LISTED);
            out.push_str(&note(&fill(words.odd_more, &[&more])));
        }
        out
    }

    fn silent_table(&self, found: &Oddities) -> String {
        let (format, words) = (self.format, self.words);
        let usual = self.with_unit(words.usual, found.measure);
        let mut table = Table::new(
            "silent-table",
            words.silent,
            &[
                (words.group(self.report), false),
                (words.silent_since, false),
                (&usual, true),
            ],
        );
        for silent in found.silent.iter().take(LISTED) {
            table.row(
                "",
                &[
                    TableCell::Name(format.name(&silent.name).to_owned()),
                    TableCell::Html(format!(
                        "<span class=\"day\">{}</span>",
                        escape(&format.date(silent.since))
                    )),
                    self.cell(found.measure, silent.usual),
                ],
            );
        }
        let mut out = table.finish();
        if found.silent.len() > LISTED {
            let more = format.count(found.silent.len() - LISTED);
            out.push_str(&note(&fill(words.odd_more, &[&more])));
        }
        out
    }
}
