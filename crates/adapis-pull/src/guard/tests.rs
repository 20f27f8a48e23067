use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;

use super::*;
use crate::config::Today;
use crate::footer::DayStats;
use crate::zone::Zone;

fn stream() -> Stream {
    let mut streams = crate::stream::spots::streams().into_iter();
    streams
        .find(|stream| stream.name == "spots.site-day")
        .unwrap()
}

fn row(day: i8, site: Option<i64>) -> Vec<Value<'static>> {
    let day = date(2025, 12, day);
    vec![
        "publisher".into(),
        day.into(),
        site.into(),
        Value::Null,
        Value::Null,
        1_i64.into(),
        1_i64.into(),
        Value::Null,
        Value::Null,
    ]
}

fn guard(watch: &BTreeSet<u64>) -> RowGuard {
    RowGuard::new(&stream(), (date(2025, 12, 1), date(2025, 12, 9)), watch)
}

#[test]
fn days_and_members_that_were_asked_for_pass() {
    let mut guard = guard(&BTreeSet::new());
    for day in 1..=9 {
        for site in [1, 2] {
            assert_eq!(guard.check(&row(day, Some(site))), Ok(()));
        }
    }
    assert_eq!(guard.repeated(), BTreeSet::new());
}

#[test]
fn another_day_is_found() {
    let mut guard = guard(&BTreeSet::new());
    let day = date(2025, 12, 10);
    assert_eq!(
        guard.check(&row(10, Some(1))),
        Err(Finding::OtherDay { day })
    );
}

#[test]
fn a_missing_member_is_found() {
    let mut guard = guard(&BTreeSet::new());
    guard.check(&row(1, Some(1))).unwrap();
    let finding = guard.check(&row(1, None)).unwrap_err();
    assert_eq!(
        finding.to_string(),
        "row 2 has no site_id, which was asked for"
    );
    let mut sums = row(1, Some(1));
    sums[1] = Value::Null;
    let finding = guard.check(&sums).unwrap_err();
    assert_eq!(
        finding.to_string(),
        "row 3 has no date_day, which was asked for"
    );
}

#[test]
fn a_key_that_repeats_is_found_at_the_second_look() {
    let mut first = guard(&BTreeSet::new());
    for site in [1, 2, 1] {
        first.check(&row(1, Some(site))).unwrap();
    }
    let repeated = first.repeated();
    assert_eq!(repeated.len(), 1);
    let mut second = guard(&repeated);
    second.check(&row(1, Some(1))).unwrap();
    second.check(&row(1, Some(2))).unwrap();
    let finding = second.check(&row(1, Some(1))).unwrap_err();
    assert_eq!(
        finding.to_string(),
        "two rows have the key date_day=2025-12-01 site_id=1"
    );
}

#[test]
fn keys_that_share_a_digest_pass_at_the_second_look() {
    let mut first = guard(&BTreeSet::new());
    first.check(&row(1, Some(1))).unwrap();
    // As if both keys had this digest.
    let digest = first.digests[0];
    let mut second = guard(&BTreeSet::from([digest]));
    second
        .watched
        .entry(digest)
        .or_default()
        .insert("date_day=2025-12-01 site_id=9".into());
    assert_eq!(second.check(&row(1, Some(1))), Ok(()));
    assert_eq!(second.repeated(), BTreeSet::new());
}

fn footer(requested: &str, days: &[(i8, u64, i64)]) -> Footer {
    let requested: Timestamp = requested.parse().unwrap();
    let stats = |rows: u64, shows: i64| DayStats {
        requested,
        rows,
        sums: BTreeMap::from([("shows".to_owned(), Decimal::from(shows))]),
    };
    let days = days.iter();
    Footer {
        stream: "spots.site-day".to_owned(),
        account: "publisher".to_owned(),
        schema: 1,
        fingerprint: String::new(),
        run: String::new(),
        requested,
        days: days
            .map(|(day, rows, shows)| (date(2025, 12, *day), stats(*rows, *shows)))
            .collect(),
        rows: 0,
        digest: String::new(),
    }
}

fn found(old: &[(i8, u64, i64)], new: &[(i8, u64, i64)], accepted: &[i8]) -> Vec<String> {
    let rule = DueRule {
        zone: Zone::MOSCOW,
        lookback: 7,
        from: date(2025, 1, 1),
        today: Today::Skip,
    };
    let accepted = accepted.iter().map(|day| date(2025, 12, *day)).collect();
    let old = footer("2025-12-04T00:00:00Z", old);
    // The first and the second have settled, the third not.
    let new = footer("2025-12-10T00:00:00Z", new);
    let drop = Decimal::new(5, 1);
    let findings = compare(&old, &new, &stream(), &rule, drop, &accepted);
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_settled_day_without_rows_is_held_back_until_it_is_accepted() {
    let old = [(1, 5, 100), (2, 5, 100), (3, 5, 100)];
    assert_eq!(
        found(&old, &[(1, 0, 0), (2, 5, 100), (3, 0, 0)], &[]),
        ["2025-12-01 has settled, had 5 rows and has none now; --accept 2025-12-01 publishes it"]
    );
    assert_eq!(found(&old, &[(2, 5, 100), (3, 0, 0)], &[]).len(), 1);
    assert_eq!(found(&old, &[(1, 0, 0), (2, 5, 100)], &[1]), [""; 0]);
    assert_eq!(found(&[(1, 0, 0)], &[(1, 0, 0)], &[]), [""; 0]);
}

#[test]
fn a_sum_that_falls_below_the_share_is_held_back() {
    let old = [(1, 5, 100), (3, 5, 100)];
    assert_eq!(found(&old, &[(1, 5, 50), (3, 5, 1)], &[]), [""; 0]);
    assert_eq!(
        found(&old, &[(1, 5, 49), (3, 5, 1)], &[]),
        [
            "shows of 2025-12-01, which has settled, fell from 100 to 49; --accept 2025-12-01 publishes it"
        ]
    );
    assert_eq!(found(&old, &[(1, 5, 49)], &[1]), [""; 0]);
}
