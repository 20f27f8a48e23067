//! Reads plain rows without serde, expecting the member names of the rows before.
//!
//! The result is what serde_json would read. A row that is not plain (exponents, nested values,
//! escapes in names, errors) is left to serde_json, which reads it again.

use crate::RawJson;

mod cells;
mod digits;
mod value;

pub use cells::PlainCells;
pub use value::PlainValue;

/// The lowest bit of each byte of a word; [`HIGH`] has the highest one.
const ONES: u64 = u64::MAX / 0xFF;
const HIGH: u64 = ONES << 7;

/// A row that can be read member by member, without serde, if there is nothing unusual in it.
///
/// The result must equal that of the type's `Deserialize`. A method returns `None` to leave the
/// whole row to `Deserialize`. Rows in which a known member appears twice, or no member is known,
/// are always left to it.
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
    /// Returns a fixed number below 64 for the member `name`, or `None` if the type does not know
    /// it.
    fn place(name: &str) -> Option<u8>;

    /// Reads the member to which [`place`](Self::place) gave this number.
    fn read(&mut self, place: u8, value: &mut PlainValue<'_>) -> Option<()>;

    /// Stores a member that the type does not know.
    fn keep(&mut self, name: &str, value: RawJson) -> Option<()>;
}

/// Reads a row from the beginning of a text and returns its length.
pub(crate) type Read<T> = fn(&mut Plain, &str, &mut Option<T>) -> Option<usize>;

/// The member names that rows have in common, learnt from the rows before.
#[derive(Default)]
pub(crate) struct Plain {
    /// In the order of the members; only the first one opens an object.
    names: Vec<Known>,
    /// How many cells the last row had that is an array.
    cells: usize,
    odd: u32,
}

/// A separator such as `,"name":` with its white space; the first begins with `{`, not `,`.
struct Known {
    text: String,
    name: String,
    place: Option<u8>,
    /// The bit of the place in a set of places.
    bit: u64,
    /// The text as words for comparing it at once, and a mask of its bytes.
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
            bit: place.map_or(0, |place| 1_u64.rotate_left(place.into())),
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
        if self.is_hopeless() {
            return None;
        }
        // Reads the row in place: moving it costs as much as reading one of its members.
        let length = self.members(text, row.insert(T::default()))?;
        self.odd = self.odd.saturating_sub(1);
        Some(length)
    }

    /// Returns whether the share of rows that needed serde is so large that trying without it costs more than it saves.
    fn is_hopeless(&self) -> bool {
        const MAX_ODD: u32 = 64;
        self.odd >= MAX_ODD
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
            if seen & known.bit != 0 {
                return None;
            }
            seen |= known.bit;
            match known.place {
                Some(place) => row.read(place, &mut value)?,
                None => row.keep(&known.name, RawJson::from_text(value.scalar()?)?)?,
            }
            next += 1;
        }
        (seen != 0).then(|| value.at())
    }

    /// Counts a row that was not plain: if there are too many, no more are tried.
    pub(crate) fn miss(&mut self) {
        self.odd = self.odd.saturating_add(2);
    }

    /// Finds the next name, which is not the expected one; a new name is learnt.
    #[cold]
    fn look_for<T: PlainRow>(&mut self, expected: usize, value: &PlainValue<'_>) -> Option<usize> {
        const MAX_NAMES: usize = 64;
        if expected >= MAX_NAMES {
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
        let full = self.names.len() >= MAX_NAMES;
        match self.names.get_mut(expected) {
            Some(old) if opens || full => *old = known,
            _ => self.names.insert(expected, known),
        }
        Some(expected)
    }
}
