//! The envelope without I/O: chunks go in, rows come out, in memory of a chunk and a row.

use adcore::Error;
use http::HeaderMap;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::de::DeserializeOwned;

use super::contents::{Contents, mismatch};
use super::de::decode;
use super::flat::{Flat, FlatRows, IDS};
use super::input::Input;
use super::node::{NOT_WELL_FORMED, Node, Trouble, Xml, next};

/// In which element the cursor stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
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

/// A row with its number, and with the ID that tells it from others.
pub(crate) struct Keyed<T> {
    pub(crate) number: u64,
    pub(crate) id: Option<String>,
    pub(crate) row: T,
}

pub(super) struct Decoder {
    pub(super) input: Input,
    pub(super) contents: Contents,
    place: Place,
    flat: FlatRows,
    keyed: bool,
}

const NO_RESPONSE: &str = "it has no response element";
const MORE_FOLLOWS: &str = "more follows after it";

impl Decoder {
    /// A row, or anything else that must be read in one piece, may have `limit` bytes.
    pub(super) fn new(headers: &HeaderMap, limit: usize) -> Self {
        Self {
            input: Input::new(headers, limit),
            contents: Contents::new(limit),
            place: Place::Prolog,
            flat: FlatRows::default(),
            keyed: false,
        }
    }

    /// Keeps the IDs of rows, and what tells this answer from others of the same call.
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

    /// Goes to the next row; `false` when there is none as yet.
    fn advance(&mut self) -> Result<bool, Error> {
        loop {
            self.input.skip_blanks();
            let rest = self.input.rest();
            if rest.is_empty() {
                return match self.place {
                    Place::Prolog if self.input.complete => Err(self.input.broken(NO_RESPONSE)),
                    Place::Epilog => Ok(false),
                    _ => self.more(),
                };
            }
            let done = if !self.input.is_ready() {
                self.more()?
            } else if !rest.starts_with('<') {
                self.text()?
            } else if self.place == Place::Data && rest.starts_with("<row") {
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
        self.input.wait(Trouble::Short).map(|()| false)
    }

    /// Passes text between elements: it means nothing, but may not stand everywhere.
    fn text(&mut self) -> Result<bool, Error> {
        let rest = self.input.rest();
        let length = rest.find('<');
        let text = &rest[..length.unwrap_or(rest.len())];
        match self.place {
            _ if text.trim().is_empty() => {}
            Place::Prolog => return Err(self.input.broken("it is no XML")),
            Place::Epilog => return Err(self.input.broken(MORE_FOLLOWS)),
            _ => {}
        }
        if length.is_none() && !self.input.complete {
            return self.more();
        }
        let mut reader = Reader::from_str(text);
        let length = text.len();
        while text.contains('&') {
            match next(&mut reader) {
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(_) => return Err(self.input.broken(NOT_WELL_FORMED)),
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
        let (name, outer) = match self.place {
            Place::Data => ("data", Place::Result),
            Place::Result => ("result", Place::Response),
            Place::Response => ("response", Place::Epilog),
            Place::Prolog | Place::Epilog => return Err(self.input.broken(NOT_WELL_FORMED)),
        };
        if rest[2..end].trim_ascii_end() != name {
            return Err(self.input.broken(NOT_WELL_FORMED));
        }
        self.input.consume(end + 1)?;
        self.place = outer;
        Ok(true)
    }

    /// Enters an element of the envelope, or reads one that stands in it, or passes what is none.
    fn markup(&mut self) -> Result<bool, Error> {
        let Some(text) = self.input.whole() else {
            return self.more();
        };
        let mut reader = Reader::from_str(text);
        let place = self.place;
        let mut inner = place;
        let node = match next(&mut reader) {
            Ok(Event::Start(start)) => match (place, start.name().into_inner()) {
                (Place::Epilog, _) => return Err(self.input.broken(MORE_FOLLOWS)),
                (Place::Prolog, "response") => enter(&mut inner, Place::Response),
                (Place::Prolog, _) => return Err(self.input.broken(NO_RESPONSE)),
                (Place::Response, "result") => enter(&mut inner, Place::Result),
                (Place::Result, "data") => enter(&mut inner, Place::Data),
                _ => Node::read(&mut reader, start).map(Some),
            },
            Ok(Event::Empty(start)) => match (place, start.name().into_inner()) {
                (Place::Epilog, _) => return Err(self.input.broken(MORE_FOLLOWS)),
                (Place::Prolog, "response") => enter(&mut inner, Place::Epilog),
                (Place::Prolog, _) => return Err(self.input.broken(NO_RESPONSE)),
                (Place::Result, _) => Ok(Some(Node::new(start))),
                _ => Ok(None),
            },
            Ok(Event::Comment(_) | Event::PI(_)) => Ok(None),
            Ok(_) if place == Place::Epilog => return Err(self.input.broken(MORE_FOLLOWS)),
            Ok(_) => Ok(None),
            Err(trouble) => Err(trouble),
        };
        let node = match node {
            Ok(node) => node,
            Err(trouble) => return self.input.wait(trouble).map(|()| false),
        };
        let length = read_so_far(&reader);
        match (place, node) {
            (Place::Response, Some(node)) => self.contents.take_from_response(&node),
            (Place::Result, Some(node)) => self.contents.take_from_result(&node, length)?,
            _ => self.contents.found |= inner == Place::Data,
        }
        self.place = inner;
        self.input.consume(length)?;
        Ok(true)
    }

    /// Reads the row at the cursor; `None` when it is not there as yet, or no row.
    fn row<T: DeserializeOwned>(&mut self) -> Result<Option<Keyed<T>>, Error> {
        let Some(text) = self.input.whole() else {
            return self.more().map(|_| None);
        };
        match self.flat.read(text) {
            Flat::Row(flat) => {
                let id = flat.id.filter(|_| self.keyed);
                let keyed = Keyed {
                    number: flat.number,
                    id: id.map(|id| id.trim().to_owned()),
                    row: flat.row,
                };
                let length = flat.length;
                self.input.consume(length)?;
                return Ok(Some(keyed));
            }
            Flat::Short if !self.input.complete => {
                return self.more().map(|_| None);
            }
            Flat::Short | Flat::Odd => {}
        }
        let mut reader = Reader::from_str(text);
        let node = match next(&mut reader) {
            Ok(Event::Start(start)) => Node::read(&mut reader, start),
            Ok(Event::Empty(start)) => Ok(Node::new(start)),
            Ok(_) => Err(Trouble::Short),
            Err(trouble) => Err(trouble),
        };
        let node = match node {
            Ok(node) => node,
            Err(trouble) => return self.input.wait(trouble).map(|()| None),
        };
        let length = read_so_far(&reader);
        let keyed = match node.number() {
            None => None,
            Some(number) => Some(Keyed {
                number,
                id: IDS
                    .iter()
                    .find_map(|name| node.child_text(name))
                    .map(str::to_owned),
                row: decode(&node).map_err(|path| mismatch(&["data", node.name(), &path]))?,
            }),
        };
        self.input.consume(length)?;
        Ok(keyed)
    }
}

fn enter<'a>(place: &mut Place, inner: Place) -> Result<Option<Node<'a>>, Trouble> {
    *place = inner;
    Ok(None)
}

fn read_so_far(reader: &Xml<'_>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}
