//! The rule that says which days must be pulled. There is no cursor.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::config::Today;
use crate::zone::Zone;

/// By how much the clock of another machine may be ahead of this one's.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_hours(1);

/// Returns whether the instant of a pull is in the future, which means that a clock was wrong.
pub(crate) fn is_ahead(requested: Timestamp, now: Timestamp) -> bool {
    requested.duration_since(now) > CLOCK_TOLERANCE
}

/// Decides when a day is due: a function of the day, the instant of its latest pull, and the current instant.
///
/// Let `t` be the instant before the first request of the day's latest published pull. The day is **final** when `t`
/// is at or after the day's end plus `lookback`. It is **due** when it lies between `from` and the last day, and is not
/// final. A gap, an outage, a failed partition and a backfill are all the same: days that are not final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueRule {
    /// The offset in which days end.
    pub zone: Zone,
    /// For how many days after its end a day may still change.
    pub lookback: u32,
    /// The first day.
    pub from: Date,
    /// Whether today is pulled too.
    pub today: Today,
}

impl DueRule {
    /// Returns the last day that may be pulled: yesterday, or today if it is wanted.
    #[must_use]
    pub fn last(&self, now: Timestamp) -> Date {
        let today = self.zone.day(now);
        match self.today {
            Today::Provisional => today,
            Today::Skip => today.yesterday().unwrap_or(today),
        }
    }

    /// Returns whether a day whose latest pull began at `requested` can no longer change.
    #[must_use]
    pub fn is_final(&self, day: Date, requested: Timestamp) -> bool {
        self.zone
            .end_plus(day, self.lookback)
            .is_some_and(|settled| requested >= settled)
    }

    /// Returns whether `day` must be pulled now.
    ///
    /// A pull in the future was made with a clock that was wrong, and does not make a day final.
    #[must_use]
    pub fn is_due(&self, day: Date, requested: Option<Timestamp>, now: Timestamp) -> bool {
        self.from <= day
            && day <= self.last(now)
            && !requested
                .is_some_and(|requested| self.is_final(day, requested) && !is_ahead(requested, now))
    }
}

/// Returns the days from `from` to `to`, both included.
pub(crate) fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    let mut next = (from <= to).then_some(from);
    std::iter::from_fn(move || {
        let day = next?;
        next = day.tomorrow().ok().filter(|day| *day <= to);
        Some(day)
    })
}

/// Returns the number of days from `from` to `to`, both included.
pub(crate) fn day_count(from: Date, to: Date) -> u32 {
    u32::try_from((to - from).get_days() + 1).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::{SignedDuration, Span};
    use proptest::prelude::*;

    use super::*;

    fn rule(lookback: u32, today: Today) -> DueRule {
        DueRule {
            zone: Zone::MOSCOW,
            lookback,
            from: date(2025, 1, 1),
            today,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_boundaries_are_inclusive() {
        let rule = rule(7, Today::Skip);
        let day = date(2025, 12, 1);
        let settled = at("2025-12-08T21:00:00Z");
        let just_before = settled - SignedDuration::from_nanos(1);
        assert!(rule.is_final(day, settled));
        assert!(!rule.is_final(day, just_before));
        let now = at("2026-01-01T00:00:00Z");
        assert!(rule.is_due(day, None, now));
        assert!(rule.is_due(day, Some(just_before), now));
        assert!(!rule.is_due(day, Some(settled), now));
        assert!(rule.is_due(date(2025, 1, 1), None, now));
        assert!(!rule.is_due(date(2024, 12, 31), None, now));
    }

    #[test]
    fn yesterday_is_the_last_day_and_today_is_provisional() {
        let day = date(2025, 12, 2);
        let before_midnight = at("2025-12-02T20:59:59Z");
        let midnight = at("2025-12-02T21:00:00Z");
        assert!(!rule(0, Today::Skip).is_due(day, None, before_midnight));
        assert!(rule(0, Today::Skip).is_due(day, None, midnight));
        assert!(rule(0, Today::Provisional).is_due(day, None, before_midnight));
        // Pulled a second before its end, it is due again for ever after.
        assert!(rule(0, Today::Provisional).is_due(day, Some(before_midnight), midnight));
        assert!(!rule(0, Today::Provisional).is_due(day, Some(midnight), midnight));
    }

    #[test]
    fn days_of_a_range() {
        let list = |from, to| days(from, to).count();
        assert_eq!(list(date(2024, 2, 28), date(2024, 3, 1)), 3);
        assert_eq!(list(date(2024, 3, 1), date(2024, 2, 28)), 0);
        assert_eq!(list(Date::MAX, Date::MAX), 1);
        assert_eq!(day_count(date(2024, 2, 28), date(2024, 3, 1)), 3);
        assert_eq!(day_count(date(2024, 3, 1), date(2024, 2, 28)), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Whatever the schedule of runs, a day is pulled at least once after its end plus lookback, and not after that.
        #[test]
        fn every_day_is_pulled_after_it_has_settled_and_then_no_more(
            lookback in 0_u32..40,
            gaps in proptest::collection::vec(1_i64..200, 1..80),
        ) {
            let rule = rule(lookback, Today::Skip);
            let mut now = at("2025-01-01T00:00:00Z");
            let first = date(2025, 1, 1);
            let mut pulled = std::collections::BTreeMap::new();
            for hours in gaps {
                now += SignedDuration::from_hours(hours);
                for day in days(first, rule.last(now)) {
                    if rule.is_due(day, pulled.get(&day).copied(), now) {
                        pulled.insert(day, now);
                    }
                    let settled = rule.zone.end_plus(day, lookback).unwrap();
                    if now >= settled {
                        prop_assert!(pulled[&day] >= settled);
                        prop_assert!(!rule.is_due(day, pulled.get(&day).copied(), now + SignedDuration::from_hours(9999)));
                    }
                }
                // No gap up to the last day.
                let expected = days(first, rule.last(now)).count();
                prop_assert_eq!(pulled.len(), expected);
                prop_assert!(!pulled.contains_key(&rule.last(now).checked_add(Span::new().days(1)).unwrap()));
            }
        }
    }
}
