//! The rows of a response, summed up day by day as they are sent.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::civil::Date;

use super::data::SpotsView;
use super::query::{Grouping, Query};
use super::settings::SpotsSettings;
use super::table::{Placement, Sums, Table};
use crate::dates;
use crate::json::Object;
use crate::revisions::Moment;

/// Computes the rows of a response on demand.
pub(super) struct Rows {
    table: Arc<Table>,
    moment: Moment,
    grouping: Grouping,
    view: SpotsView,
    /// The group of each placement; `None` if the filter excludes it.
    group_of: Vec<Option<usize>>,
    /// One placement of each group, in the order of the response.
    groups: Vec<usize>,
    /// The ranges of days that are left; each is one row per group.
    days: VecDeque<(Date, Date)>,
    ready: VecDeque<(Date, usize, Sums)>,
}

impl Rows {
    pub(super) fn new(table: &Arc<Table>, query: &Query, moment: Moment) -> Self {
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
            if query.matches(placement) {
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
                query.matches(placement).then_some(*number)
            })
            .collect();
        let mut days = VecDeque::new();
        if let Some((first, last)) = moment.span(table.span()) {
            let (from, to) = (query.from.max(first), query.to.min(last));
            if grouping.by_day {
                days.extend(dates::days(from, to).map(|day| (day, day)));
            } else if from <= to {
                days.push_back((from, to));
            }
        }
        Self {
            table: Arc::clone(table),
            moment,
            grouping,
            view: query.view(),
            group_of,
            groups,
            days,
            ready: VecDeque::new(),
        }
    }

    /// Sums up one range of days and queues its rows.
    fn sum_up(&mut self, from: Date, to: Date) {
        let mut sums: Vec<Option<Sums>> = vec![None; self.groups.len()];
        for day in dates::days(from, to) {
            for (placement, row) in self.table.rows_of(self.moment.day(day), self.view) {
                if let Some(group) = self.group_of[placement] {
                    *sums[group].get_or_insert_default() += row;
                }
            }
        }
        let with_data = sums.into_iter().enumerate();
        self.ready
            .extend(with_data.filter_map(|(group, sums)| Some((from, self.groups[group], sums?))));
    }

    /// Whether no row is left.
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

    /// Appends the next row as JSON; returns `false` if there is none.
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
            .number("income", sums.income.normalize(), quoted);
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
