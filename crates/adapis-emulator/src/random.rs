//! Seeded random numbers for generated data.
//!
//! Every generator is derived from a seed and the coordinates of the value it is for, so that one
//! placement or campaign on one day has the same numbers however it is queried.

use fastrand::Rng;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// The generator of one item (an index) in one table, on one day or on day 0.
pub(crate) fn seeded(seed: u64, table: u64, index: u64, day: u64) -> Rng {
    [table, index, day]
        .into_iter()
        .fold(Rng::with_seed(seed), |mut random, part| {
            Rng::with_seed(random.u64(..) ^ part)
        })
}

/// Returns `true` for `share` percent of all draws.
pub(crate) fn percent(random: &mut Rng, share: u64) -> bool {
    random.u64(..100) < share
}

/// An amount from `low` to `high` billionths, both included.
pub(crate) fn amount(random: &mut Rng, low: u64, high: u64) -> Decimal {
    Decimal::from_i128_with_scale(random.u64(low..=high).into(), 9)
}

/// A number that is different for every day.
pub(crate) fn day_number(day: Date) -> u64 {
    u64::from(day.year().unsigned_abs()) * 512 + u64::from(day.day_of_year().unsigned_abs())
}

/// Traffic on this day of the week in percent of Monday's; lower on Saturdays and Sundays.
pub(crate) fn weekday_share(day: Date) -> u64 {
    [100, 102, 105, 103, 98, 72, 68]
        [usize::from(day.weekday().to_monday_zero_offset().unsigned_abs())]
}
