//! Rows with members of text only, which nearly all are, read without a tree.

mod members;

use std::borrow::Cow;

use quick_xml::escape::unescape;
use serde::de::DeserializeOwned;

use super::extra::Named;
use super::scalar::Mismatch;
use super::well_formed::forbidden;

/// The names of a row's id, the best one first.
pub(in crate::wire) const IDS: [&str; 4] = ["ID", "id", "criteriaID", "objectID"];

/// Decodes plain rows, and leaves all others to the XML reader.
///
/// Not plain are attributes, comments, CDATA, nested children, repeated names, line ends that XML would
/// normalize, unknown entities, rows of the wrong type, and what is not XML.
#[derive(Default)]
pub(in crate::wire) struct FlatRows {
    /// The members of the previous row, which the next one usually repeats.
    columns: Vec<Column>,
    /// The fields of the type that the rows are decoded into.
    named: Named,
}

struct Column {
    /// `<name>`
    start: String,
    /// `</name>`
    end: String,
    /// The rank of the name among those of ids.
    id: Option<usize>,
    /// Whether the type has no field for the member other than `extra`.
    is_extra: bool,
}

/// The beginning of a text.
pub(in crate::wire) enum Flat<'t, T> {
    Row(FlatRow<'t, T>),
    Odd,
    /// The text ends inside a row that is plain so far.
    Short,
}

/// A plain row with its number, its id and its length.
pub(in crate::wire) struct FlatRow<'t, T> {
    pub(in crate::wire) number: u64,
    pub(in crate::wire) id: Option<Cow<'t, str>>,
    pub(in crate::wire) row: T,
    pub(in crate::wire) length: usize,
}

impl FlatRows {
    /// Reads the row that `text` begins with.
    pub(in crate::wire) fn read<'t, T: DeserializeOwned>(&mut self, text: &'t str) -> Flat<'t, T> {
        let start = start(text).and_then(|(name, rest)| Some((name, number(name)?, rest)));
        let Some((name, number, rest)) = start else {
            return Flat::Odd;
        };
        let mut cursor = Cursor {
            columns: &mut self.columns,
            named: &mut self.named,
            column: 0,
            name,
            open: None,
            rest,
            state: State::Inside,
            id: None,
            extra: Vec::new(),
            extra_text: None,
        };
        let row = T::deserialize(&mut cursor).ok();
        cursor.finish();
        match (cursor.state, row) {
            (State::EnvelopeReader, Some(row)) => Flat::Row(FlatRow {
                number,
                length: text.len() - cursor.rest.len(),
                id: cursor.id.map(|(_, id)| id),
                row,
            }),
            (State::Short, _) => Flat::Short,
            _ => Flat::Odd,
        }
    }
}

/// The number in a name such as `row12`.
pub(in crate::wire) fn number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("row")?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// The name in a start tag without attributes, and what follows.
fn start(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('<')?;
    let part_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let end = text.bytes().position(|byte| !part_of_name(byte))?;
    let (name, rest) = text.split_at(end);
    let rest = rest.strip_prefix('>')?;
    let first = name.bytes().next()?;
    (!first.is_ascii_digit()).then_some((name, rest))
}

/// What follows the end tag of this name, if `text` begins with it.
fn end<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.strip_prefix("</")?
        .strip_prefix(name)?
        .strip_prefix('>')
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Inside,
    EnvelopeReader,
    Odd,
    Short,
}

/// A row while serde asks for its members.
struct Cursor<'c, 't> {
    columns: &'c mut Vec<Column>,
    named: &'c mut Named,
    column: usize,
    /// The name of the row.
    name: &'t str,
    /// The member whose value comes next.
    open: Option<&'t str>,
    rest: &'t str,
    state: State,
    /// The best id so far, with its rank.
    id: Option<(usize, Cow<'t, str>)>,
    /// Members for the field `extra`, and their text while it is being read.
    extra: Vec<(&'t str, Cow<'t, str>)>,
    extra_text: Option<String>,
}

impl<'t> Cursor<'_, 't> {
    fn stop(&mut self, state: State) -> Mismatch {
        self.state = state;
        Mismatch
    }

    /// The name of the next member; `None` after the last one.
    fn member(&mut self) -> Result<Option<&'t str>, Mismatch> {
        if self.open.is_some() {
            self.value()?;
        }
        match self.state {
            State::Inside => {}
            State::EnvelopeReader => return Ok(None),
            State::Odd | State::Short => return Err(Mismatch),
        }
        let text = self.rest.trim_ascii_start();
        let known = self.columns.get(self.column);
        if let Some(rest) = known.and_then(|column| text.strip_prefix(&*column.start)) {
            self.open = text.get(1..text.len() - rest.len() - 1);
            self.rest = rest;
        } else if text.is_empty() {
            return Err(self.stop(State::Short));
        } else if let Some(rest) = end(text, self.name) {
            self.rest = rest;
            self.state = if self.column == 0 {
                State::Odd
            } else {
                State::EnvelopeReader
            };
        } else if let Some((name, rest)) = start(text) {
            self.learn(name)?;
            self.open = Some(name);
            self.rest = rest;
        } else {
            return Err(self.stop(State::Odd));
        }
        Ok(self.open)
    }

    /// Learns a name that the previous row did not have here, unless it makes this row odd.
    fn learn(&mut self, name: &str) -> Result<(), Mismatch> {
        self.columns.truncate(self.column);
        // Numbered members would make the row a list.
        let start = format!("<{name}>");
        if number(name).is_some() || self.columns.iter().any(|known| known.start == start) {
            return Err(self.stop(State::Odd));
        }
        self.columns.push(Column {
            start,
            end: format!("</{name}>"),
            id: IDS.iter().position(|id| *id == name),
            is_extra: self.named.is_extra(name),
        });
        Ok(())
    }

    /// The text of the current member.
    fn value(&mut self) -> Result<Cow<'t, str>, Mismatch> {
        let open = self.open.take().and(self.columns.get(self.column));
        let (rank, end) = open
            .map(|column| (column.id, &*column.end))
            .ok_or(Mismatch)?;
        let special = |byte: &u8| matches!(byte, b'<' | b'&' | b'\r');
        let bytes = self.rest.as_bytes();
        let mut length = bytes.iter().position(special);
        let has_entities = length.is_some_and(|length| bytes[length] == b'&');
        if has_entities {
            let markup = |byte: &u8| matches!(byte, b'<' | b'\r');
            length = bytes.iter().position(markup);
        }
        let Some(length) = length else {
            return Err(self.stop(State::Short));
        };
        let (text, rest) = self.rest.split_at(length);
        let text = if has_entities {
            let plain = |text: &Cow<'_, str>| forbidden(text).is_none();
            unescape(text).ok().filter(plain)
        } else {
            Some(Cow::Borrowed(text))
        };
        let (Some(text), Some(rest)) = (text, rest.strip_prefix(end)) else {
            return Err(self.stop(State::Odd));
        };
        self.rest = rest;
        if let Some(rank) = rank
            && self.id.as_ref().is_none_or(|(best, _)| rank < *best)
            && !text.trim().is_empty()
        {
            self.id = Some((rank, text.clone()));
        }
        self.column += 1;
        Ok(text)
    }

    /// Reads the members that the row's type did not ask for.
    fn finish(&mut self) {
        while let Ok(Some(_)) = self.member() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::Row;

    /// A row as `7: ID=1, name=x`, and its length.
    fn read(rows: &mut FlatRows, text: &str) -> Option<(String, usize)> {
        let Flat::Row(flat) = rows.read::<Row>(text) else {
            return None;
        };
        let members: Vec<_> = flat
            .row
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()))
            .collect();
        let text = format!("{}: {}", flat.number, members.join(", "));
        Some((text, flat.length))
    }

    #[test]
    fn a_plain_row_is_read_to_its_end() {
        let text =
            "<row7> <ID>1</ID>\n<name>&quot;Ю&quot; &amp; &#8470;1</name><a></a></row7><row8>";
        let (row, length) = read(&mut FlatRows::default(), text).unwrap();
        assert_eq!(row, "7: ID=1, name=\"Ю\" & №1, a=");
        assert_eq!(&text[length..], "<row8>");
    }

    #[test]
    fn odd_rows_are_left_alone() {
        for odd in [
            "",
            "<row0/>",
            "<row0></row0>",
            "<row>x</row>",
            "<rowx><a>1</a></rowx>",
            "<row0 a='b'><a>1</a></row0>",
            "<row0><a b='c'>1</a></row0>",
            "<row0><a/></row0>",
            "<row0><a>1</a><a>2</a></row0>",
            "<row0><row0>1</row0><row1>2</row1></row0>",
            "<row0><a><b>1</b></a></row0>",
            "<row0><a><![CDATA[1]]></a></row0>",
            "<row0><a>1<!-- x --></a></row0>",
            "<row0><a>1</b></row0>",
            "<row0><a>1</a></row1>",
            "<row0><a>1</a>text</row0>",
            "<row0><a>&nbsp;</a></row0>",
            "<row0><a>1\r\n</a></row0>",
            "<row0><7>1</7></row0>",
            "text<row0><a>1</a></row0>",
        ] {
            let outcome = FlatRows::default().read::<Row>(odd);
            assert!(matches!(outcome, Flat::Odd), "{odd}");
        }
        for short in ["<row0>", "<row0><a>", "<row0><a>1", "<row0><a>1</a> "] {
            let outcome = FlatRows::default().read::<Row>(short);
            assert!(matches!(outcome, Flat::Short), "{short}");
        }
    }

    #[test]
    fn a_name_that_begins_like_the_expected_one_is_read_whole() {
        let mut rows = FlatRows::default();
        assert!(read(&mut rows, "<row0><a>1</a></row0>").is_some());
        let row = read(&mut rows, "<row1><ab>2</ab><a>1</a></row1>").unwrap();
        assert_eq!(row.0, "1: ab=2, a=1");
        assert!(read(&mut rows, "<row2><ab>2</ab><ab>2</ab></row2>").is_none());
        assert!(read(&mut rows, "<row3><a>2</a></row3>").is_some());
    }
}
