//! Stored rows in the state of a moment.
//!
//! The rows of a campaign and day by domain or by banner are parts of the campaign's row. They are
//! scaled together, so that they add up to it afterwards if they did before.

use rust_decimal::Decimal;

use super::data::{HybridBannerRow, HybridCampaignRow, HybridDomainRow};
use crate::revisions::{Factor, scale_amounts, scale_counts};

/// The domain of rows for what revisions add to a stored campaign.
pub(super) const ADDED_DOMAIN: &str = "added.example";

/// A row of statistics by its numbers.
pub(super) trait Numbers {
    fn counts(&mut self) -> Vec<&mut u64>;
    fn amounts(&mut self) -> Vec<&mut Decimal>;
    /// All conversions, and those after clicks and views.
    fn conversions(&mut self) -> (&mut u64, [u64; 2]);
    /// Forgets what was computed from the numbers.
    fn changed(&mut self) {}
}

/// Scales rows that are parts of one, or removes them.
pub(super) fn scale<R: Numbers>(rows: &mut Vec<R>, factor: Option<Factor>) {
    match factor {
        None => rows.clear(),
        Some(Factor::ONE) => {}
        Some(factor) => scale_parts(rows, factor),
    }
}

fn scale_parts<R: Numbers>(rows: &mut [R], factor: Factor) {
    let add_up = rows.iter_mut().map(|row| {
        let (all, [click, view]) = row.conversions();
        *all == click.saturating_add(view)
    });
    let add_up: Vec<bool> = add_up.collect();
    let mut counts: Vec<_> = rows
        .iter_mut()
        .map(|row| row.counts().into_iter())
        .collect();
    while let Some(mut same) = column(&mut counts) {
        scale_counts(factor, &mut same);
    }
    drop(counts);
    let mut amounts: Vec<_> = rows
        .iter_mut()
        .map(|row| row.amounts().into_iter())
        .collect();
    while let Some(mut same) = column(&mut amounts) {
        scale_amounts(factor, &mut same);
    }
    drop(amounts);
    for (row, add_up) in rows.iter_mut().zip(add_up) {
        let (all, [click, view]) = row.conversions();
        if add_up {
            *all = click.saturating_add(view);
        }
        row.changed();
    }
}

/// Takes the next number of each row; `None` after the last one.
fn column<'a, T>(rows: &mut [std::vec::IntoIter<&'a mut T>]) -> Option<Vec<&'a mut T>> {
    let column: Option<Vec<_>> = rows.iter_mut().map(Iterator::next).collect();
    column.filter(|column| !column.is_empty())
}

/// Adds to the row of a campaign, or makes one.
pub(super) fn add_to_campaign(rows: &mut Vec<HybridCampaignRow>, new: HybridCampaignRow) {
    match rows.first_mut() {
        None => rows.push(new),
        Some(row) => {
            plus(&mut row.impression_count, new.impression_count);
            plus(&mut row.click_count, new.click_count);
            plus(&mut row.bet_count, new.bet_count);
            plus(&mut row.win_count, new.win_count);
            row.cost = row.cost.saturating_add(new.cost);
            row.sum_bets = row.sum_bets.saturating_add(new.sum_bets);
            row.changed();
        }
    }
}

/// Adds to the row of a banner, or makes one.
pub(super) fn add_to_banner(rows: &mut Vec<HybridBannerRow>, new: HybridBannerRow) {
    match rows.first_mut() {
        None => rows.push(new),
        Some(row) => {
            plus(&mut row.impression_count, new.impression_count);
            plus(&mut row.click_count, new.click_count);
            plus(&mut row.reach, new.reach);
            plus(&mut row.view_count, new.view_count);
            plus(&mut row.bet_count, new.bet_count);
            plus(&mut row.win_count, new.win_count);
            for (sum, more) in row.amounts().into_iter().zip([
                new.sum_winning_price_with_comission,
                new.sum_winning_price,
                new.sum_bets,
            ]) {
                *sum = sum.saturating_add(more);
            }
        }
    }
}

fn plus(sum: &mut u64, more: u64) {
    *sum = sum.saturating_add(more);
}

/// Implements [`Numbers`]; the counts of conversions and pixels are in every row.
macro_rules! numbers {
    ($row:ty, counts: $($count:ident)*, amounts: $($amount:ident)* $(, computed: $computed:ident)?) => {
        impl Numbers for $row {
            fn counts(&mut self) -> Vec<&mut u64> {
                vec![
                    $(&mut self.$count,)*
                    &mut self.conversion_count,
                    &mut self.post_click_conversions_count,
                    &mut self.post_view_conversions_count,
                    &mut self.pixel_visit_count,
                    &mut self.active_pixel_visit_count,
                ]
            }

            fn amounts(&mut self) -> Vec<&mut Decimal> {
                vec![$(&mut self.$amount,)*]
            }

            fn conversions(&mut self) -> (&mut u64, [u64; 2]) {
                let parts = [
                    self.post_click_conversions_count,
                    self.post_view_conversions_count,
                ];
                (&mut self.conversion_count, parts)
            }

            $(fn changed(&mut self) {
                self.$computed = None;
            })?
        }
    };
}

numbers!(
    HybridCampaignRow,
    counts: impression_count click_count bet_count win_count,
    amounts: cost sum_bets,
    computed: ctr
);
numbers!(
    HybridDomainRow,
    counts: impression_count click_count view_count bet_count win_count,
    amounts: sum_winning_price_with_comission sum_winning_price sum_bets
);
numbers!(
    HybridBannerRow,
    counts: impression_count click_count reach view_count bet_count win_count,
    amounts: sum_winning_price_with_comission sum_winning_price sum_bets
);
