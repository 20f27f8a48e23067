//! JSON arrays and objects.

use std::io::{self, Write};

use super::row::{Cell, Row};

/// A JSON array written row by row, one per line.
#[derive(Default)]
pub(super) struct Array {
    started: bool,
}

impl Array {
    pub(super) fn push(&mut self, out: &mut dyn Write, cells: &Row) -> io::Result<()> {
        out.write_all(if self.started { b",\n" } else { b"[\n" })?;
        self.started = true;
        row(out, cells)
    }

    pub(super) fn finish(self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.started { b"\n]\n" } else { b"[]\n" })
    }
}

/// Writes a row as an object on one line.
pub(super) fn row(out: &mut dyn Write, row: &Row) -> io::Result<()> {
    out.write_all(b"{")?;
    for (at, (name, cell)) in row.cells().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut *out, name)?;
        out.write_all(b":")?;
        match cell {
            Cell::Null => out.write_all(b"null")?,
            Cell::Bool(_) | Cell::Number(_) => out.write_all(cell.text().as_bytes())?,
            Cell::Text(text) => serde_json::to_writer(&mut *out, text)?,
            Cell::Json(value) => verbatim(out, value.get())?,
        }
    }
    out.write_all(b"}")
}

/// Writes JSON without its line breaks, which can only occur between tokens.
pub(super) fn verbatim(out: &mut dyn Write, json: &str) -> io::Result<()> {
    for piece in json.split(['\r', '\n']) {
        out.write_all(piece.as_bytes())?;
    }
    Ok(())
}
