//! CSV files as people make them: rows of parameters.

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

use adapis::adfox::{Call, Params};
use clap::ValueEnum;
use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding as Charset, UTF_8, WINDOWS_1251};

use super::input::with_params;
use crate::deadline::Deadline;
use crate::error::CliError;

/// The charset of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Encoding {
    /// UTF-8, with or without a byte order mark
    #[default]
    #[value(name = "utf-8", alias = "utf8")]
    Utf8,
    /// Windows-1251, as older spreadsheets write it
    #[value(name = "cp1251", alias = "windows-1251")]
    Cp1251,
}

/// A file of rows whose header names the parameters.
pub(super) struct Sheet {
    names: Vec<String>,
    rows: Vec<SheetRow>,
    /// The text of cells that clear a value.
    clear: Option<String>,
}

struct SheetRow {
    line: u64,
    cells: Vec<String>,
}

/// The call of a row, and the line that the row begins at.
pub(super) struct Line {
    pub(super) line: u64,
    pub(super) call: Call,
}

impl Sheet {
    /// Reads a file, or standard input for `-`.
    pub(super) fn read(
        path: &Path,
        encoding: Encoding,
        deadline: Option<Deadline>,
    ) -> Result<Self, CliError> {
        let file = path.to_owned();
        let read = Deadline::read(deadline, &format!("--from {}", path.display()), move || {
            if file != Path::new("-") {
                return std::fs::read(file);
            }
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes)?;
            Ok(bytes)
        })?;
        let bytes = read.map_err(|error| {
            CliError::input("from", format!("cannot read {}: {error}", path.display()))
        })?;
        let wrong = |why: String| CliError::input("from", format!("{}: {why}", path.display()));
        let text = decode(&bytes, encoding).map_err(wrong)?;
        Self::parse(&text).map_err(wrong)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let (declared, text) = declared_separator(text);
        let delimiter = declared.unwrap_or_else(|| delimiter(text));
        let records_of = |text: &str| records(text, delimiter);
        let records = records_of(text)?;
        // In quotes, one more quotation mark changes nothing; elsewhere it is text of a cell.
        let unclosed = records_of(&format!("{text}\""))? == records;
        let mut names: Option<Vec<String>> = None;
        let mut rows = Vec::new();
        let line = 1 + u64::from(declared.is_some());
        let mut place = Place { line, byte: 0 };
        for (index, record) in records.iter().enumerate() {
            let byte = record.position().map_or(0, csv::Position::byte);
            let line = place.advance(text, usize::try_from(byte).unwrap_or(usize::MAX));
            if unclosed && index + 1 == records.len() {
                return Err(format!("line {line}: a quotation mark is not closed"));
            }
            // Spreadsheets end with rows of separators only.
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            match &names {
                None => names = Some(header(record, line)?),
                Some(names) => rows.push(SheetRow {
                    line,
                    cells: cells(record, names, line)?,
                }),
            }
        }
        let names = names.ok_or("the file has no header")?;
        Ok(Self {
            names,
            rows,
            clear: None,
        })
    }

    /// Takes a column out, such as the IDs of objects; `None` if there is none of these names.
    pub(super) fn take_column(&mut self, names: &[&str]) -> Option<Vec<(u64, String)>> {
        let at = self
            .names
            .iter()
            .position(|name| names.contains(&name.as_str()))?;
        self.names.remove(at);
        let cells = self.rows.iter_mut();
        Some(
            cells
                .map(|row| (row.line, row.cells.remove(at).trim().to_owned()))
                .collect(),
        )
    }

    /// The calls of the rows. The parameters of a row replace those of `template`.
    pub(super) fn lines(&self, template: &Call) -> Result<Vec<Line>, CliError> {
        let rows = self.rows.iter();
        rows.map(|row| {
            // An empty cell means that the parameter is not given.
            let given = self.names.iter().zip(&row.cells);
            let given: Vec<_> = given.filter(|(_, cell)| !cell.is_empty()).collect();
            let mut call = template.clone();
            for (name, _) in &given {
                call.params.remove(name);
            }
            let mut params = Params::new();
            for (name, cell) in given {
                let is_cleared = self.clear.as_deref() == Some(cell.as_str());
                let text = if is_cleared { "" } else { cell.as_str() };
                params = params.multiline(name, text);
            }
            let bare = Call::new(call.context.clone(), call.action.clone());
            call.params.append(with_params(bare, params)?.params);
            Ok(Line {
                line: row.line,
                call,
            })
        })
        .collect()
    }

    /// Sets the text of cells that clear a value.
    pub(super) fn clear_with(mut self, text: Option<String>) -> Self {
        self.clear = text;
        self
    }
}

/// The rows of the text, of any length.
fn records(text: &str, delimiter: u8) -> Result<Vec<StringRecord>, String> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let records = reader.records().collect::<Result<_, _>>();
    records.map_err(|error: csv::Error| error.to_string())
}

/// The line of a position, counted from the one before.
struct Place {
    line: u64,
    byte: usize,
}

impl Place {
    /// The line of the record at `byte`, which empty lines may precede.
    fn advance(&mut self, text: &str, byte: usize) -> u64 {
        let rest = text.get(byte..).unwrap_or_default();
        let empty = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        let byte = (byte + empty).min(text.len());
        let passed = text.get(self.byte..byte).unwrap_or_default();
        self.line += passed.bytes().filter(|byte| *byte == b'\n').count() as u64;
        self.byte = byte;
        self.line
    }
}

fn decode(bytes: &[u8], encoding: Encoding) -> Result<Cow<'_, str>, String> {
    let (charset, bytes): (&Charset, _) = match Charset::for_bom(bytes) {
        Some((charset, mark)) => (charset, &bytes[mark..]),
        // Letters of UTF-8 are never words of Windows-1251.
        None if encoding == Encoding::Cp1251 && !bytes.is_ascii() => {
            if std::str::from_utf8(bytes).is_ok() {
                return Err("the file is UTF-8: leave out --encoding cp1251".to_owned());
            }
            (WINDOWS_1251, bytes)
        }
        None => (UTF_8, bytes),
    };
    if charset == UTF_8 {
        return std::str::from_utf8(bytes)
            .map(Cow::Borrowed)
            .map_err(|error| {
                let before = &bytes[..error.valid_up_to()];
                let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
                format!("line {line} is not UTF-8; try --encoding cp1251")
            });
    }
    let text = charset.decode_without_bom_handling_and_without_replacement(bytes);
    text.ok_or_else(|| format!("the file is not {}", charset.name()))
}

/// The separator of a first line such as `sep=;`, which spreadsheets read, and the text after it.
fn declared_separator(text: &str) -> (Option<u8>, &str) {
    let declared = text.split_once('\n').and_then(|(first, rest)| {
        let first = first.trim_end_matches('\r').trim_matches('"');
        match first.strip_prefix("sep=")?.as_bytes() {
            [separator] => Some((*separator, rest)),
            _ => None,
        }
    });
    declared.map_or((None, text), |(separator, rest)| (Some(separator), rest))
}

/// The separator that the header has most of.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty());
    let header = header.unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in header.bytes() {
        quoted ^= byte == b'"';
        for (separator, count) in &mut counts {
            *count += usize::from(!quoted && byte == *separator);
        }
    }
    // The first of equals, so that a file of one column has commas.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(separator, _)| *separator)
}

/// The names of the columns; a name of a list, such as `roles[]`, may come several times.
fn header(record: &StringRecord, line: u64) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    for name in record.iter().map(str::trim) {
        if !name.is_empty() && !name.ends_with("[]") && names.iter().any(|known| known == name) {
            return Err(format!(
                "line {line}: the column {name} appears twice; only a list, such as {name}[], may"
            ));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// One cell for each column.
fn cells(record: &StringRecord, names: &[String], line: u64) -> Result<Vec<String>, String> {
    if record.len() < names.len() {
        return Err(format!(
            "line {line} has {} cells, but the header has {}",
            record.len(),
            names.len()
        ));
    }
    let columns = names
        .iter()
        .map(String::as_str)
        .chain(std::iter::repeat(""));
    let stray = columns
        .zip(record.iter())
        .position(|(name, cell)| name.is_empty() && !cell.trim().is_empty());
    if let Some(at) = stray {
        return Err(format!(
            "line {line}: the header has no name for cell {}",
            at + 1
        ));
    }
    let cells = record.iter().take(names.len()).zip(names);
    Ok(cells
        .map(|(cell, name)| if name.is_empty() { "" } else { cell })
        .map(str::to_owned)
        .collect())
}

#[cfg(test)]
mod tests {
    use adapis::adfox::{Action, Context};

    use super::*;

    /// The parameters of each row with its line, such as `3: a=1 b=2`.
    fn read(bytes: &[u8], encoding: Encoding) -> Result<Vec<String>, String> {
        let sheet = Sheet::parse(&decode(bytes, encoding)?)?;
        let template = Call::new(Context::Account, Action::Add).param("b", "default");
        let lines = sheet.lines(&template).unwrap().into_iter().map(|line| {
            let params = line.call.params.iter();
            let params = params.map(|param| format!(" {}={}", param.name, param.text().unwrap()));
            format!("{}:{}", line.line, params.collect::<String>())
        });
        Ok(lines.collect())
    }

    #[test]
    fn separators_marks_and_charsets_of_spreadsheets_are_read() {
        let rows = ["2: b=2 a=1", "4: b=default a=x,y;z\tw"].map(str::to_owned);
        let sheet = |separator: &str| {
            format!("a{separator}b\n1{separator}2\n\n\"x,y;z\tw\"{separator}\n").into_bytes()
        };
        let mark = [b"\xef\xbb\xbf", &sheet(";")[..]].concat();
        for bytes in [sheet(","), sheet(";"), sheet("\t"), mark] {
            let mut read = read(&bytes, Encoding::Utf8).unwrap();
            for row in &mut read {
                let (line, mut params) = row
                    .split_once(": ")
                    .map(|(l, p)| (l.to_owned(), p.to_owned()))
                    .unwrap();
                if let Some((a, b)) = params.clone().split_once(" b=") {
                    params = format!("b={b} {a}");
                }
                *row = format!("{line}: {params}");
            }
            assert_eq!(read, rows);
        }
        for text in ["sep=;\na,b;c\n1;2\n", "\"sep=;\"\r\na,b;c\r\n1;2\r\n"] {
            let rows = read(text.as_bytes(), Encoding::Utf8).unwrap();
            assert_eq!(rows, ["3: b=default a,b=1 c=2"], "{text}");
        }
        let error = read("name\nЗона\n".as_bytes(), Encoding::Cp1251).unwrap_err();
        assert_eq!(error, "the file is UTF-8: leave out --encoding cp1251");
        let cyrillic = WINDOWS_1251.encode("name;b\nЗона;1\n").0;
        assert_eq!(
            read(&cyrillic, Encoding::Cp1251).unwrap(),
            ["2: name=Зона b=1"]
        );
        let error = read(&cyrillic, Encoding::Utf8).unwrap_err();
        assert_eq!(error, "line 2 is not UTF-8; try --encoding cp1251");
    }

    #[test]
    fn rows_of_separators_are_no_rows_and_a_doubled_column_is_a_list() {
        let text = "a,r[],r[],\n1,0,1,\n,,,\n , ,,\n2,,3,,,\n";
        assert_eq!(
            read(text.as_bytes(), Encoding::Utf8).unwrap(),
            ["2: b=default a=1 r[]=0 r[]=1", "5: b=default a=2 r[]=3"]
        );
        for (text, words) in [
            ("a,a\n1,2\n", "line 1: the column a appears twice"),
            ("a,b\n1,2\n\n1\n", "line 4 has 1 cells"),
            (
                "a,b\n1,2\n1,2,3\n",
                "line 3: the header has no name for cell 3",
            ),
            ("a,b\n1,\"2\n", "line 2: a quotation mark is not closed"),
            (
                "a,b\n\"1,2\n3,4\n",
                "line 2: a quotation mark is not closed",
            ),
            ("\"a,b\n1,2", "line 1: a quotation mark is not closed"),
            ("a,,b\n1,x,2\n", "line 2: the header has no name for cell 2"),
            ("\n,,\n", "no header"),
            ("", "no header"),
        ] {
            let error = read(text.as_bytes(), Encoding::Utf8).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
