//! The price per thousand impressions, by group and day.

use rust_decimal::Decimal;

use crate::derive::series::Series;
use crate::derive::sum::{Cell, Measure};

/// Number of groups that are shown.
pub(crate) const GROUPS: usize = 25;
/// Number of shades.
pub(crate) const SHADES: usize = 7;

/// One group on one day.
#[derive(Debug)]
pub(crate) struct HeatCell {
    /// Index into [`Heat::names`].
    pub(crate) group: usize,
    /// Index of the day.
    pub(crate) day: usize,
    pub(crate) sums: Cell,
    pub(crate) price: Decimal,
    /// Index into [`Heat::shades`].
    pub(crate) shade: usize,
}

/// The price per thousand impressions, by group and day.
#[derive(Debug, Default)]
pub(crate) struct Heat {
    pub(crate) names: Vec<String>,
    pub(crate) cells: Vec<HeatCell>,
    /// The lowest and the highest price of each shade. About as many cells have one as another, so
    /// that a single very high price does not make all others look alike.
    pub(crate) shades: Vec<(Decimal, Decimal)>,
}

pub(crate) fn heat(series: &Series, days: usize) -> Heat {
    let window = series.last(days);
    let mut heat = Heat::default();
    for (group, _) in series
        .ranked(&window, series.basis())
        .into_iter()
        .take(GROUPS)
    {
        let priced = group.cells.range(window.clone()).filter_map(|(day, sums)| {
            Some(HeatCell {
                group: heat.names.len(),
                day: *day,
                sums: *sums,
                price: sums.get(Measure::Ecpm)?,
                shade: 0,
            })
        });
        let before = heat.cells.len();
        heat.cells.extend(priced);
        if heat.cells.len() > before {
            heat.names.push(group.name.clone());
        }
    }
    let mut prices: Vec<_> = heat.cells.iter().map(|cell| cell.price).collect();
    prices.sort_unstable();
    let mut bounds: Vec<_> = (1..SHADES)
        .filter_map(|shade| prices.get(prices.len() * shade / SHADES).copied())
        // A shade that begins at the lowest price would leave the one below it empty.
        .filter(|bound| prices.first() != Some(bound))
        .collect();
    bounds.dedup();
    for cell in &mut heat.cells {
        cell.shade = bounds.partition_point(|bound| *bound <= cell.price);
    }
    heat.shades = (0..=bounds.len())
        .filter_map(|shade| {
            let mut of_shade = prices
                .iter()
                .filter(|price| bounds.partition_point(|bound| bound <= *price) == shade);
            let lowest = of_shade.next()?;
            Some((*lowest, *of_shade.next_back().unwrap_or(lowest)))
        })
        .collect();
    heat
}
