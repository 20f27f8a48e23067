//! Plain rows, read without serde: each row is expected to have the names of the previous rows.
//!
//! The result is the same as that of serde_json. A row that is not plain (exponents, nested values,
//! escapes in names, faults) is left to serde_json, which reads it again.

use crate::RawJson;

mod digits;
mod value;

pub use value::PlainValue;

/// A one in each byte of a word, and the highest bit of each.
const ONES: u64 = u64::MAX / 0xFF;
const HIGH: u64 = ONES << 7;

/// A row that can be read member by member, without serde, as long as nothing in it is unusual.
///
/// The methods must read the same value as the row's `Deserialize`, or return `None` to leave the row
/// to that. A row with a member that appears twice, or without any known member, is always left to it.
///
/// ```
/// use adcore_json::{Integer, PlainRow, PlainValue, RawJson};
///
/// #[derive(Default, serde::Deserialize)]
/// struct Row {
///     #[serde(default)]
///     shows: Integer<u64>,
/// }
///
/// impl PlainRow for Row {
///     fn place(name: &str) -> Option<u8> {
///         (name == "shows").then_some(0)
///     }
///
///     fn read(&mut self, _: u8, value: &mut PlainValue<'_>) -> Option<()> {
///         self.shows = Integer(value.integer()?);
///         Some(())
///     }
///
///     fn keep(&mut self, _: &str, _: RawJson) -> Option<()> {
///         Some(())
///     }
/// }
/// ```
pub trait PlainRow: Default {
    /// Returns the number of a known member, which is below 64 and always the same.
    fn place(name: &str) -> Option<u8>;

    /// Reads the member of this number.
    fn read(&mut self, place: u8, value: &mut PlainValue<'_>) -> Option<()>;

    /// Stores an unknown member.
    fn keep(&mut self, name: &str, value: RawJson) -> Option<()>;
}

/// Reads a row at the beginning of a text and returns its length.
pub(crate) type Read<T> = fn(&mut Plain, &str, &mut Option<T>) -> Option<usize>;

/// What rows have in common, learned from the previous rows.
#[derive(Default)]
pub(crate) struct Plain {
    /// In the order of the rows; the first is the only one that opens an object.
    names: Vec<Known>,
    odd: u32,
}

/// `,"name":` with the blanks around it; the first begins with a brace instead of the comma.
struct Known {
    text: String,
    name: String,
    place: Option<u8>,
    /// The text as words, for a fast comparison, and the bits that count.
    bits: [u64; WORDS],
    mask: [u64; WORDS],
}

const WORDS: usize = 4;

#[inline]
fn words(bytes: &[u8; 8 * WORDS]) -> [u64; WORDS] {
    let (words, _) = bytes.as_chunks();
    match words {
        [a, b, c, d] => [*a, *b, *c, *d].map(u64::from_le_bytes),
        _ => [0; WORDS],
    }
}

impl Known {
    fn new(text: &str, name: &str, place: Option<u8>) -> Self {
        let (mut bits, mut mask) = ([0; 8 * WORDS], [0; 8 * WORDS]);
        for ((bits, mask), byte) in bits.iter_mut().zip(&mut mask).zip(text.bytes()) {
            (*bits, *mask) = (byte, u8::MAX);
        }
        Self {
            text: text.to_owned(),
            name: name.to_owned(),
            place,
            bits: words(&bits),
            mask: words(&mask),
        }
    }

    #[inline]
    fn begins(&self, rest: &[u8]) -> bool {
        match rest.first_chunk() {
            Some(chunk) if self.text.len() <= chunk.len() => {
                let mut difference = 0;
                for (at, word) in words(chunk).into_iter().enumerate() {
                    difference |= (word ^ self.bits[at]) & self.mask[at];
                }
                difference == 0
            }
            _ => rest.starts_with(self.text.as_bytes()),
        }
    }
}

impl Plain {
    /// Reads the row at the beginning of `text`; `None` leaves it to serde_json.
    pub(crate) fn read<T: PlainRow>(&mut self, text: &str, row: &mut Option<T>) -> Option<usize> {
        const PATIENCE: u32 = 64;
        if self.odd >= PATIENCE {
            return None;
        }
        // Where it is to be: moving rows costs as much as reading a member of them.
        let length = self.members(text, row.insert(T::default()))?;
        self.odd = self.odd.saturating_sub(1);
        Some(length)
    }

    fn members<T: PlainRow>(&mut self, text: &str, row: &mut T) -> Option<usize> {
        let mut value = PlainValue::new(text);
        let mut seen = 0_u64;
        let mut next = 0;
        loop {
            let known = match self.names.get(next) {
                Some(known) if known.begins(value.rest()) => known,
                _ if next > 0 && value.closes() => break,
                _ => {
                    next = self.look_for::<T>(next, &value)?;
                    self.names.get(next)?
                }
            };
            value.pass(known.text.len());
            match known.place {
                Some(place) => {
                    let bit = 1_u64.checked_shl(place.into())?;
                    if seen & bit != 0 {
                        return None;
                    }
                    seen |= bit;
                    row.read(place, &mut value)?;
                }
                None => row.keep(&known.name, RawJson::from_text(value.scalar()?)?)?,
            }
            next += 1;
        }
        (seen != 0).then(|| value.at())
    }

    /// Counts a row that was not plain, so that rows are not read twice all the time.
    pub(crate) fn miss(&mut self) {
        self.odd = self.odd.saturating_add(2);
    }

    /// Finds the next name where it is not the expected one, and learns it if it is new.
    #[cold]
    fn look_for<T: PlainRow>(&mut self, expected: usize, value: &PlainValue<'_>) -> Option<usize> {
        const MOST: usize = 64;
        if expected >= MOST {
            return None;
        }
        let opens = expected == 0;
        if !opens {
            let mut known = self.names.iter().skip(1);
            if let Some(at) = known.position(|known| known.begins(value.rest())) {
                return Some(at + 1);
            }
        }
        let (text, name) = value.name(if opens { b'{' } else { b',' })?;
        let known = Known::new(text, name, T::place(name));
        let full = self.names.len() >= MOST;
        match self.names.get_mut(expected) {
            Some(old) if opens || full => *old = known,
            _ => self.names.insert(expected, known),
        }
        Some(expected)
    }
}
