//! Statistics by placement and day: stored rows and rows generated from the seed.

use std::collections::{BTreeMap, HashMap};
use std::ops::AddAssign;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::data::{SpotsGenerated, SpotsRow, SpotsView};
use crate::dates;
use crate::random::{amount, day_number, percent, seeded, weekday_share};
use crate::totals::SpotsTotals;

/// Tables of the generator, see [`seeded`].
const ROWS: u64 = 1;
const PLACEMENTS: u64 = 2;
/// Placements of a generated site.
const POSITIONS: [&str; 3] = ["top", "side", "footer"];

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Placement {
    pub(super) site: String,
    pub(super) site_id: u64,
    pub(super) site_name: String,
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) shows: u64,
    pub(super) clicks: u64,
    pub(super) income: Decimal,
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.shows = self.shows.saturating_add(other.shows);
        self.clicks = self.clicks.saturating_add(other.clicks);
        self.income = self.income.saturating_add(other.income);
    }
}

struct Stored {
    placement: usize,
    view: SpotsView,
    sums: Sums,
}

struct Generated {
    seed: u64,
    from: Date,
    to: Date,
    /// Index of the first generated placement.
    first: usize,
}

/// The statistics of one account.
pub(super) struct Table {
    pub(super) placements: Vec<Placement>,
    stored: BTreeMap<Date, Vec<Stored>>,
    generated: Option<Generated>,
}

impl Table {
    pub(super) fn new(rows: Vec<SpotsRow>, generated: Option<SpotsGenerated>, seed: u64) -> Self {
        let mut placements = Vec::new();
        let mut known = HashMap::new();
        let mut stored: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in rows {
            let placement = Placement {
                site_name: row.site_name.unwrap_or_else(|| row.site.clone()),
                site: row.site,
                site_id: row.site_id,
                id: row.placement,
                name: row.placement_name,
            };
            let index = *known.entry(placement).or_insert_with_key(|placement| {
                placements.push(placement.clone());
                placements.len() - 1
            });
            stored.entry(row.date).or_default().push(Stored {
                placement: index,
                view: row.view,
                sums: Sums {
                    shows: row.shows,
                    clicks: row.clicks,
                    income: row.income,
                },
            });
        }
        let generated = generated.map(|generated| {
            let first = placements.len();
            placements.extend((1..=u64::from(generated.sites)).flat_map(generated_placements));
            Generated {
                seed: generated.seed.unwrap_or(seed),
                from: generated.from,
                to: generated.to,
                first,
            }
        });
        Self {
            placements,
            stored,
            generated,
        }
    }

    pub(super) fn totals(&self, login: &str, from: Date, to: Date) -> SpotsTotals {
        let (first, last) = self.span().unwrap_or((Date::MAX, Date::MIN));
        let days = dates::days(from.max(first), to.min(last));
        let mut sums = Sums::default();
        let mut rows = 0;
        for (_, row) in days.flat_map(|day| self.rows_of(day, SpotsView::Site)) {
            sums += row;
            rows += 1;
        }
        SpotsTotals {
            login: login.to_owned(),
            rows,
            shows: sums.shows,
            clicks: sums.clicks,
            income: sums.income.normalize(),
        }
    }

    /// Returns the first and the last day with rows.
    pub(super) fn span(&self) -> Option<(Date, Date)> {
        let days = self
            .stored
            .keys()
            .next()
            .zip(self.stored.keys().next_back());
        let generated = self
            .generated
            .as_ref()
            .map(|generated| (generated.from, generated.to));
        match (days, generated) {
            (Some((first, last)), Some((from, to))) => Some((from.min(*first), to.max(*last))),
            (Some((first, last)), None) => Some((*first, *last)),
            (None, generated) => generated,
        }
    }

    pub(super) fn rows_of(
        &self,
        day: Date,
        view: SpotsView,
    ) -> impl Iterator<Item = (usize, Sums)> {
        let stored = self
            .stored
            .get(&day)
            .into_iter()
            .flatten()
            .filter(move |row| row.view == SpotsView::Any || row.view == view)
            .map(|row| (row.placement, row.sums));
        let generated = self
            .generated
            .as_ref()
            .filter(|generated| (generated.from..=generated.to).contains(&day))
            .into_iter()
            .flat_map(move |generated| {
                (generated.first..self.placements.len()).filter_map(move |index| {
                    let number = (index - generated.first) as u64;
                    Some((index, generated_sums(generated.seed, number, day)?))
                })
            });
        stored.chain(generated)
    }
}

fn generated_placements(number: u64) -> impl Iterator<Item = Placement> {
    (1u64..).zip(POSITIONS).map(move |(position, word)| {
        let site = format!("site{number:02}.example");
        Placement {
            site_id: 1000 + number,
            site_name: format!("Site {number:02}"),
            id: ((1000 + number) * 10 + position).to_string(),
            name: format!("{site} / {word}"),
            site,
        }
    })
}

/// Generates the numbers of a placement on one day; `None` for 2 % of the days.
fn generated_sums(seed: u64, placement: u64, day: Date) -> Option<Sums> {
    let mut random = seeded(seed, PLACEMENTS, placement, 0);
    let size = random.u64(200..=20_000);
    let price = random.u64(20_000_000..=120_000_000);
    let mut random = seeded(seed, ROWS, placement, day_number(day));
    if percent(&mut random, 2) {
        return None;
    }
    let shows = size * weekday_share(day) * random.u64(80..=120) / 10_000;
    Some(Sums {
        shows,
        clicks: shows * random.u64(5..=60) / 10_000,
        income: amount(&mut random, shows * price * 9 / 10, shows * price * 11 / 10),
    })
}
