//! Values that appear twice.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// How many values are remembered at most: a megabyte.
const MAX_VALUES: usize = 64 * 1024;

/// Counts the values that were added before, in constant memory.
///
/// It is cheap enough for the keys of the rows of a long response. The first 65,536 values are
/// remembered, by their hash: collisions, which are rare, count one value too many.
///
/// ```
/// use adcore_json::Repeats;
///
/// let mut repeats = Repeats::default();
/// for site in ["a.ru", "b.ru", "a.ru"] {
///     repeats.add(&site);
/// }
/// assert_eq!(repeats.count(), 1);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Repeats {
    hashes: HashSet<u64, BuildHasherDefault<Mix>>,
    count: u64,
}

impl Repeats {
    /// Remembers a value, or counts it if it is known.
    #[inline]
    pub fn add(&mut self, value: &impl Hash) {
        let mut hash = Mix::default();
        value.hash(&mut hash);
        let hash = hash.finish();
        let is_known = if self.hashes.len() < MAX_VALUES {
            !self.hashes.insert(hash)
        } else {
            self.hashes.contains(&hash)
        };
        self.count += u64::from(is_known);
    }

    /// Returns how many values were known when they were added.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.hashes.clear();
        self.count = 0;
    }
}

/// A hasher of a few nanoseconds.
#[derive(Debug, Clone, Copy, Default)]
struct Mix(u64);

impl Hasher for Mix {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut last = [0; 8];
            for (to, from) in last.iter_mut().zip(rest) {
                *to = *from;
            }
            self.write_u64(u64::from_le_bytes(last));
        }
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        /// Two odd constants with as many ones as zeros, from wyhash.
        const SECRETS: [u64; 2] = [0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB];
        let product = u128::from(self.0 ^ word ^ SECRETS[0]) * u128::from(SECRETS[1]);
        #[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
        let halves = (product as u64, (product >> 64) as u64);
        self.0 = halves.0 ^ halves.1;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_each_time_they_appear_again() {
        let mut repeats = Repeats::default();
        for value in [("a", 1), ("ab", 1), ("a", 2), ("b", 1), ("", 1)] {
            repeats.add(&value);
        }
        assert_eq!(repeats.count(), 0);
        for _ in 0..2 {
            repeats.add(&("ab", 1));
        }
        repeats.add(&("", 1));
        assert_eq!(repeats.count(), 3);
        repeats.clear();
        repeats.add(&("", 1));
        assert_eq!(repeats.count(), 0);
    }

    #[test]
    fn values_that_differ_little_are_told_apart_in_constant_memory() {
        let mut repeats = Repeats::default();
        for number in 0..1_000_000_u32 {
            repeats.add(&number);
        }
        assert_eq!(repeats.count(), 0);
        assert_eq!(repeats.hashes.len(), MAX_VALUES);
        for number in 0..1000_u32 {
            repeats.add(&number);
        }
        assert_eq!(repeats.count(), 1000);
    }
}
