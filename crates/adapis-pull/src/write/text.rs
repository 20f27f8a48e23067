//! What the two text formats share: a buffered file that knows its digest.

use std::fmt;
use std::io::Write;

use twox_hash::XxHash3_128;

use super::cell::Cell;
use super::{Format, WriteError, csv, digest, ndjson};
use crate::schema::Schema;
use crate::store::{StoreError, TempFile};

/// When the buffer is written to the file.
const BUFFER: usize = 64 << 10;

/// A text file that is being written.
pub(super) struct TextFile {
    temp: TempFile,
    buffer: Vec<u8>,
    hash: XxHash3_128,
    lines: Lines,
}

enum Lines {
    Csv,
    /// The text before each value of a line.
    Ndjson(Vec<String>),
}

impl fmt::Debug for TextFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextFile")
            .field("temp", &self.temp)
            .finish_non_exhaustive()
    }
}

impl TextFile {
    pub(super) fn create(temp: TempFile, format: Format, schema: &Schema) -> Self {
        let mut buffer = Vec::with_capacity(BUFFER + BUFFER / 4);
        let lines = if format == Format::Csv {
            csv::write_header(&mut buffer, &schema.columns);
            Lines::Csv
        } else {
            Lines::Ndjson(ndjson::members(&schema.columns))
        };
        Self {
            temp,
            buffer,
            hash: XxHash3_128::new(),
            lines,
        }
    }

    #[inline]
    pub(super) fn cell(&mut self, column: usize, cell: &Cell<'_>) {
        match &self.lines {
            Lines::Csv => csv::write_cell(&mut self.buffer, column, cell),
            Lines::Ndjson(members) => {
                if let Some(member) = members.get(column) {
                    ndjson::write_cell(&mut self.buffer, member, cell);
                }
            }
        }
    }

    pub(super) fn end_row(&mut self) -> Result<(), WriteError> {
        if matches!(self.lines, Lines::Ndjson(_)) {
            self.buffer.push(b'}');
        }
        self.buffer.push(b'\n');
        if self.buffer.len() >= BUFFER {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn buffered(&self) -> usize {
        self.buffer.len()
    }

    pub(super) fn flush(&mut self) -> Result<(), WriteError> {
        self.hash.write(&self.buffer);
        let written = self.temp.write_all(&self.buffer);
        written.map_err(StoreError::io("write", self.temp.path().display()))?;
        self.buffer.clear();
        Ok(())
    }

    /// Returns the file and the digest of its bytes.
    pub(super) fn finish(mut self) -> Result<(TempFile, String), WriteError> {
        self.flush()?;
        Ok((self.temp, digest::show(self.hash.finish_128())))
    }
}
