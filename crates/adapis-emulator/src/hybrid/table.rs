//! Statistics by day: stored rows and rows generated from the seed.

use std::collections::HashMap;

use jiff::civil::Date;

use super::catalog::{BANNERS, Campaign, Catalog};
use super::data::{
    HybridBannerRow, HybridCampaignRow, HybridData, HybridDomainRow, HybridGenerated,
};
use super::generated::Figures;
use super::revised;
use crate::random::{day_number, seeded};
use crate::revisions::{Day, Moment, RowState};

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

    /// Limits a range of days to those on which the campaign can have rows at a moment.
    pub(super) fn days(
        &self,
        moment: &Moment,
        campaign: &Campaign,
        from: Date,
        to: Date,
    ) -> impl Iterator<Item = Date> + use<> {
        let own = ends(self.campaigns.get(&campaign.id), |row| row.date);
        let domains = ends(self.domains.get(&campaign.id), |row| row.date);
        let banners = campaign.banners.iter();
        let banners = banners.flat_map(|banner| ends(self.banners.get(&banner.id), |row| row.date));
        let generated = self
            .generated
            .as_ref()
            .filter(|_| campaign.generated.is_some());
        let generated = generated.map(|generated| (generated.from, generated.to));
        let spans = own
            .into_iter()
            .chain(domains)
            .chain(banners)
            .chain(generated);
        let span = spans.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)));
        moment.days(span, from, to)
    }

    /// Returns the generated numbers of a campaign on a day, with all that was added to them.
    fn figures(&self, campaign: &Campaign, day: Date, state: &RowState) -> Option<(Figures, u64)> {
        let (generated, number) = self.generated.as_ref().zip(campaign.generated)?;
        let in_range = (generated.from..=generated.to).contains(&day);
        let figures = state.factor.filter(|_| in_range).and_then(|factor| {
            Some(Figures::generate(generated.seed, number, day)?.scaled(factor))
        });
        let added = state.added.as_ref().map(Figures::added);
        let figures = match (figures, added) {
            (Some(figures), Some(added)) => Some(figures.plus(&added)),
            (figures, added) => figures.or(added),
        };
        Some((figures?, generated.seed))
    }

    /// Returns the numbers that were added to a campaign whose rows are stored.
    fn added(campaign: &Campaign, state: &RowState) -> Option<Figures> {
        let stored = campaign.generated.is_none();
        state.added.as_ref().filter(|_| stored).map(Figures::added)
    }

    pub(super) fn campaign_rows(
        &self,
        catalog: &Catalog,
        day: Day<'_>,
        campaign: usize,
    ) -> Vec<HybridCampaignRow> {
        let state = day.state(&catalog.row(campaign));
        let (campaign, day) = (&catalog.campaigns[campaign], day.date());
        let mut rows = of_day(self.campaigns.get(&campaign.id), day, |row| row.date).to_vec();
        revised::scale(&mut rows, state.factor);
        if let Some(added) = Self::added(campaign, &state) {
            let row = added.campaign_row(campaign.id.clone(), day);
            revised::add_to_campaign(&mut rows, row);
        }
        let figures = self.figures(campaign, day, &state);
        rows.extend(figures.map(|(figures, _)| figures.campaign_row(campaign.id.clone(), day)));
        rows
    }

    pub(super) fn domain_rows(
        &self,
        catalog: &Catalog,
        day: Day<'_>,
        campaign: usize,
    ) -> Vec<HybridDomainRow> {
        let state = day.state(&catalog.row(campaign));
        let (campaign, day) = (&catalog.campaigns[campaign], day.date());
        let mut rows = of_day(self.domains.get(&campaign.id), day, |row| row.date).to_vec();
        revised::scale(&mut rows, state.factor);
        let added = Self::added(campaign, &state);
        rows.extend(
            added.map(|added| added.domain_row(campaign.id.clone(), day, revised::ADDED_DOMAIN)),
        );
        if let Some((figures, seed)) = self.figures(campaign, day, &state) {
            let number = campaign.generated.unwrap_or_default();
            let mut random = seeded(seed, DOMAIN_SPLIT, number, day_number(day));
            let first = random.usize(..DOMAINS.len());
            let parts: [Figures; DOMAINS_PER_DAY] = figures.split(&mut random);
            rows.extend((first..).zip(parts).map(|(domain, figures)| {
                let domain = DOMAINS[domain % DOMAINS.len()];
                figures.domain_row(campaign.id.clone(), day, domain)
            }));
        }
        rows
    }

    /// Returns the rows of the banner with this index in a campaign.
    pub(super) fn banner_rows(
        &self,
        catalog: &Catalog,
        day: Day<'_>,
        campaign: usize,
        banner: usize,
    ) -> Vec<HybridBannerRow> {
        let state = day.state(&catalog.row(campaign));
        let (campaign, day) = (&catalog.campaigns[campaign], day.date());
        let id = &campaign.banners[banner].id;
        let mut rows = self.stored_banner_rows(campaign, id, day, &state);
        if let Some(added) = Self::added(campaign, &state).filter(|_| banner == 0) {
            revised::add_to_banner(&mut rows, added.banner_row(id.clone(), day));
        }
        if let Some((figures, seed)) = self.figures(campaign, day, &state) {
            let number = campaign.generated.unwrap_or_default();
            let mut random = seeded(seed, BANNER_SPLIT, number, day_number(day));
            let parts: [Figures; BANNERS] = figures.split(&mut random);
            let figures = parts.into_iter().nth(banner);
            rows.extend(figures.map(|figures| figures.banner_row(id.clone(), day)));
        }
        rows
    }

    /// Scales the rows of all banners of a campaign and returns those of one.
    fn stored_banner_rows(
        &self,
        campaign: &Campaign,
        id: &str,
        day: Date,
        state: &RowState,
    ) -> Vec<HybridBannerRow> {
        if !self.banners.contains_key(id) {
            return Vec::new();
        }
        let banners = campaign.banners.iter();
        let rows = banners
            .flat_map(|banner| of_day(self.banners.get(&banner.id), day, |row| row.date).iter());
        let mut rows: Vec<_> = rows.cloned().collect();
        revised::scale(&mut rows, state.factor);
        rows.retain(|row| row.banner_id == id);
        rows
    }
}

/// Returns the first and the last day of rows that are sorted by day.
fn ends<T>(rows: Option<&Vec<T>>, day_of: impl Fn(&T) -> Date) -> Option<(Date, Date)> {
    let rows = rows?;
    Some((day_of(rows.first()?), day_of(rows.last()?)))
}

/// Returns the rows of a day; `rows` are sorted by day.
fn of_day<T>(rows: Option<&Vec<T>>, day: Date, day_of: impl Fn(&T) -> Date) -> &[T] {
    let rows = rows.map_or(&[][..], Vec::as_slice);
    let first = rows.partition_point(|row| day_of(row) < day);
    let end = rows.partition_point(|row| day_of(row) <= day);
    &rows[first..end]
}
