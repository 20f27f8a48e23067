//! Exact sums, and the ratios between them.

use rust_decimal::Decimal;

use crate::report::Money;

/// A sum of numbers, some of which may be unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Sum {
    /// Nothing that is known has been added.
    #[default]
    Unknown,
    Known(Decimal),
    /// Too large for a `Decimal`. Stays so: a sum that started over would look plausible and be wrong.
    Overflowed,
}

impl Sum {
    pub(crate) fn of(value: Option<Decimal>) -> Self {
        value.map_or(Self::Unknown, Self::Known)
    }

    pub(crate) fn get(self) -> Option<Decimal> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown | Self::Overflowed => None,
        }
    }

    fn add(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, sum) | (sum, Self::Unknown) => sum,
            (Self::Known(a), Self::Known(b)) => {
                a.checked_add(b).map_or(Self::Overflowed, Self::Known)
            }
            (Self::Overflowed, _) | (_, Self::Overflowed) => Self::Overflowed,
        }
    }
}

/// The sums of one group or of all, on one day or on several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) impressions: Sum,
    pub(crate) clicks: Sum,
    pub(crate) money: Sum,
}

impl Cell {
    /// No row, where others have some: nothing was shown, which is known.
    pub(crate) const ZERO: Self = Self {
        impressions: Sum::Known(Decimal::ZERO),
        clicks: Sum::Known(Decimal::ZERO),
        money: Sum::Known(Decimal::ZERO),
    };

    pub(crate) fn add(&mut self, other: &Self) {
        self.impressions = self.impressions.add(other.impressions);
        self.clicks = self.clicks.add(other.clicks);
        self.money = self.money.add(other.money);
    }

    pub(crate) fn get(&self, measure: Measure) -> Option<Decimal> {
        match measure {
            Measure::Money => self.money.get(),
            Measure::Impressions => self.impressions.get(),
            Measure::Clicks => self.clicks.get(),
            Measure::Ctr => ratio(
                self.clicks.get(),
                self.impressions.get(),
                Decimal::ONE_HUNDRED,
            ),
            Measure::Ecpm => ratio(
                self.money.get(),
                self.impressions.get(),
                Decimal::ONE_THOUSAND,
            ),
            Measure::Cpc => ratio(self.money.get(), self.clicks.get(), Decimal::ONE),
        }
    }

    pub(crate) fn is_active(&self) -> bool {
        [self.impressions, self.clicks, self.money]
            .iter()
            .any(|sum| match sum {
                Sum::Known(value) => !value.is_zero(),
                Sum::Overflowed => true,
                Sum::Unknown => false,
            })
    }
}

impl<'a> FromIterator<&'a Cell> for Cell {
    fn from_iter<I: IntoIterator<Item = &'a Self>>(cells: I) -> Self {
        let mut sum = Self::default();
        for cell in cells {
            sum.add(cell);
        }
        sum
    }
}

/// A number that the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Money,
    Impressions,
    Clicks,
    /// Clicks in percent of impressions.
    Ctr,
    /// Money per thousand impressions.
    Ecpm,
    /// Money per click.
    Cpc,
}

impl Measure {
    /// The measures of the page's comparison and table.
    pub(crate) const fn shown(money: Money) -> [Self; 5] {
        let price = match money {
            Money::Income => Self::Ecpm,
            Money::Cost => Self::Cpc,
        };
        [
            Self::Money,
            Self::Impressions,
            Self::Clicks,
            Self::Ctr,
            price,
        ]
    }
}

/// Returns `part / of * times`, multiplied first if that fits: fewer digits are rounded away.
pub(crate) fn ratio(part: Option<Decimal>, of: Option<Decimal>, times: Decimal) -> Option<Decimal> {
    let (part, of) = (part?, of?);
    match part.checked_mul(times) {
        Some(product) => product.checked_div(of),
        None => part.checked_div(of)?.checked_mul(times),
    }
}

/// Returns the change from `before` to `after` in percent of `before`.
pub(crate) fn percent_change(before: Decimal, after: Decimal) -> Option<Decimal> {
    ratio(
        after.checked_sub(before),
        Some(before.abs()),
        Decimal::ONE_HUNDRED,
    )
}

/// Returns the middle value, or the mean of the two in the middle.
pub(crate) fn median(mut values: Vec<Decimal>) -> Option<Decimal> {
    values.sort_unstable();
    let upper = *values.get(values.len() / 2)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *values.get(values.len() / 2 - 1)?;
    match lower.checked_add(upper) {
        Some(sum) => sum.checked_div(Decimal::TWO),
        // Two huge values of the same sign: their sum does not fit, their distance does.
        None => lower.checked_add(upper.checked_sub(lower)?.checked_div(Decimal::TWO)?),
    }
}

/// Returns the median of the distances from `middle` (MAD).
pub(crate) fn median_deviation(values: &[Decimal], middle: Decimal) -> Option<Decimal> {
    let distances: Option<Vec<_>> = values
        .iter()
        .map(|value| value.checked_sub(middle).map(|distance| distance.abs()))
        .collect();
    median(distances?)
}
