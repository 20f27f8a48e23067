//! Statistics by day: rows of the data and rows made up from the seed.

use std::collections::HashMap;

use jiff::civil::Date;

use super::catalog::{BANNERS, Campaign, Catalog};
use super::data::{
    HybridBannerRow, HybridCampaignRow, HybridData, HybridDomainRow, HybridGenerated,
};
use crate::day;
use crate::generate::{Dice, day_number, weekday_share};
use crate::money::Money;

const CAMPAIGNS: u64 = 21;
const DAYS: u64 = 22;
const DOMAIN_SPLIT: u64 = 23;
const BANNER_SPLIT: u64 = 24;
const DOMAINS: [&str; 10] = [
    "auto.example",
    "cinema.example",
    "cooking.example",
    "games.example",
    "health.example",
    "music.example",
    "news.example",
    "sport.example",
    "travel.example",
    "weather.example",
];
/// Domains of a made-up campaign on one day.
const DOMAINS_A_DAY: usize = 3;

struct MadeUp {
    seed: u64,
    from: Date,
    to: Date,
}

/// The statistics of all campaigns.
pub(super) struct Table {
    campaigns: HashMap<String, Vec<HybridCampaignRow>>,
    domains: HashMap<String, Vec<HybridDomainRow>>,
    banners: HashMap<String, Vec<HybridBannerRow>>,
    made_up: Option<MadeUp>,
}

impl Table {
    pub(super) fn new(data: HybridData, catalog: &Catalog, seed: u64) -> Result<Self, String> {
        let mut campaigns: HashMap<String, Vec<_>> = HashMap::new();
        for row in data.campaign_rows {
            catalog
                .campaign(&row.campaign_id)
                .ok_or_else(|| format!("hybrid.campaign_rows: no campaign {}", row.campaign_id))?;
            campaigns
                .entry(row.campaign_id.clone())
                .or_default()
                .push(row);
        }
        let mut domains: HashMap<String, Vec<_>> = HashMap::new();
        for row in data.domain_rows {
            catalog
                .campaign(&row.campaign_id)
                .ok_or_else(|| format!("hybrid.domain_rows: no campaign {}", row.campaign_id))?;
            domains
                .entry(row.campaign_id.clone())
                .or_default()
                .push(row);
        }
        let mut banners: HashMap<String, Vec<_>> = HashMap::new();
        for row in data.banner_rows {
            catalog
                .banner(&row.banner_id)
                .ok_or_else(|| format!("hybrid.banner_rows: no banner {}", row.banner_id))?;
            banners.entry(row.banner_id.clone()).or_default().push(row);
        }
        campaigns
            .values_mut()
            .for_each(|rows| rows.sort_by_key(|row| row.date));
        domains
            .values_mut()
            .for_each(|rows| rows.sort_by_key(|row| row.date));
        banners
            .values_mut()
            .for_each(|rows| rows.sort_by_key(|row| row.date));
        Ok(Self {
            campaigns,
            domains,
            banners,
            made_up: data.generated.map(
                |HybridGenerated {
                     seed: own,
                     from,
                     to,
                     ..
                 }| MadeUp {
                    seed: own.unwrap_or(seed),
                    from,
                    to,
                },
            ),
        })
    }

    /// The part of these days in which a campaign may have rows.
    pub(super) fn clamp(&self, campaign: &Campaign, from: Date, to: Date) -> (Date, Date) {
        let own = self
            .campaigns
            .get(&campaign.id)
            .map_or(&[][..], Vec::as_slice);
        let domains = self
            .domains
            .get(&campaign.id)
            .map_or(&[][..], Vec::as_slice);
        let made_up = self.made_up.as_ref().filter(|_| campaign.made_up.is_some());
        let ends = [own.first(), own.last()]
            .into_iter()
            .flatten()
            .map(|row| row.date);
        let ends = ends.chain(
            [domains.first(), domains.last()]
                .into_iter()
                .flatten()
                .map(|row| row.date),
        );
        let ends = ends.chain(
            made_up
                .into_iter()
                .flat_map(|made_up| [made_up.from, made_up.to]),
        );
        let (first, last) = ends.fold((Date::MAX, Date::MIN), |(first, last), day| {
            (first.min(day), last.max(day))
        });
        (from.max(first), to.min(last))
    }

    /// The made-up days of a campaign within these days.
    fn made_up_days(
        &self,
        number: Option<u64>,
        from: Date,
        to: Date,
    ) -> impl Iterator<Item = (Date, Figures, u64)> {
        let made_up = self.made_up.as_ref().zip(number);
        made_up.into_iter().flat_map(move |(made_up, number)| {
            let days = day::days(from.max(made_up.from), to.min(made_up.to));
            days.filter_map(move |day| {
                let figures = Figures::of(made_up.seed, number, day)?;
                Some((day, figures, made_up.seed))
            })
        })
    }

    pub(super) fn campaign_rows(
        &self,
        catalog: &Catalog,
        campaign: usize,
        from: Date,
        to: Date,
    ) -> impl Iterator<Item = HybridCampaignRow> {
        let campaign = &catalog.campaigns[campaign];
        let stored = self.campaigns.get(&campaign.id);
        within(stored, from, to, |row| row.date).cloned().chain(
            self.made_up_days(campaign.made_up, from, to)
                .map(|(day, figures, _)| figures.campaign_row(campaign.id.clone(), day)),
        )
    }

    pub(super) fn domain_rows(
        &self,
        catalog: &Catalog,
        campaign: usize,
        from: Date,
        to: Date,
    ) -> impl Iterator<Item = HybridDomainRow> {
        let campaign = &catalog.campaigns[campaign];
        let stored = self.domains.get(&campaign.id);
        let number = campaign.made_up.unwrap_or_default();
        within(stored, from, to, |row| row.date).cloned().chain(
            self.made_up_days(campaign.made_up, from, to)
                .flat_map(move |(day, figures, seed)| {
                    let mut dice = Dice::new(seed, DOMAIN_SPLIT, number, day_number(day));
                    let first = dice.next() % DOMAINS.len() as u64;
                    let parts: [Figures; DOMAINS_A_DAY] = figures.split(&mut dice);
                    (first..).zip(parts).map(move |(domain, figures)| {
                        let domain = DOMAINS[domain as usize % DOMAINS.len()];
                        figures.domain_row(campaign.id.clone(), day, domain)
                    })
                }),
        )
    }

    /// The days of the banner at this place of a campaign.
    pub(super) fn banner_rows(
        &self,
        catalog: &Catalog,
        campaign: usize,
        banner: usize,
        from: Date,
        to: Date,
    ) -> impl Iterator<Item = HybridBannerRow> {
        let campaign = &catalog.campaigns[campaign];
        let id = &campaign.banners[banner].id;
        let stored = self.banners.get(id);
        let number = campaign.made_up.unwrap_or_default();
        within(stored, from, to, |row| row.date).cloned().chain(
            self.made_up_days(campaign.made_up, from, to).filter_map(
                move |(day, figures, seed)| {
                    let mut dice = Dice::new(seed, BANNER_SPLIT, number, day_number(day));
                    let parts: [Figures; BANNERS] = figures.split(&mut dice);
                    let figures = parts.into_iter().nth(banner)?;
                    Some(figures.banner_row(id.clone(), day))
                },
            ),
        )
    }
}

/// The rows of these days, found in rows that are in order.
fn within<T>(
    rows: Option<&Vec<T>>,
    from: Date,
    to: Date,
    day_of: impl Fn(&T) -> Date,
) -> std::slice::Iter<'_, T> {
    let rows = rows.map_or(&[][..], Vec::as_slice);
    let first = rows.partition_point(|row| day_of(row) < from);
    let end = rows.partition_point(|row| day_of(row) <= to).max(first);
    rows[first..end].iter()
}

/// What a made-up campaign, or a share of it, had on one day.
#[derive(Clone, Copy, Default)]
struct Figures {
    counts: [u64; 9],
    bets: Money,
    cost: Money,
}

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
    /// Nothing on three days in a hundred.
    fn of(seed: u64, campaign: u64, day: Date) -> Option<Self> {
        let mut campaign_dice = Dice::new(seed, CAMPAIGNS, campaign, 0);
        let size = campaign_dice.between(1_000, 80_000);
        let price = campaign_dice.between(8_000_000, 60_000_000);
        let mut dice = Dice::new(seed, DAYS, campaign, day_number(day));
        if dice.percent(3) {
            return None;
        }
        let impressions = size * weekday_share(day) * dice.between(75, 125) / 10_000;
        let clicks = impressions * dice.between(10, 90) / 10_000;
        let wins = impressions * dice.between(105, 115) / 100;
        let bets = wins * dice.between(120, 200) / 100;
        let cost = dice.money(impressions * price * 9 / 10, impressions * price * 11 / 10);
        Some(Self {
            counts: [
                impressions,
                clicks,
                bets,
                wins,
                impressions * dice.between(40, 70) / 100,
                clicks * dice.between(0, 6) / 100,
                impressions * dice.between(0, 5) / 100_000,
                clicks * dice.between(60, 95) / 100,
                clicks * dice.between(20, 50) / 100,
            ],
            bets: Money::from_billionths(
                cost.billionths() * i128::from(dice.between(150, 300)) / 100,
            ),
            cost,
        })
    }

    /// Parts that add up to the whole.
    fn split<const N: usize>(self, dice: &mut Dice) -> [Self; N] {
        let mut rest = self;
        let mut parts = [Self::default(); N];
        for (place, part) in parts.iter_mut().enumerate() {
            if place + 1 == N {
                *part = rest;
                break;
            }
            let share = dice.between(20, 60);
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
    fn without_commission(&self) -> Money {
        Money::from_billionths(self.cost.billionths() * 100 / 115)
    }

    fn campaign_row(&self, campaign_id: String, date: Date) -> HybridCampaignRow {
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

    fn domain_row(&self, campaign_id: String, date: Date, domain: &str) -> HybridDomainRow {
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

    fn banner_row(&self, banner_id: String, date: Date) -> HybridBannerRow {
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

fn take_share(rest: &mut Money, percent: u64) -> Money {
    let part = rest.billionths() * i128::from(percent) / 100;
    *rest = Money::from_billionths(rest.billionths() - part);
    Money::from_billionths(part)
}
