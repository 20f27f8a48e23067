//! Properties of any rows.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::derive::sum::{median, median_deviation};
use crate::derive::*;
use crate::report::{DayRow, Language, LateChange, Report};

/// Money as the vendors send it.
fn money() -> impl Strategy<Value = Decimal> {
    (-1_000_000_000_000_i64..1_000_000_000_000_000, 0_u32..10)
        .prop_map(|(digits, scale)| Decimal::new(digits, scale))
}

/// Any decimal, also the largest and the most exact.
fn any_decimal() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        (
            any::<u32>(),
            any::<u32>(),
            any::<u32>(),
            any::<bool>(),
            0_u32..29
        )
            .prop_map(|(low, middle, high, sign, scale)| Decimal::from_parts(
                low, middle, high, sign, scale
            )),
        Just(Decimal::MAX),
        Just(Decimal::MIN),
        Just(Decimal::ZERO),
    ]
}

fn rows(
    money: impl Strategy<Value = Decimal>,
    impressions: u64,
    last: Date,
) -> impl Strategy<Value = Vec<DayRow>> {
    let row = (
        0_i64..90,
        "[a-d]{0,1}",
        prop::option::of(0..=impressions),
        prop::option::of(0..=impressions),
        prop::option::of(money),
    );
    let row = row.prop_map(move |(ago, group, impressions, clicks, money)| {
        DayRow::new(last.saturating_sub(ago.days()), group)
            .impressions(impressions)
            .clicks(clicks)
            .money(money)
    });
    prop::collection::vec(row, 0..150)
}

fn report(rows: Vec<DayRow>) -> Report {
    Report::new("", jiff::Timestamp::UNIX_EPOCH).rows(rows)
}

const LAST: Date = date(2026, 11, 28);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn groups_add_up_to_the_total(rows in rows(money(), 1 << 40, LAST)) {
        let report = report(rows);
        let Some(series) = Series::new(&report) else { return Ok(()) };
        for index in 0..series.days.len() {
            let cells: Vec<_> = series.groups.iter().filter_map(|group| group.cells.get(&index)).collect();
            prop_assert_eq!(cells.is_empty(), series.total(index).is_none());
            let sum: Cell = cells.into_iter().collect();
            prop_assert_eq!(sum, series.total(index).copied().unwrap_or_default());
        }
        let shares = shares(&series);
        let sum: Cell = shares.all.iter().map(|(_, sum)| sum).collect();
        prop_assert_eq!(sum, series.sum(series.last(CHART_DAYS)));
        prop_assert_eq!(shares.top.len() + shares.others, shares.all.len());
    }

    #[test]
    fn volume_and_price_add_up_to_the_change(rows in rows(money(), 1 << 40, LAST)) {
        let report = report(rows);
        let Some(series) = Series::new(&report) else { return Ok(()) };
        let found = movers(&series);
        for mover in found.groups.iter().chain(&found.total) {
            prop_assert_eq!(mover.after - mover.before, mover.change);
            if let Some(split) = mover.split {
                prop_assert_eq!(split.volume + split.price, mover.change);
            }
        }
        // Groups whose numbers are all known add up to the total.
        if series.groups.iter().all(|group| group.cells.values().all(|cell| cell.money.get().is_some())) {
            let sum: Decimal = found.groups.iter().map(|mover| mover.change).sum();
            prop_assert_eq!(sum, found.total.map_or(Decimal::ZERO, |total| total.change));
        }
    }

    #[test]
    fn half_of_the_values_are_on_either_side_of_the_median(values in prop::collection::vec(any_decimal(), 1..30)) {
        let middle = median(values.clone()).unwrap();
        prop_assert!(values.iter().filter(|value| **value <= middle).count() * 2 >= values.len());
        prop_assert!(values.iter().filter(|value| **value >= middle).count() * 2 >= values.len());
        if let Some(deviation) = median_deviation(&values, middle) {
            prop_assert!(!deviation.is_sign_negative() || deviation.is_zero());
        }
    }

    #[test]
    fn a_higher_price_never_has_a_lighter_shade(rows in rows(money(), 1000, LAST)) {
        let report = report(rows);
        let Some(series) = Series::new(&report) else { return Ok(()) };
        let mut found = heat(&series, CHART_DAYS);
        found.cells.sort_by_key(|cell| cell.price);
        prop_assert!(found.cells.is_sorted_by_key(|cell| cell.shade));
        for cell in &found.cells {
            let (low, high) = found.shades[cell.shade];
            prop_assert!(low <= cell.price && cell.price <= high);
        }
    }

}

proptest! {
    // A page takes its time in a build without optimizations.
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: ProptestConfig::default().cases / 4,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_order_of_rows_does_not_matter(rows in rows(money(), 1 << 40, LAST), seed: u64) {
        let page = crate::render(&report(rows.clone()));
        let mut shuffled = rows;
        fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
        prop_assert!(page == crate::render(&report(shuffled)));
    }

    #[test]
    fn any_numbers_give_a_page(
        rows in rows(any_decimal(), u64::MAX, LAST),
        late in prop::collection::vec((any::<u32>(), any_decimal(), any_decimal()), 0..20),
    ) {
        let late = late.into_iter().map(|(age, before, after)| LateChange::new(LAST, age, before, after));
        let page = crate::render(&report(rows).language(Language::Russian).late(late));
        prop_assert!(page.ends_with("</html>\n"));
    }

    #[test]
    fn days_at_the_ends_of_the_calendar_give_a_page(
        last in prop_oneof![Just(Date::MIN), Just(Date::MAX), Just(date(-9999, 2, 3))],
        ago in 0_i64..90,
    ) {
        let day = last.saturating_sub(ago.days());
        let mut report = report(vec![DayRow::new(day, "a").impressions(5).money(Decimal::ONE)])
            .last_day(last)
            .open([last, day]);
        report.offset_seconds = i32::MAX;
        report.generated = jiff::Timestamp::MAX;
        prop_assert!(crate::render(&report).ends_with("</html>\n"));
    }
}
