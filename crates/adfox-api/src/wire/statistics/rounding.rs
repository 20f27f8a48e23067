//! How far a sum of rounded numbers may be from the rounded sum.

use rust_decimal::Decimal;

/// Distances from a total.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Rounding {
    /// What is explained by rounding each number to the nearest one.
    pub(super) likely: Decimal,
    /// What is explained only if nearly all numbers were rounded the same way.
    pub(super) utmost: Decimal,
}

impl Rounding {
    /// Returns the distances for this many numbers with this many decimals.
    ///
    /// Rounding changes each number, and the total, by at most h, half of its last digit, and the sum of n
    /// numbers by at most n h. That bound is too wide for a long result: 950 for 190,000 numbers with two
    /// decimals. But rounding goes up as often as down. If the errors are independent, Hoeffding's
    /// inequality says that their sum exceeds k h √n with a probability below 2 exp(-k²/2), whatever their
    /// distribution: for k = 6, 3 in 100 million. One last digit is added for a vendor
    /// that computes the total with floats.
    pub(super) fn of(numbers: u64, scale: u32) -> Self {
        const K: u64 = 6;
        let numbers = numbers.saturating_add(1);
        let likely = K.saturating_mul(numbers.isqrt() + 1).saturating_add(2);
        let half = Decimal::try_new(5, scale + 1).unwrap_or_default();
        let times = |count: u64| half.checked_mul(count.into()).unwrap_or_default();
        Self {
            likely: times(likely.min(numbers)),
            utmost: times(numbers),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Amounts with four decimals, of at least one cent.
    fn amounts(seed: u64, rows: usize) -> Vec<Decimal> {
        let mut random = fastrand::Rng::with_seed(seed);
        let amounts = (0..rows).map(|_| Decimal::new(random.i64(100..50_000), 4));
        amounts.collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn honest_rounding_is_likely_and_a_twentieth_that_is_missing_is_not(
            seed in any::<u64>(), rows in 1_usize..5_000, scale in 0_u32..4,
        ) {
            let amounts = amounts(seed, rows);
            let total = amounts.iter().sum::<Decimal>().round_dp(scale);
            let rounded = amounts.iter().map(|amount| amount.round_dp(scale));
            let rounding = Rounding::of(rows as u64, scale);
            let sum: Decimal = rounded.clone().sum();
            prop_assert!((sum - total).abs() <= rounding.likely);
            prop_assert!(rounding.likely <= rounding.utmost);
            let missing = rows / 20;
            if missing >= 40 && scale >= 2 {
                let rest: Decimal = rounded.skip(missing).sum();
                prop_assert!(total - rest > rounding.likely, "{} of {}", missing, rows);
            }
        }
    }

    #[test]
    fn the_distance_of_a_long_result_is_small() {
        let long = Rounding::of(190_000, 2);
        assert_eq!(long.utmost.round(), Decimal::from(950));
        assert!(long.likely < Decimal::from(14), "{}", long.likely);
        // Of a few numbers all may have been rounded the same way.
        let short = Rounding::of(9, 2);
        assert_eq!(
            (short.likely, short.utmost.to_string()),
            (short.utmost, "0.050".to_owned())
        );
    }
}
