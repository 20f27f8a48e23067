//! Scaling counts and amounts exactly.
//!
//! A factor is a whole number of billionths and results are rounded down. Therefore numbers never
//! fall while their factor rises, and no float decides about a digit.

use rust_decimal::Decimal;

/// One, in billionths.
pub(super) const ONE: u64 = 1_000_000_000;
/// Decimals of amounts.
const DECIMALS: u32 = 9;
/// The largest factor.
const MAX: u64 = 1_000_000 * ONE;
/// Scaling does not raise a count beyond this, so that sums of many rows stay in range.
const MAX_COUNT: u64 = 1_000_000_000_000;

/// A factor in billionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Factor(u64);

impl Factor {
    pub(crate) const ONE: Self = Self(ONE);

    pub(crate) const fn billionths(billionths: u64) -> Self {
        Self(billionths)
    }

    /// Converts a decimal from 0 to a million with at most nine decimals.
    pub(crate) fn new(factor: Decimal) -> Option<Self> {
        let billionths = u64::try_from(nano(factor)).ok()?;
        (factor.normalize().scale() <= DECIMALS && billionths <= MAX).then_some(Self(billionths))
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn times(self, other: Self) -> Self {
        let product = u128::from(self.0) * u128::from(other.0) / u128::from(ONE);
        Self(u64::try_from(product).unwrap_or(MAX).min(MAX))
    }

    pub(crate) fn count(self, count: u64) -> u64 {
        if self == Self::ONE {
            return count;
        }
        let scaled = u128::from(count) * u128::from(self.0) / u128::from(ONE);
        u64::try_from(scaled)
            .unwrap_or(u64::MAX)
            .min(MAX_COUNT.max(count))
    }

    pub(crate) fn amount(self, amount: Decimal) -> Decimal {
        if self == Self::ONE {
            return amount;
        }
        decimal(self.nano(nano(amount)))
    }

    /// Scales billionths in two parts, because the product of all of them would not fit.
    fn nano(self, nano: i128) -> i128 {
        let (factor, one) = (i128::from(self.0), i128::from(ONE));
        let whole = nano.div_euclid(one).saturating_mul(factor);
        whole.saturating_add(nano.rem_euclid(one) * factor / one)
    }
}

/// Scales the same count of several rows, so that their sum is the scaled sum.
///
/// Each of them still never falls while the factor rises.
pub(crate) fn scale_counts(factor: Factor, counts: &mut [&mut u64]) {
    if factor == Factor::ONE {
        return;
    }
    let up_to = running(counts.iter().map(|count| i128::from(**count)));
    let sum = up_to.last().copied().unwrap_or_default();
    let scaled = factor.count(u64::try_from(sum).unwrap_or(u64::MAX));
    distribute(i128::from(scaled), &up_to, |index, part| {
        *counts[index] = u64::try_from(part).unwrap_or_default();
    });
}

/// The same as [`scale_counts`] for an amount of several rows.
pub(crate) fn scale_amounts(factor: Factor, amounts: &mut [&mut Decimal]) {
    if factor == Factor::ONE {
        return;
    }
    let up_to = running(amounts.iter().map(|amount| nano(**amount)));
    let sum = up_to.last().copied().unwrap_or_default();
    distribute(factor.nano(sum), &up_to, |index, part| {
        *amounts[index] = decimal(part);
    });
}

fn running(parts: impl Iterator<Item = i128>) -> Vec<i128> {
    let mut sum = 0_i128;
    parts
        .map(|part| {
            sum = sum.saturating_add(part);
            sum
        })
        .collect()
}

/// Distributes `rest` among parts in the proportion of what they were, from the last to the first.
///
/// Each step only divides what is left, so that nothing is lost by rounding.
fn distribute(mut rest: i128, up_to: &[i128], mut set: impl FnMut(usize, i128)) {
    for (index, sum) in up_to.iter().enumerate().rev() {
        let before = index.checked_sub(1).map_or(0, |index| up_to[index]);
        let keep = share(rest, before, *sum);
        set(index, rest - keep);
        rest = keep;
    }
}

/// `rest * before / sum`, rounded down, or 0 of nothing.
///
/// The last bits of a huge proportion are ignored, but they are the same for each `rest`.
fn share(rest: i128, before: i128, sum: i128) -> i128 {
    const BITS: u32 = 62;
    let largest = before.unsigned_abs().max(sum.unsigned_abs());
    let shift = (u128::BITS - largest.leading_zeros()).saturating_sub(BITS);
    let (before, sum) = (before >> shift, sum >> shift);
    if sum == 0 {
        return 0;
    }
    let whole = rest.div_euclid(sum).saturating_mul(before);
    whole.saturating_add((rest.rem_euclid(sum) * before).div_euclid(sum))
}

/// Billionths of an amount; further decimals are cut off.
fn nano(amount: Decimal) -> i128 {
    let amount = amount.trunc_with_scale(DECIMALS);
    amount.mantissa() * 10_i128.pow(DECIMALS.saturating_sub(amount.scale()))
}

fn decimal(nano: i128) -> Decimal {
    Decimal::try_from_i128_with_scale(nano, DECIMALS)
        .or_else(|_| Decimal::try_from_i128_with_scale(nano / i128::from(ONE), 0))
        .unwrap_or(Decimal::MAX)
}
