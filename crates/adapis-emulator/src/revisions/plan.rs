//! What happens to rows by themselves: they grow, settle, change late, vanish, or their day does.
//!
//! All of it is a pure function of the seed, the row and the instant, computed when it is needed, so
//! that a year costs no more than its rows.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::clock::DAY;
use super::factor::{Factor, ONE};
use crate::random::{day_number, seeded};

/// Tables of the generator, see [`seeded`].
const ROWS: u64 = 41;
const DAYS: u64 = 42;

/// What happens to statistics as the emulator's clock advances; nothing by default.
///
/// It has no effect without a clock. After `settle_days` and `max_late_days` a day is final.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RevisionSettings {
    /// The seed; the emulator's own if `None`.
    pub seed: Option<u64>,
    /// Days after the end of a day during which its rows grow to their numbers.
    ///
    /// A row has 60 to 95 % of them at the end of its day, and all of them at some instant within
    /// these days. With 0, a day is complete when it ends.
    pub settle_days: u32,
    /// Days after those in which the late changes take place.
    pub max_late_days: u32,
    /// Probability that a row changes late, once and by 0.5 to 5 % in either direction.
    pub late_change: f64,
    /// Probability that a row vanishes at some instant after the end of its day.
    pub vanishing_rows: f64,
    /// Probability that all rows of an account's day vanish at some instant after its end.
    pub emptied_days: f64,
}

/// The identity of a source row for the plan, apart from its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowKey {
    /// The account, whose days may become empty.
    account: u64,
    row: u64,
}

impl RowKey {
    /// Hashes names that stay the same from one start of the emulator to the next.
    pub(crate) fn new(vendor: &str, account: &str, row: &[&str]) -> Self {
        let account = [vendor, account].into_iter().fold(FNV_BASIS, hash);
        let row = row.iter().fold(account, |state, part| hash(state, part));
        Self { account, row }
    }
}

const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, with a separator after each part.
fn hash(state: u64, part: &str) -> u64 {
    let bytes = part.bytes().chain([0xff]);
    bytes.fold(state, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The settings with the seed that is in effect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    seed: u64,
    settle: i64,
    late: i64,
    late_change: f64,
    vanishing_rows: f64,
    emptied_days: f64,
}

impl Plan {
    pub(crate) fn new(settings: &RevisionSettings, seed: u64) -> Self {
        Self {
            seed: settings.seed.unwrap_or(seed),
            settle: i64::from(settings.settle_days) * DAY,
            late: i64::from(settings.max_late_days) * DAY,
            late_change: settings.late_change,
            vanishing_rows: settings.vanishing_rows,
            emptied_days: settings.emptied_days,
        }
    }

    /// Returns the factor of a row some milliseconds after the start of its day, `None` if it is
    /// missing.
    pub(crate) fn factor(&self, key: RowKey, day: Date, since_start: i64) -> Option<Factor> {
        if since_start <= 0 {
            return None;
        }
        let mut random = seeded(self.seed, ROWS, key.row, day_number(day));
        // All draws are made in the same order whatever the instant, so that none depends on it.
        let at_end = random.u64(600_000_000..=950_000_000);
        let settled = random.u64(1..=within(self.settle));
        let changes = random.f64() < self.late_change && self.late > 0;
        let changed = random.u64(1..=within(self.late));
        let by = random.u64(5_000_000..=50_000_000);
        let rises = random.bool();
        let vanishes = random.f64() < self.vanishing_rows && self.settle + self.late > 0;
        let vanished = random.u64(1..=within(self.settle + self.late));
        let at_end = if self.settle == 0 { ONE } else { at_end };
        let Ok(after_end) = u64::try_from(since_start - DAY) else {
            let factor = part(at_end, since_start.unsigned_abs(), DAY.unsigned_abs());
            return Some(Factor::billionths(factor)).filter(|factor| !factor.is_zero());
        };
        if vanishes && after_end >= vanished || self.is_emptied(key.account, day, after_end) {
            return None;
        }
        let settle = self.settle.unsigned_abs();
        Some(Factor::billionths(
            match (settle > 0, after_end >= settle.saturating_add(changed)) {
                (_, true) if changes && rises => ONE + by,
                (_, true) if changes => ONE - by,
                (true, _) => at_end + part(ONE - at_end, after_end.min(settled), settled),
                (false, _) => ONE,
            },
        ))
    }

    fn is_emptied(&self, account: u64, day: Date, after_end: u64) -> bool {
        if self.emptied_days <= 0.0 || self.settle + self.late == 0 {
            return false;
        }
        let mut random = seeded(self.seed, DAYS, account, day_number(day));
        let happens = random.f64() < self.emptied_days;
        happens && after_end >= random.u64(1..=within(self.settle + self.late))
    }
}

/// The length of a period, or a millisecond if it is empty, in which something takes place.
fn within(period: i64) -> u64 {
    period.unsigned_abs().max(1)
}

/// `whole * part / of`, rounded down.
fn part(whole: u64, part: u64, of: u64) -> u64 {
    let part = u128::from(whole) * u128::from(part) / u128::from(of);
    u64::try_from(part).unwrap_or(whole)
}
