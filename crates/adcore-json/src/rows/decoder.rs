//! A push decoder for the array of rows and its envelope.

use serde::de::DeserializeOwned;

use super::plain::{Plain, Read};
use super::{Digest, RowLocation};
use crate::repair::Repairs;
use crate::{BYTE_ORDER_MARK, RawJson};
use adcore::{Error, ErrorKind};

mod element;
mod member;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Start,
    FirstGroup,
    Group,
    AfterGroup,
    Key,
    FirstKey,
    AfterMember,
    Row,
    FirstRow,
    AfterRow,
    Tail,
}

pub(crate) enum Step {
    /// A row starts at the cursor.
    Row,
    More,
    End,
}

/// The decoder without I/O: chunks go in, rows come out.
pub(crate) struct Decoder {
    pub(crate) shape: RowLocation,
    state: State,
    /// Checked UTF-8, so that serde_json need not check each string again.
    buffer: String,
    /// The beginning of a character that the last chunk has cut in two.
    torn: Vec<u8>,
    garbled: bool,
    at: usize,
    /// One past the last `}` or `]` in the buffer. Nothing beyond is decoded, because a value there
    /// may be incomplete (`12` may be the beginning of `123`).
    safe: usize,
    /// Buffer length below which the next attempt to decode the current element is not worth it.
    patience: usize,
    consumed: u64,
    complete: bool,
    pub(crate) limit: usize,
    pub(crate) rest: Vec<(String, RawJson)>,
    rest_size: usize,
    pub(crate) group: Vec<(String, RawJson)>,
    group_size: usize,
    grouped: bool,
    /// Whether the current group has had its rows.
    group_found: bool,
    pub(crate) groups: u64,
    pub(crate) found: bool,
    pub(crate) rows: u64,
    pub(crate) repairs: Repairs,
    /// Digest of the text of the rows, and of the other members in their groups.
    pub(crate) digest: Digest,
    plain: Plain,
}

impl Decoder {
    pub(crate) fn new(shape: RowLocation) -> Self {
        Self {
            shape,
            state: State::Start,
            buffer: String::new(),
            torn: Vec::new(),
            garbled: false,
            at: 0,
            safe: 0,
            patience: 0,
            consumed: 0,
            complete: false,
            limit: 1024 * 1024,
            rest: Vec::new(),
            rest_size: 0,
            group: Vec::new(),
            group_size: 0,
            grouped: false,
            group_found: false,
            groups: 0,
            found: false,
            rows: 0,
            repairs: Repairs::default(),
            digest: Digest::default(),
            plain: Plain::default(),
        }
    }

    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        self.buffer.drain(..self.at);
        self.consumed += self.at as u64;
        self.safe = self.safe.saturating_sub(self.at);
        self.patience = self.patience.saturating_sub(self.at);
        self.at = 0;
        let old = self.buffer.len();
        if self.torn.is_empty() {
            self.append(chunk);
        } else {
            let mut whole = std::mem::take(&mut self.torn);
            whole.extend_from_slice(chunk);
            self.append(&whole);
        }
        let new = &self.buffer.as_bytes()[old..];
        if let Some(last) = new.iter().rposition(|byte| matches!(byte, b'}' | b']')) {
            self.safe = old + last + 1;
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        if self.garbled {
            return;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.buffer.push_str(text),
            Err(error) => {
                let (good, rest) = bytes.split_at(error.valid_up_to());
                self.buffer
                    .push_str(std::str::from_utf8(good).unwrap_or_default());
                if error.error_len().is_some() {
                    self.garbled = true;
                    self.hurry();
                } else {
                    self.torn.extend_from_slice(rest);
                }
            }
        }
    }

    pub(crate) fn finish(&mut self) {
        self.complete = true;
        self.garbled |= !self.torn.is_empty();
        self.safe = self.buffer.len();
        self.hurry();
    }

    /// Makes the next attempt immediate, because nothing more will arrive.
    pub(crate) fn hurry(&mut self) {
        self.patience = 0;
    }

    fn broken(&self, what: &str) -> Error {
        let position = self.consumed + self.at as u64;
        Error::new(ErrorKind::Decode, format!("{what} (byte {position})"))
    }

    /// Returns the next byte that is not white space, without consuming it.
    fn peek_byte(&mut self) -> Option<u8> {
        while let Some(byte) = self.buffer.as_bytes().get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// Moves to the next row, and stays there until [`row`](Self::row) has decoded it.
    pub(crate) fn next(&mut self) -> Result<Step, Error> {
        if self.state == State::AfterRow && self.another_row() {
            return Ok(Step::Row);
        }
        match self.advance()? {
            Step::More | Step::End if self.garbled => Err(self.broken("not valid UTF-8")),
            step => Ok(step),
        }
    }

    /// Moves to the next row if it follows in the usual way: after a comma, or a comma and a line
    /// end.
    #[inline]
    fn another_row(&mut self) -> bool {
        let length = match self.buffer.as_bytes().get(self.at..) {
            Some([b',', b'{' | b'[', ..]) => 1,
            Some([b',', b'\n', b'{' | b'[', ..]) => 2,
            _ => return false,
        };
        self.at += length;
        self.state = State::Row;
        true
    }

    fn advance(&mut self) -> Result<Step, Error> {
        loop {
            if self.state == State::Start
                && self.consumed == 0
                && self.at == 0
                && self.buffer.as_bytes().starts_with(BYTE_ORDER_MARK)
            {
                self.at = BYTE_ORDER_MARK.len();
            }
            let Some(byte) = self.peek_byte() else {
                return match (self.complete, self.state) {
                    (true, State::Tail) => Ok(Step::End),
                    (true, State::Start) => Err(self.broken("the response is empty")),
                    (true, _) => Err(self.broken("the JSON ends too early")),
                    (false, _) => Ok(Step::More),
                };
            };
            match (self.state, byte) {
                (State::Start, b'[') if self.shape == RowLocation::Array => self.enter_rows(),
                (State::Start, b'[') if matches!(self.shape, RowLocation::Groups(_)) => {
                    self.found = true;
                    self.step(State::FirstGroup);
                }
                (State::Start, b'{') => self.step(State::FirstKey),
                (State::FirstGroup | State::Group, b'{') => self.enter_group(),
                (State::FirstGroup | State::AfterGroup, b']') => {
                    self.grouped = false;
                    self.step(State::Tail);
                }
                (State::AfterGroup, b',') => self.step(State::Group),
                (State::Start, _) => match self.raw()? {
                    Some(value) if value.is_null() && self.is_list() => {
                        self.found = true;
                        self.state = State::Tail;
                    }
                    Some(value) => self.keep(String::new(), value, State::Tail)?,
                    None => return Ok(Step::More),
                },
                (State::FirstKey | State::AfterMember, b'}') if self.grouped => {
                    self.check_group()?;
                    if let RowLocation::Nested(..) = self.shape {
                        self.grouped = false;
                        self.step(State::AfterMember);
                    } else {
                        self.step(State::AfterGroup);
                    }
                }
                (State::FirstKey | State::AfterMember, b'}') => self.step(State::Tail),
                (State::AfterMember, b',') => self.step(State::Key),
                (State::FirstKey | State::Key, b'"') => {
                    if !self.member()? {
                        return Ok(Step::More);
                    }
                }
                (State::FirstRow | State::AfterRow, b']') => {
                    let next = match self.shape {
                        RowLocation::Array => State::Tail,
                        _ => State::AfterMember,
                    };
                    self.step(next);
                }
                (State::AfterRow, b',') => self.step(State::Row),
                (State::FirstRow | State::Row, _) => return Ok(Step::Row),
                (State::Tail, _) => return Err(self.broken("unexpected data after the JSON")),
                _ => return Err(self.broken("not valid JSON")),
            }
        }
    }

    fn step(&mut self, state: State) {
        self.at += 1;
        self.state = state;
    }

    /// Whether `null` in place of the whole response is an empty list.
    fn is_list(&self) -> bool {
        matches!(
            self.shape,
            RowLocation::Array | RowLocation::Groups(_) | RowLocation::AnyMember(_)
        )
    }

    fn enter_rows(&mut self) {
        self.found = true;
        self.group_found = true;
        self.step(State::FirstRow);
    }

    fn too_long(&self) -> Error {
        let limit = self.limit;
        self.broken(&format!("a row is larger than the limit of {limit} bytes"))
    }

    /// Returns whether the element at the cursor may be complete.
    fn is_ready(&self) -> bool {
        self.complete || (self.safe > self.at && self.buffer.len() >= self.patience)
    }

    /// Decodes the row at the cursor; `false` asks for more bytes.
    pub(crate) fn row<T: DeserializeOwned>(
        &mut self,
        plain: Option<Read<T>>,
        row: &mut Option<T>,
    ) -> Result<bool, Error> {
        let start = self.at;
        if let Some(read) = plain
            && self.is_ready()
        {
            let text = &self.buffer[self.at..self.safe];
            if let Some(length) = read(&mut self.plain, text, row) {
                self.advance_by(length)?;
                self.end_row(start);
                return Ok(true);
            }
        }
        *row = self.element()?;
        if row.is_some() {
            self.plain.miss();
            self.end_row(start);
        } else if self.garbled {
            return Err(self.broken("not valid UTF-8"));
        }
        Ok(row.is_some())
    }

    fn end_row(&mut self, start: usize) {
        self.digest.add(&self.buffer.as_bytes()[start..self.at]);
        self.state = State::AfterRow;
        self.rows += 1;
    }

    /// Returns how many bytes have been decoded.
    pub(crate) fn length(&self) -> usize {
        usize::try_from(self.consumed)
            .unwrap_or(usize::MAX)
            .saturating_add(self.at)
    }

    fn advance_by(&mut self, length: usize) -> Result<(), Error> {
        if length > self.limit {
            return Err(self.too_long());
        }
        self.at += length;
        self.patience = 0;
        Ok(())
    }
}
