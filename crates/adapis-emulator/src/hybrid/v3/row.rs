//! The numbers of a row, and how they are written.

use rust_decimal::Decimal;

use super::super::data::{HybridBannerRow, HybridCampaignRow};
use super::super::settings::HybridSettings;
use super::super::wire::{Row, percentage};
use super::split::SplitValue;

/// The numbers of a row.
#[derive(Clone, Copy, Default)]
pub(super) struct Figures {
    impressions: u64,
    clicks: u64,
    post_click: u64,
    post_view: u64,
    /// Of banners only.
    views: Option<u64>,
    cost: Decimal,
}

impl From<HybridCampaignRow> for Figures {
    fn from(row: HybridCampaignRow) -> Self {
        Self {
            impressions: row.impression_count,
            clicks: row.click_count,
            post_click: row.post_click_conversions_count,
            post_view: row.post_view_conversions_count,
            views: None,
            cost: row.cost,
        }
    }
}

impl From<HybridBannerRow> for Figures {
    fn from(row: HybridBannerRow) -> Self {
        Self {
            impressions: row.impression_count,
            clicks: row.click_count,
            post_click: row.post_click_conversions_count,
            post_view: row.post_view_conversions_count,
            views: Some(row.view_count),
            cost: row.sum_winning_price_with_comission,
        }
    }
}

impl Figures {
    pub(super) fn add(&mut self, other: &Self) {
        self.impressions += other.impressions;
        self.clicks += other.clicks;
        self.post_click += other.post_click;
        self.post_view += other.post_view;
        self.views = match (self.views, other.views) {
            (Some(views), Some(more)) => Some(views + more),
            (views, more) => views.or(more),
        };
        self.cost = self.cost.saturating_add(other.cost);
    }

    /// Returns the sum of this number of equal rows.
    pub(super) fn times(&self, rows: u64) -> Self {
        Self {
            impressions: self.impressions.saturating_mul(rows),
            clicks: self.clicks.saturating_mul(rows),
            post_click: self.post_click.saturating_mul(rows),
            post_view: self.post_view.saturating_mul(rows),
            views: self.views.map(|views| views.saturating_mul(rows)),
            cost: self.cost.saturating_mul(Decimal::from(rows)),
        }
    }

    /// Splits the numbers into two parts that add up to them.
    pub(super) fn halves(self) -> [Self; 2] {
        let cost = (self.cost / Decimal::TWO).trunc_with_scale(9);
        let first = Self {
            impressions: self.impressions / 2,
            clicks: self.clicks / 2,
            post_click: self.post_click / 2,
            post_view: self.post_view / 2,
            views: self.views.map(|views| views / 2),
            cost,
        };
        let second = Self {
            impressions: self.impressions - first.impressions,
            clicks: self.clicks - first.clicks,
            post_click: self.post_click - first.post_click,
            post_view: self.post_view - first.post_view,
            views: self.views.map(|views| views - views / 2),
            cost: self.cost - cost,
        };
        [first, second]
    }
}

/// Writes a row, or a total, which has no splits.
pub(super) fn write(
    out: &mut Vec<u8>,
    splits: &[SplitValue],
    figures: &Figures,
    has_money: bool,
    settings: &HybridSettings,
) {
    let names = ["SplitName", &settings.v3.second_split];
    let mut row = Row::open(out, settings);
    for (name, split) in names.into_iter().zip(splits) {
        row.text(name, &split.name);
        for (name, value) in &split.members {
            row.text(name, value);
        }
    }
    row.count("ImpressionCount", figures.impressions)
        .count("ClickCount", figures.clicks)
        .count("Reach", figures.impressions * 88 / 100)
        .count("PostClickConversionsCount", figures.post_click)
        .count("PostViewConversionsCount", figures.post_view)
        .amount("CTR", percentage(figures.clicks, figures.impressions));
    match figures.views {
        Some(views) => {
            row.count("ViewCount", views)
                .amount("Viewability", percentage(views, figures.impressions));
        }
        None => row.null("Viewability"),
    }
    if has_money {
        row.amount("TotalSum", figures.cost)
            .amount("SumSegmentsPrice", Decimal::ZERO);
        let thousand = figures.cost * Decimal::ONE_THOUSAND;
        row.ratio("ECPM", thousand, figures.impressions);
        row.ratio("ECPC", figures.cost, figures.clicks);
    }
    row.close();
}
