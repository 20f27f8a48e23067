//! Generated numbers of campaigns and their split by domain and banner.

use fastrand::Rng;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::data::{HybridBannerRow, HybridCampaignRow, HybridDomainRow};
use crate::random::{amount, day_number, percent, seeded, weekday_share};
use crate::revisions::{Addition, Factor};

/// Tables of the generator, see [`seeded`].
const CAMPAIGNS: u64 = 21;
const DAYS: u64 = 22;
/// Generated amounts have this many decimals.
const DECIMALS: u32 = 9;

/// The numbers of a campaign, or of a share of it, on one day.
#[derive(Clone, Copy, Default)]
pub(super) struct Figures {
    counts: [u64; 9],
    bets: Decimal,
    cost: Decimal,
}

/// Indexes of `Figures::counts`.
const IMPRESSIONS: usize = 0;
const CLICKS: usize = 1;
const BETS: usize = 2;
const WINS: usize = 3;
const VIEWS: usize = 4;
const POST_CLICK: usize = 5;
const POST_VIEW: usize = 6;
const PIXELS: usize = 7;
const ACTIVE_PIXELS: usize = 8;

impl Figures {
    /// Generates the numbers of a campaign; `None` for 3 % of the days.
    pub(super) fn generate(seed: u64, campaign: u64, day: Date) -> Option<Self> {
        let mut random = seeded(seed, CAMPAIGNS, campaign, 0);
        let size = random.u64(1_000..=80_000);
        let price = random.u64(8_000_000..=60_000_000);
        let mut random = seeded(seed, DAYS, campaign, day_number(day));
        if percent(&mut random, 3) {
            return None;
        }
        let impressions = size * weekday_share(day) * random.u64(75..=125) / 10_000;
        let clicks = impressions * random.u64(10..=90) / 10_000;
        let wins = impressions * random.u64(105..=115) / 100;
        let bets = wins * random.u64(120..=200) / 100;
        let cost = amount(
            &mut random,
            impressions * price * 9 / 10,
            impressions * price * 11 / 10,
        );
        Some(Self {
            counts: [
                impressions,
                clicks,
                bets,
                wins,
                impressions * random.u64(40..=70) / 100,
                clicks * random.u64(0..=6) / 100,
                impressions * random.u64(0..=5) / 100_000,
                clicks * random.u64(60..=95) / 100,
                clicks * random.u64(20..=50) / 100,
            ],
            bets: percentage_of(cost, random.u64(150..=300)),
            cost,
        })
    }

    /// Returns the numbers that a revision adds to a campaign.
    pub(super) fn added(added: &Addition) -> Self {
        let mut counts = [0; 9];
        counts[CLICKS] = added.clicks;
        for which in [IMPRESSIONS, BETS, WINS] {
            counts[which] = added.impressions;
        }
        Self {
            counts,
            bets: added.money,
            cost: added.money,
        }
    }

    pub(super) fn scaled(mut self, factor: Factor) -> Self {
        for count in &mut self.counts {
            *count = factor.count(*count);
        }
        self.bets = factor.amount(self.bets);
        self.cost = factor.amount(self.cost);
        self
    }

    pub(super) fn plus(mut self, other: &Self) -> Self {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = count.saturating_add(more);
        }
        self.bets = self.bets.saturating_add(other.bets);
        self.cost = self.cost.saturating_add(other.cost);
        self
    }

    /// Splits the numbers at random into parts that add up to them.
    pub(super) fn split<const N: usize>(self, random: &mut Rng) -> [Self; N] {
        let mut rest = self;
        let mut parts = [Self::default(); N];
        for (place, part) in parts.iter_mut().enumerate() {
            if place + 1 == N {
                *part = rest;
                break;
            }
            let share = random.u64(20..=60);
            for (part, rest) in part.counts.iter_mut().zip(&mut rest.counts) {
                *part = *rest * share / 100;
                *rest -= *part;
            }
            part.bets = take_share(&mut rest.bets, share);
            part.cost = take_share(&mut rest.cost, share);
        }
        parts
    }

    const fn count(&self, which: usize) -> u64 {
        self.counts[which]
    }

    const fn conversions(&self) -> u64 {
        self.counts[POST_CLICK] + self.counts[POST_VIEW]
    }

    /// The cost without a commission of 15 %.
    fn without_commission(&self) -> Decimal {
        (self.cost / Decimal::new(115, 2)).trunc_with_scale(DECIMALS)
    }

    pub(super) fn campaign_row(&self, campaign_id: String, date: Date) -> HybridCampaignRow {
        HybridCampaignRow {
            campaign_id,
            date,
            impression_count: self.count(IMPRESSIONS),
            click_count: self.count(CLICKS),
            cost: self.cost,
            sum_bets: self.bets,
            bet_count: self.count(BETS),
            win_count: self.count(WINS),
            conversion_count: self.conversions(),
            post_click_conversions_count: self.count(POST_CLICK),
            post_view_conversions_count: self.count(POST_VIEW),
            pixel_visit_count: self.count(PIXELS),
            active_pixel_visit_count: self.count(ACTIVE_PIXELS),
            ctr: None,
        }
    }

    pub(super) fn domain_row(
        &self,
        campaign_id: String,
        date: Date,
        domain: &str,
    ) -> HybridDomainRow {
        HybridDomainRow {
            campaign_id,
            date,
            domain: domain.to_owned(),
            sum_winning_price: self.without_commission(),
            sum_winning_price_with_comission: self.cost,
            sum_bets: self.bets,
            bet_count: self.count(BETS),
            win_count: self.count(WINS),
            impression_count: self.count(IMPRESSIONS),
            view_count: self.count(VIEWS),
            click_count: self.count(CLICKS),
            conversion_count: self.conversions(),
            post_click_conversions_count: self.count(POST_CLICK),
            post_view_conversions_count: self.count(POST_VIEW),
            pixel_visit_count: self.count(PIXELS),
            active_pixel_visit_count: self.count(ACTIVE_PIXELS),
        }
    }

    pub(super) fn banner_row(&self, banner_id: String, date: Date) -> HybridBannerRow {
        HybridBannerRow {
            banner_id,
            date,
            click_count: self.count(CLICKS),
            impression_count: self.count(IMPRESSIONS),
            reach: self.count(IMPRESSIONS) * 88 / 100,
            active_pixel_visit_count: self.count(ACTIVE_PIXELS),
            pixel_visit_count: self.count(PIXELS),
            conversion_count: self.conversions(),
            post_click_conversions_count: self.count(POST_CLICK),
            post_view_conversions_count: self.count(POST_VIEW),
            sum_winning_price_with_comission: self.cost,
            view_count: self.count(VIEWS),
            sum_winning_price: self.without_commission(),
            sum_bets: self.bets,
            bet_count: self.count(BETS),
            win_count: self.count(WINS),
        }
    }
}

/// Removes a share from `rest` and returns it.
fn take_share(rest: &mut Decimal, percent: u64) -> Decimal {
    let part = percentage_of(*rest, percent);
    *rest -= part;
    part
}

fn percentage_of(amount: Decimal, percent: u64) -> Decimal {
    (amount * Decimal::from(percent) / Decimal::ONE_HUNDRED).trunc_with_scale(DECIMALS)
}
