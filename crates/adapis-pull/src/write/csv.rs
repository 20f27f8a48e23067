//! CSV as in RFC 4180, in UTF-8, with a header.
//!
//! Lines end with LF. The RFC says CRLF, but what reads these files runs on unix, where some readers take the CR for a
//! part of the last column; all of them read LF. A null is an empty field and an empty text is `""`, so that the two
//! differ. An amount is plain decimal text.

use std::io::BufRead;

use super::cell::{self, Cell, SCALE, WIDE_SCALE, push_display, write_money};
use crate::schema::{Column, Value};

pub(super) fn write_header(out: &mut Vec<u8>, columns: &[Column]) {
    for (index, column) in columns.iter().enumerate() {
        write_cell(out, index, &Cell::Text(&column.name));
    }
    out.push(b'\n');
}

pub(super) fn write_cell(out: &mut Vec<u8>, column: usize, cell: &Cell<'_>) {
    if column > 0 {
        out.push(b',');
    }
    match cell {
        Cell::Null => {}
        Cell::Text(text) => write_text(out, text),
        Cell::Date(date) => push_display(out, format_args!("{date}")),
        Cell::Count(count) => push_display(out, format_args!("{count}")),
        Cell::Money(units) => write_money(out, i128::from(*units), SCALE),
        Cell::WideMoney(units) => write_money(out, *units, WIDE_SCALE),
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    // Spaces at the ends are quoted too, because some readers drop them otherwise.
    let is_plain = !bytes.is_empty()
        && !bytes.first().is_some_and(u8::is_ascii_whitespace)
        && !bytes.last().is_some_and(u8::is_ascii_whitespace)
        && !bytes
            .iter()
            .any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if is_plain {
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    for &byte in bytes {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// The fields of one record. `None` is an empty field without quotes: a null.
type Record = Vec<Option<String>>;

/// Reads records of a CSV file, also those with CRLF.
#[derive(Debug)]
pub(super) struct Records<R> {
    input: R,
    /// What ended the latest line.
    ending: &'static [u8],
}

impl<R: BufRead> Records<R> {
    /// Reads the header, which must name these columns.
    pub(super) fn begin(input: R, columns: &[Column]) -> Result<Self, String> {
        let mut records = Self { input, ending: b"" };
        let header = records.record()?.unwrap_or_default();
        let names = header
            .iter()
            .map(|name| name.as_deref().unwrap_or_default());
        if names.eq(columns.iter().map(|column| column.name.as_str())) {
            Ok(records)
        } else {
            Err("has other columns than its schema".to_owned())
        }
    }

    /// Reads a row. `None`: the file has ended.
    pub(super) fn row(
        &mut self,
        columns: &[Column],
    ) -> Result<Option<Vec<Value<'static>>>, String> {
        let Some(record) = self.record()? else {
            return Ok(None);
        };
        if record.len() != columns.len() {
            let (found, expected) = (record.len(), columns.len());
            return Err(format!("a row has {found} fields instead of {expected}"));
        }
        let fields = columns.iter().zip(record);
        let values = fields.map(|(column, field)| match field {
            None => Ok(Value::Null),
            Some(text) => cell::parse(column, &text),
        });
        values.collect::<Result<_, _>>().map(Some)
    }

    /// Reads a line without its end, and returns the number of bytes including the end.
    fn line(&mut self, line: &mut Vec<u8>) -> Result<usize, String> {
        let read = self.input.read_until(b'\n', line);
        let read = read.map_err(|error| error.to_string())?;
        self.ending = if line.ends_with(b"\r\n") {
            b"\r\n"
        } else if line.ends_with(b"\n") {
            b"\n"
        } else {
            b""
        };
        line.truncate(line.len() - self.ending.len());
        Ok(read)
    }

    fn record(&mut self) -> Result<Option<Record>, String> {
        let mut line = Vec::new();
        if self.line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut record = Record::new();
        let mut position = 0;
        loop {
            let quoted = line.get(position) == Some(&b'"');
            let field = if quoted {
                position += 1;
                Some(text(self.quoted(&mut line, &mut position)?)?)
            } else {
                let rest = line.get(position..).unwrap_or_default();
                let length = rest.iter().position(|&byte| byte == b',');
                let field = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
                position += field.len();
                (!field.is_empty())
                    .then(|| text(field.to_vec()))
                    .transpose()?
            };
            record.push(field);
            match line.get(position) {
                None => return Ok(Some(record)),
                Some(b',') => position += 1,
                Some(_) => return Err("has text behind a closing quote".to_owned()),
            }
        }
    }

    /// Reads what is in quotes, further lines included, up to behind the closing quote.
    fn quoted(&mut self, line: &mut Vec<u8>, position: &mut usize) -> Result<Vec<u8>, String> {
        let mut field = Vec::new();
        loop {
            match line.get(*position) {
                Some(b'"') if line.get(*position + 1) == Some(&b'"') => {
                    field.push(b'"');
                    *position += 2;
                }
                Some(b'"') => {
                    *position += 1;
                    return Ok(field);
                }
                Some(&byte) => {
                    field.push(byte);
                    *position += 1;
                }
                None => {
                    // The line end belongs to the text, and was cut off.
                    let ending = std::mem::take(&mut self.ending);
                    field.extend_from_slice(ending);
                    *position = 0;
                    line.clear();
                    if ending.is_empty() || self.line(line)? == 0 {
                        return Err("ends inside quotes".to_owned());
                    }
                }
            }
        }
    }
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "has text that is not UTF-8".to_owned())
}
