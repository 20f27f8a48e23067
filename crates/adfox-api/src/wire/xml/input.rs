//! The text of a response that has arrived and is not decoded yet.

use std::hash::{DefaultHasher, Hash, Hasher};

use adcore::{Error, ErrorKind};
use http::HeaderMap;

use super::charset::Transcoder;
use super::node::XmlError;
use super::well_formed::{self, CDATA_END};

pub(in crate::wire) struct Input {
    transcoder: Transcoder,
    /// Why the bytes after the buffer are not text.
    garbled: Option<Error>,
    buffer: String,
    at: usize,
    /// One past the last `>` in the buffer: no element after it is complete.
    safe: usize,
    /// The buffer length below which the current element is known to be incomplete.
    needed: usize,
    /// One past the last `]]>` in the buffer, which a text must not have.
    suspect: usize,
    /// The number of bytes and of line ends before the buffer.
    consumed: u64,
    lines: usize,
    /// Whether a tag, an element or a text has been consumed.
    is_begun: bool,
    pub(in crate::wire) complete: bool,
    /// The maximum length of a row, or of anything else that is read in one piece.
    limit: usize,
    /// A hash of the rows, independent of chunks.
    fingerprint: Option<DefaultHasher>,
}

impl Input {
    pub(in crate::wire) fn new(headers: &HeaderMap, limit: usize) -> Self {
        Self {
            transcoder: Transcoder::new(headers, limit),
            garbled: None,
            buffer: String::new(),
            at: 0,
            safe: 0,
            needed: 0,
            suspect: 0,
            consumed: 0,
            lines: 0,
            is_begun: false,
            complete: false,
            limit,
            fingerprint: None,
        }
    }

    pub(in crate::wire) fn take_fingerprint(&mut self) {
        self.fingerprint = Some(DefaultHasher::new());
    }

    pub(in crate::wire) fn fingerprint(&self) -> u64 {
        self.fingerprint.as_ref().map_or(0, Hasher::finish)
    }

    pub(in crate::wire) fn feed(&mut self, chunk: &[u8]) {
        self.append(chunk, false);
    }

    pub(in crate::wire) fn finish(&mut self) {
        self.append(&[], true);
        if self.garbled.is_none() {
            self.complete = true;
            self.safe = self.buffer.len();
        }
    }

    fn append(&mut self, chunk: &[u8], last: bool) {
        if self.garbled.is_some() {
            return;
        }
        self.lines += line_ends(&self.buffer[..self.at]);
        self.buffer.drain(..self.at);
        self.consumed += self.at as u64;
        self.safe = self.safe.saturating_sub(self.at);
        self.suspect = self.suspect.saturating_sub(self.at);
        self.needed = self.needed.saturating_sub(self.at);
        self.at = 0;
        let old = self.buffer.len();
        let text = &mut self.buffer;
        self.garbled = self.transcoder.feed(chunk, last, text).err();
        if let Some(at) = well_formed::forbidden(&self.buffer[old..]) {
            self.garbled = Some(self.error_at("a control character", (old + at) as u64));
            self.buffer.truncate(old + at);
        }
        if self.garbled.is_some() {
            // What comes before a fault is given out however it arrived.
            self.needed = 0;
        }
        if let Some(end) = self.buffer[old..].rfind('>') {
            self.safe = old + end + 1;
        }
        // It may have begun in the chunk before.
        let begin = (old.saturating_sub(CDATA_END.len() - 1)..=old)
            .find(|at| self.buffer.is_char_boundary(*at))
            .unwrap_or(old);
        if let Some(end) = last_cdata_end(&self.buffer[begin..]) {
            self.suspect = begin + end;
        }
    }

    /// Fails if the bytes that come next are not text.
    pub(in crate::wire) fn check(&mut self) -> Result<(), Error> {
        self.garbled.take().map_or(Ok(()), Err)
    }

    pub(in crate::wire) fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_ascii_start().len();
    }

    /// Everything that has arrived.
    pub(in crate::wire) fn rest(&self) -> &str {
        &self.buffer[self.at..]
    }

    /// Whether enough has arrived to try again.
    pub(in crate::wire) fn is_ready(&self) -> bool {
        self.complete || self.buffer.len() >= self.needed
    }

    /// The text that may contain a complete element.
    pub(in crate::wire) fn whole(&self) -> Option<&str> {
        (self.safe > self.at).then(|| &self.buffer[self.at..self.safe])
    }

    /// Whether no text that comes next can have a `]]>` in it.
    pub(in crate::wire) fn is_plain(&self) -> bool {
        self.suspect <= self.at
    }

    /// Whether nothing but blanks has been consumed.
    pub(in crate::wire) fn is_at_start(&self) -> bool {
        !self.is_begun
    }

    /// Consumes a tag, an element or a text.
    pub(in crate::wire) fn consume(&mut self, length: usize) -> Result<(), Error> {
        if length > self.limit {
            return Err(self.too_long());
        }
        self.at += length;
        self.needed = 0;
        self.is_begun = true;
        Ok(())
    }

    /// Consumes a row.
    pub(in crate::wire) fn consume_row(&mut self, length: usize) -> Result<(), Error> {
        if let Some(hasher) = &mut self.fingerprint {
            self.buffer[self.at..self.at + length].hash(hasher);
        }
        self.consume(length)
    }

    /// Waits for more text; an error if no more can come.
    ///
    /// The next try needs half as much again, so that long elements take linear time.
    pub(in crate::wire) fn wait(&mut self, error: XmlError) -> Result<(), Error> {
        let length = self.buffer.len() - self.at;
        match error {
            XmlError::Broken(why, at) => {
                return Err(self.error_at(why, self.at as u64 + at));
            }
            XmlError::Short if self.complete => return Err(self.malformed("it ends too early")),
            XmlError::Short if length > self.limit => return Err(self.too_long()),
            XmlError::Short => {}
        }
        if self.is_ready() {
            self.needed = self.at + (length + length / 2).min(self.limit).max(length + 1);
        }
        Ok(())
    }

    /// The error of a response that is not XML, or not an envelope.
    pub(in crate::wire) fn malformed(&self, why: &str) -> Error {
        self.error_at(why, self.at as u64)
    }

    fn too_long(&self) -> Error {
        let limit = self.limit;
        self.malformed(&format!("a row is longer than {limit} bytes"))
    }

    /// An error at a position of the buffer.
    fn error_at(&self, why: &str, at: u64) -> Error {
        let before = usize::try_from(at)
            .ok()
            .and_then(|at| self.buffer.get(..at));
        let line = 1 + self.lines + line_ends(before.unwrap_or(&self.buffer));
        let byte = self.consumed + at;
        Error::new(
            ErrorKind::Decode,
            format!("not an ADFOX response: {why} (line {line}, byte {byte})"),
        )
    }
}

/// Where the last `]]>` ends. Looking for the bracket alone is several times as fast, and few texts have one.
fn last_cdata_end(text: &str) -> Option<usize> {
    let mut rest = text;
    while let Some(at) = rest.rfind(']') {
        rest = &rest[..at];
        if rest.ends_with(']') && text[at + 1..].starts_with('>') {
            return Some(at + "]>".len());
        }
    }
    None
}

fn line_ends(text: &str) -> usize {
    // So few at a time that a byte counts them, which is vectorised.
    let ends = |block: &[u8]| {
        block
            .iter()
            .map(|byte| u8::from(*byte == b'\n'))
            .sum::<u8>()
    };
    text.as_bytes()
        .chunks(128)
        .map(|block| usize::from(ends(block)))
        .sum()
}
