//! Decodes the envelope without I/O: chunks go in, rows come out; memory holds a chunk and a row.

use adcore::Error;
use http::HeaderMap;
use quick_xml::events::Event;
use serde::de::DeserializeOwned;

use super::fields::{EnvelopeFields, mismatch};
use super::xml::element::decode;
use super::xml::flat::{Flat, FlatRows, IDS};
use super::xml::input::Input;
use super::xml::node::{NOT_WELL_FORMED, Node, Xml, XmlError, next, reader};
use super::xml::well_formed::is_blank;

/// The element that is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cursor {
    Prolog,
    Response,
    Result,
    Data,
    Epilog,
}

pub(super) enum Step<T> {
    Row(Keyed<T>),
    More,
    End,
}

/// A row with its number and its id.
pub(crate) struct Keyed<T> {
    pub(crate) number: u64,
    pub(crate) id: Option<String>,
    pub(crate) row: T,
}

pub(super) struct Decoder {
    pub(super) input: Input,
    pub(super) fields: EnvelopeFields,
    cursor: Cursor,
    has_doctype: bool,
    flat: FlatRows,
    keyed: bool,
}

const NO_RESPONSE: &str = "no <response> element";
const MORE_FOLLOWS: &str = "more follows after </response>";
const STRAY_TEXT: &str = "text where elements are expected";
const STRAY_ELEMENT: &str = "an element among the rows that is not a numbered row";

impl Decoder {
    /// A row, or anything else that is read in one piece, may have `limit` bytes.
    pub(super) fn new(headers: &HeaderMap, limit: usize) -> Self {
        Self {
            input: Input::new(headers, limit),
            fields: EnvelopeFields::new(limit),
            cursor: Cursor::Prolog,
            has_doctype: false,
            flat: FlatRows::default(),
            keyed: false,
        }
    }

    /// Keeps the ids of rows, and a fingerprint of all rows.
    pub(super) fn keyed(mut self) -> Self {
        self.input.take_fingerprint();
        self.keyed = true;
        self
    }

    pub(super) fn next<T: DeserializeOwned>(&mut self) -> Result<Step<T>, Error> {
        while self.advance()? {
            if let Some(row) = self.row()? {
                return Ok(Step::Row(row));
            }
        }
        self.input.check()?;
        Ok(if self.input.complete {
            Step::End
        } else {
            Step::More
        })
    }

    /// Advances to the next row; `false` if none has arrived yet.
    fn advance(&mut self) -> Result<bool, Error> {
        loop {
            self.input.skip_blanks();
            let rest = self.input.rest();
            if rest.is_empty() {
                return match self.cursor {
                    Cursor::Prolog if self.input.complete => Err(self.input.malformed(NO_RESPONSE)),
                    Cursor::Epilog => Ok(false),
                    _ => self.more(),
                };
            }
            let done = if !self.input.is_ready() {
                self.more()?
            } else if !rest.starts_with('<') {
                self.text()?
            } else if self.cursor == Cursor::Data && rest.starts_with("<row") {
                return Ok(true);
            } else if rest.starts_with("</") {
                self.close()?
            } else {
                self.markup()?
            };
            if !done {
                return Ok(false);
            }
        }
    }

    fn more(&mut self) -> Result<bool, Error> {
        self.input.wait(XmlError::Short).map(|()| false)
    }

    /// Skips text between elements, which has a meaning nowhere and is allowed only beside the status.
    fn text(&mut self) -> Result<bool, Error> {
        let rest = self.input.rest();
        let length = rest.find('<');
        let text = &rest[..length.unwrap_or(rest.len())];
        match self.cursor {
            _ if is_blank(text) => {}
            Cursor::Prolog => return Err(self.input.malformed("not XML")),
            Cursor::Epilog => return Err(self.input.malformed(MORE_FOLLOWS)),
            Cursor::Result | Cursor::Data if !text.trim().is_empty() => {
                return Err(self.input.malformed(STRAY_TEXT));
            }
            _ => {}
        }
        if length.is_none() && !self.input.complete {
            return self.more();
        }
        let mut reader = reader(text);
        let length = text.len();
        loop {
            match next(&mut reader) {
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(XmlError::Broken(why, _)) => return Err(self.input.malformed(why)),
                Err(XmlError::Short) => return Err(self.input.malformed(NOT_WELL_FORMED)),
            }
        }
        self.input.consume(length)?;
        Ok(true)
    }

    fn close(&mut self) -> Result<bool, Error> {
        let rest = self.input.rest();
        let Some(end) = rest.find('>') else {
            return self.more();
        };
        let (name, outer) = match self.cursor {
            Cursor::Data => ("data", Cursor::Result),
            Cursor::Result => ("result", Cursor::Response),
            Cursor::Response => ("response", Cursor::Epilog),
            Cursor::Prolog | Cursor::Epilog => return Err(self.input.malformed(NOT_WELL_FORMED)),
        };
        if rest[2..end].trim_ascii_end() != name {
            return Err(self.input.malformed(NOT_WELL_FORMED));
        }
        self.input.consume(end + 1)?;
        self.cursor = outer;
        Ok(true)
    }

    /// Enters an element of the envelope, or reads an element inside it, or skips other markup.
    fn markup(&mut self) -> Result<bool, Error> {
        let Some(text) = self.input.whole() else {
            return self.more();
        };
        let at_start = self.input.is_at_start();
        let mut reader = reader(text);
        let cursor = self.cursor;
        let mut inner = cursor;
        let node = match next(&mut reader) {
            Ok(Event::Start(start)) => match (cursor, start.name().into_inner()) {
                (Cursor::Epilog, _) => return Err(self.input.malformed(MORE_FOLLOWS)),
                (Cursor::Prolog, "response") => enter(&mut inner, Cursor::Response),
                (Cursor::Prolog, _) => return Err(self.input.malformed(NO_RESPONSE)),
                (Cursor::Response, "result") => enter(&mut inner, Cursor::Result),
                (Cursor::Result, "data") => enter(&mut inner, Cursor::Data),
                (Cursor::Data, _) => return Err(self.input.malformed(STRAY_ELEMENT)),
                _ => Node::read(&mut reader, start).map(Some),
            },
            Ok(Event::Empty(start)) => match (cursor, start.name().into_inner()) {
                (Cursor::Epilog, _) => return Err(self.input.malformed(MORE_FOLLOWS)),
                (Cursor::Prolog, "response") => enter(&mut inner, Cursor::Epilog),
                (Cursor::Prolog, _) => return Err(self.input.malformed(NO_RESPONSE)),
                (Cursor::Result, _) => Ok(Some(Node::new(start))),
                (Cursor::Data, _) => return Err(self.input.malformed(STRAY_ELEMENT)),
                _ => Ok(None),
            },
            Ok(Event::Comment(_) | Event::PI(_)) => Ok(None),
            Ok(_) if cursor == Cursor::Epilog => return Err(self.input.malformed(MORE_FOLLOWS)),
            // Scripts print blanks before it, which XML forbids and which do no harm.
            Ok(Event::Decl(_)) if !at_start => {
                return Err(self
                    .input
                    .malformed("an XML declaration that is not at the start"));
            }
            Ok(Event::DocType(_)) if cursor != Cursor::Prolog || self.has_doctype => {
                return Err(self.input.malformed(NOT_WELL_FORMED));
            }
            Ok(Event::DocType(_)) => {
                self.has_doctype = true;
                Ok(None)
            }
            Ok(Event::CData(_)) if cursor == Cursor::Prolog => {
                return Err(self.input.malformed("not XML"));
            }
            Ok(Event::CData(text)) if cursor != Cursor::Response && !text.trim().is_empty() => {
                return Err(self.input.malformed(STRAY_TEXT));
            }
            Ok(_) => Ok(None),
            Err(error) => Err(error),
        };
        let node = match node {
            Ok(node) => node,
            Err(error) => return self.input.wait(error).map(|()| false),
        };
        let length = read_so_far(&reader);
        match (cursor, node) {
            (Cursor::Response, Some(node)) => self.fields.take_from_response(&node),
            (Cursor::Result, Some(node)) => self.fields.take_from_result(&node, length)?,
            _ => self.fields.found |= inner == Cursor::Data,
        }
        self.cursor = inner;
        self.input.consume(length)?;
        Ok(true)
    }

    /// Reads the row at the cursor; `None` if it has not arrived yet.
    fn row<T: DeserializeOwned>(&mut self) -> Result<Option<Keyed<T>>, Error> {
        let Some(text) = self.input.whole() else {
            return self.more().map(|_| None);
        };
        // A text with ]]> in it is for the XML reader to refuse.
        let flat = if self.input.is_plain() {
            self.flat.read(text)
        } else {
            Flat::Odd
        };
        match flat {
            Flat::Row(flat) => {
                let id = flat.id.filter(|_| self.keyed);
                let keyed = Keyed {
                    number: flat.number,
                    id: id.map(|id| id.trim().to_owned()),
                    row: flat.row,
                };
                let length = flat.length;
                self.input.consume_row(length)?;
                return Ok(Some(keyed));
            }
            Flat::Short if !self.input.complete => {
                return self.more().map(|_| None);
            }
            Flat::Short | Flat::Odd => {}
        }
        let mut reader = reader(text);
        let node = match next(&mut reader) {
            Ok(Event::Start(start)) => Node::read(&mut reader, start),
            Ok(Event::Empty(start)) => Ok(Node::new(start)),
            Ok(_) => Err(XmlError::Short),
            Err(error) => Err(error),
        };
        let node = match node {
            Ok(node) => node,
            Err(error) => return self.input.wait(error).map(|()| None),
        };
        let length = read_so_far(&reader);
        let Some(number) = node.number() else {
            return Err(self.input.malformed(STRAY_ELEMENT));
        };
        let ids = IDS.iter().find_map(|name| node.child_text(name));
        let keyed = Keyed {
            number,
            id: ids.map(str::to_owned),
            row: decode(&node).map_err(|path| mismatch(&["data", node.name(), &path]))?,
        };
        self.input.consume_row(length)?;
        Ok(Some(keyed))
    }
}

fn enter<'a>(cursor: &mut Cursor, inner: Cursor) -> Result<Option<Node<'a>>, XmlError> {
    *cursor = inner;
    Ok(None)
}

fn read_so_far(reader: &Xml<'_>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}
