//! Twenty-eight days as a table that can be copied into a spreadsheet.

use jiff::civil::Weekday;

use crate::derive::{Cell, Measure, Numbers, TABLE_DAYS};
use crate::page::Page;
use crate::page::html::{Table, TableCell, escape, note, section};

impl Page<'_> {
    pub(super) fn table(&self, numbers: &Numbers<'_>) -> String {
        let (format, words, series) = (self.format, self.words, numbers.series);
        let measures = Measure::shown(self.report.money);
        let headings = measures.map(|measure| self.heading(measure));
        let mut columns = vec![(words.day, false), (words.weekday, false)];
        columns.extend(headings.iter().map(|heading| (heading.as_str(), true)));
        columns.push((words.state, false));
        let mut table = Table::new("table-28", words.table, &columns);
        let window = series.last(TABLE_DAYS);
        for index in window.clone() {
            let Some(day) = series.day(index) else {
                continue;
            };
            let sums = series.total(index).copied().unwrap_or_default();
            let state = match (series.total(index), series.is_open(index)) {
                (None, _) => words.missing,
                (Some(_), true) => words.open,
                (Some(_), false) => "",
            };
            let state = match state {
                "" => TableCell::Text(String::new()),
                state => TableCell::Html(format!("<span class=\"tag\">{}</span>", escape(state))),
            };
            let mut cells = vec![
                TableCell::Day(format.date(day), day.to_string()),
                TableCell::Text(format.weekday(day).to_owned()),
            ];
            cells.extend(self.measures(&sums, measures));
            cells.push(state);
            let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            table.row(if is_weekend { "weekend" } else { "" }, &cells);
        }
        table.foot();
        let mut cells = vec![
            TableCell::Name(words.total.to_owned()),
            TableCell::Text(String::new()),
        ];
        cells.extend(self.measures(&series.sum(window), measures));
        cells.push(TableCell::Text(String::new()));
        table.row("", &cells);
        let body = [
            note(words.table_text),
            self.copy_button("table-28"),
            table.finish(),
        ];
        section("table", words.table, &body.concat())
    }

    fn measures(&self, sums: &Cell, measures: [Measure; 5]) -> [TableCell; 5] {
        measures.map(|measure| self.cell(measure, sums.get(measure)))
    }
}
