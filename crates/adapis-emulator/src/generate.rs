//! The default data, and statistics made up from a seed.

use jiff::civil::Date;

use crate::hybrid::HybridData;
use crate::keitaro::KeitaroData;
use crate::money::Money;
use crate::spots::SpotsData;

/// The default campaigns of the tracker.
pub(crate) fn keitaro() -> Result<KeitaroData, String> {
    read(include_str!("../data/keitaro.json"))
}

/// The vendor's example rows and a year of 40 sites.
pub(crate) fn spots() -> Result<SpotsData, String> {
    read(include_str!("../data/spots.json"))
}

/// The vendor's example rows and a year of 200 campaigns.
pub(crate) fn hybrid() -> Result<HybridData, String> {
    read(include_str!("../data/hybrid.json"))
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Random numbers that depend on nothing but what they are for.
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice for one thing (an index) on one day (or 0) in one table.
    pub(crate) fn new(seed: u64, table: u64, index: u64, day: u64) -> Self {
        let mut dice = Self(seed);
        for part in [table, index, day] {
            dice.0 = dice.next() ^ part;
        }
        dice
    }

    /// The same dice, changed by one more number.
    pub(crate) fn stirred(mut self, part: u64) -> Self {
        self.0 = self.next() ^ part;
        self
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    /// An amount from `low` to `high` billionths.
    pub(crate) fn money(&mut self, low: u64, high: u64) -> Money {
        Money::from_billionths(self.between(low, high).into())
    }

    /// Whether something that happens so many times in a hundred happens.
    pub(crate) fn percent(&mut self, share: u64) -> bool {
        self.next() % 100 < share
    }
}

/// A number that no other day has.
pub(crate) fn day_number(day: Date) -> u64 {
    u64::from(day.year().unsigned_abs()) * 512 + u64::from(day.day_of_year().unsigned_abs())
}

/// Traffic of a week: less on Saturdays and Sundays, in percent.
pub(crate) fn weekday_share(day: Date) -> u64 {
    [100, 102, 105, 103, 98, 72, 68]
        [usize::from(day.weekday().to_monday_zero_offset().unsigned_abs())]
}
