//! Rows of several windows as those of one range.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use adcore::{Error, ErrorKind};
use adcore_json::{RawJson, Repeats};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::group::{Grouping, Key};
use super::window::Window;
use crate::calls::{Statistics, StatisticsRow};

/// Merges the rows of several windows into those of the whole range.
///
/// A row with a day belongs to one window and is returned at once. A row without a day is a sum over
/// its window: rows of the same group are added up, exactly, and returned at the end. Their names
/// are the latest, and so is what the server added without being asked to group by it. An unknown
/// member is kept only if all windows agree on it, because how to add it up is unknown too.
///
/// The rows of a range that is one window are returned as they are. What no window should have is
/// counted for a warning.
#[derive(Debug, Default)]
pub(super) struct Merge {
    grouping: Grouping,
    places: HashMap<Key, usize>,
    sums: Vec<StatisticsRow>,
    /// The groups of the current window.
    groups: Repeats,
    odd: OddRows,
}

/// Rows of a window that it should not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct OddRows {
    /// Of the days of another window.
    of_other_windows: u64,
    /// Of days outside the whole range.
    of_other_days: u64,
}

impl Merge {
    pub(super) fn new(request: &Statistics) -> Self {
        Self {
            grouping: Grouping::new(&request.groups),
            ..Self::default()
        }
    }

    /// Returns whether a row of `window` without a day is to be returned as it is.
    ///
    /// Any other is for [`add`](Self::add).
    pub(super) fn is_only(&mut self, row: &StatisticsRow, window: &Window) -> bool {
        if window.is_whole() {
            self.remember(row);
        }
        window.is_whole()
    }

    /// Returns whether a row of `window` with this day is to be returned unchanged, as nearly all rows are.
    #[inline]
    pub(super) fn is_own(&mut self, row: &StatisticsRow, day: Date, window: &Window) -> bool {
        let is_own = window.admits(day);
        self.odd.of_other_windows += u64::from(!is_own);
        self.odd.of_other_days += u64::from(is_own && !window.contains(day));
        if is_own {
            self.remember(row);
        }
        is_own
    }

    /// Remembers the group of a row, to count what the window has already.
    fn remember(&mut self, row: &StatisticsRow) {
        self.groups.add(&self.grouping.group_of(row));
    }

    /// Adds a row without a day to the sum of its group; a row of another window is left out.
    pub(super) fn add(&mut self, row: StatisticsRow, window: &Window) -> Result<(), Error> {
        if row.date_day.is_some() || window.is_whole() {
            return Ok(());
        }
        self.remember(&row);
        let key = self.grouping.key(&row);
        match self.places.entry(key) {
            Entry::Vacant(place) => {
                place.insert(self.sums.len());
                self.sums.push(row);
            }
            Entry::Occupied(place) => add(&mut self.sums[*place.get()], row)?,
        }
        Ok(())
    }

    /// Warns of the rows that the window should not have had.
    pub(super) fn end_window(&mut self, window: &Window) {
        let odd = std::mem::take(&mut self.odd);
        let (from, to) = (window.from, window.to);
        if odd.of_other_windows > 0 {
            tracing::warn!(
                rows = odd.of_other_windows,
                %from,
                %to,
                "rows of the days of another window were left out"
            );
        }
        if odd.of_other_days > 0 {
            tracing::warn!(
                rows = odd.of_other_days,
                %from,
                %to,
                "rows have days that were not requested"
            );
        }
        if self.groups.count() > 0 {
            tracing::warn!(
                rows = self.groups.count(),
                %from,
                %to,
                "several rows of one response have the same group"
            );
        }
        self.groups.clear();
    }

    /// Returns the sums, in the order in which their groups first appeared.
    pub(super) fn finish(self) -> Vec<StatisticsRow> {
        self.sums
    }
}

fn add(sum: &mut StatisticsRow, mut row: StatisticsRow) -> Result<(), Error> {
    let odd = keep_odd(sum, &mut row);
    sum.shows = total("shows", sum.shows, row.shows, u64::checked_add)?;
    sum.clicks = total("clicks", sum.clicks, row.clicks, u64::checked_add)?;
    sum.income = total("income", sum.income, row.income, Decimal::checked_add)?;
    sum.site = row.site.or(sum.site.take());
    sum.site_id = row.site_id.or(sum.site_id);
    sum.placement = row.placement.or(sum.placement.take());
    sum.site_name = row.site_name.or(sum.site_name.take());
    sum.placement_name = row.placement_name.or(sum.placement_name.take());
    sum.extra
        .retain(|name, value| row.extra.get(name) == Some(value));
    sum.extra.extend(odd);
    Ok(())
}

/// Takes the numbers that no sum has, because one of the rows has it only in `extra`.
fn keep_odd(sum: &mut StatisticsRow, row: &mut StatisticsRow) -> Vec<(String, RawJson)> {
    let mut odd = Vec::new();
    for name in ["shows_sent", "clicks_sent", "income_sent"] {
        let Some(value) = row.extra.remove(name).or(sum.extra.remove(name)) else {
            continue;
        };
        for row in [&mut *sum, row] {
            match name {
                "shows_sent" => row.shows = None,
                "clicks_sent" => row.clicks = None,
                _ => row.income = None,
            }
        }
        odd.push((name.to_owned(), value));
    }
    odd
}

fn total<T: Copy>(
    name: &str,
    sum: Option<T>,
    more: Option<T>,
    add: fn(T, T) -> Option<T>,
) -> Result<Option<T>, Error> {
    let (Some(sum), Some(more)) = (sum, more) else {
        return Ok(sum.or(more));
    };
    let total = add(sum, more);
    let too_large = || Error::new(ErrorKind::Decode, format!("the sum of {name} is too large"));
    total.map(Some).ok_or_else(too_large)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::window::Windows;
    use super::*;
    use crate::calls::Group;
    use crate::wire::WireRow;

    fn row(json: &str) -> StatisticsRow {
        let row: WireRow = adcore_json::decode(json.as_bytes()).unwrap();
        row.into_row()
    }

    fn merged(
        request: &Statistics,
        windows: &[&[&str]],
    ) -> (Vec<StatisticsRow>, Vec<StatisticsRow>) {
        let mut merge = Merge::new(request);
        let mut passed = Vec::new();
        let cut = Windows::new(request.from, request.to, 1);
        for (window, rows) in cut.zip(windows) {
            for json in *rows {
                let row = row(json);
                let is_complete = match row.date_day {
                    Some(day) => merge.is_own(&row, day, &window),
                    None => merge.is_only(&row, &window),
                };
                if is_complete {
                    passed.push(row);
                } else {
                    merge.add(row, &window).unwrap();
                }
            }
            merge.end_window(&window);
        }
        (passed, merge.finish())
    }

    #[test]
    fn rows_without_a_day_are_summed_exactly() {
        let request = Statistics::new(date(2024, 1, 1), date(2024, 1, 3)).group(Group::SiteId);
        let (passed, sums) = merged(
            &request,
            &[
                &[
                    r#"{"site_id":1,"site_name":"old","shows":1,"clicks":null,"income":0.100000001,"currency":"RUB","ctr":1}"#,
                    r#"{"site_id":2,"shows":5,"income":1}"#,
                ],
                &[],
                &[
                    r#"{"site_id":1,"site_name":"new","shows":2,"clicks":3,"income":0.2,"currency":"RUB","ctr":2}"#,
                ],
            ],
        );
        assert_eq!(passed, []);
        assert_eq!(
            sums,
            [
                row(
                    r#"{"site_id":1,"site_name":"new","shows":3,"clicks":3,"income":0.300000001,"currency":"RUB"}"#
                ),
                row(r#"{"site_id":2,"shows":5,"income":1}"#),
            ]
        );
    }

    #[test]
    fn a_number_that_cannot_be_held_makes_no_sum() {
        let request = Statistics::new(date(2024, 1, 1), date(2024, 1, 3)).group(Group::SiteId);
        let odd = r#"{"site_id":1,"shows":10.5,"clicks":2,"income":"NaN"}"#;
        let good = r#"{"site_id":1,"shows":1,"clicks":2,"income":0.5}"#;
        for windows in [[odd, good, good], [good, odd, good], [good, good, odd]] {
            let windows = windows.map(|row| [row]);
            let windows = windows.each_ref().map(<[_; 1]>::as_slice);
            let (_, sums) = merged(&request, &windows);
            assert_eq!(
                sums,
                [row(
                    r#"{"site_id":1,"shows":10.5,"clicks":6,"income":"NaN"}"#
                )]
            );
        }
    }

    #[test]
    fn rows_with_a_day_are_returned_once() {
        let request = Statistics::new(date(2024, 1, 1), date(2024, 1, 2)).group(Group::SiteId);
        let first = r#"{"site_id":1,"shows":1,"date_day":"2024-01-01"}"#;
        let second = r#"{"site_id":1,"shows":2,"date_day":"2024-01-02"}"#;
        let (passed, sums) = merged(&request, &[&[first, second], &[first, second]]);
        assert_eq!(passed, [row(first), row(second)]);
        assert_eq!(sums, []);
    }

    #[test]
    fn unknown_groupings_keep_rows_apart() {
        let request = Statistics::new(date(2024, 1, 1), date(2024, 1, 2))
            .group(Group::Other("country".into()));
        let (_, sums) = merged(
            &request,
            &[
                &[
                    r#"{"country":"RU","shows":1}"#,
                    r#"{"country":"KZ","shows":2}"#,
                ],
                &[r#"{"country":"RU","shows":4}"#],
            ],
        );
        assert_eq!(
            sums,
            [
                row(r#"{"country":"RU","shows":5}"#),
                row(r#"{"country":"KZ","shows":2}"#)
            ]
        );
    }

    #[test]
    fn only_requested_groups_keep_rows_apart() {
        let days = (date(2024, 1, 1), date(2024, 1, 2));
        let old = r#"{"site_id":750,"site":"old.ru","placement":"a","shows":10}"#;
        let new = r#"{"site_id":750,"site":"new.ru","placement":"b","shows":20}"#;
        let request = Statistics::new(days.0, days.1).group(Group::SiteId);
        let (_, sums) = merged(&request, &[&[old], &[new]]);
        let sum = r#"{"site_id":750,"site":"new.ru","placement":"b","shows":30}"#;
        assert_eq!(sums, [row(sum)]);
        let request = request.group(Group::Placement);
        let (_, sums) = merged(&request, &[&[old], &[new]]);
        assert_eq!(sums, [row(old), row(new)]);
    }

    #[test]
    fn a_server_that_groups_as_it_likes_has_its_rows_kept_apart() {
        let days = (date(2024, 1, 1), date(2024, 1, 2));
        let one = r#"{"site":"one.ru","shows":10}"#;
        let two = r#"{"site":"two.ru","shows":20}"#;
        for groups in [
            &[][..],
            &[Group::DateDay],
            &[Group::SiteId],
            &[Group::Other("country".into())],
        ] {
            let mut request = Statistics::new(days.0, days.1);
            request.groups = groups.to_vec();
            let (_, sums) = merged(&request, &[&[one, two], &[]]);
            assert_eq!(sums, [row(one), row(two)], "{groups:?}");
        }
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error() {
        let window = Windows::new(date(2024, 1, 1), date(2024, 1, 2), 1)
            .next()
            .unwrap();
        let mut merge = Merge::default();
        let huge = || row(r#"{"shows":18446744073709551615}"#);
        merge.add(huge(), &window).unwrap();
        assert_eq!(
            merge.add(huge(), &window).unwrap_err().kind(),
            ErrorKind::Decode
        );
    }
}
