//! Reading digits eight at a time.

use super::{HIGH, ONES};

/// A run of digits.
#[derive(Default)]
pub(crate) struct Digits {
    pub(crate) count: usize,
    /// Correct for up to [`Self::MAX`] digits.
    pub(crate) value: u64,
    pub(crate) zero: bool,
}

impl Digits {
    const MAX: usize = 18;

    /// Reads up to seven digits before something else, as in nearly every number.
    #[inline]
    pub(crate) fn short(bytes: &[u8]) -> Option<Self> {
        const BYTES: usize = 8;
        let eight = u64::from_le_bytes(*bytes.first_chunk::<BYTES>()?);
        let (count, value) = leading_digits(eight);
        let digits = Self {
            count,
            value,
            // From the word: reading one byte of an array would load it in parts.
            zero: eight & 0xFF == u64::from(b'0'),
        };
        (digits.leads() && count < BYTES).then_some(digits)
    }

    /// Returns whether these can be the digits before the point: no leading zero.
    #[inline]
    pub(crate) fn leads(&self) -> bool {
        self.count == 1 || self.count > 1 && !self.zero
    }

    #[inline]
    pub(crate) fn exact(&self) -> Option<u64> {
        (self.leads() && self.count <= Self::MAX).then_some(self.value)
    }
}

/// Powers of ten, indexed by exponent.
pub(crate) static POWERS: [u64; Digits::MAX + 1] = {
    let mut powers = [1; Digits::MAX + 1];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// Returns the number of leading digits among the eight bytes of a word, and their value.
#[inline]
pub(crate) fn leading_digits(bytes: u64) -> (usize, u64) {
    let digits = bytes ^ (ONES * u64::from(b'0'));
    // The lowest high bit marks the first byte that is not a digit; bits above it may be wrong.
    let others = (digits.wrapping_add(ONES * 0x76) | digits) & HIGH;
    let count = others.trailing_zeros() / 8;
    let Some(aligned) = digits.checked_shl(64 - 8 * count) else {
        return (0, 0);
    };
    let pairs = aligned.wrapping_mul(10 << 8 | 1) >> 8 & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100 << 16 | 1) >> 16 & 0x0000_FFFF_0000_FFFF;
    let eight = fours.wrapping_mul(10_000 << 32 | 1) >> 32;
    (count as usize, eight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_counted_and_read_at_once() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let bytes: [u8; 8] = std::array::from_fn(|_| match random.u8(..10) {
                0 => random.u8(..),
                _ => random.u8(b'0'..=b'9'),
            });
            let count = bytes.iter().take_while(|byte| byte.is_ascii_digit());
            let count = count.count();
            let text = std::str::from_utf8(&bytes[..count]).unwrap();
            let expected = (count, text.parse().unwrap_or(0));
            assert_eq!(
                leading_digits(u64::from_le_bytes(bytes)),
                expected,
                "{bytes:?}"
            );
        }
    }
}
