//! Statistics by placement and day: stored rows and rows generated from the seed.

use std::collections::{BTreeMap, HashMap};
use std::ops::AddAssign;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::data::{SpotsGenerated, SpotsRow, SpotsView};
use crate::random::{amount, day_number, percent, seeded, weekday_share};
use crate::revisions::{Day, Row, RowKey};

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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

/// The names of a placement that revisions use.
struct Names {
    key: RowKey,
    site_id: String,
}

/// The statistics of one account.
pub(super) struct Table {
    login: String,
    pub(super) placements: Vec<Placement>,
    /// The same number of elements as `placements`.
    names: Vec<Names>,
    stored: BTreeMap<Date, Vec<Stored>>,
    generated: Option<Generated>,
}

impl Table {
    pub(super) fn new(
        login: &str,
        rows: Vec<SpotsRow>,
        generated: Option<SpotsGenerated>,
        seed: u64,
    ) -> Self {
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
        let names = placements.iter().map(|placement| {
            let site_id = placement.site_id.to_string();
            Names {
                key: RowKey::new("spots", login, &[&site_id, &placement.id]),
                site_id,
            }
        });
        Self {
            login: login.to_owned(),
            names: names.collect(),
            placements,
            stored,
            generated,
        }
    }

    /// Returns the first and the last day with rows in the data.
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

    /// Whether there is a placement of these names.
    pub(super) fn has(&self, item: Option<&str>, row: Option<&str>) -> bool {
        let mut places = self.placements.iter().zip(&self.names);
        places.any(|(placement, names)| {
            item.is_none_or(|item| item == placement.site || item == names.site_id)
                && row.is_none_or(|row| row == placement.id)
        })
    }

    /// Returns the rows of a day at a moment; a placement may have several.
    pub(super) fn rows_of(
        &self,
        day: Day<'_>,
        view: SpotsView,
    ) -> impl Iterator<Item = (usize, Sums)> {
        let ahead = day.is_ahead();
        let source = (!ahead).then(|| self.source_rows(day.date(), view));
        let source = source
            .into_iter()
            .flatten()
            .filter_map(move |(place, sums)| {
                let factor = day.state(&self.row(place)).factor?;
                let scaled = Sums {
                    shows: factor.count(sums.shows),
                    clicks: factor.count(sums.clicks),
                    income: factor.amount(sums.income),
                };
                // Rows without numbers are not data, unless the data have them.
                let is_data = scaled != Sums::default() || sums == Sums::default();
                is_data.then_some((place, scaled))
            });
        let places = if day.has_additions() {
            0..self.placements.len()
        } else {
            0..0
        };
        source.chain(places.filter_map(move |place| {
            let added = day.state(&self.row(place)).added?;
            let sums = Sums {
                shows: added.impressions,
                clicks: added.clicks,
                income: added.money,
            };
            Some((place, sums))
        }))
    }

    /// Returns the sums of each placement with rows on a day.
    pub(super) fn sums_of(&self, day: Day<'_>, view: SpotsView) -> BTreeMap<usize, Sums> {
        let mut sums = BTreeMap::<usize, Sums>::new();
        for (place, row) in self.rows_of(day, view) {
            *sums.entry(place).or_default() += row;
        }
        sums
    }

    pub(super) fn site_id(&self, place: usize) -> &str {
        &self.names[place].site_id
    }

    fn row(&self, place: usize) -> Row<'_> {
        let (placement, names) = (&self.placements[place], &self.names[place]);
        Row {
            key: names.key,
            account: &self.login,
            items: [&placement.site, &names.site_id],
            row: &placement.id,
        }
    }

    /// Returns the rows of a day as the data have them.
    fn source_rows(&self, day: Date, view: SpotsView) -> impl Iterator<Item = (usize, Sums)> {
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
