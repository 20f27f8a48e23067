//! Statistics by day: stored rows and rows generated from the seed.

use std::collections::HashMap;

use jiff::civil::Date;

use super::catalog::{BANNERS, Campaign, Catalog};
use super::data::{
    HybridBannerRow, HybridCampaignRow, HybridData, HybridDomainRow, HybridGenerated,
};
use super::generated::Figures;
use crate::dates;
use crate::random::{day_number, seeded};

/// Tables of the generator, see [`seeded`].
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
/// Domains of a generated campaign per day.
const DOMAINS_PER_DAY: usize = 3;

struct Generated {
    seed: u64,
    from: Date,
    to: Date,
}

/// The statistics of all campaigns.
pub(super) struct Table {
    campaigns: HashMap<String, Vec<HybridCampaignRow>>,
    domains: HashMap<String, Vec<HybridDomainRow>>,
    banners: HashMap<String, Vec<HybridBannerRow>>,
    generated: Option<Generated>,
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
            generated: data.generated.map(
                |HybridGenerated {
                     seed: own,
                     from,
                     to,
                     ..
                 }| Generated {
                    seed: own.unwrap_or(seed),
                    from,
                    to,
                },
            ),
        })
    }

    /// Limits a range of days to those on which the campaign can have rows.
    pub(super) fn clamp(&self, campaign: &Campaign, from: Date, to: Date) -> (Date, Date) {
        let own = self
            .campaigns
            .get(&campaign.id)
            .map_or(&[][..], Vec::as_slice);
        let domains = self
            .domains
            .get(&campaign.id)
            .map_or(&[][..], Vec::as_slice);
        let generated = self
            .generated
            .as_ref()
            .filter(|_| campaign.generated.is_some());
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
            generated
                .into_iter()
                .flat_map(|generated| [generated.from, generated.to]),
        );
        let (first, last) = ends.fold((Date::MAX, Date::MIN), |(first, last), day| {
            (first.min(day), last.max(day))
        });
        (from.max(first), to.min(last))
    }

    /// Returns the generated days of a campaign within a range of days.
    fn generated_days(
        &self,
        number: Option<u64>,
        from: Date,
        to: Date,
    ) -> impl Iterator<Item = (Date, Figures, u64)> {
        let generated = self.generated.as_ref().zip(number);
        generated.into_iter().flat_map(move |(generated, number)| {
            let days = dates::days(from.max(generated.from), to.min(generated.to));
            days.filter_map(move |day| {
                let figures = Figures::generate(generated.seed, number, day)?;
                Some((day, figures, generated.seed))
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
            self.generated_days(campaign.generated, from, to)
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
        let number = campaign.generated.unwrap_or_default();
        within(stored, from, to, |row| row.date).cloned().chain(
            self.generated_days(campaign.generated, from, to).flat_map(
                move |(day, figures, seed)| {
                    let mut random = seeded(seed, DOMAIN_SPLIT, number, day_number(day));
                    let first = random.usize(..DOMAINS.len());
                    let parts: [Figures; DOMAINS_PER_DAY] = figures.split(&mut random);
                    (first..).zip(parts).map(move |(domain, figures)| {
                        let domain = DOMAINS[domain % DOMAINS.len()];
                        figures.domain_row(campaign.id.clone(), day, domain)
                    })
                },
            ),
        )
    }

    /// Returns the rows of the banner with this index in a campaign.
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
        let number = campaign.generated.unwrap_or_default();
        within(stored, from, to, |row| row.date).cloned().chain(
            self.generated_days(campaign.generated, from, to)
                .filter_map(move |(day, figures, seed)| {
                    let mut random = seeded(seed, BANNER_SPLIT, number, day_number(day));
                    let parts: [Figures; BANNERS] = figures.split(&mut random);
                    let figures = parts.into_iter().nth(banner)?;
                    Some(figures.banner_row(id.clone(), day))
                }),
        )
    }
}

/// Returns the rows of a range of days; `rows` are sorted by day.
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
