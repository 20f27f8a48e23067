//! Splits ranges of days into windows, and lists of ids into shorter lists.

use std::collections::HashSet;

use jiff::Span;
use jiff::civil::Date;

use crate::calls::DateBound;

/// Splits a range into windows of at most `days` days; inner boundaries are whole days.
pub(super) fn split_range(
    from: DateBound,
    to: DateBound,
    days: u32,
) -> impl Iterator<Item = (DateBound, DateBound)> + Send + 'static {
    let mut next = Some(from);
    std::iter::from_fn(move || {
        let begin = next.take()?;
        let last = last_day(begin.day(), days);
        if last >= to.day() {
            return Some((begin, to));
        }
        next = last.tomorrow().ok().map(DateBound::Day);
        Some((begin, DateBound::Day(last)))
    })
}

fn last_day(first: Date, days: u32) -> Date {
    Span::new()
        .try_days(i64::from(days) - 1)
        .and_then(|span| first.checked_add(span))
        .unwrap_or(Date::MAX)
}

/// Joins ids by commas into lists of at most `room` bytes, each id once.
///
/// An id that is longer than `room` is a list by itself.
pub(super) fn split_ids(ids: Vec<String>, room: usize) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut lists: Vec<String> = Vec::new();
    for id in ids {
        if !seen.insert(id.clone()) {
            continue;
        }
        match lists.last_mut() {
            Some(list) if list.len() + ",".len() + id.len() <= room => {
                list.push(',');
                list.push_str(&id);
            }
            _ => lists.push(id),
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(from: &str, to: &str, days: u32) -> Vec<String> {
        split_range(from.parse().unwrap(), to.parse().unwrap(), days)
            .map(|(from, to)| format!("{from}/{to}"))
            .collect()
    }

    #[test]
    fn windows_cover_each_day_once() {
        assert_eq!(
            split("2015-12-31", "2015-12-31", 90),
            ["2015-12-31/2015-12-31"]
        );
        assert_eq!(
            split("2015-01-01", "2015-03-31", 90),
            ["2015-01-01/2015-03-31"]
        );
        assert_eq!(
            split("2015-01-01", "2015-04-01", 90),
            ["2015-01-01/2015-03-31", "2015-04-01/2015-04-01"]
        );
        assert_eq!(
            split("2016-02-28", "2016-03-01", 1),
            [
                "2016-02-28/2016-02-28",
                "2016-02-29/2016-02-29",
                "2016-03-01/2016-03-01"
            ]
        );
        assert_eq!(
            split("9999-12-30", "9999-12-31", u32::MAX),
            ["9999-12-30/9999-12-31"]
        );
    }

    #[test]
    fn moments_are_at_the_ends_only() {
        assert_eq!(
            split("2015-01-01T10:00:00", "2015-01-05T09:00:00", 2),
            [
                "2015-01-01T10:00:00/2015-01-02",
                "2015-01-03/2015-01-04",
                "2015-01-05/2015-01-05T09:00:00"
            ]
        );
    }

    #[test]
    fn any_range_is_covered_once() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..500 {
            let from = jiff::civil::date(2015, 1, 1)
                .checked_add(Span::new().days(random.i64(0..800)))
                .unwrap();
            let length = random.i64(0..800);
            let to = from.checked_add(Span::new().days(length)).unwrap();
            let most = random.u32(1..200);
            let mut day = from;
            for (begin, end) in split_range(from.into(), to.into(), most) {
                assert_eq!(begin.day(), day);
                let days = (end.day() - begin.day()).get_days() + 1;
                assert!(days >= 1 && i64::from(days) <= i64::from(most));
                day = end.day().tomorrow().unwrap();
            }
            assert_eq!(day, to.tomorrow().unwrap());
        }
    }

    #[test]
    fn lists_fit_and_hold_each_id_once() {
        let ids = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(split_ids(ids("a b c"), 3), ["a,b", "c"]);
        assert_eq!(split_ids(ids("a b c"), 5), ["a,b,c"]);
        assert_eq!(split_ids(ids("a b a c b"), 100), ["a,b,c"]);
        assert_eq!(split_ids(ids("long a long2"), 2), ["long", "a", "long2"]);
    }
}
