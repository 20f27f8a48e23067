//! Properties of the plan, of scaling and of ordered revisions, without a server.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::clock::DAY;
use super::plan::Plan;
use super::{
    Addition, Change, ClockSettings, Factor, Moment, Revision, RevisionSettings, Revisions, Row,
    RowKey, RowState, StatisticsVendor, UtcOffset, scale_amounts, scale_counts,
};

const DATE: Date = date(2025, 3, 9);
const HOUR: i64 = DAY / 24;

fn settings(seed: u64) -> RevisionSettings {
    RevisionSettings {
        seed: Some(seed),
        settle_days: 3,
        max_late_days: 20,
        late_change: 0.3,
        vanishing_rows: 0.2,
        emptied_days: 0.1,
    }
}

fn keys() -> impl Iterator<Item = RowKey> {
    (0..200).map(|row| RowKey::new("spots", &(row / 20).to_string(), &[&row.to_string()]))
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn row(name: &str) -> Row<'_> {
    Row {
        key: RowKey::new("spots", "me", &[name]),
        account: "me",
        items: ["a.example", "7"],
        row: name,
    }
}

fn revisions(now: Option<&str>) -> Revisions {
    let plan = RevisionSettings::default();
    Revisions::new(1, now.map(instant), ClockSettings::default(), plan)
}

fn moment(revisions: &Revisions, at: Option<&str>) -> Moment {
    let zone = UtcOffset::MOSCOW;
    revisions.moment(StatisticsVendor::Spots, zone, at.map(instant))
}

fn spots(change: Change) -> Revision {
    Revision::new(StatisticsVendor::Spots, DATE, change)
}

fn add(impressions: u64) -> Addition {
    Addition {
        impressions,
        ..Addition::default()
    }
}

#[test]
fn rows_grow_until_they_settle_and_are_final_after_the_last_lateness() {
    let mut seen = [0; 4];
    for (seed, key) in keys().enumerate() {
        let plan = Plan::new(&settings(seed as u64 / 50), 0);
        assert_eq!(plan.factor(key, DATE, 0), None, "the day has not begun");
        assert_eq!(plan.factor(key, DATE, -HOUR), None);
        let mut before = Factor::billionths(0);
        let mut was_missing = false;
        for hour in 1..=24 * 4 {
            let Some(factor) = plan.factor(key, DATE, hour * HOUR) else {
                assert!(hour > 24, "a row vanishes only after it was there");
                was_missing = true;
                continue;
            };
            assert!(!was_missing, "a row that vanished comes back");
            assert!(factor >= before, "{factor:?} after {before:?}");
            before = factor;
        }
        let last = plan.factor(key, DATE, 24 * DAY);
        for days in [25, 60, 4000] {
            assert_eq!(plan.factor(key, DATE, days * DAY), last);
        }
        match last {
            None => seen[0] += 1,
            Some(factor) if factor == Factor::ONE => seen[1] += 1,
            Some(factor) if factor > Factor::ONE => seen[2] += 1,
            Some(_) => seen[3] += 1,
        }
    }
    assert!(seen.iter().all(|count| *count > 10), "{seen:?}");
}

#[test]
fn a_day_that_becomes_empty_takes_all_rows_of_its_account() {
    let plan = RevisionSettings {
        vanishing_rows: 0.0,
        late_change: 0.0,
        emptied_days: 0.5,
        ..settings(5)
    };
    let plan = Plan::new(&plan, 0);
    let mut emptied = 0;
    for account in 0..40 {
        let there = |hour: i64| {
            let rows = (0..5).map(|row| {
                let key = RowKey::new("spots", &account.to_string(), &[&row.to_string()]);
                plan.factor(key, DATE, hour * HOUR).is_some()
            });
            let rows: Vec<bool> = rows.collect();
            assert!(rows.iter().all(|there| *there == rows[0]), "only some rows");
            rows[0]
        };
        assert!(there(24));
        let last = (1..24 * 24).all(there);
        emptied += usize::from(!last);
    }
    assert!((10..30).contains(&emptied), "{emptied}");
}

#[test]
fn without_a_plan_a_day_grows_only_while_it_lasts() {
    let plan = Plan::new(&RevisionSettings::default(), 1);
    let key = RowKey::new("spots", "me", &["1"]);
    let half = plan.factor(key, DATE, DAY / 2);
    assert_eq!(half, Some(Factor::billionths(500_000_000)));
    for since in [DAY, DAY + 1, 100 * DAY] {
        assert_eq!(plan.factor(key, DATE, since), Some(Factor::ONE));
    }
    let eager = RevisionSettings {
        late_change: 1.0,
        vanishing_rows: 1.0,
        emptied_days: 1.0,
        ..RevisionSettings::default()
    };
    let at_once = Plan::new(&eager, 1).factor(key, DATE, DAY + HOUR);
    assert_eq!(at_once, Some(Factor::ONE), "there is no time for changes");
}

#[test]
fn the_plan_depends_on_nothing_but_seed_row_day_and_instant() {
    let all = |seed| {
        let plan = Plan::new(&settings(seed), 0);
        let states = keys().map(|key| plan.factor(key, DATE, 2 * DAY + 5 * HOUR));
        states.collect::<Vec<_>>()
    };
    assert_eq!(all(1), all(1));
    assert_ne!(all(1), all(2));
    let own = RevisionSettings {
        seed: None,
        ..settings(0)
    };
    let key = RowKey::new("hybrid", "a", &["b"]);
    let factor = |seed| Plan::new(&own, seed).factor(key, DATE, 2 * DAY);
    assert_eq!(factor(3), factor(3));
    assert_ne!(
        RowKey::new("spots", "ab", &["c"]),
        RowKey::new("spots", "a", &["bc"])
    );
}

#[test]
fn days_begin_at_midnight_of_their_zone() {
    let zone = UtcOffset::MOSCOW;
    for (now, since) in [
        ("2025-03-08T20:59:59.999Z", -1),
        ("2025-03-08T21:00:00Z", 0),
        ("2025-03-09T00:00:00+03:00", 0),
        ("2025-03-09T20:59:59.999Z", DAY - 1),
        ("2025-03-09T21:00:00Z", DAY),
    ] {
        assert_eq!(zone.since_start(DATE, instant(now)), since, "{now}");
    }
    let west: UtcOffset = "-04:30".parse().unwrap();
    assert_eq!(west.since_start(DATE, instant("2025-03-09T04:30:00Z")), 0);
    assert_eq!(
        zone.since_start(date(1969, 12, 31), Timestamp::UNIX_EPOCH),
        DAY + 3 * HOUR
    );
    for text in ["+03:00", "-04:30", "+00:00", "+14:00", "-00:30"] {
        assert_eq!(text.parse::<UtcOffset>().unwrap().to_string(), text);
    }
    for text in [
        "", "3", "+3", "+03", "03:00", "+24:00", "+03:60", "+0３:00", "+-3:00", "é",
    ] {
        assert!(text.parse::<UtcOffset>().is_err(), "{text}");
    }
}

#[test]
fn scaled_parts_add_up_to_the_scaled_sum_and_never_fall() {
    let mut random = fastrand::Rng::with_seed(4);
    for _ in 0..300 {
        let counts: Vec<u64> = (0..random.usize(1..6))
            .map(|_| random.u64(..2000))
            .collect();
        let money = counts.iter().map(|count| {
            Decimal::from_i128_with_scale(i128::from(*count) * 123_456_789_123, random.u32(3..10))
        });
        let money: Vec<Decimal> = money.collect();
        let mut before = (vec![0; counts.len()], vec![Decimal::ZERO; counts.len()]);
        for step in 0..=40 {
            let factor = Factor::billionths(step * 31_234_567);
            let (mut scaled, mut amounts) = (counts.clone(), money.clone());
            scale_counts(factor, &mut scaled.iter_mut().collect::<Vec<_>>());
            scale_amounts(factor, &mut amounts.iter_mut().collect::<Vec<_>>());
            assert_eq!(
                scaled.iter().sum::<u64>(),
                factor.count(counts.iter().sum())
            );
            assert_eq!(
                amounts.iter().sum::<Decimal>(),
                factor.amount(money.iter().sum())
            );
            assert!(
                scaled
                    .iter()
                    .zip(&before.0)
                    .all(|(now, before)| now >= before)
            );
            assert!(
                amounts
                    .iter()
                    .zip(&before.1)
                    .all(|(now, before)| now >= before)
            );
            before = (scaled, amounts);
        }
        let mut same = counts.clone();
        scale_counts(Factor::ONE, &mut same.iter_mut().collect::<Vec<_>>());
        assert_eq!(same, counts);
    }
}

#[test]
fn amounts_are_scaled_to_the_ninth_decimal() {
    let third = Factor::billionths(333_333_333);
    for (amount, expected) in [
        ("3", "0.999999999"),
        ("0.000000002", "0"),
        ("12345678901234567.123456789", "4115226296296296.074074073"),
        ("-0.000000001", "-0.000000001"),
    ] {
        let scaled = third.amount(amount.parse().unwrap());
        assert_eq!(scaled, expected.parse().unwrap(), "{amount}");
    }
    let most = Factor::new(Decimal::from(1000)).unwrap();
    assert!(
        most.amount(Decimal::MAX) > Decimal::ZERO,
        "nothing overflows"
    );
    assert_eq!(most.count(u64::MAX), u64::MAX);
    assert_eq!(most.times(most).times(most), most.times(most));
}

#[test]
fn revisions_take_effect_in_the_order_of_their_instants() {
    let revisions = revisions(Some("2025-03-20T00:00:00Z"));
    let third = "0.333333333".parse().unwrap();
    let orders = [
        spots(Change::Restore).at(instant("2025-03-18T00:00:00Z")),
        spots(Change::Delete)
            .item("7")
            .row("1")
            .at(instant("2025-03-15T00:00:00Z")),
        spots(Change::Add(add(6)))
            .item("7")
            .row("1")
            .at(instant("2025-03-16T00:00:00Z")),
        spots(Change::Scale(third)).item("a.example"),
        spots(Change::Scale(Decimal::TWO)).account("somebody else"),
    ];
    revisions.revise(orders.to_vec()).unwrap();
    let state = |name, at| {
        let moment = moment(&revisions, at);
        moment.day(DATE).state(&row(name))
    };
    let whole = RowState {
        factor: Some(Factor::ONE),
        added: None,
    };
    let added = |impressions| RowState {
        factor: None,
        added: Some(add(impressions)),
    };
    assert_eq!(state("1", Some("2025-03-14T23:59:59Z")), whole);
    assert_eq!(state("1", Some("2025-03-15T00:00:00Z")).factor, None);
    assert_eq!(state("1", Some("2025-03-17T00:00:00Z")), added(6));
    assert_eq!(state("2", Some("2025-03-17T00:00:00Z")), whole);
    assert_eq!(state("1", Some("2025-03-19T00:00:00Z")), whole);
    assert_eq!(
        state("1", None).factor,
        Some(Factor::billionths(333_333_333))
    );
    let early = moment(&revisions, Some("2025-03-08T12:00:00Z"));
    let early = early.day(DATE);
    assert!(early.is_ahead() && !early.has_additions());
    assert_eq!(
        early.state(&row("1")),
        RowState {
            factor: None,
            added: None
        }
    );
    let kept = revisions.revisions();
    assert!(kept.is_sorted_by_key(|revision| revision.at) && kept.len() == 5);
}

#[test]
fn revisions_need_no_clock() {
    let revisions = revisions(None);
    revisions.revise(vec![spots(Change::Empty)]).unwrap();
    let now = moment(&revisions, None);
    assert_eq!(now.day(DATE).state(&row("1")).factor, None);
    assert_eq!(
        now.day(date(2030, 1, 1)).state(&row("1")).factor,
        Some(Factor::ONE)
    );
    let late = spots(Change::Restore).at(instant("2025-03-18T00:00:00Z"));
    assert!(revisions.revise(vec![late]).unwrap_err().contains("clock"));
    assert!(revisions.advance(Duration::from_secs(1)).is_err());
    revisions.clear();
    let now = moment(&revisions, None);
    assert_eq!(now.day(DATE).state(&row("1")).factor, Some(Factor::ONE));
}

#[test]
fn revisions_that_cannot_be_meant_are_refused_together() {
    let revisions = revisions(None);
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    let money = Addition {
        money: decimal("0.0000000001"),
        ..Addition::default()
    };
    for (wrong, words) in [
        (spots(Change::Scale(decimal("-1"))), "scale"),
        (spots(Change::Scale(decimal("1000.1"))), "scale"),
        (spots(Change::Scale(decimal("0.0000000001"))), "scale"),
        (
            Revision {
                day: Date::MIN,
                ..spots(Change::Empty)
            },
            "1970",
        ),
        (spots(Change::Delete), "delete"),
        (spots(Change::Empty).item("7"), "empty"),
        (spots(Change::Add(add(1))), "add"),
        (spots(Change::Add(add(1))).item("7"), "placement"),
        (spots(Change::Add(add(u64::MAX))).item("7").row("1"), "add"),
        (spots(Change::Add(money)).item("7").row("1"), "nine"),
    ] {
        let both = vec![spots(Change::Restore), wrong];
        let error = revisions.revise(both).unwrap_err();
        assert!(error.contains(words), "{error} should contain {words}");
    }
    assert!(revisions.revisions().is_empty());
    let many = vec![spots(Change::Restore); 10_001];
    assert!(revisions.revise(many).unwrap_err().contains("10000"));
}
