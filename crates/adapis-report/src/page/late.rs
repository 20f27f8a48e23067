//! How much late days changed.

use rust_decimal::Decimal;

use crate::derive::{Age, Late};
use crate::format::NONE;
use crate::page::Page;
use crate::page::html::{Table, TableCell, escape, note, plot, section};
use crate::words::fill;

/// Number of ages in the table.
const LISTED: usize = 60;

impl Page<'_> {
    pub(super) fn late(&self, late: &Late) -> String {
        let (format, words) = (self.format, self.words);
        if late.ages.is_empty() {
            return section("late", words.late, &note(words.late_none));
        }
        let text = match late.until {
            Some(until) => {
                let largest = late.largest.map_or(NONE.to_owned(), |percent| {
                    format.percent(percent).replace('+', "")
                });
                fill(words.late_until, &[&format.count(until), &largest])
            }
            None => words.late_never.to_owned(),
        };
        let mut body = format!("<p>{}</p>\n<figure>\n", escape(&text));
        body.push_str(&plot("late", &format!("{}. {text}", words.late)));
        body.push_str("</figure>\n");
        let mut table = Table::new(
            "late-table",
            words.late,
            &[
                (words.days_after, true),
                (words.pulled, true),
                (words.changed, true),
                (words.median_change, true),
                (words.largest_change, true),
            ],
        );
        for age in late.ages.iter().take(LISTED) {
            table.row("", &self.age(age));
        }
        body.push_str(&table.finish());
        section("late", words.late, &body)
    }

    fn age(&self, age: &Age) -> [TableCell; 5] {
        let count =
            |value: Decimal| TableCell::Number(self.format.count(value), self.format.exact(value));
        [
            count(age.days_after.into()),
            count(age.pulled.into()),
            count(age.changed.into()),
            match age.median {
                Some(median) => {
                    TableCell::Number(self.format.number(median, 2), self.format.exact(median))
                }
                None => TableCell::Number(NONE.to_owned(), String::new()),
            },
            self.signed(age.largest),
        ]
    }
}
