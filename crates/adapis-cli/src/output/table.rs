//! Tables for the terminal.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::columns::{Columns, EXTRA, Others};
use super::layout::{self, Column, Layout};
use super::row::{Cell, Row};
use crate::error::one_line;

/// Rows per page; the columns are aligned within a page.
const PAGE: usize = 1000;

/// Spaces between two columns.
pub(super) const GAP: usize = 2;

/// How tables are drawn.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Look {
    pub(crate) colored: bool,
    /// Columns of the terminal; without it nothing is wrapped.
    pub(crate) width: Option<usize>,
}

impl Look {
    fn bold(self, text: &str) -> (&'static str, &str, &'static str) {
        if self.colored {
            ("\u{1b}[1m", text, "\u{1b}[0m")
        } else {
            ("", text, "")
        }
    }
}

/// Aligned columns, printed page by page.
pub(super) struct Pages {
    columns: Columns,
    rows: Vec<Row>,
    shown: usize,
    look: Look,
}

impl Pages {
    pub(super) fn new(columns: Columns, look: Look) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            shown: 0,
            look,
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
        let names = self.names();
        let rows: Vec<Vec<Cell>> = self
            .rows
            .iter()
            .map(|row| self.cells(row, &names))
            .collect();
        let columns: Vec<Column> = names
            .iter()
            .enumerate()
            .map(|(at, name)| Column::of(&one_line(name), rows.iter().map(|row| &row[at])))
            .collect();
        match layout::fit(&columns, self.look.width) {
            Layout::Table(widths) => table(out, &columns, &widths, &rows, self.look)?,
            Layout::Records => {
                for (at, row) in rows.iter().enumerate() {
                    if at > 0 || self.shown > 0 {
                        writeln!(out)?;
                    }
                    record(out, names.iter().map(String::as_str).zip(row), self.look)?;
                }
            }
        }
        self.shown += self.rows.len();
        self.rows.clear();
        Ok(())
    }

    /// The columns of this page. One that no row has is left out, unless it was asked for.
    fn names(&self) -> Vec<String> {
        let columns = &self.columns;
        let mut names = columns
            .table
            .as_ref()
            .map_or_else(|| columns.names.clone(), Clone::clone);
        if let Some(at) = columns.texts_after {
            let at = at.min(names.len());
            names.splice(at..at, self.texts());
        }
        match columns.others {
            Others::Ignored => {}
            Others::Columns => {
                for name in self.rows.iter().flat_map(Row::names) {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            Others::Extra => {
                names.retain(|name| self.rows.iter().any(|row| row.get(name).is_some()));
                let shows_extra = columns.table.is_none() || names.is_empty();
                if shows_extra && self.rows.iter().any(|row| row.has_others(&columns.names)) {
                    names.push(EXTRA.to_owned());
                }
            }
        }
        names
    }

    /// The members of the rows of this page that are texts and have no column.
    fn texts(&self) -> Vec<String> {
        let known = &self.columns.names;
        let mut texts: Vec<String> = Vec::new();
        for (name, cell) in self.rows.iter().flat_map(Row::cells) {
            let is_new = [known, &texts]
                .iter()
                .all(|list| list.iter().all(|one| one != name));
            if is_new && matches!(cell, Cell::Text(_)) {
                texts.push(name.to_owned());
            }
        }
        texts
    }

    fn cells(&self, row: &Row, names: &[String]) -> Vec<Cell> {
        let known = &self.columns.names;
        names
            .iter()
            .map(|name| match row.get(name) {
                Some(cell) => cell.clone(),
                None if name == EXTRA && self.columns.others == Others::Extra => {
                    row.extra(known).map_or(Cell::Null, Cell::Text)
                }
                None => Cell::Null,
            })
            .collect()
    }
}

fn table(
    out: &mut dyn Write,
    columns: &[Column],
    widths: &[usize],
    rows: &[Vec<Cell>],
    look: Look,
) -> io::Result<()> {
    let mut header = String::new();
    let mut rule = String::new();
    for (column, width) in columns.iter().zip(widths) {
        if !header.is_empty() {
            header.push_str(&" ".repeat(GAP));
            rule.push_str(&"─".repeat(GAP));
        }
        header.push_str(&padded(&column.name, *width, column.numbers));
        rule.push_str(&"─".repeat(*width));
    }
    let (on, header, off) = look.bold(header.trim_end());
    writeln!(out, "{on}{header}{off}\n{rule}")?;
    for row in rows {
        let cells: Vec<Vec<String>> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| layout::wrap(&one_line(&cell.text()), *width))
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(1);
        for line in 0..height {
            let mut text = String::new();
            for (at, width) in widths.iter().enumerate() {
                if at > 0 {
                    text.push_str(&" ".repeat(GAP));
                }
                let piece = cells[at].get(line).map_or("", String::as_str);
                text.push_str(&padded(piece, *width, row[at].is_number()));
            }
            writeln!(out, "{}", text.trim_end())?;
        }
    }
    Ok(())
}

/// Prints one object with one member per line.
pub(super) fn object(out: &mut dyn Write, row: &Row, look: Look) -> io::Result<()> {
    record(out, row.cells(), look)
}

fn record<'a>(
    out: &mut dyn Write,
    cells: impl Iterator<Item = (&'a str, &'a Cell)> + Clone,
    look: Look,
) -> io::Result<()> {
    let width = cells
        .clone()
        .map(|(name, _)| one_line(name).width())
        .max()
        .unwrap_or_default();
    for (name, cell) in cells {
        let name = padded(&one_line(name), width + GAP, false);
        let (on, name, off) = look.bold(&name);
        let line = format!("{on}{name}{off}{}", one_line(&cell.text()));
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Prints a title above a table, after an empty line.
pub(super) fn title(out: &mut dyn Write, text: &str, look: Look) -> io::Result<()> {
    let text = one_line(text);
    let (on, text, off) = look.bold(&text);
    writeln!(out, "\n{on}{text}{off}")
}

fn padded(text: &str, width: usize, right: bool) -> String {
    let space = " ".repeat(width.saturating_sub(text.width()));
    if right {
        space + text
    } else {
        text.to_owned() + &space
    }
}
