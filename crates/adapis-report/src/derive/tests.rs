//! Numbers that were worked out by hand.

mod properties;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::*;
use crate::report::{DayRow, LateChange, Money, Report};

/// A Saturday.
const LAST: Date = date(2026, 11, 28);

fn ago(days: i64) -> Date {
    LAST.saturating_sub(days.days())
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn row(days_ago: i64, group: &str, impressions: u64, money: &str) -> DayRow {
    DayRow::new(ago(days_ago), group)
        .impressions(impressions)
        .clicks(impressions / 100)
        .money(decimal(money))
}

fn series(rows: impl IntoIterator<Item = DayRow>) -> Series {
    let report = Report::new("", jiff::Timestamp::UNIX_EPOCH)
        .last_day(LAST)
        .rows(rows);
    Series::new(&report).unwrap()
}

#[test]
fn yesterday_is_compared_with_a_week_before_and_the_median() {
    let rows = (0..40).map(|days| row(days, "a", 1000, &format!("{}", 100 + days)));
    let found = compare(&series(rows), Money::Income);
    let money = &found[0];
    assert_eq!(money.value, Some(decimal("100")));
    assert_eq!(money.week_before, Some(decimal("107")));
    // 101 to 128.
    assert_eq!(money.median, Some(decimal("114.5")));
    assert_eq!(money.history.len(), 29);
    assert_eq!(found[3].value, Some(decimal("1")), "CTR in percent");
    assert_eq!(found[4].value, Some(decimal("100")), "money per thousand");
    let cost = compare(&series([row(0, "a", 1000, "5")]), Money::Cost);
    assert_eq!(cost[4].measure, Measure::Cpc);
    assert_eq!(cost[4].value, Some(decimal("0.5")));
    assert_eq!(cost[4].median, None);
}

#[test]
fn what_is_not_known_is_not_zero() {
    let one_day = series([
        DayRow::new(LAST, "a").impressions(0).money(decimal("1")),
        DayRow::new(LAST, "b").impressions(0),
    ]);
    let total = one_day.total(one_day.days.len() - 1).unwrap();
    assert_eq!(total.get(Measure::Money), Some(Decimal::ONE));
    assert_eq!(total.get(Measure::Clicks), None);
    assert_eq!(total.get(Measure::Ecpm), None, "no impressions, no price");
    let huge = series([
        row(0, "a", 1, "79228162514264337593543950335"),
        row(0, "b", 1, "79228162514264337593543950335"),
        row(0, "c", 1, "1"),
    ]);
    let total = huge.total(huge.days.len() - 1).unwrap();
    assert_eq!(
        total.get(Measure::Money),
        None,
        "a sum that does not fit stays unknown"
    );
    assert_eq!(total.get(Measure::Impressions), Some(decimal("3")));
}

#[test]
fn days_begin_with_the_first_row() {
    let found = series([
        row(3, "a", 1, "1"),
        row(1, "b", 1, "1"),
        row(90, "old", 1, "1"),
    ]);
    assert_eq!(found.days, [ago(3), ago(2), ago(1), LAST]);
    let has_rows: Vec<_> = (0..4).map(|index| found.total(index).is_some()).collect();
    assert_eq!(has_rows, [true, false, true, false], "holes stay");
    assert_eq!(found.groups[1].cells.keys().collect::<Vec<_>>(), [&2]);
    assert_eq!(series([]).days, [LAST]);
}

#[test]
fn a_change_is_split_into_volume_and_price() {
    let found = movers(&series([
        row(7, "both", 1000, "10"),
        row(0, "both", 2000, "30"),
        row(0, "new", 500, "4"),
        row(7, "gone", 500, "3"),
        row(7, "free", 0, "5"),
        row(0, "free", 0, "6"),
        // Without a counterpart: the day before has no rows at all.
        row(1, "both", 9000, "900"),
    ]));
    assert_eq!(found.days, 1);
    let of = |name: &str| {
        found
            .groups
            .iter()
            .find(|mover| mover.name == name)
            .unwrap()
    };
    let split = of("both").split.unwrap();
    // 1000 more at 0.0125; and 0.005 more for 1500.
    assert_eq!(
        (split.volume, split.price),
        (decimal("12.5"), decimal("7.5"))
    );
    assert_eq!(of("new").split.unwrap().volume, decimal("4"));
    assert_eq!(of("gone").split.unwrap().volume, decimal("-3"));
    assert_eq!(of("free").split, None);
    assert_eq!(of("free").change, Decimal::ONE);
    assert_eq!(found.groups[0].name, "both");
    assert_eq!(found.total.unwrap().change, decimal("22"));
}

#[test]
fn a_number_is_odd_if_it_is_far_from_its_weekday_and_large_enough() {
    // Saturdays earn a tenth; the other days vary by up to 6 around 100.
    let usual = |days: i64| match ago(days).weekday() {
        jiff::civil::Weekday::Saturday => 10,
        _ => 100 + (days * 5) % 7,
    };
    let money = |days: i64, name: &str| match (name, days) {
        ("high", 2) => "200".to_owned(),
        // Far from its usual 0.1, but not 1 % of the sum.
        ("small", _) => if days == 2 { "0.9" } else { "0.1" }.to_owned(),
        _ => usual(days).to_string(),
    };
    let names = ["high", "small", "usual"];
    let rows = (0..70).flat_map(|days| names.map(|name| row(days, name, 1000, &money(days, name))));
    let found = oddities(&series(rows));
    let names: Vec<_> = found.odd.iter().map(|odd| odd.name.as_deref()).collect();
    assert_eq!(names, [None, Some("high")]);
    let high = &found.odd[1];
    assert_eq!(
        (high.day, high.value, high.days),
        (ago(2), decimal("200"), 1)
    );
    assert_eq!(high.difference, high.value - high.usual);
    assert!(found.silent.is_empty());
}

#[test]
fn the_limit_is_four_times_the_median_deviation() {
    // Of the weeks before: the median is 100, the median deviation 5.
    let weeks = [95, 105, 90, 110, 95, 105, 100, 100];
    for (value, is_odd) in [(120, false), (121, true), (80, false), (79, true)] {
        let before = (1..)
            .zip(weeks)
            .map(|(week, money)| row(week * 7, "a", 1000, &money.to_string()));
        let rows = before.chain([row(0, "a", 1000, &value.to_string())]);
        assert_eq!(!oddities(&series(rows)).odd.is_empty(), is_odd, "{value}");
    }
}

#[test]
fn three_weeks_do_not_say_what_is_usual() {
    let rows = (0..28).map(|days| row(days, "a", 1000, if days == 0 { "900" } else { "1" }));
    assert!(oddities(&series(rows)).odd.is_empty());
    let rows = (0..29).map(|days| row(days, "a", 1000, if days == 0 { "900" } else { "1" }));
    assert_eq!(oddities(&series(rows)).odd.len(), 2);
}

#[test]
fn a_group_is_silent_after_two_days_without_numbers() {
    let rows = |quiet: i64, share: &str| {
        let rows = (0..40).map(|days| row(days, "others", 1000, "100"));
        let group = (quiet..40).map(|days| row(days, "a", 10, share));
        series(rows.chain(group))
    };
    let found = oddities(&rows(3, "50"));
    assert_eq!(found.silent.len(), 1);
    assert_eq!(found.silent[0].since, ago(2));
    assert_eq!(found.silent[0].usual, Some(decimal("50")));
    assert!(found.odd.iter().all(|odd| odd.name.as_deref() != Some("a")));
    assert!(oddities(&rows(1, "50")).silent.is_empty(), "one day");
    let small = oddities(&rows(3, "0.5"));
    assert_eq!((small.silent.len(), small.small_silent), (0, 1));
    // Days on which no group has rows are holes in the data, not silence of a group.
    let holes = series((5..40).map(|days| row(days, "a", 10, "1")));
    assert!(oddities(&holes).silent.is_empty());
}

#[test]
fn each_shade_has_about_as_many_cells() {
    let rows = (0..60).map(|days| row(days, "a", 1000, &format!("{}", 1 + days * days)));
    let found = heat(&series(rows), CHART_DAYS);
    assert_eq!(found.shades.len(), SHADES);
    for shade in 0..SHADES {
        let cells = found
            .cells
            .iter()
            .filter(|cell| cell.shade == shade)
            .count();
        assert!((8..=9).contains(&cells), "{cells} cells of shade {shade}");
    }
    let alike = heat(
        &series((0..60).map(|days| row(days, "a", 1000, "7"))),
        CHART_DAYS,
    );
    assert_eq!(alike.shades, [(decimal("7"), decimal("7"))]);
}

#[test]
fn late_changes_are_grouped_by_age() {
    let change = |days_after, before: &str, after: &str| {
        LateChange::new(LAST, days_after, decimal(before), decimal(after))
    };
    let found = late(&[
        change(1, "100", "101"),
        change(1, "100", "97"),
        change(4, "200", "201"),
        change(6, "100", "100"),
        // No percentage of nothing.
        change(9, "0", "5"),
    ]);
    assert_eq!(found.until, Some(9));
    assert_eq!(found.largest, Some(decimal("3")));
    let first = &found.ages[0];
    assert_eq!((first.pulled, first.changed), (2, 2));
    assert_eq!(
        (first.median, first.largest),
        (Some(decimal("2")), Some(decimal("-3")))
    );
    assert_eq!(found.ages[2].changed, 0);
    assert_eq!(found.ages[3].largest, None);
}

#[test]
fn one_group_alone_is_not_called_others() {
    let groups = |count: u32| {
        series(
            (0..count).map(|group| row(0, &format!("g{group:02}"), 1, &format!("{}", 99 - group))),
        )
    };
    let eight = groups(8);
    assert_eq!((shares(&eight).top.len(), shares(&eight).others), (8, 0));
    let nine = groups(9);
    assert_eq!((shares(&nine).top.len(), shares(&nine).others), (7, 2));
    assert_eq!(shares(&nine).top[0].name, "g00");
}
