//! What moved between two weeks, split into volume and price.

use rust_decimal::Decimal;

use crate::derive::series::Series;
use crate::derive::sum::Cell;

/// Digits after the point of a share: those that money is stored with.
const PLACES: u32 = 9;

/// How the money of a group changed from one week to the next.
#[derive(Debug)]
pub(crate) struct Mover {
    pub(crate) name: String,
    pub(crate) before: Decimal,
    pub(crate) after: Decimal,
    pub(crate) change: Decimal,
    /// `None` if there was money without impressions.
    pub(crate) split: Option<Split>,
}

/// The parts of a change. Their sum is the change, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Split {
    /// The change of the impressions, at the mean of both prices.
    pub(crate) volume: Decimal,
    /// The change of the price, at the mean of both numbers of impressions.
    pub(crate) price: Decimal,
}

/// Groups by how much their money changed.
#[derive(Debug, Default)]
pub(crate) struct Movers {
    /// Number of days on each side.
    pub(crate) days: usize,
    /// Largest change first.
    pub(crate) groups: Vec<Mover>,
    /// The change of the sum.
    pub(crate) total: Option<Mover>,
}

/// Compares the last seven days with the seven before.
///
/// A day without rows on either side is left out together with its counterpart: two weeks with
/// different weekdays cannot be compared.
pub(crate) fn movers(series: &Series) -> Movers {
    let pairs: Vec<(usize, usize)> = series
        .last(7)
        .filter_map(|after| {
            let before = after.checked_sub(7)?;
            (series.total(before).is_some() && series.total(after).is_some())
                .then_some((before, after))
        })
        .collect();
    if pairs.is_empty() {
        return Movers::default();
    }
    let mut groups: Vec<_> = series
        .groups
        .iter()
        .filter_map(|group| {
            let sum = |indexes: &mut dyn Iterator<Item = usize>| {
                let mut cells = indexes
                    .filter_map(|index| group.cells.get(&index))
                    .peekable();
                match cells.peek() {
                    Some(_) => cells.collect(),
                    None => Cell::ZERO,
                }
            };
            let before = sum(&mut pairs.iter().map(|pair| pair.0));
            let after = sum(&mut pairs.iter().map(|pair| pair.1));
            mover(&group.name, &before, &after)
        })
        .filter(|mover| !mover.change.is_zero())
        .collect();
    groups.sort_by_key(|mover| std::cmp::Reverse(mover.change.abs()));
    let before = pairs.iter().filter_map(|pair| series.total(pair.0));
    let after = pairs.iter().filter_map(|pair| series.total(pair.1));
    Movers {
        days: pairs.len(),
        groups,
        total: mover("", &before.collect(), &after.collect()),
    }
}

fn mover(name: &str, before: &Cell, after: &Cell) -> Option<Mover> {
    let (old, new) = (before.money.get()?, after.money.get()?);
    let change = new.checked_sub(old)?;
    Some(Mover {
        name: name.to_owned(),
        before: old,
        after: new,
        change,
        split: split(before, after, change),
    })
}

/// Splits a change. The order in which volume and price are thought to have changed does not matter.
fn split(before: &Cell, after: &Cell, change: Decimal) -> Option<Split> {
    let (old, new) = (before.impressions.get()?, after.impressions.get()?);
    let (old_money, new_money) = (before.money.get()?, after.money.get()?);
    let is_new = old.is_zero() && old_money.is_zero();
    let is_gone = new.is_zero() && new_money.is_zero();
    let volume = if is_new || is_gone {
        change
    } else {
        let prices = old_money
            .checked_div(old)?
            .checked_add(new_money.checked_div(new)?)?;
        new.checked_sub(old)?
            .checked_mul(prices)?
            .checked_div(Decimal::TWO)?
            .round_dp(PLACES)
    };
    Some(Split {
        volume,
        price: change.checked_sub(volume)?,
    })
}
