//! The rows of the statistics in the state of a moment.

use jiff::civil::Date;

use super::data::{DataRow, Figures, Slot, Statistics};
use crate::revisions::{Day, Moment, Row, StatisticsVendor};
use crate::totals::SourceRow;

impl Slot {
    /// Whether rows of both slots are the same row.
    fn is(&self, other: &Self) -> bool {
        self.names == other.names
            && self.place.place.id == other.place.place.id
            && self.device == other.device
    }
}

impl Statistics {
    fn row<'a>(&'a self, slot: &'a Slot) -> Row<'a> {
        let [campaign, banner] = &slot.names;
        Row {
            key: slot.key,
            account: &self.account,
            items: [campaign, campaign],
            row: banner,
        }
    }

    /// Whether there are rows that a revision can select.
    pub(super) fn has(&self, account: Option<&str>, item: Option<&str>, row: Option<&str>) -> bool {
        let is = |wanted: Option<&str>, name: &str| wanted.is_none_or(|wanted| wanted == name);
        is(account, &self.account)
            && self.firsts().any(|slot| {
                let [campaign, banner] = &slot.names;
                is(item, campaign) && is(row, banner)
            })
    }

    /// Returns the rows of a day at a moment.
    pub(super) fn rows(&self, day: Day<'_>) -> Vec<DataRow<'_>> {
        if day.is_ahead() {
            return Vec::new();
        }
        let rows = self.source_rows(day.date()).filter_map(|row| {
            let factor = day.state(&self.row(row.slot)).factor?;
            let figures = row.figures.scaled(factor);
            // Rows without numbers are not data, unless the data have them.
            let is_data = figures != Figures::default() || row.figures == Figures::default();
            is_data.then_some(DataRow { figures, ..row })
        });
        let mut rows = rows.collect();
        if day.has_additions() {
            self.add(day, &mut rows);
        }
        rows
    }

    /// Adds what revisions add: to the first slot of each banner, whether or not it has a row.
    fn add<'a>(&'a self, day: Day<'_>, rows: &mut Vec<DataRow<'a>>) {
        for slot in self.firsts() {
            let Some(added) = day.state(&self.row(slot)).added else {
                continue;
            };
            let figures = Figures::from(added);
            match rows.iter_mut().find(|row| row.slot.is(slot)) {
                Some(row) => row.figures.add(&figures),
                None => rows.push(DataRow {
                    day: day.date(),
                    slot,
                    figures,
                }),
            }
        }
    }

    /// Returns the days of a range that can have rows.
    pub(super) fn days_within(
        &self,
        moment: &Moment,
        from: Date,
        to: Date,
    ) -> impl Iterator<Item = Date> + use<> {
        let own = self.days();
        moment.days((own.0 <= own.1).then_some(own), from, to)
    }

    /// Returns the first and the last day with statistics at a moment.
    ///
    /// They are those of the data as far as these have begun, and days that revisions added.
    pub(super) fn available(&self, moment: &Moment) -> Option<(Date, Date)> {
        let (first, last) = self.days();
        let is_available = |day: &Date| {
            let own = (first..=last).contains(day);
            let day = moment.day(*day);
            !day.is_ahead() && (own || !self.rows(day).is_empty())
        };
        let mut days = self.days_within(moment, Date::MIN, Date::MAX);
        let first = days.find(is_available)?;
        let last = days.filter(is_available).last();
        Some((first, last.unwrap_or(first)))
    }

    pub(super) fn source_row<'a>(&'a self, row: &DataRow<'a>) -> SourceRow<'a> {
        let [campaign, banner] = &row.slot.names;
        SourceRow {
            vendor: StatisticsVendor::Adfox,
            account: &self.account,
            day: row.day,
            item: campaign,
            name: &row.slot.campaign.name,
            row: banner,
            impressions: row.figures.impressions,
            clicks: row.figures.clicks,
            money: row.figures.income,
        }
    }
}
