//! Tables for the terminal.

use std::io::{self, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use super::row::{Cell, Row};
use crate::error::one_line;

/// Rows per page; the columns are aligned within a page.
const PAGE: usize = 1000;

const STYLE: TableStyle = NOTHING.header_separator(LineStyle::new('─', '─', '─', '─'));

/// Aligned columns, printed page by page.
pub(super) struct Pages {
    columns: Option<Vec<String>>,
    rows: Vec<Row>,
    shown: usize,
    colored: bool,
}

impl Pages {
    pub(super) fn new(columns: Option<Vec<String>>, colored: bool) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            shown: 0,
            colored,
        }
    }

    pub(super) fn push(&mut self, out: &mut dyn Write, row: &Row) -> io::Result<()> {
        self.rows.push(row.clone());
        if self.rows.len() == PAGE {
            self.print(out)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self, out: &mut dyn Write) -> io::Result<()> {
        if !self.rows.is_empty() {
            self.print(out)?;
        }
        if self.shown == 0 {
            writeln!(out, "no rows")?;
        }
        Ok(())
    }

    fn print(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut columns = self.columns.clone().unwrap_or_default();
        for name in self.rows.iter().flat_map(Row::names) {
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
        let mut table = empty();
        table.set_header(columns.iter().map(|name| {
            let numbers = self.rows.iter().any(|row| is_number(row.get(name)));
            let header = header(name, self.colored);
            if numbers {
                header.set_alignment(CellAlignment::Right)
            } else {
                header
            }
        }));
        for row in &self.rows {
            table.add_row(
                columns
                    .iter()
                    .map(|name| cell(row.get(name).unwrap_or(&Cell::Null))),
            );
        }
        pad(&mut table);
        self.shown += self.rows.len();
        self.rows.clear();
        write(out, &table)
    }
}

/// Prints one object with one member per line.
pub(super) fn object(out: &mut dyn Write, row: &Row, colored: bool) -> io::Result<()> {
    let mut table = empty();
    for (name, value) in row.cells() {
        let value = comfy_table::Cell::new(one_line(&value.text()));
        table.add_row([header(name, colored), value]);
    }
    pad(&mut table);
    write(out, &table)
}

/// Prints a title above a table, after an empty line.
pub(super) fn title(out: &mut dyn Write, text: &str, colored: bool) -> io::Result<()> {
    let (on, off) = if colored {
        ("\u{1b}[1m", "\u{1b}[0m")
    } else {
        ("", "")
    };
    writeln!(out, "\n{on}{}{off}", one_line(text))
}

fn empty() -> Table {
    let mut table = Table::new();
    table.load_style(STYLE);
    if table.is_tty() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    table
}

fn header(name: &str, colored: bool) -> comfy_table::Cell {
    let cell = comfy_table::Cell::new(one_line(name));
    if colored {
        cell.add_attribute(Attribute::Bold)
    } else {
        cell
    }
}

fn cell(value: &Cell) -> comfy_table::Cell {
    let shown = comfy_table::Cell::new(one_line(&value.text()));
    if is_number(Some(value)) {
        shown.set_alignment(CellAlignment::Right)
    } else {
        shown
    }
}

/// Puts two spaces between columns and none before the first.
fn pad(table: &mut Table) {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
}

fn is_number(value: Option<&Cell>) -> bool {
    matches!(value, Some(Cell::Number(_)))
}

fn write(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
