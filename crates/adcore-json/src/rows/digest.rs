//! A hash over the text of rows, cheap enough to be updated for every row of a long response.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A hash over the text of the rows that have been decoded so far.
///
/// It is shared with the [`Rows`](super::Rows) that it was taken from, and keeps following them. It
/// detects rows that differ by chance; it does not resist deliberate collisions.
#[derive(Debug, Clone, Default)]
pub struct Digest(Arc<AtomicU64>);

impl Digest {
    /// Returns the hash.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Adds the text of one row.
    pub fn add(&self, text: &[u8]) {
        // There is only one writer, so no update can be lost.
        self.0.store(mix(self.get(), text), Ordering::Relaxed);
    }
}

/// Two odd constants with as many ones as zeros, from wyhash.
const SECRETS: [u64; 2] = [0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB];

/// Adds `text` to a hash, sixteen bytes at a time, with one wide multiplication each.
///
/// Every other multiplication goes into a second hash, so that the processor overlaps them.
fn mix(hash: u64, text: &[u8]) -> u64 {
    let (words, rest) = text.as_chunks::<8>();
    // Reading the last eight bytes, some of them a second time, avoids copying the remainder.
    let last = text.last_chunk().copied().unwrap_or_else(|| short(rest));
    let (pairs, odd) = words.as_chunks::<2>();
    let mut hash = hash ^ (text.len() as u64);
    let mut other = hash;
    let (twos, rest) = pairs.as_chunks::<2>();
    for [one, two] in twos {
        hash = add(hash, *one);
        other = add(other, *two);
    }
    for pair in rest {
        hash = add(hash, *pair);
    }
    let odd = odd.first().copied().unwrap_or_default();
    add(add(hash, [odd, last]), [other.to_le_bytes(), last])
}

#[inline]
fn add(hash: u64, [a, b]: [[u8; 8]; 2]) -> u64 {
    fold(
        u64::from_le_bytes(a) ^ SECRETS[0] ^ hash,
        u64::from_le_bytes(b) ^ SECRETS[1],
    )
}

#[cold]
fn short(text: &[u8]) -> [u8; 8] {
    let mut word = [0; 8];
    for (to, from) in word.iter_mut().zip(text) {
        *to = *from;
    }
    word
}

/// Returns the exclusive or of the two halves of a product.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
    let low = product as u64;
    low ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_apart_rows_that_differ_in_one_byte_or_in_their_order() {
        let text = br#"{"date_day":"2023-08-23","shows":61239,"income":3143.356472008}"#;
        let digest = |rows: &[&[u8]]| {
            let digest = Digest::default();
            rows.iter().for_each(|row| digest.add(row));
            digest.get()
        };
        let mut seen = std::collections::HashSet::new();
        assert!(seen.insert(digest(&[text])));
        for at in 0..text.len() {
            assert!(seen.insert(digest(&[&text[..at]])), "cut at {at}");
            for bit in 0..8 {
                let mut other = text.to_vec();
                other[at] ^= 1 << bit;
                assert!(seen.insert(digest(&[&other])), "bit {bit} of byte {at}");
            }
        }
        assert_ne!(digest(&[b"a", b"b"]), digest(&[b"b", b"a"]));
        assert_ne!(digest(&[b"a", b"b"]), digest(&[b"ab"]));
        assert_eq!(digest(&[text, text]), digest(&[text, text]));
    }
}
