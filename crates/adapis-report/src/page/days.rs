//! Sixty days by site or campaign.

use rust_decimal::Decimal;

use crate::charts::slot_colour;
use crate::derive::{CHART_DAYS, Cell, Measure, Numbers, ratio};
use crate::format::NONE;
use crate::page::Page;
use crate::page::html::{Table, TableCell, escape, note, plot, section};
use crate::words::fill;

/// Number of groups that are listed, so that the page stays small; the others are added up.
const LISTED: usize = 2000;

impl Page<'_> {
    pub(super) fn days(&self, numbers: &Numbers<'_>) -> String {
        let (format, words, series) = (self.format, self.words, numbers.series);
        let (shares, heading) = (&numbers.shares, words.by_group(self.report));
        if shares.all.is_empty() {
            return section("days", &heading, &note(words.no_data));
        }
        let basis = series.basis();
        let window = series.last(CHART_DAYS);
        let date = |index: usize| {
            series
                .day(index)
                .map_or(String::new(), |day| format.date(day))
        };
        let mut text = fill(
            words.by_text,
            &[
                &self.measured(basis),
                &date(window.start),
                &date(window.end - 1),
            ],
        );
        let has_open = window
            .clone()
            .any(|index| series.is_open(index) && series.total(index).is_some());
        if has_open {
            text.push(' ');
            text.push_str(words.by_open);
        }
        let total = series.sum(window);
        let mut body = note(&text);
        body.push_str("<figure>\n<ul class=\"legend\">\n");
        let sums = shares.all.iter().map(|(_, sum)| sum);
        let rest: Cell = sums.clone().skip(shares.top.len()).collect();
        for (slot, (group, sum)) in shares.top.iter().zip(sums).enumerate() {
            let name = format.name(&group.name);
            body.push_str(&self.legend(&slot_colour(slot), name, sum, &total, basis));
        }
        if shares.others > 0 {
            let name = fill(words.others, &[&format.count(shares.others)]);
            body.push_str(&self.legend("var(--rest)", &name, &rest, &total, basis));
        }
        body.push_str("</ul>\n");
        body.push_str(&plot("days", &format!("{heading}. {text}")));
        body.push_str("</figure>\n");
        body.push_str(&self.groups(numbers, &total));
        section("days", &heading, &body)
    }

    fn legend(&self, colour: &str, name: &str, sum: &Cell, total: &Cell, basis: Measure) -> String {
        let mut number = sum
            .get(basis)
            .map_or(NONE.to_owned(), |value| self.format.measure(basis, value));
        if let Some(share) = ratio(sum.get(basis), total.get(basis), Decimal::ONE_HUNDRED) {
            number.push_str(&format!(" ({})", self.format.measure(Measure::Ctr, share)));
        }
        format!(
            "<li><span class=\"swatch\" style=\"background: {colour}\" aria-hidden=\"true\"></span><span>{} <span class=\"number\">{}</span></span></li>\n",
            escape(name),
            escape(&number)
        )
    }

    /// All groups with their sums, folded away.
    fn groups(&self, numbers: &Numbers<'_>, total: &Cell) -> String {
        let (format, words, all) = (self.format, self.words, &numbers.shares.all);
        let basis = numbers.series.basis();
        let caption = fill(words.by_table, &[&format.count(all.len())]);
        let measures = Measure::shown(self.report.money);
        let headings = measures.map(|measure| self.heading(measure));
        let mut columns = vec![(words.group(self.report), false)];
        columns.extend(headings.iter().map(|heading| (heading.as_str(), true)));
        columns.push((words.share, true));
        let mut table = Table::new("groups", &caption, &columns);
        let mut row = |name: &str, sum: &Cell| {
            let mut cells = vec![TableCell::Name(name.to_owned())];
            cells.extend(measures.map(|measure| self.cell(measure, sum.get(measure))));
            cells.push(self.cell(
                Measure::Ctr,
                ratio(sum.get(basis), total.get(basis), Decimal::ONE_HUNDRED),
            ));
            table.row("", &cells);
        };
        for (group, sum) in all.iter().take(LISTED) {
            row(format.name(&group.name), sum);
        }
        if all.len() > LISTED {
            let rest = all.iter().skip(LISTED).map(|(_, sum)| sum).collect();
            row(
                &fill(words.others, &[&format.count(all.len() - LISTED)]),
                &rest,
            );
        }
        format!(
            "<details><summary>{}</summary>\n{}{}</details>\n",
            escape(&caption),
            self.copy_button("groups"),
            table.finish()
        )
    }
}
