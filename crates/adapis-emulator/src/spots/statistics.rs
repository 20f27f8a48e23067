//! Rows of placements and days, filtered and grouped as a request says.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::ops::AddAssign;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::data::{SpotsGenerated, SpotsRow, SpotsView};
use super::settings::SpotsSettings;
use crate::day;
use crate::generate::{Dice, day_number, weekday_share};
use crate::json::Object;
use crate::money::Money;

const ROWS: u64 = 1;
const PLACEMENTS: u64 = 2;
/// Placements of a made-up site.
const POSITIONS: [&str; 3] = ["top", "side", "footer"];

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Placement {
    site: String,
    site_id: u64,
    site_name: String,
    id: String,
    name: String,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    shows: u64,
    clicks: u64,
    income: Money,
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.shows = self.shows.saturating_add(other.shows);
        self.clicks = self.clicks.saturating_add(other.clicks);
        self.income += other.income;
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
    first: usize,
}

/// The statistics of one account.
pub(super) struct Table {
    placements: Vec<Placement>,
    stored: BTreeMap<Date, Vec<Stored>>,
    generated: Option<Generated>,
}

impl Table {
    pub(super) fn new(rows: Vec<SpotsRow>, made_up: Option<SpotsGenerated>, seed: u64) -> Self {
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
        let generated = made_up.map(|made_up| {
            let first = placements.len();
            placements.extend((1..=u64::from(made_up.sites)).flat_map(made_up_placements));
            Generated {
                seed: made_up.seed.unwrap_or(seed),
                from: made_up.from,
                to: made_up.to,
                first,
            }
        });
        Self {
            placements,
            stored,
            generated,
        }
    }

    /// The first and the last day with rows.
    fn span(&self) -> Option<(Date, Date)> {
        let days = self
            .stored
            .keys()
            .next()
            .zip(self.stored.keys().next_back());
        let made_up = self
            .generated
            .as_ref()
            .map(|made_up| (made_up.from, made_up.to));
        match (days, made_up) {
            (Some((first, last)), Some((from, to))) => Some((from.min(*first), to.max(*last))),
            (Some((first, last)), None) => Some((*first, *last)),
            (None, made_up) => made_up,
        }
    }

    fn rows_of(&self, day: Date, view: SpotsView) -> impl Iterator<Item = (usize, Sums)> {
        let stored = self
            .stored
            .get(&day)
            .into_iter()
            .flatten()
            .filter(move |row| row.view == SpotsView::Any || row.view == view)
            .map(|row| (row.placement, row.sums));
        let made_up = self
            .generated
            .as_ref()
            .filter(|made_up| (made_up.from..=made_up.to).contains(&day))
            .into_iter()
            .flat_map(move |made_up| {
                (made_up.first..self.placements.len()).filter_map(move |index| {
                    let number = (index - made_up.first) as u64;
                    Some((index, made_up_sums(made_up.seed, number, day)?))
                })
            });
        stored.chain(made_up)
    }
}

fn made_up_placements(number: u64) -> impl Iterator<Item = Placement> {
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

/// What a made-up placement had on a day; nothing on one day in fifty.
fn made_up_sums(seed: u64, placement: u64, day: Date) -> Option<Sums> {
    let mut placement_dice = Dice::new(seed, PLACEMENTS, placement, 0);
    let size = placement_dice.between(200, 20_000);
    let price = placement_dice.between(20_000_000, 120_000_000);
    let mut dice = Dice::new(seed, ROWS, placement, day_number(day));
    if dice.percent(2) {
        return None;
    }
    let shows = size * weekday_share(day) * dice.between(80, 120) / 10_000;
    Some(Sums {
        shows,
        clicks: shows * dice.between(5, 60) / 10_000,
        income: dice.money(shows * price * 9 / 10, shows * price * 11 / 10),
    })
}

/// Members that `main_group` may name.
#[derive(Clone, Copy, Debug, Default)]
struct Grouping {
    by_day: bool,
    by_site: bool,
    by_site_id: bool,
    by_placement: bool,
}

/// A request's filter, understood.
pub(super) struct Query {
    from: Date,
    to: Date,
    grouping: Grouping,
    sites: Option<HashSet<String>>,
    site_ids: Option<HashSet<String>>,
    placements: Option<HashSet<String>>,
    placement_names: Option<HashSet<String>>,
}

impl Query {
    /// Reads `params.filter`; the error names the member.
    pub(super) fn read(params: &Value, settings: &SpotsSettings) -> Result<Self, String> {
        let filter = params
            .get("filter")
            .and_then(Value::as_object)
            .ok_or("filter is required")?;
        let from = day_of(filter, "date_from")?;
        let to = day_of(filter, "date_to")?;
        if to < from {
            return Err("date_to is before date_from".to_owned());
        }
        let mut grouping = Grouping::default();
        for word in list(filter, "main_group")?.into_iter().flatten() {
            match word.as_str() {
                "date_day" => grouping.by_day = true,
                "site" => grouping.by_site = true,
                "site_id" => grouping.by_site_id = true,
                "placement" => grouping.by_placement = true,
                _ => return Err("main_group has an unknown value".to_owned()),
            }
        }
        if settings.site_id_by_day && grouping.by_site_id {
            grouping.by_day = true;
            grouping.by_site = true;
        }
        Ok(Self {
            from,
            to,
            grouping,
            sites: list(filter, "site")?,
            site_ids: list(filter, "site_id")?,
            placements: list(filter, "placement")?,
            placement_names: list(filter, "placement_name")?,
        })
    }

    fn admits(&self, placement: &Placement) -> bool {
        let admits = |wanted: &Option<HashSet<String>>, value: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.contains(value))
        };
        let admits_placement = |wanted: &Option<HashSet<String>>, value: &str| {
            admits(wanted, value) || admits(wanted, "all")
        };
        admits(&self.sites, &placement.site)
            && admits(&self.site_ids, &placement.site_id.to_string())
            && admits_placement(&self.placements, &placement.id)
            && admits_placement(&self.placement_names, &placement.name)
    }

    fn view(&self) -> SpotsView {
        if self.grouping.by_site_id || self.site_ids.is_some() {
            SpotsView::SiteId
        } else {
            SpotsView::Site
        }
    }
}

fn day_of(filter: &Map<String, Value>, name: &str) -> Result<Date, String> {
    match filter.get(name) {
        None | Some(Value::Null) => Err(format!("{name} is required")),
        Some(value) => value
            .as_str()
            .and_then(day::parse)
            .ok_or_else(|| format!("{name} must be of the form YYYY-MM-DD")),
    }
}

/// A list of strings; an absent or empty one restricts nothing.
fn list(filter: &Map<String, Value>, name: &str) -> Result<Option<HashSet<String>>, String> {
    let wrong = || format!("{name} must be an array of strings");
    let values = match filter.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_array().ok_or_else(wrong)?,
    };
    let words: HashSet<String> = values
        .iter()
        .map(|value| value.as_str().map(str::to_owned).ok_or_else(wrong))
        .collect::<Result<_, _>>()?;
    Ok((!words.is_empty()).then_some(words))
}

/// The rows of an answer, made as they are asked for.
pub(super) struct Rows {
    table: Arc<Table>,
    grouping: Grouping,
    view: SpotsView,
    /// The group of each placement; none where the filter leaves it out.
    group_of: Vec<Option<usize>>,
    /// A placement of each group, in the order of the answer.
    groups: Vec<usize>,
    days: VecDeque<(Date, Date)>,
    ready: VecDeque<(Date, usize, Sums)>,
}

impl Rows {
    pub(super) fn new(table: &Arc<Table>, query: &Query) -> Self {
        let grouping = query.grouping;
        let key = |placement: &Placement| {
            (
                grouping.by_site_id.then_some(placement.site_id),
                grouping.by_site.then(|| placement.site.clone()),
                grouping.by_placement.then(|| placement.id.clone()),
            )
        };
        let mut numbers = BTreeMap::new();
        for (index, placement) in table.placements.iter().enumerate() {
            if query.admits(placement) {
                numbers.entry(key(placement)).or_insert((0, index));
            }
        }
        let mut groups = Vec::with_capacity(numbers.len());
        for (number, index) in numbers.values_mut() {
            *number = groups.len();
            groups.push(*index);
        }
        let group_of = table
            .placements
            .iter()
            .map(|placement| {
                let (number, _) = numbers.get(&key(placement))?;
                query.admits(placement).then_some(*number)
            })
            .collect();
        let mut days = VecDeque::new();
        if let Some((first, last)) = table.span() {
            let (from, to) = (query.from.max(first), query.to.min(last));
            if grouping.by_day {
                days.extend(day::days(from, to).map(|day| (day, day)));
            } else if from <= to {
                days.push_back((from, to));
            }
        }
        Self {
            table: Arc::clone(table),
            grouping,
            view: query.view(),
            group_of,
            groups,
            days,
            ready: VecDeque::new(),
        }
    }

    /// Sums up one span of days into the rows that are ready.
    fn sum_up(&mut self, from: Date, to: Date) {
        let mut sums: Vec<Option<Sums>> = vec![None; self.groups.len()];
        for day in day::days(from, to) {
            for (placement, row) in self.table.rows_of(day, self.view) {
                if let Some(group) = self.group_of[placement] {
                    *sums[group].get_or_insert_default() += row;
                }
            }
        }
        let with_data = sums.into_iter().enumerate();
        self.ready
            .extend(with_data.filter_map(|(group, sums)| Some((from, self.groups[group], sums?))));
    }

    /// Whether nothing has data.
    pub(super) fn is_empty(&mut self) -> bool {
        self.fill();
        self.ready.is_empty()
    }

    fn fill(&mut self) {
        while self.ready.is_empty()
            && let Some((from, to)) = self.days.pop_front()
        {
            self.sum_up(from, to);
        }
    }

    /// Appends the next row as JSON; false when there is none.
    pub(super) fn write_next(&mut self, out: &mut Vec<u8>, settings: &SpotsSettings) -> bool {
        self.fill();
        let Some((day, placement, sums)) = self.ready.pop_front() else {
            return false;
        };
        let placement = &self.table.placements[placement];
        let quoted = settings.counters_as_strings;
        let mut row = Object::open(out);
        row.number("shows", sums.shows, quoted)
            .number("clicks", sums.clicks, quoted)
            .number("income", sums.income, quoted);
        if self.grouping.by_site_id {
            row.raw("site_id", placement.site_id);
        }
        if self.grouping.by_site {
            row.text("site", &placement.site);
        }
        if self.grouping.by_site_id {
            row.text("site_name", &placement.site_name);
        }
        if self.grouping.by_placement {
            row.text("placement", &placement.id)
                .text("placement_name", &placement.name);
        }
        if self.grouping.by_day {
            row.raw("date_day", format_args!("\"{day}\""));
        }
        row.close();
        true
    }
}
