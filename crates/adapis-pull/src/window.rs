//! Which neighbouring parts are fetched together.

use jiff::civil::Date;

use crate::due::day_count;

/// Days that are fetched together, with the parts that they fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Joined<T> {
    pub(crate) from: Date,
    pub(crate) to: Date,
    /// The parts in order of their days.
    pub(crate) parts: Vec<T>,
}

/// Joins parts whose days touch into windows of at most `limit` days, the newest first.
///
/// `parts` are in order and do not overlap. A part is never cut, so that it is replaced by the rows of one window: one
/// that is longer than `limit` is a window by itself, which the client fetches in several requests. The newest days
/// come first because they are what people wait for, and an interrupted backfill should leave them done.
pub(crate) fn join<T>(parts: Vec<(Date, Date, T)>, limit: u32) -> Vec<Joined<T>> {
    let mut windows: Vec<Joined<T>> = Vec::new();
    for (from, to, part) in parts.into_iter().rev() {
        match windows.last_mut() {
            Some(window)
                if to.tomorrow().ok() == Some(window.from)
                    && day_count(from, window.to) <= limit =>
            {
                window.from = from;
                window.parts.push(part);
            }
            _ => windows.push(Joined {
                from,
                to,
                parts: vec![part],
            }),
        }
    }
    for window in &mut windows {
        window.parts.reverse();
    }
    windows
}

#[cfg(test)]
mod tests {
    use jiff::Span;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn months(list: &[(Date, Date)], limit: u32) -> Vec<String> {
        let parts = list.iter().map(|(from, to)| (*from, *to, ())).collect();
        join(parts, limit)
            .into_iter()
            .map(|window| format!("{}/{} {}", window.from, window.to, window.parts.len()))
            .collect()
    }

    #[test]
    fn months_are_joined_up_to_the_limit_newest_first() {
        let year = [
            (date(2025, 1, 1), date(2025, 1, 31)),
            (date(2025, 2, 1), date(2025, 2, 28)),
            (date(2025, 3, 1), date(2025, 3, 31)),
            (date(2025, 5, 1), date(2025, 5, 9)),
        ];
        assert_eq!(
            months(&year, 31),
            [
                "2025-05-01/2025-05-09 1",
                "2025-03-01/2025-03-31 1",
                "2025-02-01/2025-02-28 1",
                "2025-01-01/2025-01-31 1"
            ]
        );
        assert_eq!(
            months(&year, 90),
            ["2025-05-01/2025-05-09 1", "2025-01-01/2025-03-31 3"]
        );
        assert_eq!(months(&year, 7).len(), 4);
        assert_eq!(months(&[], 7).len(), 0);
    }

    proptest! {
        #[test]
        fn each_part_is_in_one_window_in_order(
            lengths in proptest::collection::vec((1_i32..40, 0_i32..3), 0..30),
            limit in 1_u32..100,
        ) {
            let mut next = date(2020, 1, 1);
            let mut parts = Vec::new();
            for (number, (length, gap)) in lengths.iter().enumerate() {
                let from = next + Span::new().days(*gap);
                let to = from + Span::new().days(*length - 1);
                parts.push((from, to, number));
                next = to + Span::new().days(1);
            }
            let windows = join(parts.clone(), limit);
            let mut seen: Vec<usize> = Vec::new();
            for window in windows.iter().rev() {
                prop_assert!(day_count(window.from, window.to) <= limit || window.parts.len() == 1);
                let (first, last) = (&parts[window.parts[0]], &parts[*window.parts.last().unwrap()]);
                prop_assert_eq!((window.from, window.to), (first.0, last.1));
                let days: u32 = window.parts.iter().map(|part| day_count(parts[*part].0, parts[*part].1)).sum();
                prop_assert_eq!(days, day_count(window.from, window.to));
                seen.extend(&window.parts);
            }
            prop_assert_eq!(seen, (0..parts.len()).collect::<Vec<_>>());
        }
    }
}
