//! Decoding one value of a text that may still be arriving.

use serde::de::DeserializeOwned;

use super::Decoder;
use crate::locate;
use adcore::Error;

impl Decoder {
    /// Decodes one value at the cursor; `None` asks for more bytes.
    pub(super) fn element<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        if !self.is_ready() {
            return self.wait();
        }
        let slice = &self.buffer[self.at..self.safe];
        let mut repairs = self.repairs;
        let mut values = serde_json::Deserializer::from_str(slice).into_iter::<T>();
        match repairs.count(|| values.next()) {
            Some(Ok(value)) => {
                self.repairs = repairs;
                let length = values.byte_offset();
                self.advance_by(length)?;
                Ok(Some(value))
            }
            Some(Err(error)) => match whole_length(slice.as_bytes()) {
                _ if !self.complete && error.is_eof() => self.wait(),
                None if !self.complete => self.wait(),
                length => self.repair(length.unwrap_or(slice.len())),
            },
            None => self.wait(),
        }
    }

    /// Decodes a value of `length` bytes that serde_json has refused, if it can be repaired.
    fn repair<T: DeserializeOwned>(&mut self, length: usize) -> Result<Option<T>, Error> {
        let value = &self.buffer[self.at..self.at + length];
        let mut repairs = self.repairs;
        let repaired = repairs.replace(value);
        let decoded = repaired.and_then(|json| repairs.count(|| serde_json::from_str(&json).ok()));
        if decoded.is_none() {
            return Err(self.locate::<T>());
        }
        self.repairs = repairs;
        self.advance_by(length)?;
        Ok(decoded)
    }

    /// Waits for half as much text again before the next attempt, so that long rows take linear time.
    fn wait<T>(&mut self) -> Result<Option<T>, Error> {
        let length = self.buffer.len() - self.at;
        if length > self.limit {
            return Err(self.too_long());
        }
        if self.safe > self.at && self.buffer.len() >= self.patience {
            self.patience = self.at + (length + length / 2).min(self.limit);
        }
        Ok(None)
    }

    fn locate<T: DeserializeOwned>(&self) -> Error {
        let slice = &self.buffer[self.at..self.safe];
        let error = locate::<T>(slice).unwrap_or_else(|| self.broken("not valid JSON"));
        let row = self.rows;
        let position = self.consumed + self.at as u64;
        let message = format!("{} of row {row} (byte {position})", error.message());
        error.with_message(message)
    }
}

/// Returns the length of the value at the start of `slice`, judging by brackets and quotes alone;
/// `None` if it is incomplete.
fn whole_length(slice: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut text = false;
    let mut escaped = false;
    for (at, byte) in slice.iter().enumerate() {
        if text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => text = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' if depth == 1 => return Some(at + 1),
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}
