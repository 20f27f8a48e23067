//! What moved, split into volume and price.

use crate::charts::MOVERS_SHOWN;
use crate::derive::{Measure, Mover, Numbers};
use crate::page::Page;
use crate::page::html::{Table, TableCell, escape, note, plot, section};
use crate::words::fill;

impl Page<'_> {
    pub(super) fn movers(&self, numbers: &Numbers<'_>) -> String {
        let (format, words, movers) = (self.format, self.words, &numbers.movers);
        if movers.groups.is_empty() {
            return section("movers", words.movers, &note(words.movers_none));
        }
        let days = format.count(movers.days);
        let mut text = fill(words.movers_text, &[&self.measured(Measure::Money), &days]);
        if numbers
            .series
            .last(7)
            .any(|day| numbers.series.is_open(day))
        {
            text.push(' ');
            text.push_str(words.movers_open);
        }
        let mut body = note(&text);
        body.push_str("<figure>\n<ul class=\"legend\" aria-hidden=\"true\">\n");
        for (colour, class, name) in [
            ("--s0", "", words.volume),
            ("--s5", "", words.price),
            ("--ink", " point", words.change),
        ] {
            body.push_str(&format!(
                "<li><span class=\"swatch{class}\" style=\"background: var({colour})\"></span>{}</li>\n",
                escape(name)
            ));
        }
        body.push_str("</ul>\n");
        body.push_str(&plot("movers", &format!("{}. {text}", words.movers)));
        body.push_str("</figure>\n");
        let [before, after, change, volume, price] = [
            words.before,
            words.after,
            words.change,
            words.volume,
            words.price,
        ]
        .map(|word| self.with_unit(word, Measure::Money));
        let mut table = Table::new(
            "movers-table",
            words.movers,
            &[
                (words.group(self.report), false),
                (&before, true),
                (&after, true),
                (&change, true),
                ("%", true),
                (&volume, true),
                (&price, true),
            ],
        );
        for mover in movers.groups.iter().take(MOVERS_SHOWN) {
            table.row("", &self.mover(format.name(&mover.name), mover));
        }
        if let Some(total) = &movers.total {
            table.foot();
            table.row("", &self.mover(words.total, total));
        }
        body.push_str(&table.finish());
        if movers.groups.len() > MOVERS_SHOWN {
            let more = format.count(movers.groups.len() - MOVERS_SHOWN);
            body.push_str(&note(&fill(words.movers_more, &[&more])));
        }
        section("movers", words.movers, &body)
    }

    fn mover(&self, name: &str, mover: &Mover) -> Vec<TableCell> {
        vec![
            TableCell::Name(name.to_owned()),
            self.cell(Measure::Money, Some(mover.before)),
            self.cell(Measure::Money, Some(mover.after)),
            self.signed(Some(mover.change)),
            self.percent(mover.before, mover.after),
            self.signed(mover.split.map(|split| split.volume)),
            self.signed(mover.split.map(|split| split.price)),
        ]
    }
}
