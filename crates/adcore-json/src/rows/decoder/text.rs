//! The text of a response that is still arriving.

use bytes::{Buf, Bytes};

/// A window of the text, from the first byte that has not been read.
///
/// A chunk is read where it arrived. Only an element that continues in the next chunk is joined with
/// the beginning of that chunk, in a buffer of its own.
#[derive(Default)]
pub(crate) struct Text {
    chunk: Bytes,
    /// The unread end of the chunks before, and the first `copied` bytes of `chunk`; empty while `chunk`
    /// is read in place.
    joined: Vec<u8>,
    copied: usize,
    /// The next byte to read.
    pub(crate) at: usize,
    /// How many bytes precede the window.
    before: u64,
    /// One past the last `}` or `]` of the window. Nothing beyond is decoded, because a value there may be
    /// incomplete (`12` may be the beginning of `123`).
    pub(crate) safe: usize,
}

impl Text {
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        if self.joined.is_empty() {
            &self.chunk
        } else {
            &self.joined
        }
    }

    /// Returns what has not been read yet, as far as it may be decoded.
    #[inline]
    pub(crate) fn ready(&self) -> &[u8] {
        self.bytes().get(self.at..self.safe).unwrap_or_default()
    }

    /// Returns how many bytes have been read.
    pub(crate) fn position(&self) -> u64 {
        self.before + self.at as u64
    }

    /// Returns what has not been read yet.
    #[inline]
    pub(crate) fn unread(&self) -> &[u8] {
        &self.bytes()[self.at..]
    }

    /// Returns the position of the end of the window.
    pub(crate) fn end(&self) -> u64 {
        self.before + self.bytes().len() as u64
    }

    /// Adds a chunk. The window must have no more bytes; see [`more`](Self::more).
    pub(crate) fn feed(&mut self, chunk: Bytes) {
        if self.joined.is_empty() {
            self.joined.extend_from_slice(&self.chunk[self.at..]);
        } else {
            self.joined.drain(..self.at);
        }
        self.shift(self.at);
        self.chunk = chunk;
        self.copied = 0;
        if self.joined.is_empty() {
            self.find_safe(0);
        } else {
            self.join();
        }
    }

    /// Moves the window over more of the last chunk; `false` if there is no more of it.
    pub(crate) fn more(&mut self) -> bool {
        if self.copied == self.chunk.len() {
            return false;
        }
        if self.joined.is_empty() {
            return false;
        }
        let kept = self.joined.len() - self.copied;
        let Some(read) = self.at.checked_sub(kept) else {
            self.join();
            return true;
        };
        self.shift(self.at);
        self.chunk.advance(read);
        self.joined.clear();
        self.copied = 0;
        self.find_safe(0);
        true
    }

    /// Copies some of the chunk, twice as much each time.
    fn join(&mut self) {
        /// Longer than most rows.
        const PIECE: usize = 1024;
        let old = self.joined.len();
        let rest = &self.chunk[self.copied..];
        let piece = &rest[..rest.len().min(old.max(PIECE))];
        self.joined.extend_from_slice(piece);
        self.copied += piece.len();
        self.find_safe(old);
    }

    /// Makes the byte at `by` the first one of the window.
    fn shift(&mut self, by: usize) {
        self.before += by as u64;
        self.safe = self.safe.saturating_sub(by);
        self.at = 0;
    }

    fn find_safe(&mut self, from: usize) {
        let closes = |byte: &u8| matches!(byte, b'}' | b']');
        if let Some(last) = self.bytes()[from..].iter().rposition(closes) {
            self.safe = from + last + 1;
        }
    }

    /// Lets everything be decoded, because nothing more will arrive.
    pub(crate) fn finish(&mut self) {
        self.safe = self.bytes().len();
    }
}
